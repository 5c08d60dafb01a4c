package io.statsfs.core.files;

import io.statsfs.Layout;
import io.statsfs.spi.BackendSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the file systems of a host are mounted for a container that watches it. What is below them
 * is found by its usual place in a sysfs, since the mounts of a container need not show how the
 * host's are nested.
 */
final class HostMounts {
  /** The mounts of this process. */
  static final HostMounts NONE = new HostMounts(null, null);

  private final @Nullable Path proc;
  private final @Nullable Path sys;

  HostMounts(BackendSettings settings) {
    this(settings.proc().orElse(null), settings.sys().orElse(null));
  }

  private HostMounts(@Nullable Path proc, @Nullable Path sys) {
    this.proc = proc;
    this.sys = sys;
  }

  /** The directories that are named. */
  List<Path> all() {
    List<Path> all = new ArrayList<>();
    Optional.ofNullable(proc).ifPresent(all::add);
    Optional.ofNullable(sys).ifPresent(all::add);
    return all;
  }

  /**
   * Whether a tree is looked for below the directories that are named: not those of this process
   * and its cgroup, which stay its own.
   */
  boolean have(Layout layout) {
    if ((isProc(layout) ? proc : sys) == null) {
      return false;
    }
    boolean isOwn = layout.isOwnCgroup() || isBelow(layout, "self") && !isOfMounts(layout);
    return !isOwn && !layout.homeTypes().isEmpty();
  }

  private static boolean isProc(Layout layout) {
    return layout.homeTypes().contains("proc");
  }

  private static boolean isBelow(Layout layout, String directory) {
    return isProc(layout) && (layout.homePath() + "/").startsWith(directory + "/");
  }

  /** Whether it is of all that is mounted where the process is, and not of the process. */
  private static boolean isOfMounts(Layout layout) {
    return isBelow(layout, "self/mountstats");
  }

  /** Why a tree of the host cannot be had there; null if it can. */
  @Nullable String whyNot(Layout layout) {
    if (isBelow(layout, "sys/net")) {
      // They are those of the network namespace of the process that reads.
      return "in a procfs that is mounted elsewhere, "
          + layout.homePath()
          + " is that of this process and not of the host";
    }
    return isProc(layout) || !places(layout).isEmpty()
        ? null
        : "where the host has a file system of type "
            + String.join(" or ", layout.homeTypes())
            + " is not known; name it as a root";
  }

  /** Where the tree may begin. */
  List<Path> places(Layout layout) {
    List<Path> places = new ArrayList<>();
    if (isProc(layout) && proc != null) {
      // There net and self are links to those of the process that reads.
      String path = layout.homePath();
      if (isBelow(layout, "net")) {
        path = "1/" + path;
      } else if (isOfMounts(layout)) {
        path = path.replaceFirst("self", "1");
      }
      places.add(proc.resolve(path));
    } else if (sys != null) {
      for (String type : layout.homeTypes()) {
        for (String mount : mounts(layout, type)) {
          places.add(sys.resolve(mount).resolve(layout.homePath()));
        }
      }
    }
    return places;
  }

  /** Where such a file system is in a sysfs, as distributions mount it. */
  private List<String> mounts(Layout layout, String type) {
    return switch (type) {
      case "sysfs" -> List.of("");
      case "debugfs" -> List.of("kernel/debug");
      case "tracefs" -> List.of("kernel/tracing");
      case "statsfs", "stats_fs" -> List.of("kernel/stats", "kernel/statsfs", "kernel/stats_fs");
      // What is below the mounts of version 1 would be taken for cgroups of version 2, and the
      // other way round.
      case "cgroup2" ->
          Stream.of("fs/cgroup/unified", "fs/cgroup").filter(this::hasV2).limit(1).toList();
      case "cgroup" ->
          layout.controller().stream()
              .map(controller -> "fs/cgroup/" + controller)
              .filter(mount -> !hasV2(mount))
              .toList();
      default -> List.of();
    };
  }

  private boolean hasV2(String mount) {
    return sys != null && Files.exists(sys.resolve(mount).resolve("cgroup.controllers"));
  }
}
