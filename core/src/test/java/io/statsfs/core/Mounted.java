package io.statsfs.core;

import io.statsfs.spi.PathText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A real mount, which closing undoes. Tests are skipped where nothing may be mounted. */
public record Mounted(Path point) implements AutoCloseable {

  /** The device that a mount has in mountinfo if a path is on it. */
  public static String device(Path path) {
    try {
      long device = (long) Files.getAttribute(path, "unix:dev");
      return (device >> 8 & 0xfff) + ":" + (device & 0xff | device >> 12 & 0xfff00);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public static Mounted tmpfs(Path point) throws IOException, InterruptedException {
    return mount(point, "mount -t tmpfs tmpfs");
  }

  public static Mounted debugfs(Path point) throws IOException, InterruptedException {
    return mount(point, "mount -t debugfs debugfs");
  }

  public static Mounted bind(Path from, Path point) throws IOException, InterruptedException {
    return mount(point, "mount --bind '" + from.toRealPath() + "'");
  }

  private static Mounted mount(Path point, String command)
      throws IOException, InterruptedException {
    String result = run(point, command);
    Assumptions.assumeTrue(result.isEmpty(), () -> "cannot mount here: " + result);
    return new Mounted(point);
  }

  /** Java encodes arguments by the locale, so the shell has to complete the name itself. */
  private static String run(Path point, String command) throws IOException, InterruptedException {
    String letters = PathText.nameOf(point).replaceAll("[^a-z].*", "");
    Process process =
        new ProcessBuilder(
                "sh", "-c", command + " \"$0/\"" + letters + "*", point.getParent().toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return process.waitFor() == 0 ? "" : command + ": " + output.lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    try {
      String result = run(point, "umount");
      if (!result.isEmpty()) {
        throw new AssertionError(result);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
