package io.statsfs.core.mounts;

import io.statsfs.spi.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What {@code stat(2)} says of a directory or file.
 *
 * @param modified nanoseconds since 1970
 */
public record Inode(int mode, long device, long number, int links, long modified, long size) {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;
  private static final int PERMISSIONS = 07777;
  private static final int ANYBODY_MAY_READ = 0444;
  private static final int ANYBODY_MAY_WRITE = 0222;
  private static final String ATTRIBUTES = "unix:mode,dev,ino,nlink,lastModifiedTime,size";
  private static final LinkOption[] FOLLOW = {};
  private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

  public static Inode of(Path path, boolean followLink) throws IOException {
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

  /** The same as a reader has it. */
  public static Inode of(FileStatus status) {
    return new Inode(
        status.mode(),
        status.device(),
        status.inode(),
        status.links(),
        status.modified(),
        status.size());
  }

  /** The type and the permissions of an entry, of a symbolic link itself. */
  public static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode", NO_FOLLOW);
  }

  /** The device of a file system, as {@code stat(2)} says it of its root. */
  public static long device(Path path) throws IOException {
    return (long) Files.getAttribute(path, "unix:dev", NO_FOLLOW);
  }

  public static boolean isDirectory(int mode) {
    return (mode & TYPE) == DIRECTORY;
  }

  public static boolean isRegularFile(int mode) {
    return (mode & TYPE) == REGULAR;
  }

  public static boolean isLink(int mode) {
    return (mode & TYPE) == LINK;
  }

  public static boolean isReadableByAnyone(int mode) {
    return (mode & ANYBODY_MAY_READ) != 0;
  }

  public static boolean isReadableByAll(int mode) {
    return (mode & ANYBODY_MAY_READ) == ANYBODY_MAY_READ;
  }

  public static boolean isWritableByAnyone(int mode) {
    return (mode & ANYBODY_MAY_WRITE) != 0;
  }

  public static int permissions(int mode) {
    return mode & PERMISSIONS;
  }

  public boolean isDirectory() {
    return isDirectory(mode);
  }

  public boolean isRegularFile() {
    return isRegularFile(mode);
  }

  /** What is equal as long as this is the same file or directory, of the same type. */
  public Object identity() {
    return new Identity(this);
  }

  /** What {@link #identity} was asked for; null if it is of something else. */
  public static @Nullable Inode ofIdentity(@Nullable Object identity) {
    return identity instanceof Identity its ? its.of : null;
  }

  private record Identity(Inode of) {
    /** Written out, since JDK 17 keeps the class loader of the record that it linked last. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Identity its && of.isSame(its.of) && of.mode == its.of.mode;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(of.number);
    }
  }

  public boolean isSame(Inode other) {
    return isAt(other.device, other.number);
  }

  public boolean isAt(long itsDevice, long itsNumber) {
    return number == itsNumber && device == itsDevice;
  }
}
