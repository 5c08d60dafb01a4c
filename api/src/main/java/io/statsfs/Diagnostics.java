package io.statsfs;

import java.time.Duration;

/**
 * What a {@link StatsFs} measures of itself: its scans, its open files, its cache of schemas. What
 * is wrong with the trees is in {@link Catalog#problems()}.
 *
 * <p>Each method says what it is when it is called, so that two of them may be of different
 * moments. Safe for use by several threads, also when the {@code StatsFs} is closed. Nothing is
 * allocated, but for the duration. Only this library implements it; later versions may add methods,
 * with a default.
 */
public interface Diagnostics {

  /**
   * How often the trees were scanned since they were opened.
   *
   * @return the number, at least 1
   */
  long scans();

  /**
   * How long the last scan took that has ended, with all trees.
   *
   * @return the duration
   */
  Duration lastScanDuration();

  /**
   * Files that are kept open between samples, of all samplers. A sampler that is sampling counts
   * with what it had before.
   *
   * @return the number
   */
  long filesKeptOpen();

  /**
   * Files that the last samples opened and closed, although they may be kept open, since a quarter
   * of the descriptors that the process may have (RLIMIT_NOFILE) was in use.
   *
   * @return the number
   */
  long filesNotKept();

  /**
   * Schemas that the cache of directory schemas holds now.
   *
   * <p>All instances of {@link StatsFs} share the cache: on a real statsfs each opening of a {@code
   * .schema} file leaks kernel memory, so that no two of them may open the same one. A copy of this
   * library that another class loader has loaded has a cache of its own.
   *
   * @return the number
   */
  long schemaCacheSize();

  /**
   * Schemas that were asked for and were in the cache, since the JVM started.
   *
   * @return the number
   */
  long schemaCacheHits();

  /**
   * {@code .schema} files that were opened and read, since the JVM started.
   *
   * @return the number
   */
  long schemaCacheLoads();

  /**
   * {@code .schema} files that could not be opened or read, since the JVM started.
   *
   * @return the number
   */
  long schemaCacheLoadFailures();

  /**
   * Schemas that were dropped to keep the cache within its bound, since the JVM started.
   *
   * @return the number
   */
  long schemaCacheEvictions();
}
