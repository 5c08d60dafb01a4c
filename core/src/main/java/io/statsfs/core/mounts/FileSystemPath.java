package io.statsfs.core.mounts;

import io.statsfs.Layout;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which file or directory of which type of file system a path leads to.
 *
 * @param path where it is inside the file system, from {@code /} on, one char per byte; empty if
 *     that is unknown
 * @param isMounted whether it is itself what is mounted, not something below
 * @param controllers of cgroup v1; empty on any other type
 */
public record FileSystemPath(
    FileSystemType type, String path, boolean isMounted, Set<String> controllers) {
  private static final long PID = ProcessHandle.current().pid();
  private static final Pattern PROCESS = Pattern.compile("^/[0-9]+(?=/)");

  public static final FileSystemPath UNKNOWN =
      new FileSystemPath(FileSystemType.UNKNOWN, "", false);

  public FileSystemPath(FileSystemType type, String path, boolean isMounted) {
    this(type, path, isMounted, Set.of());
  }

  /** The path by way of the mount that it leads to. */
  public static FileSystemPath of(Mounts.Mount mount, String path) {
    return new FileSystemPath(
        FileSystemType.of(mount.type()),
        mount.inside(path),
        path.equals(mount.point()),
        mount.controllers());
  }

  /** Whether a tree of this layout begins here. */
  public boolean isHomeOf(Layout layout) {
    String home = "/" + layout.homePath();
    boolean isCgroup = layout.homeTypes().contains(type.name()) && type.hasCgroups();
    if (isCgroup && layout.controller().map(c -> !controllers.contains(c)).orElse(false)) {
      return false;
    } else if (isCgroup && layout.homePath().isEmpty()) {
      // Any directory is one, and a container's mount begins at its own.
      return isMounted || layout.isOwnCgroup();
    }
    return layout.homeTypes().contains(type.name())
        && (path.equals(home)
            || isCgroup && layout.isOwnCgroup() && path.endsWith(home)
            || type.name().equals("proc") && isBehindLink(home));
  }

  /** Whether procfs leads here by a link of its root: self is a process, and net is that of one. */
  private boolean isBehindLink(String home) {
    String process = home.equals("/self") || home.startsWith("/self/") ? "/" + PID : "";
    return process.isEmpty()
        ? (home + "/").startsWith("/net/") && PROCESS.matcher(path).replaceFirst("").equals(home)
        : path.equals(process + home.substring("/self".length()));
  }

  /** Whether writing {@code 0} to the file of a cumulative stat zeroes it here. */
  public boolean clears() {
    String where = type.clears();
    return where != null
        && path.startsWith(where)
        && (where.equals("/") || path.startsWith("/", where.length()));
  }
}
