package io.statsfs.core.mounts;

import io.statsfs.Layout;

/**
 * Which file or directory of which type of file system a path leads to.
 *
 * @param path where it is inside the file system, from {@code /} on, one char per byte; empty if
 *     that is unknown
 * @param isMounted whether it is itself what is mounted, not something below
 */
public record FileSystemPath(FileSystemType type, String path, boolean isMounted) {
  public static final FileSystemPath UNKNOWN =
      new FileSystemPath(FileSystemType.UNKNOWN, "", false);

  /** The path by way of the mount that it leads to. */
  public static FileSystemPath of(Mounts.Mount mount, String path) {
    return new FileSystemPath(
        FileSystemType.of(mount.type()), mount.inside(path), path.equals(mount.point()));
  }

  /** Whether a tree of this layout begins here. */
  public boolean isHomeOf(Layout layout) {
    String home = "/" + layout.homePath();
    return layout.homeTypes().contains(type.name())
        && (path.equals(home)
            // What is /proc/net is that of the process.
            || (home + "/").startsWith("/net/")
                && type.name().equals("proc")
                && path.matches("/[0-9]+/net(/.*)?")
                && path.endsWith(home));
  }

  /** Whether writing {@code 0} to the file of a cumulative stat zeroes it here. */
  public boolean clears() {
    String where = type.clears();
    return where != null
        && path.startsWith(where)
        && (where.equals("/") || path.startsWith("/", where.length()));
  }
}
