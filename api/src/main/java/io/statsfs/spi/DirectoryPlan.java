package io.statsfs.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is to read of the files of one directory.
 *
 * <p>Immutable, but for what is said of {@link #files}; equality is identity.
 */
public final class DirectoryPlan {
  private final Object identity;
  private final Path root;
  private final Path directory;
  private final @Nullable Path links;
  private final boolean keepOpen;
  private final boolean staleZeros;
  private final boolean userMade;
  private final int maxBytes;
  private final List<FilePlan> files;

  private DirectoryPlan(Builder builder) {
    identity = builder.identity;
    root = builder.root;
    directory = builder.directory;
    links = builder.links;
    keepOpen = builder.keepOpen;
    staleZeros = builder.staleZeros;
    userMade = builder.userMade;
    maxBytes = builder.maxBytes;
    files = builder.files;
  }

  /**
   * Begins a plan.
   *
   * @param identity see {@link #identity()}
   * @param directory see {@link #directory()}
   * @param files see {@link #files()}
   * @return a builder
   */
  public static Builder builder(Object identity, Path directory, List<FilePlan> files) {
    return new Builder(identity, directory, files);
  }

  /**
   * Which directory it is.
   *
   * @return the same object in each plan for one life of the directory; another one if it was
   *     replaced under its name. Compared by identity
   */
  public Object identity() {
    return identity;
  }

  /**
   * The root of the tree that the directory is in.
   *
   * @return the root, or the directory of a root that is a file
   */
  public Path root() {
    return root;
  }

  /**
   * The directory.
   *
   * @return the root, or a path that begins with it
   */
  public Path directory() {
    return directory;
  }

  /**
   * Where below a root symbolic links may lead.
   *
   * @return a path relative to the root; null if no link is followed
   */
  public @Nullable Path links() {
    return links;
  }

  /**
   * Whether files may be kept open and read again at their beginning.
   *
   * @return true only on file systems that then answer with the present value, and with an error
   *     when the object is gone (sysfs, procfs, cgroups). Elsewhere each sample must open each file
   *     anew: on statsfs and debugfs a second read finds the end of the file and {@code pread} is
   *     refused, and on an ordinary file system a kept descriptor goes on answering for a file that
   *     was replaced
   */
  public boolean keepOpen() {
    return keepOpen;
  }

  /**
   * Whether a file that was opened before its directory went answers an empty aggregate and no
   * error, as on statsfs: 0; for a minimum 2<sup>63</sup>-1 if it is signed, else 2<sup>64</sup>-1;
   * for a maximum -2<sup>63</sup> if it is signed.
   *
   * @return true if so; such a value then counts only if the directory is still there when it has
   *     been read
   */
  public boolean staleZeros() {
    return staleZeros;
  }

  /**
   * Whether entries of the file system are made by its users, so that a FIFO, a device or a
   * symbolic link can take the place of a file or directory.
   *
   * @return true if so; what is there is then looked at before it is opened, since opening a device
   *     may act, and opening a FIFO may hang
   */
  public boolean userMade() {
    return userMade;
  }

  /**
   * How much to read of a file of several lines at most.
   *
   * @return bytes, at least 1
   */
  public int maxBytes() {
    return maxBytes;
  }

  /**
   * The files.
   *
   * @return at least one. Not copied, and must not change. The list may make each plan when it is
   *     asked for it, so that there is no object for each of many values; so readers keep what they
   *     need in a sample, and no plans
   */
  public List<FilePlan> files() {
    return files;
  }

  /** The directory, for people. */
  @Override
  public String toString() {
    return PathText.of(directory);
  }

  /**
   * Makes a plan. By default the directory is the root, no link is followed, all that may be relied
   * on is false, and 1 MiB of a file is read. Each method returns this. Not safe for use by several
   * threads.
   */
  public static final class Builder {
    private static final int MAX_BYTES = 1 << 20;

    private final Object identity;
    private final Path directory;
    private final List<FilePlan> files;
    private Path root;
    private @Nullable Path links;
    private boolean keepOpen;
    private boolean staleZeros;
    private boolean userMade;
    private int maxBytes = MAX_BYTES;

    private Builder(Object identity, Path directory, List<FilePlan> files) {
      this.identity = Objects.requireNonNull(identity, "identity");
      this.directory = Objects.requireNonNull(directory, "directory");
      this.files = Objects.requireNonNull(files, "files");
      root = directory;
    }

    /**
     * Sets {@link DirectoryPlan#root()}.
     *
     * @param path the root
     * @return this
     */
    public Builder root(Path path) {
      root = Objects.requireNonNull(path, "path");
      return this;
    }

    /**
     * Sets {@link DirectoryPlan#links()}.
     *
     * @param path relative to the root; null if no link is followed
     * @return this
     */
    public Builder links(@Nullable Path path) {
      links = path;
      return this;
    }

    /**
     * Sets {@link DirectoryPlan#keepOpen()}.
     *
     * @param value whether files may be kept open
     * @return this
     */
    public Builder keepOpen(boolean value) {
      keepOpen = value;
      return this;
    }

    /**
     * Sets {@link DirectoryPlan#staleZeros()}.
     *
     * @param value whether a value may be that of an empty aggregate
     * @return this
     */
    public Builder staleZeros(boolean value) {
      staleZeros = value;
      return this;
    }

    /**
     * Sets {@link DirectoryPlan#userMade()}.
     *
     * @param value whether users make entries
     * @return this
     */
    public Builder userMade(boolean value) {
      userMade = value;
      return this;
    }

    /**
     * Sets {@link DirectoryPlan#maxBytes()}.
     *
     * @param bytes at least 1
     * @return this
     */
    public Builder maxBytes(int bytes) {
      maxBytes = bytes;
      return this;
    }

    /**
     * Ends the plan.
     *
     * @return the plan
     */
    public DirectoryPlan build() {
      return new DirectoryPlan(this);
    }
  }
}
