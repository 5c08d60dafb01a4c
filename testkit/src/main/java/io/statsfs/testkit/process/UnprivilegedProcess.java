package io.statsfs.testkit.process;

import io.statsfs.testkit.TestTree;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A program in a process that is not root's. Skips the test where none can be had. */
public final class UnprivilegedProcess implements AutoCloseable {
  private static final String READY = "ready";

  private final TestTree classes;
  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  private UnprivilegedProcess(TestTree classes, Process process) {
    this.classes = classes;
    this.process = process;
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a program that says {@code ready}, at first and after each answer.
   *
   * @param wrapper a program that runs what is behind it
   */
  public static UnprivilegedProcess start(
      List<String> wrapper, Class<?> program, String... arguments) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(wrapper);
    if (Command.isRoot()) {
      command.addAll(Command.AS_NOBODY);
    }
    List<String> trial = new ArrayList<>(command);
    trial.addAll(List.of("test", "-x", java.toString()));
    Command.tryTo("run Java as an ordinary user", trial.toArray(String[]::new));
    // The classes may be where only root can read them.
    TestTree classes =
        new TestTree(Files.createTempDirectory("statsfs-classes-")).permissions("", "rwxr-xr-x");
    List<String> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path from = Path.of(entry);
      Path to = classes.path(classPath.size() + "-" + from.getFileName());
      copy(from, to);
      classPath.add(to.toString());
    }
    command.addAll(
        List.of(
            java.toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            String.join(File.pathSeparator, classPath),
            program.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    UnprivilegedProcess started = new UnprivilegedProcess(classes, process);
    if (!READY.equals(started.out.readLine())) {
      started.close();
      throw new AssertionError("The process did not start: " + command);
    }
    return started;
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.copy(path, target);
        Set<PosixFilePermission> mode =
            PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwxr-xr-x" : "r--r--r--");
        Files.setPosixFilePermissions(target, mode);
      }
    }
  }

  /** What the program answers, a name and a value per line. */
  public Map<String, String> answer(String request) throws IOException {
    in.write(request + "\n");
    in.flush();
    Map<String, String> outcomes = new TreeMap<>();
    for (String line = out.readLine(); !READY.equals(line); line = out.readLine()) {
      if (line == null) {
        throw new AssertionError("The process has ended");
      }
      int separator = line.indexOf('=');
      outcomes.put(line.substring(0, separator), line.substring(separator + 1));
    }
    return outcomes;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      in.close();
      out.close();
      classes.close();
    }
  }
}
