package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tmpfs of the test's own, mounted as it says. Skips the test where that needs more rights. */
final class TmpfsMount implements AutoCloseable {
  private final Path point;

  private TmpfsMount(Path point) {
    this.point = point;
  }

  static TmpfsMount create(String options) throws IOException, InterruptedException {
    Path point = Files.createTempDirectory("statsfs-mount-").toRealPath();
    boolean mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", point.toString());
    if (!mounted) {
      Files.delete(point);
    }
    assumeTrue(mounted, "a tmpfs cannot be mounted here");
    return new TmpfsMount(point);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  Path point() {
    return point;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (!run("umount", point.toString())) {
      throw new AssertionError(point + " cannot be unmounted");
    }
    Files.delete(point);
  }
}
