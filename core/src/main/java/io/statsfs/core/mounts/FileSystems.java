package io.statsfs.core.mounts;

import io.statsfs.core.mounts.Mounts.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The file systems that this process sees. Decides which one a path leads to, and where inside of
 * it: by the mounts, never by how the path is spelled. Safe for use by several threads.
 */
public final class FileSystems {
  /** Mounts may come and go between the reading of their list and the look at the path. */
  private static final int ATTEMPTS = 3;

  /** Beyond this all are forgotten, so that mounts that come and go do not pile up. */
  private static final int MAX_KNOWN = 1000;

  private final Path mountinfo;
  private final Path filesystems;
  private final Path cgroup;
  private final FileAccess files;
  private final Map<Long, Known> known;

  /**
   * What the kernel says it has.
   *
   * @param mountinfo the mounts of this process, beside which its {@code cgroup} is
   * @param filesystems the types of file system that the kernel knows
   */
  public FileSystems(Path mountinfo, Path filesystems) {
    this(mountinfo, filesystems, FileAccess.BY_NIO, new ConcurrentHashMap<>());
  }

  private FileSystems(Path mountinfo, Path filesystems, FileAccess files, Map<Long, Known> known) {
    this.mountinfo = mountinfo;
    this.filesystems = filesystems;
    this.files = files;
    this.known = known;
    cgroup = mountinfo.resolveSibling("cgroup");
  }

  /** The same file systems, looked at in another way; what is known of them is shared. */
  public FileSystems by(FileAccess files) {
    return new FileSystems(mountinfo, filesystems, files, known);
  }

  public static FileSystems ofThisProcess() {
    return new FileSystems(Path.of("/proc/self/mountinfo"), Path.of("/proc/filesystems"));
  }

  /**
   * The type of a file system, and its mount as it was then.
   *
   * <p>A device gets another file system only after the first was unmounted. The root directory of
   * the next one was modified later, if only because it was made when it was mounted.
   */
  private record Known(FileSystemType type, Path point, Inode root) {
    boolean isStillThere(FileAccess files) {
      try {
        Inode now = files.at(point, false);
        return now.isSame(root) && now.modified() == root.modified();
      } catch (IOException e) {
        return false;
      }
    }
  }

  /** How files are looked at. */
  public FileAccess files() {
    return files;
  }

  public Path mountinfo() {
    return mountinfo;
  }

  public Path filesystems() {
    return filesystems;
  }

  public Mounts mounts() throws IOException {
    return Mounts.read(mountinfo, files);
  }

  /** The cgroups that this process is in now. */
  public OwnCgroups ownCgroups() throws IOException {
    return OwnCgroups.read(cgroup, files);
  }

  /**
   * Whether the kernel knows one of these types.
   *
   * @throws IOException if it cannot be asked
   */
  public boolean isSupported(Collection<String> types) throws IOException {
    return Files.readAllLines(filesystems).stream()
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .anyMatch(types::contains);
  }

  /**
   * What a path leads to now.
   *
   * @return unknown if the mounts do not say it, as in a chroot whose root is no mount, or below
   *     {@code /proc/<pid>/root}
   * @throws IOException if the path cannot be looked at
   */
  public FileSystemPath at(Path path) throws IOException {
    return locate(path, null, new RealPaths(files)).at();
  }

  /**
   * The same, by the mounts as they were just before: where the path leads to something else by
   * now, they are read again.
   *
   * @param mounts null if they are to be read
   * @param realPaths of other paths that were looked at just before
   */
  public Located locate(Path path, @Nullable Mounts mounts, RealPaths realPaths)
      throws IOException {
    Look look = look(path, mounts, realPaths);
    if (!known.containsKey(look.inode.device())) {
      remember(look);
    }
    return new Located(look.path, look.real, look.mayBeLink, look.inode, look.mounts, realPaths);
  }

  /**
   * The type of the file system with a device. The mounts are read only if what is known of the
   * device may be out of date.
   *
   * @param path a path that leads there
   */
  public FileSystemType type(Path path, long device) throws IOException {
    Known before = known.get(device);
    if (before != null && before.isStillThere(files)) {
      return before.type;
    }
    Look look = look(path, null, new RealPaths(files));
    known.remove(device);
    if (look.inode.device() == device) {
      remember(look);
    }
    return look.path.type();
  }

  private void remember(Look look) throws IOException {
    if (look.point == null) {
      return;
    }
    FileSystemType type = look.path.type();
    Inode root = look.point.equals(look.real) ? look.inode : files.at(look.point, false);
    long device = look.inode.device();
    if (root.device() == device || FileSystemType.hasDevicesOfItsOwn(type.name())) {
      if (known.size() >= MAX_KNOWN) {
        known.clear();
      }
      known.put(device, new Known(type, look.point, root));
    }
  }

  /**
   * What a path led to.
   *
   * @param mayBeLink whether it may be a symbolic link itself
   * @param point of its mount; null if the mounts do not say what is there
   */
  private record Look(
      FileSystemPath path,
      @Nullable Path real,
      boolean mayBeLink,
      Inode inode,
      @Nullable Path point,
      @Nullable Mounts mounts) {
    static Look unknown(Inode inode, @Nullable Mounts mounts) {
      return new Look(FileSystemPath.UNKNOWN, null, true, inode, null, mounts);
    }
  }

  private Look look(Path path, @Nullable Mounts given, RealPaths realPaths) throws IOException {
    Mount before = null;
    Mounts last = null;
    for (int i = 0; i < ATTEMPTS; i++) {
      Path real = null;
      Inode its;
      boolean mayBeLink = i > 0;
      try {
        real = i == 0 ? realPaths.ofEntry(path) : path.toRealPath();
        its = files.at(real, false);
        if (Inode.isLink(its.mode())) {
          mayBeLink = true;
          real = i == 0 ? realPaths.ofLink(path) : path.toRealPath();
          its = files.at(real, false);
        }
      } catch (IOException e) {
        if (!mayBeLink && path.equals(real) && FileAccess.isAbsence(e)) {
          throw e;
        }
        try {
          files.at(path, true);
        } catch (IOException isNotThere) {
          if (FileAccess.isAbsence(isNotThere)) {
            throw isNotThere;
          }
          // Says best why. Of what is below a file JDK 25 finds no attributes, as if it did not
          // exist.
          path.toRealPath();
          throw e;
        }
        // The text of a link into another mount namespace may lead nowhere in this one.
        continue;
      }
      Inode inode = real.equals(path) ? its : files.at(path, true);
      Mounts mounts;
      try {
        mounts = i == 0 && given != null ? given : mounts();
      } catch (IOException e) {
        return Look.unknown(inode, null);
      }
      last = mounts;
      String name = Mounts.bytes(real);
      Mount mount = mounts.at(name);
      if (mount == null) {
        return Look.unknown(inode, mounts);
      }
      // A link into another mount namespace has a text that leads elsewhere in this one.
      if (inode.isSame(its)) {
        boolean hasOwnDevice =
            FileSystemType.hasDevicesOfItsOwn(mount.type())
                && !mounts.has(inode.device())
                && mount.equals(before);
        if (mount.device() == inode.device() || hasOwnDevice) {
          return new Look(
              FileSystemPath.of(mount, name),
              real,
              mayBeLink,
              inode,
              Mounts.path(mount.point()),
              mounts);
        }
      }
      before = mount;
    }
    return Look.unknown(files.at(path, true), last);
  }
}
