package io.statsfs.core.filesystems;

import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.PathText;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The mounts of this process, and if a host is watched those of its first process. Reading them
 * touches no mounted file system. Immutable.
 */
final class MountTables {
  private final Path own;
  private final @Nullable Path host;

  /**
   * @param own the {@code mountinfo} of this process
   * @param host that of the host; null if this process's own mounts are wanted
   */
  MountTables(Path own, @Nullable Path host) {
    this.own = own;
    this.host = host;
  }

  /**
   * The texts at one moment.
   *
   * @param host null if no host is watched
   */
  record Texts(String own, @Nullable String host) {}

  boolean isOfHost() {
    return host != null;
  }

  /** The one that says what there is; the other one says where it can be reached. */
  Path ofLabels() {
    return host == null ? own : host;
  }

  /**
   * Reads both.
   *
   * @throws IOException if one cannot be read; its message says which, and why
   */
  Texts read() throws IOException {
    return new Texts(text(own), host == null ? null : text(host));
  }

  private static String text(Path mountinfo) throws IOException {
    try {
      return Mounts.text(mountinfo);
    } catch (IOException e) {
      throw new IOException(
          PathText.of(mountinfo) + " cannot be read: " + ReadFailure.describe(e), e);
    }
  }
}
