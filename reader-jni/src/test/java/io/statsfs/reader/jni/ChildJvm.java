package io.statsfs.reader.jni;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@code main} in a JVM of its own. */
final class ChildJvm implements AutoCloseable {
  static final boolean WARNS_OF_NATIVE_ACCESS = Runtime.version().feature() >= 24;

  /** What a user of the class path is told to say; older JVMs do not ask for it. */
  static final List<String> NATIVE_ACCESS =
      WARNS_OF_NATIVE_ACCESS ? List.of("--enable-native-access=ALL-UNNAMED") : List.of();

  private final Path output;
  private final Path errors;
  private final Process process;

  private ChildJvm(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(arguments);
    output = Files.createTempFile("statsfs-child-", ".out");
    errors = Files.createTempFile("statsfs-child-", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    process = builder.start();
  }

  /** What a child left behind. */
  record Result(int exit, String output, String errors) {
    /** The rest of the line that begins so. */
    String line(String beginning) {
      return output
          .lines()
          .filter(line -> line.startsWith(beginning))
          .map(line -> line.substring(beginning.length()))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no line " + beginning + " in " + this));
    }

    List<String> lines(String beginning) {
      return output
          .lines()
          .filter(line -> line.startsWith(beginning))
          .map(line -> line.substring(beginning.length()))
          .toList();
    }
  }

  /** Starts it on the class path, with the options that spare the user warnings. */
  static ChildJvm start(Class<?> main, List<String> options, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(NATIVE_ACCESS);
    all.addAll(options);
    return startPlain(main, all, arguments);
  }

  /** Starts it on the class path, with these options and no other but the class path. */
  static ChildJvm startPlain(Class<?> main, List<String> options, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(options);
    if (!options.contains("-cp")) {
      all.addAll(List.of("-cp", System.getProperty("java.class.path")));
    }
    all.add(main.getName());
    all.addAll(Arrays.asList(arguments));
    return new ChildJvm(all);
  }

  /** Starts it on the module path, as a class of the module of the JNI reader. */
  static ChildJvm startModular(Class<?> main, List<String> options, String... arguments)
      throws IOException {
    List<Class<?>> modules = new ArrayList<>();
    modules.add(io.statsfs.StatsFs.class);
    modules.add(io.statsfs.core.CoreProvider.class);
    modules.add(com.github.benmanes.caffeine.cache.Caffeine.class);
    modules.add(JniReader.class);
    List<String> all = new ArrayList<>(options);
    all.addAll(
        List.of(
            "--module-path",
            modules.stream().map(ChildJvm::place).collect(Collectors.joining(File.pathSeparator)),
            "--patch-module",
            "io.statsfs.reader.jni=" + place(main),
            "-m",
            "io.statsfs.reader.jni/" + main.getName()));
    all.addAll(Arrays.asList(arguments));
    return new ChildJvm(all);
  }

  /** The jar or directory that a class is from. */
  private static String place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static Result run(Class<?> main, List<String> options, String... arguments) throws Exception {
    try (ChildJvm child = start(main, options, arguments)) {
      return child.result();
    }
  }

  /** What it has printed so far. */
  String output() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends its input and waits for its end. */
  Result result() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      throw new AssertionError("did not end: " + output());
    }
    return new Result(
        process.exitValue(), output(), Files.readString(errors, StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(output);
    Files.delete(errors);
  }

  /** The names in a directory. */
  static List<String> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
