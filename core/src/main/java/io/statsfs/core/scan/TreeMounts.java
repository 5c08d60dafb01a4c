package io.statsfs.core.scan;

import io.statsfs.Tree;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Located;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.ReadEffects;
import io.statsfs.core.mounts.RealPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file systems of a tree: the one at its root, and what is mounted below. */
final class TreeMounts {
  private final Tree tree;
  private final FileSystems fileSystems;

  /** Null after the first scan, which is part of the opening. */
  private @Nullable Located atOpening;

  private long rootDevice;

  /** Whether users can make no entries there, as on sysfs. */
  private boolean isMadeByKernel;

  /** Of this scan, or of the opening that it is part of. */
  private RealPaths realPaths;

  /** Of this scan; null before the first link, and if the root leads nowhere. */
  private SourceDirectory.@Nullable Bounds bounds;

  /** Where the root is inside its file system, or as it is spelled where that is unknown. */
  private String inside = "";

  /** What was mounted below the root when that was first listed, by the path relative to it. */
  private Map<String, Mounts.Mount> below = Map.of();

  /**
   * What is not looked at yet.
   *
   * @param atOpening what the root led to just now; null if that is to be found out
   */
  TreeMounts(Tree tree, FileSystems fileSystems, @Nullable Located atOpening) {
    this.tree = tree;
    this.fileSystems = fileSystems;
    this.atOpening = atOpening;
    realPaths = new RealPaths(fileSystems.files());
  }

  FileSystems fileSystems() {
    return fileSystems;
  }

  /** The types of file systems that the opening has found, by their devices; for one scan. */
  Map<Long, FileSystemType> typesAtOpening() {
    Map<Long, FileSystemType> types = new HashMap<>();
    Located root = atOpening;
    if (root != null && root.at().type().isKnown()) {
      types.put(root.inode().device(), root.at().type());
    }
    return types;
  }

  /**
   * Once per root, as reading the mounts takes long where there are many.
   *
   * @param now what the root is
   */
  void look(Inode now) throws IOException {
    Located root = atOpening;
    if (root == null || !root.inode().isSame(now)) {
      root = fileSystems.locate(FilePaths.of(tree), null, new RealPaths(fileSystems.files()));
    }
    String known = root.at().path();
    inside = known.isEmpty() ? FilePaths.of(tree).toString() : known;
    Path real = root.real() == null ? FilePaths.of(tree).toRealPath() : root.real();
    String above = Mounts.bytes(real);
    below = new HashMap<>();
    // Without a list of mounts, as in a chroot, nothing is known to be mounted.
    Mounts mounts = root.mounts();
    for (Mounts.Mount mount : mounts == null ? List.<Mounts.Mount>of() : mounts.mounts()) {
      if (mount.point().startsWith(above.equals("/") ? above : above + "/")) {
        below.put(mount.point().substring(above.equals("/") ? 0 : above.length()), mount);
      }
    }
  }

  /** What is mounted at an entry itself; null if nothing is. */
  Mounts.@Nullable Mount mountedAt(Path directory, String name, @Nullable Path entry) {
    return below.isEmpty() ? null : below.get(inTree(directory, name, entry));
  }

  /** Whether a file must not be opened. */
  boolean hasReadEffects(
      FileSystemType type,
      Mounts.@Nullable Mount mount,
      Path directory,
      String name,
      @Nullable Path entry) {
    return (mount == null ? ReadEffects.mayBe(type, name) : ReadEffects.mayBeOn(type))
        && ReadEffects.has(
            type, mount == null ? inside + inTree(directory, name, entry) : mount.root());
  }

  /** The path of an entry from the root on, one char per byte. */
  private String inTree(Path directory, String name, @Nullable Path entry) {
    Path path = entry == null ? directory.resolve(name) : entry;
    return Mounts.bytes(Path.of("/").resolve(FilePaths.of(tree).relativize(path)));
  }

  /** Whether the root was opened on a type of file system that its layout is for. */
  private boolean isAtHome() {
    return tree.layout().homeTypes().contains(tree.fileSystemType());
  }

  /**
   * Whether the root may be on this type of file system: its layout was chosen for it, or it is as
   * good.
   */
  boolean mayBeOn(FileSystemType type) {
    return !type.isKnown() || !isAtHome() || tree.layout().homeTypes().contains(type.name());
  }

  /** Before the entries of a tree are looked at. */
  void rootIsOn(long device) {
    rootDevice = device;
    bounds = null;
    Located root = atOpening;
    isMadeByKernel = isAtHome() && !FileSystemType.of(tree.fileSystemType()).userMade();
    realPaths =
        isMadeByKernel && root != null ? root.realPaths() : new RealPaths(fileSystems.files());
  }

  /** Before each scan but the first. */
  void forgetOpening() {
    atOpening = null;
  }

  /** Whether no link on the way to a directory below the root leads out of the tree. */
  boolean isWithin(Path directory) {
    try {
      return bounds().contain(directory);
    } catch (IOException e) {
      return false;
    }
  }

  private SourceDirectory.Bounds bounds() throws IOException {
    if (bounds == null) {
      Path links = tree.layout().links().orElse(null);
      // Where users make entries, any of these may be another one by the next look.
      bounds =
          isMadeByKernel
              ? new SourceDirectory.Bounds(FilePaths.of(tree), links, realPaths::ofDirectory)
              : new SourceDirectory.Bounds(FilePaths.of(tree), links);
    }
    return bounds;
  }

  private boolean isLinkWithin(Path link) throws IOException {
    return isMadeByKernel ? bounds().contain(link, realPaths.ofLink(link)) : bounds().contain(link);
  }

  /** The directory to which a symbolic link leads; null if it must not be followed. */
  @Nullable Inode insideOf(Path link) {
    try {
      Inode target = fileSystems.files().at(link, true);
      // Of a part of sysfs that is mounted elsewhere, links lead out of the file system.
      boolean mayBe = target.device() == rootDevice || !isAtHome();
      return mayBe && target.isDirectory() && isLinkWithin(link) ? target : null;
    } catch (IOException e) {
      return null;
    }
  }
}
