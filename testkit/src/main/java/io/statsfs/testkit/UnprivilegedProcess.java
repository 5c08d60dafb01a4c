package io.statsfs.testkit;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A program in a process that is not root's. Skips the test where none can be had. */
final class UnprivilegedProcess implements AutoCloseable {
  private static final String READY = "ready";

  /** Runs what is behind it as a user without any right; only some roots may do that. */
  static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

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

  /** A sampler of all stats. The tree must be one that everybody can list. */
  static UnprivilegedProcess start(String reader, Path root) throws IOException {
    return start(List.of(), UnprivilegedProcess.class, reader, root.toString());
  }

  /**
   * A program that does as {@link #main} does: it says that it is ready, at first and after each
   * answer.
   *
   * @param wrapper a program that runs what is behind it
   */
  static UnprivilegedProcess start(List<String> wrapper, Class<?> program, String... arguments)
      throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(wrapper);
    if (Command.isRoot()) {
      command.addAll(AS_NOBODY);
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

  /** The outcomes of a sample. */
  Map<String, String> sample() throws IOException {
    return answer("sample");
  }

  /** The outcomes of a sample after the tree was looked at again. */
  Map<String, String> refreshAndSample() throws IOException {
    return answer("refresh");
  }

  /** What the program answers, a name and a value per line. */
  Map<String, String> answer(String request) throws IOException {
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

  /** What runs in the process: {@code <reader> <root>}; a request per line of the input. */
  public static void main(String[] args) throws IOException {
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (StatsFs fs =
            StatsFs.builder()
                .reader(args[0])
                .root(Path.of(args[1]))
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      System.out.println(READY);
      for (String request = requests.readLine(); request != null; request = requests.readLine()) {
        if (request.equals("refresh")) {
          fs.refresh();
        }
        Outcomes.sample(sampler)
            .forEach((path, outcome) -> System.out.println(path + "=" + outcome));
        System.out.println(READY);
      }
    }
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
