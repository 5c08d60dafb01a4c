package io.statsfs.core.filesystems;

import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.Mounts.Mount;
import io.statsfs.spi.MountPlan;
import io.statsfs.spi.PathText;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file system that is mounted.
 *
 * @param mount which says what it is, and where it is mounted for those who see it
 * @param reached by which this process gets there: the same, unless the file system is a host's
 * @param onAutofs whether the way there leads over an autofs
 */
record FileSystem(Mount mount, Mount reached, boolean onAutofs) {
  /** By which file systems can be excluded. */
  static final List<String> LABELS = List.of("device", "mountpoint", "type", "mode", "root");

  private static final long UNKNOWN_DEVICE = -1;

  /** Written out for the reason that {@link io.statsfs.Tree#equals} gives. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FileSystem system
        && mount.equals(system.mount)
        && reached.equals(system.reached)
        && onAutofs == system.onAutofs;
  }

  @Override
  public int hashCode() {
    return mount.hashCode();
  }

  private static String text(String bytes) {
    return PathText.decode(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** What one of {@link #LABELS} is for a mount. */
  static String label(String key, Mount mount) {
    return switch (key) {
      case "device" -> text(mount.source());
      case "mountpoint" -> text(mount.point());
      case "type" -> text(mount.type());
      case "mode" -> mount.isReadOnly() ? "ro" : "rw";
      case "root" -> text(mount.root());
      default -> "";
    };
  }

  /** All but the root, which is of interest only for leaving mounts out. */
  Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String key : LABELS.subList(0, LABELS.size() - 1)) {
      labels.put(key, label(key, mount));
    }
    return Collections.unmodifiableMap(labels);
  }

  /** The mount point, for people. */
  String point() {
    return label("mountpoint", mount);
  }

  boolean isServed() {
    return FileSystemType.isServed(mount.type(), mount.source());
  }

  MountPlan plan(int[] slots) {
    return MountPlan.builder(Mounts.path(reached.point()), slots)
        .mountId(reached.id())
        .device(
            FileSystemType.hasDevicesOfItsOwn(reached.type()) ? UNKNOWN_DEVICE : reached.device())
        .onAutofs(onAutofs)
        .readOnly(mount.isReadOnly(), reached.isReadOnly() == mount.isReadOnly())
        .build();
  }
}
