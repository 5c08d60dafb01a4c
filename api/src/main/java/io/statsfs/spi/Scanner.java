package io.statsfs.spi;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.Tree;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Trees that a {@link Backend} has opened. Finds their sources, from scan to scan, and reads their
 * stats.
 *
 * <p>Safe for use by several threads, which may scan different trees at once. What may hang is
 * called by threads that can be left behind; the documentation of each method says if it may.
 */
public interface Scanner extends AutoCloseable {

  /**
   * The trees that are open.
   *
   * @return the same ones at each call until {@link #lookForTrees} opens more; perhaps none
   */
  List<Tree> trees();

  /**
   * Why other trees are not open though they seem to be there.
   *
   * @return the same ones at each call until {@link #lookForTrees} finds others
   */
  default List<Problem> problems() {
    return List.of();
  }

  /**
   * Looks for trees that were not there when the backend was opened, and opens them, as a file
   * system may have been mounted or a module loaded since. Called now and then between scans, by
   * one thread at a time. Must not hang. A tree that is open stays open.
   *
   * @return whether {@link #trees} or {@link #problems} are others now; by default false
   * @throws RuntimeException if that fails. The trees that are open are scanned all the same
   */
  default boolean lookForTrees() {
    return false;
  }

  /**
   * Looks at a tree. May hang. While one scan of a tree hangs, another one is asked for if {@link
   * #look(Tree)} sees something else there than when the first began; otherwise a tree is scanned
   * by one thread at a time.
   *
   * @param request the tree, and how much of it to take in
   * @return what is there
   * @throws RuntimeException if it cannot be scanned. What is in the tree then stays as it was seen
   *     last
   */
  ScanResult scan(ScanRequest request);

  /**
   * Prepares the reading of many stats.
   *
   * @param stats which ones, each of a source that a scan has found; those of one source stand
   *     together
   * @param indices where the value of each of them goes
   * @param memory where the values go; other batches use other indices of it
   * @param previous the batch that this one replaces. What it prepared for stats that are in both
   *     may be taken over; it is not used after this call and must be closed by it. Null for none
   * @return the batch. Stats that cannot be read are no reason to fail: they get a status
   * @throws IllegalStateException if this or the previous batch is closed
   */
  Batch prepare(List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous);

  /**
   * Reads one stat now. May hang.
   *
   * @param stat a stat of a source that a scan has found
   * @param memory where its value goes, at index 0
   * @throws StatReadException if it cannot be read
   */
  default void read(Stat stat, SampleMemory memory) {
    try (Batch batch = prepare(List.of(stat), new int[] {0}, memory, null)) {
      batch.sample();
    }
    Status status = memory.status(0);
    if (status != Status.OK) {
      throw new StatReadException(status, stat + " has no value: it is " + status, null);
    }
  }

  /**
   * Reads one stat now as text. May hang.
   *
   * @param stat a stat of a source that a scan has found
   * @return its value
   * @throws StatReadException if it cannot be read
   */
  default String readText(Stat stat) {
    SampleMemory memory = new SampleMemory(1);
    read(stat, memory);
    if (memory.isDouble(0)) {
      return Double.toString(memory.doubleValue(0));
    }
    return memory.isUnsigned(0)
        ? Long.toUnsignedString(memory.longValue(0))
        : Long.toString(memory.longValue(0));
  }

  /**
   * Sets a stat back to zero. May hang. Called only where the user allows it.
   *
   * @param stat a stat of the present catalog
   * @throws StatClearException if it was not cleared
   */
  default void clear(Stat stat) {
    throw new StatClearException(
        StatClearException.Reason.NOT_CLEARABLE,
        stat + " was not cleared: the backend " + stat.source().tree().backend() + " clears none",
        null);
  }

  /**
   * What a stat is read with as one, as {@link Batch} has it: what hangs or is denied with it.
   *
   * @param stat a stat of a source that a scan has found
   * @return the same object for all stats of a unit
   */
  default Object unit(Stat stat) {
    return stat;
  }

