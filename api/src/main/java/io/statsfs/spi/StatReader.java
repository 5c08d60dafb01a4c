package io.statsfs.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads values. Safe for use by several threads; its batches are not. */
public interface StatReader extends AutoCloseable {

  /**
   * Prepares the reading of many stats.
   *
   * @param plans the sources, and what to read of each; together they cover each index of {@code
   *     memory} once
   * @param memory where the results go
   * @param previous the batch that this one replaces. What it prepared for sources that are in both
   *     may be taken over; it is not used after this call and must be closed by it. Null for the
   *     first batch
   * @return the batch. Trees that cannot be read are no reason to fail: their stats get a status
   */
  Batch prepare(List<SourcePlan> plans, SampleMemory memory, @Nullable Batch previous);

  /** Frees what the reader holds. Called after all batches were closed. */
  @Override
  void close();

  /** A prepared reading of many stats, for one thread at a time. */
  interface Batch extends AutoCloseable {

    /** Reads each stat once and puts a value or a failure for it. Throws nothing. */
    void sample();

    /**
     * Whether the last sample met a file of many values whose names were not those of the catalog,
     * so that the file should be looked at again.
     *
     * @return true if so
     */
    boolean isOutdated();

    /**
     * How many files are kept open for the next sample. Not called during a sample.
     *
     * @return the number
     */
    int keptOpen();

    /**
     * How many files the last sample opened and closed although the plan lets them be kept open.
     * Not called during a sample.
     *
     * @return the number
     */
    int notKept();

    /** Frees what the batch holds. Not called during a sample. */
    @Override
    void close();
  }
}
