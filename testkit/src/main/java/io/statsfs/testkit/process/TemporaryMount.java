package io.statsfs.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system of the kernel, mounted at a temporary directory. Skips the test where it cannot be
 * mounted, which needs the capability CAP_SYS_ADMIN.
 */
public final class TemporaryMount implements AutoCloseable {
  private final Path root;
  private boolean mounted;

  private TemporaryMount(Path root) {
    this.root = root;
  }

  /**
   * Mounts a file system.
   *
   * @param type its type, such as {@code debugfs}
   * @param options further arguments of mount(8)
   * @return the mount; closing ends it
   */
  public static TemporaryMount of(String type, String... options) {
    try {
      TemporaryMount mount =
          new TemporaryMount(Files.createTempDirectory("statsfs-" + type + "-").toRealPath());
      try {
        List<String> command = new ArrayList<>(List.of("mount", "-t", type));
        command.addAll(List.of(options));
        command.addAll(List.of(type, mount.root.toString()));
        Command.tryTo("mount " + type, command.toArray(String[]::new));
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

  /** Where it is mounted. */
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
