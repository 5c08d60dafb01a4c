package io.statsfs.spi;

/** What {@code stat(2)} says of a file or directory, for {@link StatReader#look}. Immutable. */
public final class FileStatus {
  /** Nothing is there: the kernel answers ENOENT. */
  public static final FileStatus ABSENT = new FileStatus(0, 0, 0, 0, 0, 0);

  private final int mode;
  private final long device;
  private final long inode;
  private final int links;
  private final long modified;
  private final long size;

  private FileStatus(int mode, long device, long inode, int links, long modified, long size) {
    this.mode = mode;
    this.device = device;
    this.inode = inode;
    this.links = links;
    this.modified = modified;
    this.size = size;
  }

  /**
   * What is at a path.
   *
   * @param mode its type and permissions
   * @param device of its file system, as Java's attribute {@code unix:dev} has it
   * @param inode its number on that
   * @param links how many names it has
   * @param modified nanoseconds since 1970
   * @param size in bytes
   * @return what is there
   */
  public static FileStatus of(
      int mode, long device, long inode, int links, long modified, long size) {
    return new FileStatus(mode, device, inode, links, modified, size);
  }

  /**
   * Its type and permissions.
   *
   * @return {@code st_mode}
   */
  public int mode() {
    return mode;
  }

  /**
   * The device of its file system.
   *
   * @return {@code st_dev}
   */
  public long device() {
    return device;
  }

  /**
   * Its number on its file system.
   *
   * @return {@code st_ino}
   */
  public long inode() {
    return inode;
  }

  /**
   * How many names it has.
   *
   * @return {@code st_nlink}
   */
  public int links() {
    return links;
  }

  /**
   * When it was modified.
   *
   * @return nanoseconds since 1970
   */
  public long modified() {
    return modified;
  }

  /**
   * Its size.
   *
   * @return bytes
   */
  public long size() {
    return size;
  }
}
