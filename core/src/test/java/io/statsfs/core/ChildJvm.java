package io.statsfs.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Runs the {@code main} of a class in another JVM, with this one's class path. */
public final class ChildJvm {
  private final Class<?> main;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> dropped = new ArrayList<>();
  private boolean unprivileged;
  private String heap = "128m";

  private ChildJvm(Class<?> main) {
    this.main = main;
  }

  /** What a child left behind. */
  public record Result(int exit, String output) {}

  public static ChildJvm of(Class<?> main) {
    return new ChildJvm(main);
  }

  /** Sets a variable; null takes it away. */
  public ChildJvm environment(String name, String value) {
    if (value == null) {
      dropped.add(name);
    } else {
      environment.put(name, value);
    }
    return this;
  }

  /** Runs it as a user without any right, for whom permissions count. */
  public ChildJvm unprivileged() {
    unprivileged = true;
    return this;
  }

  /** Sets how large the heap may become. */
  public ChildJvm heap(String size) {
    heap = size;
    return this;
  }

  public Result run(String... arguments) throws IOException, InterruptedException {
    Path classes = null;
    try {
      List<String> command = new ArrayList<>();
      String classPath = System.getProperty("java.class.path");
      if (unprivileged) {
        assumeUnprivileged();
        classes = Files.createTempDirectory(Path.of("/tmp"), "statsfs-classes-");
        classPath = copy(classPath, classes);
        command.addAll(asNobody());
      }
      command.add(System.getProperty("java.home") + "/bin/java");
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx" + heap));
      command.addAll(List.of("-cp", classPath, main.getName()));
      command.addAll(List.of(arguments));
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(Path.of("/").toFile()).redirectErrorStream(true);
      builder.environment().putAll(environment);
      builder.environment().keySet().removeAll(dropped);
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      Path output = Files.createTempFile("statsfs-child-", ".txt");
      Process process = builder.redirectOutput(output.toFile()).start();
      try {
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        String text = Files.readString(output, StandardCharsets.UTF_8);
        return ended
            ? new Result(process.exitValue(), text)
            : new Result(-1, "did not end within a minute:\n" + text);
      } finally {
        process.destroyForcibly();
        Files.delete(output);
      }
    } finally {
      if (classes != null) {
        delete(classes);
      }
    }
  }

  /** Runs what is behind it as a user without any right. Nobody but root has to change for that. */
  private static List<String> asNobody() {
    return System.getProperty("user.name").equals("root")
        ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
        : List.of();
  }

  /** Skips the test where root may not be another user, or where that one may not run Java. */
  private static void assumeUnprivileged() throws IOException, InterruptedException {
    List<String> trial = new ArrayList<>(asNobody());
    trial.addAll(List.of("test", "-x", System.getProperty("java.home") + "/bin/java"));
    String failure;
    try {
      Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      failure = process.waitFor() == 0 ? null : output.lines().findFirst().orElse("");
    } catch (IOException e) {
      failure = e.getMessage();
    }
    String found = failure;
    Assumptions.assumeTrue(
        found == null, () -> "cannot run Java as an ordinary user here: " + found);
  }

  /** The build's own directories may lie where another user cannot go. */
  private static String copy(String classPath, Path to) throws IOException {
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> copies = new ArrayList<>();
    for (String entry : classPath.split(":")) {
      Path from = Path.of(entry);
      if (Files.exists(from)) {
        Path copy = to.resolve(copies.size() + "-" + from.getFileName());
        try (Stream<Path> paths = Files.walk(from)) {
          for (Path path : paths.toList()) {
            Path target = copy.resolve(from.relativize(path).toString());
            Files.copy(path, path.equals(from) ? copy : target);
          }
        }
        copies.add(copy.toString());
      }
    }
    return String.join(":", copies);
  }

  private static void delete(Path top) throws IOException {
    try (Stream<Path> paths = Files.walk(top)) {
      paths
          .sorted(Comparator.reverseOrder())
          .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
