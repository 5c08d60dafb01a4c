package io.statsfs.spi;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads values. Safe for use by several threads; its batches are not.
 *
 * <p>For readers to implement; later versions may add methods, with a default.
 */
public interface StatReader extends AutoCloseable {

  /**
   * Prepares the reading of many files. What leads to a root may be symbolic links. Below the root
   * none is followed, except into the place that the plan names.
   *
   * @param directories what to read, those of one root one after the other. Each index of the
   *     memory is that of one cell at most
   * @param memory where the results go
   * @param previous the batch that this one replaces. The files that it keeps open are taken over
   *     if they have the same name in a directory of the same identity; it is not used after this
   *     call and must be closed by it. Null for the first batch
   * @return the batch. Trees that cannot be read are no reason to fail: their stats get a status
   * @throws IllegalStateException if the reader or the previous batch is closed, or the previous
   *     batch is in a sample
   * @throws IllegalArgumentException if a plan has an index that the memory does not have
   */
  Batch prepare(List<DirectoryPlan> directories, SampleMemory memory, @Nullable Batch previous);

  /**
   * Lists a directory at once with the types of its entries. {@code java.nio} asks for each type
   * with a call of its own, which makes up most of the time that finding stats takes.
   *
   * @param directory the directory; a symbolic link is followed
   * @param withModes whether {@link Entry#mode} is wanted of regular files, for which a reader may
   *     have to look at each
   * @return what was listed; null if the caller has to list the directory itself: where the reader
   *     knows no better way, where something fails, and where a name has a backslash or anything
   *     but ASCII
   */
  default @Nullable Listing list(Path directory, boolean withModes) {
    return null;
  }

  /**
   * Looks at what is at a path, with one call and no more. {@code java.nio} takes several times as
   * long to make the same of what the kernel says.
   *
   * @param path the path
   * @param followsLink whether a symbolic link is followed, or looked at itself
   * @return what is there, or {@link FileStatus#ABSENT}; null if the caller has to look by itself:
   *     where the reader knows no better way, and where something else fails
   */
  default @Nullable FileStatus look(Path path, boolean followsLink) {
    return null;
  }

  /**
   * Looks at several files of a directory, at symbolic links themselves: with a call for each, and
   * one more for the way to the directory, which they have in common.
   *
   * @param directory the directory; a symbolic link is followed
   * @param names their names, or paths relative to the directory
   * @return for each name what is there, {@link FileStatus#ABSENT}, or null where the caller has to
   *     look by itself; null as a whole where the reader knows no better way
   */
  default @Nullable List<@Nullable FileStatus> look(Path directory, List<String> names) {
    return null;
  }

  /**
   * Reads a file to its end, from its beginning and in order, with no more calls than that takes.
   *
   * @param file the file; a symbolic link is not followed
   * @param maxBytes where to stop; with 0 the file is opened, and not read
   * @return its bytes, in an array; null if the caller has to read it by itself: where the reader
   *     knows no better way, and where something fails
   */
  default @Nullable ByteBuffer read(Path file, int maxBytes) {
    return null;
  }

  /**
   * Prepares asking how full mounted file systems are, {@code statfs(2)}. {@code java.nio} takes
   * three such calls for what one answers, and does not give the number of files.
   *
   * @param mounts the mounts, each a unit of the batch
   * @param memory where the results go
   * @return the batch; null if the caller has to ask by {@code java.nio}, as by default
   * @throws IllegalStateException if the reader is closed
   * @throws IllegalArgumentException if a plan has an index that the memory does not have
   */
  default io.statsfs.spi.@Nullable Batch prepareMounts(
      List<MountPlan> mounts, SampleMemory memory) {
    return null;
  }

  /** A directory and what it holds. Immutable. */
  final class Listing {
    private final List<Entry> entries;
    private final @Nullable FileStatus directory;

    private Listing(List<Entry> entries, @Nullable FileStatus directory) {
      this.entries = Objects.requireNonNull(entries, "entries");
      this.directory = directory;
    }

    /**
     * A listing.
     *
     * @param entries all entries but {@code .} and {@code ..}, in any order; not changed any more
     * @param directory what {@code fstat(2)} said of what was listed, after that; null if nobody
     *     asked
     * @return the listing
     */
    public static Listing of(List<Entry> entries, @Nullable FileStatus directory) {
      return new Listing(entries, directory);
    }

    /**
     * All entries but {@code .} and {@code ..}.
     *
     * @return the entries, in any order
     */
    public List<Entry> entries() {
      return entries;
    }

