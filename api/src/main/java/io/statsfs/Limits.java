package io.statsfs;

/**
 * How much of the trees is taken in at most, so that a tree that grows without end, or a hostile
 * one, cannot exhaust the application. What lies beyond a limit is left out and reported in {@link
 * Catalog#problems()}, with the tree that is too large; what is kept does not depend on the order
 * of the directory listing.
 *
 * <p>Where there are several trees, each has an equal share of the sources and of the stats. What a
 * tree does not need is shared equally by those that need more. So no tree is left out because
 * another one is large, whatever the order in which they were opened.
 *
 * <pre>{@code
 * Limits limits = Limits.builder().stats(10_000).build(); // All else as in defaults().
 * }</pre>
 *
 * <p>Immutable. Two objects with the same bounds are equal.
 */
public final class Limits {

  /**
   * Heap bytes per stat that may be taken in. In the catalog, a sampler, the bridge and the
   * OpenTelemetry SDK a stat has some 500 bytes, an export takes as many again for a moment, and
   * the application needs the heap as well.
   */
  private static final int HEAP_PER_STAT = 2048;

  /** The same for a source, which has some 1,100 bytes. */
  private static final int HEAP_PER_SOURCE = 4096;

  private static final Limits DEFAULTS = forHeap(Runtime.getRuntime().maxMemory());

  private final int depth;
  private final int sources;
  private final int stats;
  private final int fileBytes;

  private Limits(int depth, int sources, int stats, int fileBytes) {
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
    this.depth = depth;
    this.sources = sources;
    this.stats = stats;
    this.fileBytes = fileBytes;
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
   * Begins with the {@link #defaults()}.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /**
   * Begins with these limits.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Levels of directories below a root.
   *
   * @return at least 1
   */
  public int depth() {
    return depth;
  }

  /**
   * Directories, and files of many values, in all trees.
   *
   * @return at least 1
   */
  public int sources() {
    return sources;
  }

  /**
   * Stats in all trees.
   *
   * @return at least 1
   */
  public int stats() {
    return stats;
  }

  /**
   * Bytes read of a {@code .schema}, or of a file of many values.
   *
   * @return at least 4096
   */
  public int fileBytes() {
    return fileBytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Limits limits
        && depth == limits.depth
        && sources == limits.sources
        && stats == limits.stats
        && fileBytes == limits.fileBytes;
  }

  @Override
  public int hashCode() {
    return ((depth * 31 + sources) * 31 + stats) * 31 + fileBytes;
  }

  /**
   * The bounds, for messages.
   *
   * @return text such as {@code Limits[depth=16, sources=100000, stats=1000000, fileBytes=1048576]}
   */
  @Override
  public String toString() {
    return "Limits[depth="
        + depth
        + ", sources="
        + sources
        + ", stats="
        + stats
        + ", fileBytes="
        + fileBytes
        + "]";
  }

  /** Sets some bounds. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private int depth;
    private int sources;
    private int stats;
    private int fileBytes;

    private Builder(Limits limits) {
      depth = limits.depth;
      sources = limits.sources;
      stats = limits.stats;
      fileBytes = limits.fileBytes;
    }

    /**
     * Bounds the levels of directories below a root.
     *
     * @param depth at least 1
     * @return this
     */
    public Builder depth(int depth) {
      this.depth = depth;
      return this;
    }

    /**
     * Bounds the directories, and files of many values, in all trees.
     *
     * @param sources at least 1
     * @return this
     */
    public Builder sources(int sources) {
      this.sources = sources;
      return this;
    }

    /**
     * Bounds the stats in all trees.
     *
     * @param stats at least 1
     * @return this
     */
    public Builder stats(int stats) {
      this.stats = stats;
      return this;
    }

    /**
     * Bounds what is read of a {@code .schema}, or of a file of many values.
     *
     * @param fileBytes at least 4096
     * @return this
     */
    public Builder fileBytes(int fileBytes) {
      this.fileBytes = fileBytes;
      return this;
    }

    /**
     * Ends the description.
     *
     * @return the limits
     * @throws IllegalArgumentException if a bound is too small
     */
    public Limits build() {
      return new Limits(depth, sources, stats, fileBytes);
    }
  }
}
