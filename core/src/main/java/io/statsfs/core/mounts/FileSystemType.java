package io.statsfs.core.mounts;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a type of file system lets a reader rely on.
 *
 * @param name as {@code /proc/mounts} has it
 * @param keepsOpen whether a file that is kept open answers with its present value when it is read
 *     again from the beginning, and with an error once its object is gone; of most files, see
 *     {@link #keepsOpen(String)}
 * @param changeDetection which changes of a directory show in its inode
 * @param filesOnly whether directories without subdirectories hold regular files only
 * @param staleZeros whether a file that was opened before its source went reads as an empty
 *     aggregate, without an error
 * @param userMade whether entries are made by users, and can be FIFOs, devices and symbolic links
 * @param clears below which directory of the file system writing {@code 0} to the file of a
 *     cumulative stat zeroes it, {@code /} being everywhere; null where that may change a setting
 *     instead
 */
public record FileSystemType(
    String name,
    boolean keepsOpen,
    ChangeDetection changeDetection,
    boolean filesOnly,
    boolean staleZeros,
    boolean userMade,
    @Nullable String clears) {

  /** Which changes show in the link count and the modification time of a directory. */
  public enum ChangeDetection {
    /** Nothing that can be relied on. */
    NONE,
    /** That a subdirectory came or went. */
    DIRECTORIES,
    /** That any entry came or went. */
    ALL
  }

  /** The name says all. Written out for the reason that {@link io.statsfs.Tree#equals} gives. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FileSystemType type && name.equals(type.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /**
   * Whether files of cgroup v1 are kernfs's, as those of sysfs and cgroup v2 are. Earlier kernels
   * had code of its own for it, of which nothing is relied on.
   */
  private static final boolean CGROUPS_ARE_OF_KERNFS =
      !System.getProperty("os.version", "").matches("[23]\\..*");

  /**
   * Files of cgroup v1 that list processes. Of one that is kept open the kernel makes no new list
   * before it was not read for a second.
   */
  private static final Set<String> LISTS_OF_PROCESSES = Set.of("cgroup.procs", "tasks");

  /** Of which nothing is known, not even the name. */
  static final FileSystemType UNKNOWN = of("unknown");

  public boolean isKnown() {
    return !name.equals(UNKNOWN.name);
  }

  /** Whether all files are alike in that, whatever their names. */
  public boolean keepsAllOpen() {
    return keepsOpen && !name.equals("cgroup");
  }

  /** Whether a file of that name answers so. */
  public boolean keepsOpen(String file) {
    return keepsAllOpen() || keepsOpen && !LISTS_OF_PROCESSES.contains(file);
  }

  /**
   * Whether files may be there that are written only, such as {@code cgroup.kill} or tracefs's
   * {@code free_buffer}, so that the mode of each new file has to be looked at. An ordinary file
   * system has none, and neither has statsfs.
   */
  public boolean hasControls() {
    return changeDetection != ChangeDetection.ALL && !staleZeros;
  }

  /** Whether its directories are cgroups, of which a mount can show those below any one. */
  public boolean hasCgroups() {
    return name.equals("cgroup") || name.equals("cgroup2");
  }

  public static FileSystemType of(String type) {
    return switch (type) {
      // The last is what a file system in user space calls itself that behaves as statsfs does.
      case "statsfs", "stats_fs", "fuse.statsfs" ->
          new FileSystemType(type, false, ChangeDetection.DIRECTORIES, true, true, false, "/");
      // Whatever else is on debugfs is no statistics.
      case "debugfs" ->
          new FileSystemType(type, false, ChangeDetection.DIRECTORIES, false, false, false, "/kvm");
      // kernfs counts the real subdirectories, and sets the times when it makes the inode.
      // A directory of symbolic links has the link count of one of files.
      case "sysfs" ->
          new FileSystemType(type, true, ChangeDetection.DIRECTORIES, false, false, false, null);
      case "cgroup2" ->
          new FileSystemType(type, true, ChangeDetection.DIRECTORIES, true, false, false, null);
      case "proc" ->
          new FileSystemType(type, true, ChangeDetection.NONE, false, false, false, null);
      case "cgroup" ->
          new FileSystemType(
              type, CGROUPS_ARE_OF_KERNFS, ChangeDetection.NONE, false, false, false, null);
      case "tracefs" ->
          new FileSystemType(type, false, ChangeDetection.NONE, false, false, false, null);
      case "tmpfs", "ramfs", "ext4", "xfs", "btrfs" ->
          new FileSystemType(type, false, ChangeDetection.ALL, false, false, true, null);
      default -> new FileSystemType(type, false, ChangeDetection.NONE, false, false, true, null);
    };
  }

  /**
   * Whether what a file system says of itself may be asked of another process or host, which may
   * not answer: of network file systems, FUSE, and of all that is not known.
   *
   * @param source what is mounted
   */
  public static boolean isServed(String type, String source) {
    return switch (type) {
      case "tmpfs", "ramfs", "devtmpfs", "overlay", "zfs", "btrfs", "bcachefs", "squashfs" -> false;
      // Clusters of hosts that share a device, and a process that reads one.
      case "gfs2", "ocfs2", "fuseblk" -> true;
      default -> !source.startsWith("/dev/");
    };
  }

  /** Where a type is mounted by convention, the most usual place first; below one with a slash. */
  static List<String> usualPlaces(String type) {
    return switch (type) {
      case "statsfs", "stats_fs" ->
          List.of("/sys/kernel/stats", "/sys/kernel/statsfs", "/sys/kernel/stats_fs");
      case "debugfs" -> List.of("/sys/kernel/debug");
      case "sysfs" -> List.of("/sys");
      case "proc" -> List.of("/proc");
      case "cgroup" -> List.of("/sys/fs/cgroup/");
      case "cgroup2" -> List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified");
      default -> List.of();
    };
  }

  /**
   * Whether {@code stat(2)} shows other devices for files than {@code mountinfo} for the mount: one
   * for each subvolume, or for each layer.
   */
  public static boolean hasDevicesOfItsOwn(String type) {
    return type.equals("btrfs") || type.equals("overlay");
  }
}
