package io.statsfs.core.mounts;

import io.statsfs.Layout;
import io.statsfs.core.mounts.Mounts.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cgroups that this process is in, as {@code /proc/self/cgroup} (cgroups(7)) lists them: one in
 * each hierarchy. Paths are those of {@link Mounts}.
 *
 * @param paths from {@code /} on, by controller; that of v2 by the empty name. Where the process is
 *     in a cgroup namespace, relative to the root of that, so that a path can begin with {@code ..}
 */
public record OwnCgroups(Map<String, String> paths) {
  private static final String V2 = "";

  /** A path has at most 4,095 bytes, and there are some 15 hierarchies. */
  private static final int MAX_BYTES = 1 << 17;

  static OwnCgroups read(Path cgroup, FileAccess files) throws IOException {
    return parse(StandardCharsets.ISO_8859_1.decode(files.read(cgroup, MAX_BYTES)).toString());
  }

  /** A line that makes no sense is no cgroup. */
  static OwnCgroups parse(String cgroup) {
    Map<String, String> paths = new HashMap<>();
    for (String line : cgroup.split("\n")) {
      // A path can have colons, and no line feed.
      String[] fields = line.split(":", 3);
      if (fields.length < 3 || !fields[2].startsWith("/")) {
        continue;
      }
      // That of v2 alone has no controllers.
      for (String controller : fields[1].split(",")) {
        paths.putIfAbsent(controller, fields[2]);
      }
    }
    return new OwnCgroups(Map.copyOf(paths));
  }

  /** The cgroup in the hierarchy of a layout; null if the process is in none there. */
  public @Nullable String of(Layout layout) {
    return paths.get(layout.controller().orElse(V2));
  }

  /**
   * Where a mount shows a cgroup.
   *
   * @param mount of the hierarchy, whose root is relative to the same cgroup namespace
   * @param cgroup as {@link #of} gives it
   * @return the path; null if it is not below the root of the mount, or how it is called there
   *     cannot be seen from within the cgroup namespace
   */
  public static @Nullable String at(Mount mount, @Nullable String cgroup) {
    if (cgroup == null) {
      return null;
    }
    List<String> root = names(mount.root());
    List<String> own = names(cgroup);
    if (own.size() < root.size() || !own.subList(0, root.size()).equals(root)) {
      return null;
    }
    List<String> below = own.subList(root.size(), own.size());
    if (below.contains("..")) {
      return null;
    }
    String point = mount.point().equals("/") ? "" : mount.point();
    return below.isEmpty() ? mount.point() : point + "/" + String.join("/", below);
  }

  private static List<String> names(String path) {
    return Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).toList();
  }
}
