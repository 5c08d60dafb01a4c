package io.statsfs.core.batch;

import io.statsfs.Source;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FilePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a source is or is in, for readers that open files by their paths. On a file
 * system whose entries are made by users a symbolic link can take its place, or that of a directory
 * above it, and lead out of the tree. For one thread at a time.
 */
public final class SourceDirectory {
  private final Tree tree;
  private final Path path;

  /** Which directory was found within the tree; what took its number later has another time. */
  private @Nullable Object inode;

  private @Nullable FileTime modified;

  /**
   * The directory of a source.
   *
   * @param source the source
   */
  public SourceDirectory(Source source) {
    tree = source.tree();
    path =
        source.isFlatKeyed() && !FilePaths.of(source).equals(FilePaths.of(tree))
            ? Objects.requireNonNull(FilePaths.of(source).getParent())
            : FilePaths.of(source);
  }

  /**
   * Checks that the directory is there, and within its tree. Where the layout follows no links this
   * takes one system call, and allocates some 250 bytes, as long as the directory is not modified.
   *
   * @throws NotDirectoryException if something else is there, or if a symbolic link leads there
   *     that the layout does not allow
   * @throws IOException if the directory cannot be looked at
   */
  public void require() throws IOException {
    if (path.equals(FilePaths.of(tree))) {
      // What leads there is the user's to say.
      return;
    } else if (tree.layout().links().isPresent()) {
      requireWithin();
      return;
    }
    BasicFileAttributes now =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Object itsInode = now.fileKey();
    FileTime itsTime = now.lastModifiedTime();
    if (!now.isDirectory()) {
      throw new NotDirectoryException(path.toString());
    } else if (!itsInode.equals(inode) || !itsTime.equals(modified)) {
      inode = null;
      requireWithin();
      inode = itsInode;
      modified = itsTime;
    }
  }

  private void requireWithin() throws IOException {
    if (!isWithin(tree, path)) {
      throw new NotDirectoryException(path.toString());
    }
  }

  /**
   * Whether a path below the root of a tree leads to what is below the root, or else into the place
   * that the layout lets symbolic links lead to.
   *
   * @param tree the tree
   * @param path a path that begins with the tree's root
   * @return true if so
   * @throws IOException if the path leads nowhere, or if that cannot be found out
   */
  public static boolean isWithin(Tree tree, Path path) throws IOException {
    Path root = FilePaths.of(tree).toRealPath();
    Path real = path.toRealPath();
    if (real.equals(root.resolve(FilePaths.of(tree).relativize(path)))) {
      return true;
    }
    Path links = tree.layout().links().orElse(null);
    if (links == null) {
      return false;
    }
    Path place = root.resolve(links).normalize();
    Path realPlace = place.toRealPath();
    // A place within the tree must not be moved out of it by a link of the tree's own.
    boolean isGiven = realPlace.equals(place) || !place.startsWith(root);
    return isGiven && real.startsWith(realPlace);
  }
}
