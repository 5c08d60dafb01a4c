package io.statsfs;

/**
 * How much is taken in of the trees at most, so that a tree that grows without end, or that
 * somebody made to do harm, cannot exhaust the application. What lies beyond a limit is left out
 * and reported in {@link Catalog#problems()}, with the tree that is too large; what is kept does
 * not depend on the order of the directory listing.
 *
 * <p>Where there are several trees, each has an equal share of the sources and of the stats. What a
 * tree does not need is shared equally by those that need more. So no tree is left out because
 * another one is large, whatever the order in which they were opened.
 *
 * @param depth levels of directories below a root; at least 1
 * @param sources directories, and files of many values, in all trees; at least 1
 * @param stats stats in all trees; at least 1
 * @param fileBytes bytes read of a {@code .schema}, or of a file of many values; at least 4096
 */
public record Limits(int depth, int sources, int stats, int fileBytes) {

  /**
   * Heap bytes per stat that may be taken in. In the catalog, a sampler, the bridge and the
   * OpenTelemetry SDK a stat has some 500 bytes, an export takes as many again for a moment, and
   * the application needs the heap as well.
   */
  private static final int HEAP_PER_STAT = 2048;

  /** The same for a source, which has some 1,100 bytes. */
  private static final int HEAP_PER_SOURCE = 4096;

  private static final Limits DEFAULTS = forHeap(Runtime.getRuntime().maxMemory());

  /**
   * Checks the bounds.
   *
   * @param depth levels of directories below a root
   * @param sources directories and files of many values in all trees
   * @param stats stats in all trees
   * @param fileBytes bytes read of one file
   * @throws IllegalArgumentException if one is too small
   */
  public Limits {
    if (depth < 1 || sources < 1 || stats < 1 || fileBytes < 4096) {
      throw new IllegalArgumentException(
          "depth, sources and stats must be at least 1 and fileBytes at least 4096, but are "
              + depth
              + ", "
              + sources
              + ", "
              + stats
              + " and "
              + fileBytes);
    }
  }

  /** Package-private for its test. */
  static Limits forHeap(long bytes) {
    return new Limits(
        16,
        (int) Math.max(1000, Math.min(100_000, bytes / HEAP_PER_SOURCE)),
        (int) Math.max(1000, Math.min(1_000_000, bytes / HEAP_PER_STAT)),
        1 << 20);
  }

  /**
   * 16 levels, 100,000 sources, 1,000,000 stats, 1 MiB of a file; in a smaller heap than they need,
   * a source for each 4,096 bytes of {@link Runtime#maxMemory()}, and a stat for each 2,048. A heap
   * of 256 MiB gives some 63,000 sources and 126,000 stats; all of it comes with one of 2 GiB.
   *
   * @return the limits that hold unless others are set
   */
  public static Limits defaults() {
    return DEFAULTS;
  }

  /**
   * These limits but one.
   *
   * @param depth levels of directories below a root
   * @return the new limits
   * @throws IllegalArgumentException if it is too small
   */
  public Limits withDepth(int depth) {
    return new Limits(depth, sources, stats, fileBytes);
  }

  /**
   * These limits but one.
   *
   * @param sources directories and files of many values in all trees
   * @return the new limits
   * @throws IllegalArgumentException if it is too small
   */
  public Limits withSources(int sources) {
    return new Limits(depth, sources, stats, fileBytes);
  }

  /**
   * These limits but one.
   *
   * @param stats stats in all trees
   * @return the new limits
   * @throws IllegalArgumentException if it is too small
   */
  public Limits withStats(int stats) {
    return new Limits(depth, sources, stats, fileBytes);
  }

  /**
   * These limits but one.
   *
   * @param fileBytes bytes read of one file
   * @return the new limits
   * @throws IllegalArgumentException if it is too small
   */
  public Limits withFileBytes(int fileBytes) {
    return new Limits(depth, sources, stats, fileBytes);
  }
}
