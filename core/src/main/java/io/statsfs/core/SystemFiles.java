package io.statsfs.core;

import java.nio.file.Path;

/**
 * Where the kernel says what it has.
 *
 * @param mountinfo the mounts of this process
 * @param filesystems the types of file system that the kernel knows
 */
record SystemFiles(Path mountinfo, Path filesystems) {
  static final SystemFiles PROC =
      new SystemFiles(Path.of("/proc/self/mountinfo"), Path.of("/proc/filesystems"));
}