    /**
     * What was listed, which another directory may have replaced since under its path.
     *
     * @return what {@code fstat(2)} said after the listing; null if nobody asked
     */
    public @Nullable FileStatus directory() {
      return directory;
    }
  }

  /** What a directory holds. Immutable. */
  final class Entry {
    private final String name;
    private final EntryType type;
    private final int mode;

    private Entry(String name, EntryType type, int mode) {
      this.name = Objects.requireNonNull(name, "name");
      this.type = Objects.requireNonNull(type, "type");
      this.mode = mode;
    }

    /**
     * An entry.
     *
     * @param name its name
     * @param type its type
     * @return the entry
     */
    public static Entry of(String name, EntryType type) {
      return new Entry(name, type, 0);
    }

    /**
     * An entry that was looked at.
     *
     * @param name its name
     * @param type its type
     * @param mode its type and permissions, as {@code stat(2)} says them; 0 if they are not known
     * @return the entry
     */
    public static Entry of(String name, EntryType type, int mode) {
      return new Entry(name, type, mode);
    }

    /**
     * The name of the entry.
     *
     * @return the name
     */
    public String name() {
      return name;
    }

    /**
     * The type of the entry.
     *
     * @return the type
     */
    public EntryType type() {
      return type;
    }

    /**
     * The type and the permissions of the entry, as {@code stat(2)} says them.
     *
     * @return the mode; 0 if it was not asked for, or is not known
     */
    public int mode() {
      return mode;
    }

    /** The name and the type. */
    @Override
    public String toString() {
      return name + " " + type;
    }
  }

  /** The type of an entry, of symbolic links themselves. */
  enum EntryType {
    /** A regular file. */
    FILE,
    /** A directory. */
    DIRECTORY,
    /** A symbolic link. */
    LINK,
    /** Anything else. */
    OTHER,
    /** The file system does not give the type in the listing. */
    UNKNOWN
  }

  /**
   * Closes the batches that were not, and frees what the reader holds. If a batch hangs in a
   * sample, its thread frees what it needs when that returns.
   */
  @Override
  void close();

  /**
   * A prepared reading of many stats, for one thread at a time.
   *
   * <p>For readers to implement; later versions may add methods, with a default.
   */
  interface Batch extends AutoCloseable {

    /**
     * Reads each file once and puts a value or a failure for each of its cells that is wanted. A
     * file whose {@linkplain FilePlan#firstSlot first slot} the memory {@linkplain
     * SampleMemory#isLeftOut leaves out} is not touched, and its outcomes are not changed. Throws
     * nothing else. It may hang in a file that does; then the batch is left to the thread that
     * hangs, which closes it if it ever returns, and another one is prepared with a memory that
     * leaves the file out.
     *
     * @throws IllegalStateException if this is closed, another batch has replaced it, or another
     *     thread is in this method
     */
    void sample();

    /**
     * Which file is being read, so that others see whether the sample makes progress and where it
     * hangs. Called during a sample, by other threads.
     *
     * @return the number of the file that the sample is at, before it or its directory is touched,
     *     counted over all directories of the plan. A negative number while it is at something that
     *     is no file, and that the next batch does without if this one is {@linkplain #leftBehind
     *     left behind} there. Any number when there is no sample
     * @throws IllegalStateException if this is closed or another batch has replaced it
     */
    int position();

    /**
     * Called by another thread after a sample that hung at a negative {@link #position} was left
     * behind, before the next batch is prepared. The sample may have ended since.
     */
    default void leftBehind() {}

    /**
     * The next file in which the last sample met other rows or columns than those of its plan, so
     * that it should be looked at again. One of the plan that is missing is reported by each
     * sample; cells that are not in the plan, or not wanted though their column has a name, by the
     * first sample that meets another number of them, since there may be a reason why they are not.
     *
     * @param from the number of the file to begin with, counted over all directories
     * @return its number, or -1 if there is no further one
     */
    int nextOutdated(int from);

    /**
     * How many files are kept open for the next sample. Not called during a sample.
     *
     * @return the number
     * @throws IllegalStateException if this is closed or another batch has replaced it
     */
    int keptOpen();

    /**
     * How many files the last sample opened and closed although the plan lets them be kept open.
     * Not called during a sample.
     *
     * @return the number
     * @throws IllegalStateException if this is closed or another batch has replaced it
     */
    int notKept();

    /**
     * Frees what the batch holds; during a sample, when that ends. The garbage collector does the
     * same for a batch that was forgotten. Does nothing the second time.
     */
    @Override
    void close();
  }
}
