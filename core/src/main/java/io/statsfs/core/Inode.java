package io.statsfs.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What {@code stat(2)} says of a directory or file.
 *
 * @param modified nanoseconds since 1970
 */
record Inode(int mode, long device, long number, int links, long modified, long size) {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final String ATTRIBUTES = "unix:mode,dev,ino,nlink,lastModifiedTime,size";
  private static final LinkOption[] FOLLOW = {};
  private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

  static Inode of(Path path, boolean followLink) throws IOException {
    Map<String, Object> map =
        Files.readAttributes(path, ATTRIBUTES, followLink ? FOLLOW : NO_FOLLOW);
    return new Inode(
        (int) map.get("mode"),
        (long) map.get("dev"),
        (long) map.get("ino"),
        (int) map.get("nlink"),
        ((FileTime) map.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS),
        (long) map.get("size"));
  }

  boolean isDirectory() {
    return (mode & TYPE) == DIRECTORY;
  }

  boolean isRegularFile() {
    return (mode & TYPE) == REGULAR;
  }

  boolean isSame(Inode other) {
    return isAt(other.device, other.number);
  }

  boolean isAt(long itsDevice, long itsNumber) {
    return number == itsNumber && device == itsDevice;
  }
}