  /**
   * What is denied to everybody (EPERM) together: when one stat is, all others of the tree with an
   * equal group are not read until one of them can be read again. Lockdown goes by the mode of
   * files.
   *
   * @param stat a stat of a source that a scan has found
   * @return something with {@code equals}
   */
  default Object denialGroup(Stat stat) {
    return "";
  }

  /**
   * What hangs together: the sources of an equal group are all left out for a while when too many
   * threads hang in these. Not more than a few groups, since each may leave that many threads
   * behind.
   *
   * @param source a source that a scan has found
   * @return something with {@code equals}, which no other tree has; by default the tree
   */
  default Object hangGroup(Source source) {
    return source.tree();
  }

  /**
   * Whether a source of the next catalog is the same one as before, with other stats or
   * descriptions. What is known to hang or fail there then stays known.
   *
   * @param before a source that is gone from the catalog
   * @param next one with the same tree, subsystem, device and {@linkplain Source#origin() origin}
   * @return true if so
   */
  default boolean isSame(Source before, Source next) {
    return true;
  }

  /**
   * A source without some of its stats, as these are in another tree, which {@linkplain
   * io.statsfs.Tree.Builder#backend stands for this one}. Asked once in the life of a source, and
   * again when it is about other stats.
   *
   * @param source a source that a scan has found
   * @param names of stats that are to be left out: some of the source, and not all
   * @return the source with the other stats; by default the source as it is, so that a problem says
   *     what is there twice
   */
  default Source without(Source source, Set<String> names) {
    return source;
  }

  /**
   * Looks whether a tree is there, and still the same one. May hang.
   *
   * @param tree one of the trees
   * @return something that is equal as long as it is the same; null if it is gone
   * @throws RuntimeException if that cannot be found out
   */
  default @Nullable Object look(Tree tree) {
    return tree;
  }

  /**
   * Looks whether what holds a source is there, and still the same. Called after one of its stats
   * hung, to see how much hangs. May hang.
   *
   * @param source a source that a scan has found
   * @return something that is equal as long as it is the same; null if it is gone
   * @throws RuntimeException if that cannot be found out
   */
  default @Nullable Object look(Source source) {
    return source;
  }

  /**
   * Looks whether the unit of a stat is there, and still the same: after it hung, since what is
   * gone or was replaced does not hang any more. May hang.
   *
   * @param stat a stat of a source that a scan has found
   * @return something that is equal as long as it is the same; null if it is gone
   * @throws RuntimeException if that cannot be found out
   */
  default @Nullable Object look(Stat stat) {
    return stat;
  }

  /**
   * What reads the values.
   *
   * @return the name of a {@linkplain ReaderProvider reader}; empty if there is no choice of them
   */
  default String readerName() {
    return "";
  }

  /**
   * What is counted of the cache of schemas.
   *
   * @return the counts, each as it is when it is asked for; all 0 if there is none
   */
  default SchemaCounts schemaCounts() {
    return SchemaCounts.NONE;
  }

  /** What is counted of schemas, as {@link io.statsfs.Diagnostics} describes. */
  interface SchemaCounts {
    /** Of a scanner without schemas. */
    SchemaCounts NONE = new SchemaCounts() {};

    /**
     * Schemas that are in the cache.
     *
     * @return the number
     */
    default long size() {
      return 0;
    }

    /**
     * Schemas that were asked for and were there.
     *
     * @return the number
     */
    default long hits() {
      return 0;
    }

    /**
     * Schemas that were read.
     *
     * @return the number
     */
    default long loads() {
      return 0;
    }

    /**
     * Schemas that could not be read.
     *
     * @return the number
     */
    default long loadFailures() {
      return 0;
    }

    /**
     * Schemas that were dropped to keep the cache within its bound.
     *
     * @return the number
     */
    default long evictions() {
      return 0;
    }
  }

  /**
   * Closes the batches that were not, and frees what the scanner holds. Does not wait for what
   * hangs, which frees what it needs when it returns. Does nothing the second time.
   */
  @Override
  void close();
}
