package io.statsfs.testkit.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The {@code main} of a class in a JVM of its own. */
public final class ChildJvm implements AutoCloseable {

  /** A line that a program prints when it has started, and at the end of each answer. */
  private static final String READY = "\nready\n";

  private final Path output;
  private final Path errors;
  private final @Nullable Path classes;
  private final Process process;
  private final Writer in;

  /** Where in the output, with a line feed before it, the last {@link #READY} ends. */
  private int answered;

  private ChildJvm(ProcessBuilder builder, @Nullable Path classes) throws IOException {
    this.classes = classes;
    output = Files.createTempFile("statsfs-child-", ".out");
    errors = Files.createTempFile("statsfs-child-", ".err");
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    process = builder.start();
    in = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Runs that class, on the class path of this JVM unless another is set. */
  public static Builder of(Class<?> main) {
    return new Builder(main);
  }

  /** How a program is started. */
  public static final class Builder {
    private final Class<?> main;
    private final List<String> options = new ArrayList<>();
    private final Map<String, @Nullable String> environment = new HashMap<>();
    private String classPath = System.getProperty("java.class.path");
    private List<String> modules = List.of();
    private List<String> within = List.of();
    private @Nullable List<String> wrapper;

    private Builder(Class<?> main) {
      this.main = main;
    }

    /** Adds options of the JVM. */
    public Builder options(String... more) {
      options.addAll(List.of(more));
      return this;
    }

    /** Sets a variable; null takes it away. */
    public Builder environment(String name, @Nullable String value) {
      environment.put(name, value);
      return this;
    }

    /** Sets another class path than that of this JVM. */
    public Builder classPath(String path) {
      classPath = path;
      return this;
    }

    /**
     * Runs the class as one of that module, without a class path.
     *
     * @param module the name of the module, which the class is patched into
     * @param members a class of each module that there is
     */
    public Builder module(String module, List<Class<?>> members) {
      modules =
          List.of(
              "--module-path",
              members.stream().map(Builder::place).collect(Collectors.joining(File.pathSeparator)),
              "--patch-module",
              module + "=" + place(main),
              "-m",
              module + "/" + main.getName());
      return this;
    }

    /**
     * Starts it by another program, such as one that takes namespaces of its own.
     *
     * @param program what runs the command behind it
     */
    public Builder within(String... program) {
      within = List.of(program);
      return this;
    }

    /**
     * Runs it as a user without any right, for whom permissions count. Skips the test where there
     * is none.
     *
     * @param wrapper a program that runs, with the rights of this process, what is behind it
     */
    public Builder unprivileged(String... wrapper) {
      this.wrapper = List.of(wrapper);
      return this;
    }

    /** Starts it. */
    public ChildJvm start(String... arguments) throws IOException {
      String java = System.getProperty("java.home") + "/bin/java";
      List<String> command = new ArrayList<>(within);
      Path classes = null;
      if (wrapper != null) {
        command.addAll(wrapper);
        if (Command.isRoot()) {
          command.addAll(Command.AS_NOBODY);
        }
        Command.tryTo(
            "run Java as an ordinary user",
            Stream.concat(command.stream(), Stream.of("test", "-x", java)).toArray(String[]::new));
        classes = Files.createTempDirectory("statsfs-classes-");
        classPath = copies(classPath, classes);
      }
      command.addAll(List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.addAll(options);
      command.addAll(modules.isEmpty() ? List.of("-cp", classPath, main.getName()) : modules);
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command);
      if (wrapper != null) {
        builder.directory(new File("/"));
      }
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      environment.forEach(
          (name, value) -> {
            if (value == null) {
              builder.environment().remove(name);
            } else {
              builder.environment().put(name, value);
            }
          });
      return new ChildJvm(builder, classes);
    }

    /** Runs it to its end. */
    public Result run(String... arguments) throws IOException, InterruptedException {
      try (ChildJvm child = start(arguments)) {
        return child.result();
      }
    }

    /** The jar or directory that a class is from. */
    private static String place(Class<?> type) {
      try {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
      } catch (URISyntaxException e) {
        throw new AssertionError(e);
      }
    }

    /** The classes may be where only root can read them. */
    private static String copies(String classPath, Path to) throws IOException {
      List<String> copies = new ArrayList<>();
      for (String entry : classPath.split(File.pathSeparator)) {
        Path from = Path.of(entry);
        Path copy = to.resolve(copies.size() + "-" + from.getFileName());
        if (Files.exists(from)) {
          copy(from, copy);
        }
        copies.add(copy.toString());
      }
      Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
      return String.join(File.pathSeparator, copies);
    }

    private static void copy(Path from, Path to) throws IOException {
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
  }

  /** What a program left behind. */
  public record Result(int exit, String output, String errors) {

    /** The rest of the first line of the output that begins so. */
    public String line(String beginning) {
      return lines(beginning).stream()
          .findFirst()
          .orElseThrow(() -> new AssertionError("no line " + beginning + " in " + this));
    }

    /** The rest of each line of the output that begins so. */
    public List<String> lines(String beginning) {
      return output
          .lines()
          .filter(line -> line.startsWith(beginning))
          .map(line -> line.substring(beginning.length()))
          .toList();
    }
  }

  /** What it has printed so far. */
  public String output() {
    return text(output);
  }

  private static String text(Path file) {
    try {
      // The last character may not be whole.
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its process. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * Sends a line to a program that prints {@code ready}, in a line of its own, when it has started
   * and after each answer.
   *
   * @param request the line
   * @return the answer, a name and a value per line, with {@code =} between them
   */
  public Map<String, String> answer(String request) throws IOException {
    if (answered == 0) {
      untilReady();
    }
    in.write(request + "\n");
    in.flush();
    Map<String, String> answer = new TreeMap<>();
    untilReady()
        .lines()
        .forEach(
            line -> {
              int separator = line.indexOf('=');
              answer.put(line.substring(0, separator), line.substring(separator + 1));
            });
    return answer;
  }

  private String untilReady() {
    while (true) {
      boolean isAlive = process.isAlive();
      String text = "\n" + output();
      int end = text.indexOf(READY, answered);
      if (end >= 0) {
        String answer = end == answered ? "" : text.substring(answered + 1, end);
        answered = end + READY.length() - 1;
        return answer;
      }
      if (!isAlive) {
        throw new AssertionError("The program has ended: " + text + text(errors));
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Ends its input and waits for its end. */
  public Result result() throws IOException, InterruptedException {
    in.close();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      throw new AssertionError("did not end: " + output() + text(errors));
    }
    return new Result(process.exitValue(), output(), text(errors));
  }

  /** Kills it, if it has not ended. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(output);
    Files.delete(errors);
    if (classes != null) {
      try (Stream<Path> paths = Files.walk(classes)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
