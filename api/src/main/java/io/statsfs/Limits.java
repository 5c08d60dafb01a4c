package io.statsfs;

/**
 * How much is taken in of the trees at most, so that a tree that grows without end, or that
 * somebody made to do harm, cannot exhaust the application. What lies beyond a limit is left out
 * and told in {@link Catalog#problems()}; what is kept does not depend on the order of the
 * directory listing.
 *
 * @param depth levels of directories below a root; at least 1
 * @param sources directories, and files of many values, in all trees; at least 1
 * @param stats stats in all trees; at least 1
 * @param fileBytes bytes read of a {@code .schema}, or of a file of many values; at least 4096
 */
public record Limits(int depth, int sources, int stats, int fileBytes) {

  private static final Limits DEFAULTS = new Limits(16, 100_000, 1_000_000, 1 << 20);

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

  /**
   * 16 levels, 100,000 sources, 1,000,000 stats, 1 MiB of a file.
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
