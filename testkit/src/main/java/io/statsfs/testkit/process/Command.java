package io.statsfs.testkit.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Runs the machine's own programs. */
public final class Command {

  /** Runs what is behind it as a user without any right; only some roots may do that. */
  public static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  private Command() {}

  /** Runs a program that must succeed. */
  public static String run(String... command) {
    Result result = start(command);
    if (result.exit != 0) {
      throw new AssertionError(Arrays.toString(command) + " failed: " + result.output);
    }
    return result.output;
  }

  /**
   * Runs a program that only some machines have, or allow. Being root says nothing about that.
   *
   * @param purpose what it is for, the same at each call, since skipped tests are counted by it
   */
  public static void tryTo(String purpose, String... command) {
    Result result;
    try {
      result = start(command);
    } catch (UncheckedIOException e) {
      result = new Result(-1, e.getMessage());
    }
    Result tried = result;
    assumeTrue(
        tried.exit == 0,
        () -> "cannot " + purpose + " here: " + tried.output.lines().findFirst().orElse(""));
  }

  /** Whether this user is root, who owns what root owns; that allows nothing by itself. */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A name that nothing on the machine has, short enough for a network interface. */
  public static String uniqueName() {
    return "st" + Long.toString(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36 * 36), 36);
  }

  private record Result(int exit, String output) {}

  /** Without pipes, whose ends the JDK closes at some later time. */
  private static Result start(String... command) {
    try {
      Path output = Files.createTempFile("statsfs-command-", "");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        return new Result(process.waitFor(), Files.readString(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
