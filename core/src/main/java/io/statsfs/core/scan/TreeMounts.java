package io.statsfs.core.scan;

import io.statsfs.Tree;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.ReadEffects;
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
  private @Nullable Mounts atOpening;
  private long rootDevice;

  /** Where the root is inside its file system, or as it is spelled where that is unknown. */
  private String inside = "";

  /** What was mounted below the root when that was first listed, by the path relative to it. */
  private Map<String, Mounts.Mount> below = Map.of();

  /**
   * What is not looked at yet.
   *
   * @param atOpening the mounts as they were just now; null if they are to be read
   */
  TreeMounts(Tree tree, FileSystems fileSystems, @Nullable Mounts atOpening) {
    this.tree = tree;
    this.fileSystems = fileSystems;
    this.atOpening = atOpening;
  }

  FileSystems fileSystems() {
    return fileSystems;
  }

  /** Once per root, as reading the mounts takes long where there are many. */
  void look() throws IOException {
    Mounts mounts = mounts();
    String known = fileSystems.at(FilePaths.of(tree), mounts).path();
    inside = known.isEmpty() ? FilePaths.of(tree).toString() : known;
    String above = Mounts.bytes(FilePaths.of(tree).toRealPath());
    below = new HashMap<>();
    for (Mounts.Mount mount : mounts == null ? List.<Mounts.Mount>of() : mounts.mounts()) {
      if (mount.point().startsWith(above.equals("/") ? above : above + "/")) {
        below.put(mount.point().substring(above.equals("/") ? 0 : above.length()), mount);
      }
    }
  }

  /** Null without a list of mounts, as in a chroot: then nothing is known to be mounted. */
  private @Nullable Mounts mounts() {
    Mounts given = atOpening;
    atOpening = null;
    if (given != null) {
      return given;
    }
    try {
      return fileSystems.mounts();
    } catch (IOException e) {
      return null;
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
    return ReadEffects.mayBeOn(type)
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

  void rootIsOn(long device) {
    rootDevice = device;
  }

  /** Whether no link on the way to a directory below the root leads out of the tree. */
  boolean isWithin(Path directory) {
    try {
      return SourceDirectory.isWithin(
          FilePaths.of(tree), directory, tree.layout().links().orElse(null));
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a symbolic link leads to a directory into which the layout follows links. */
  boolean leadsInside(Path link) {
    try {
      Inode target = Inode.of(link, true);
      // Of a part of sysfs that is mounted elsewhere, links lead out of the file system.
      return (target.device() == rootDevice || !isAtHome())
          && target.isDirectory()
          && isWithin(link);
    } catch (IOException e) {
      return false;
    }
  }
}
