package io.statsfs.core.mounts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Resolves the symbolic links of paths, of which many lead through the same directories: each of
 * these is looked at once. For one look at many paths, in which nothing should move.
 */
public final class RealPaths {
  /** As the kernel has it. */
  private static final int MOST_LINKS = 40;

  private final FileAccess files;

  /** What directories are without links. A thread that was left behind may add to it, too. */
  private final Map<Path, Path> directories = new ConcurrentHashMap<>();

  /** What links lead to that have been followed. */
  private final Map<Path, Target> targets = new ConcurrentHashMap<>();

  /**
   * Where a link leads.
   *
   * @param text what it holds
   */
  private record Target(Path text, Path path) {}

  public RealPaths(FileAccess files) {
    this.files = files;
  }

  /**
   * The path of an entry whose directory has no symbolic links in it. The entry itself may be one.
   *
   * @throws IOException if its directory leads nowhere, or if that cannot be found out
   */
  public Path ofEntry(Path path) throws IOException {
    return isPlain(path) ? entry(path, 0) : path.toRealPath();
  }

  /**
   * The path of what a symbolic link leads to. The link itself is always read.
   *
   * @throws IOException if that is no link, if it leads nowhere, or if that cannot be found out
   */
  public Path ofLink(Path link) throws IOException {
    return isPlain(link) ? target(entry(link, 0), 0) : link.toRealPath();
  }

  /** The path of a directory that is looked at once. */
  public Path ofDirectory(Path directory) throws IOException {
    return isPlain(directory) ? directory(directory, 0) : directory.toRealPath();
  }

  /** Whether a path names each step of its way. */
  private static boolean isPlain(Path path) {
    if (!path.isAbsolute()) {
      return false;
    }
    String text = path.toString();
    return text.indexOf("/.") < 0 || path.equals(path.normalize());
  }

  private Path entry(Path path, int links) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      return path;
    }
    Path real = directory(parent, links);
    return real.equals(parent) ? path : real.resolve(path.getFileName());
  }

  private Path directory(Path path, int links) throws IOException {
    if (path.getParent() == null) {
      return path;
    }
    Path known = directories.get(path);
    if (known == null) {
      Path entry = entry(path, links);
      known = Inode.isLink(files.mode(entry)) ? target(entry, links) : entry;
      directories.put(path, known);
    }
    return known;
  }

  /** Where a link leads whose directory has no links in it. */
  private Path target(Path link, int links) throws IOException {
    if (links == MOST_LINKS) {
      // Says why.
      return link.toRealPath();
    }
    Path text = Files.readSymbolicLink(link);
    Target known = targets.get(link);
    if (known != null && known.text.equals(text)) {
      return known.path;
    }
    Path at = Objects.requireNonNull(text.isAbsolute() ? text.getRoot() : link.getParent());
    for (Path name : text) {
      String step = name.toString();
      if (step.equals("..")) {
        Path above = at.getParent();
        at = above == null ? at : above;
      } else if (!step.equals(".")) {
        at = directory(at.resolve(name), links + 1);
      }
    }
    targets.put(link, new Target(text, at));
    return at;
  }
}
