package io.statsfs.core.filesystems;

import io.statsfs.Layout;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.Mounts.Mount;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Selects the mounts to ask by what the lists of mounts say, so that nothing that may hang is
 * touched: what no path leads to is left out, what the layout excludes, and all mounts of a file
 * system but one. Pure.
 *
 * @param found the file systems, in the order of their list
 * @param unreached those of the host that are mounted nowhere for this process
 */
record Selection(List<FileSystem> found, List<Mount> unreached) {
  private static final String AUTOFS = "autofs";

  static Selection of(Mounts own, @Nullable Mounts host, Layout layout) {
    List<Mount> visible = own.visible();
    Map<Integer, Mount> byId = new HashMap<>();
    own.mounts().forEach(mount -> byId.put(mount.id(), mount));
    Map<List<Object>, List<Mount>> places = new HashMap<>();
    for (Mount mount : visible) {
      places.computeIfAbsent(place(mount), place -> new ArrayList<>()).add(mount);
    }
    Map<Long, List<FileSystem>> byDevice = new LinkedHashMap<>();
    Map<Long, Mount> unreached = new LinkedHashMap<>();
    for (Mount mount : host == null ? visible : host.visible()) {
      // Even looking at an autofs can mount something.
      if (mount.type().equals(AUTOFS) || isExcluded(mount, layout)) {
        continue;
      }
      Mount reached = host == null ? mount : nearest(places.get(place(mount)), mount);
      if (reached == null) {
        unreached.putIfAbsent(mount.device(), mount);
      } else {
        byDevice
            .computeIfAbsent(mount.device(), device -> new ArrayList<>())
            .add(new FileSystem(mount, reached, isOnAutofs(reached, byId)));
      }
    }
    unreached.keySet().removeAll(byDevice.keySet());
    return new Selection(
        byDevice.values().stream().map(Selection::first).toList(), List.copyOf(unreached.values()));
  }

  /** The same in all lists of mounts of a machine. */
  private static List<Object> place(Mount mount) {
    return List.of(mount.device(), mount.root());
  }

  private static boolean isExcluded(Mount mount, Layout layout) {
    for (String key : FileSystem.LABELS) {
      if (layout.excludesLabel(key, FileSystem.label(key, mount))) {
        return true;
      }
    }
    return false;
  }

  /** Where the mount of a host is for this process, best below where the host's root is. */
  private static @Nullable Mount nearest(@Nullable Collection<Mount> places, Mount ofHost) {
    return places == null
        ? null
        : places.stream()
            .min(Comparator.comparing(place -> !place.point().endsWith(ofHost.point())))
            .orElse(null);
  }

  /** The mount of the whole file system is the first of all, then the one nearest to the root. */
  private static FileSystem first(List<FileSystem> same) {
    return same.stream()
        .min(
            Comparator.comparing((FileSystem system) -> !system.mount().root().equals("/"))
                .thenComparing(FileSystem::onAutofs)
                .thenComparing(system -> system.mount().point().length()))
        .orElseThrow();
  }

  /** Whether a mount that the path to this one leads over, or that is below it, is an autofs. */
  private static boolean isOnAutofs(Mount mount, Map<Integer, Mount> byId) {
    Mount next = byId.get(mount.parent());
    for (int i = 0; next != null && i < byId.size(); i++) {
      if (next.type().equals(AUTOFS)) {
        return true;
      }
      next = byId.get(next.parent());
    }
    return false;
  }
}
