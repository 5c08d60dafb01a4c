package io.statsfs.core.scan;

import java.nio.file.Path;
import java.util.Map;

/** A file of one value, in whichever directories there is one of its name. Immutable. */
class StatFile {
  private final String stat;
  private final Path file;
  private final int permissions;

  /**
   * A file.
   *
   * @param stat the name of the stat
   * @param file the name of the file
   * @param permissions of the file when it was listed; 0 where nobody looked, see {@link
   *     io.statsfs.core.mounts.FileSystemType#hasControls}
   */
  StatFile(String stat, Path file, int permissions) {
    this.stat = stat;
    this.file = file;
    this.permissions = permissions;
  }

  /** The name of the stat. */
  final String stat() {
    return stat;
  }

  /** The name of the file, as a path. */
  final Path file() {
    return file;
  }

  final int permissions() {
    return permissions;
  }

  /** The name of the file, as {@link io.statsfs.Stat#name()} writes names. */
  String fileName() {
    return stat;
  }

  /** What the names of all files of its source begin with; empty if they have no labels. */
  String source() {
    return "";
  }

  /** The labels that its name gives its source. */
  Map<String, String> labels() {
    return Map.of();
  }
}
