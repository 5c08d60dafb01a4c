package io.statsfs.testkit;

import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A mount of debugfs of the test's own. Skips the test where it cannot be mounted, which needs the
 * capability CAP_SYS_ADMIN.
 */
public final class DebugfsMount implements AutoCloseable {
  private final Path root;
  private boolean mounted;

  private DebugfsMount(Path root) {
    this.root = root;
  }

  /**
   * Mounts debugfs at a temporary directory.
   *
   * @return the mount; closing ends it
   */
  public static DebugfsMount create() {
    try {
      DebugfsMount mount =
          new DebugfsMount(Files.createTempDirectory("statsfs-debugfs-").toRealPath());
      try {
        Command.tryTo("mount debugfs", "mount", "-t", "debugfs", "debugfs", mount.root.toString());
        mount.mounted = true;
      } finally {
        if (!mount.mounted) {
          mount.close();
        }
      }
      return mount;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where it is mounted.
   *
   * @return the directory
   */
  public Path root() {
    return root;
  }

  /**
   * Ends the mount while things may still be in use.
   *
   * @throws AssertionError if something below is open
   */
  public void unmount() {
    Command.run("umount", root.toString());
    mounted = false;
  }

  /** Ends the mount, at the latest when the last file below is closed. */
  @Override
  public void close() {
    if (mounted) {
      Command.run("umount", "--lazy", root.toString());
      mounted = false;
    }
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
