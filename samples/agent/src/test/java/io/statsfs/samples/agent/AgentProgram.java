package io.statsfs.samples.agent;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The agent as users start it, in a process of its own. */
final class AgentProgram implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Process process;
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  private AgentProgram(ProcessBuilder builder) {
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Empty if the output goes elsewhere.
    read(process.getInputStream(), out);
    read(process.getErrorStream(), err);
  }

  static AgentProgram start(String... args) {
    return start(Map.of(), args);
  }

  static AgentProgram start(Map<String, String> environment, String... args) {
    return new AgentProgram(builder(environment, args));
  }

  /** By another command than the start script. */
  static AgentProgram startCommand(Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return new AgentProgram(builder);
  }

  /** With a standard output that nobody reads. */
  static AgentProgram startWritingTo(String file, String... args) {
    return new AgentProgram(builder(Map.of(), args).redirectOutput(new File(file)));
  }

  /** A program of the tests instead. */
  static AgentProgram startMain(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    if (Runtime.version().feature() >= 24) {
      // As the manifest of the agent's jar does.
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return new AgentProgram(new ProcessBuilder(command));
  }

  /** Runs a command that starts the program. */
  static AgentProgram runCommand(Map<String, String> environment, List<String> command) {
    AgentProgram program = new AgentProgram(builder(environment, command));
    program.exitCode();
    return program;
  }

  private static ProcessBuilder builder(Map<String, String> environment, String... args) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("agent.script"));
    command.addAll(List.of(args));
    return builder(environment, command);
  }

  private static ProcessBuilder builder(Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return builder;
  }

  /** Runs the program to its end. */
  static AgentProgram run(String... args) {
    AgentProgram program = start(args);
    program.exitCode();
    return program;
  }

  private void read(InputStream stream, List<String> lines) {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader text =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                  synchronized (lines) {
                    lines.add(line);
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    reader.start();
    readers.add(reader);
  }

  List<String> out() {
    synchronized (out) {
      return List.copyOf(out);
    }
  }

  List<String> err() {
    synchronized (err) {
      return List.copyOf(err);
    }
  }

  int exitCode() {
    try {
      if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("The agent does not end. " + this);
      }
      for (Thread reader : readers) {
        reader.join();
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void terminate() {
    // Unlike that of the process, this leaves the streams open.
    process.toHandle().destroy();
  }

  long descriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long threads() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      return threads.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is left on the heap after a garbage collection. */
  long liveBytes() {
    try {
      Process jcmd =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/jcmd",
                  "" + process.pid(),
                  "GC.class_histogram")
              .start();
      String[] total =
          jcmd.inputReader().lines().reduce("", (before, line) -> line).strip().split(" +");
      return Long.parseLong(total[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void await(String what, Supplier<Boolean> condition) {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.get()) {
      if (System.nanoTime() > end || !process.isAlive()) {
        throw new AssertionError(what + " does not come about. " + this);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  @Override
  public String toString() {
    List<String> lines = out();
    return "Output: " + lines.subList(Math.max(0, lines.size() - 20), lines.size()) + " " + err();
  }
}
