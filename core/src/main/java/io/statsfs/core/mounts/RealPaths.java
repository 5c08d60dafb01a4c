package io.statsfs.core.mounts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Resolves the symbolic links of paths, of which many are in the same directories. For one look at
 * many paths, in which nothing should move; for one thread at a time.
 */
public final class RealPaths {
  private final Map<Path, Path> directories = new HashMap<>();

  /**
   * The path of an entry whose directory has no symbolic links in it. The entry itself may be one.
   *
   * @throws IOException if its directory leads nowhere, or if that cannot be found out
   */
  Path ofEntry(Path path) throws IOException {
    Path directory = path.getParent();
    Path name = path.getFileName();
    if (directory == null || name == null || !path.isAbsolute() || isDots(name.toString())) {
      return path.toRealPath();
    }
    Path real = directories.get(directory);
    if (real == null) {
      real = directory.toRealPath();
      directories.put(directory, real);
    }
    return real.equals(directory) ? path : real.resolve(name);
  }

  private static boolean isDots(String name) {
    return name.equals(".") || name.equals("..");
  }
}
