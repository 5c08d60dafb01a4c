package io.statsfs.core.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a source is or is in, for readers that open files by their paths. On a file
 * system whose entries are made by users a symbolic link can take its place, or that of a directory
 * above it, and lead out of the tree. For one thread at a time.
 */
public final class SourceDirectory {
  private final Path root;
  private final Path path;
  private final @Nullable Path links;

  /** Which directory was found within the tree; what took its number later has another time. */
  private @Nullable Object inode;

  private @Nullable FileTime modified;

  /**
   * A directory of a tree.
   *
   * @param root the root of the tree
   * @param path the directory: the root, or a path that begins with it
   * @param links where below the root symbolic links may lead, relative to it; null if none is
   *     followed
   */
  public SourceDirectory(Path root, Path path, @Nullable Path links) {
    this.root = root;
    this.path = path;
    this.links = links;
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
    if (path.equals(root)) {
      // What leads there is the user's to say.
      return;
    } else if (links != null) {
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
    if (!isWithin(root, path, links)) {
      throw new NotDirectoryException(path.toString());
    }
  }

  /**
   * Whether a path below the root of a tree leads to what is below the root, or else into the place
   * that the layout lets symbolic links lead to.
   *
   * @param root the root of the tree
   * @param path a path that begins with the root
   * @param links the place, relative to the root; null if there is none
   * @return true if so
   * @throws IOException if the path leads nowhere, or if that cannot be found out
   */
  public static boolean isWithin(Path root, Path path, @Nullable Path links) throws IOException {
    return new Bounds(root, links).contain(path);
  }

  /** Where paths below the root of a tree may lead, for as long as nothing of that is moved. */
  public static final class Bounds {
    /** Finds the path of what a path leads to. */
    public interface Resolver {
      /**
       * The path without symbolic links.
       *
       * @param path a path
       * @return the same without links
       * @throws IOException if it leads nowhere, or if that cannot be found out
       */
      Path real(Path path) throws IOException;
    }

    private final Resolver paths;
    private final Path root;
    private final @Nullable Path links;
    private final Path realRoot;

    /** Where links may lead; null before that was found out. */
    private @Nullable Path place;

    /** Whether links may lead there. */
    private boolean isGiven;

    /**
     * Finds out where the root is.
     *
     * @param root the root of the tree
     * @param links as {@link #isWithin} has it
     * @throws IOException if the root is nowhere, or if that cannot be found out
     */
    public Bounds(Path root, @Nullable Path links) throws IOException {
      this(root, links, path -> path.toRealPath());
    }

    /**
     * The same.
     *
     * @param root the root of the tree
     * @param links as {@link #isWithin} has it
     * @param paths by which the directories are found
     * @throws IOException if the root is nowhere, or if that cannot be found out
     */
    public Bounds(Path root, @Nullable Path links, Resolver paths) throws IOException {
      this.root = root;
      this.links = links;
      this.paths = paths;
      realRoot = paths.real(root);
    }

    /**
     * Whether a path below the root leads to what is within.
     *
     * @param path a path that begins with the root
     * @return what {@link #isWithin} says of it
     * @throws IOException if the path leads nowhere, or if that cannot be found out
     */
    public boolean contain(Path path) throws IOException {
      return contain(path, paths.real(path));
    }

    /**
     * The same of a path that was followed.
     *
     * @param path a path that begins with the root
     * @param real what it leads to, without symbolic links
     * @return what {@link #isWithin} says of it
     * @throws IOException if that cannot be found out
     */
    public boolean contain(Path path, Path real) throws IOException {
      if (real.equals(realRoot.resolve(root.relativize(path)))) {
        return true;
      } else if (links == null) {
        return false;
      }
      Path realPlace = place;
      if (realPlace == null) {
        Path given = realRoot.resolve(links).normalize();
        realPlace = paths.real(given);
        // A place within the tree must not be moved out of it by a link of the tree's own.
        isGiven = realPlace.equals(given) || !given.startsWith(realRoot);
        place = realPlace;
      }
      return isGiven && real.startsWith(realPlace);
    }
  }
}
