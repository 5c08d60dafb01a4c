package io.statsfs.testkit;

import io.statsfs.testkit.process.TemporaryMount;
import java.nio.file.Path;

/**
 * A mount of debugfs of the test's own. Skips the test where it cannot be mounted, which needs the
 * capability CAP_SYS_ADMIN.
 */
public final class DebugfsMount implements AutoCloseable {
  private final TemporaryMount mount = TemporaryMount.of("debugfs");

  private DebugfsMount() {}

  /**
   * Mounts debugfs at a temporary directory.
   *
   * @return the mount; closing ends it
   */
  public static DebugfsMount create() {
    return new DebugfsMount();
  }

  /**
   * Where it is mounted.
   *
   * @return the directory
   */
  public Path root() {
    return mount.root();
  }

  /**
   * Ends the mount while things may still be in use.
   *
   * @throws AssertionError if something below is open
   */
  public void unmount() {
    mount.unmount();
  }

  /** Ends the mount, at the latest when the last file below is closed. */
  @Override
  public void close() {
    mount.close();
  }
}
