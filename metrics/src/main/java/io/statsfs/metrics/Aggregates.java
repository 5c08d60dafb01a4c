package io.statsfs.metrics;

import io.statsfs.StatFilter;
import io.statsfs.StatsFs;

/**
 * What becomes of aggregates: stats that the kernel computes of the stats of the same name in the
 * sources below, such as a virtual machine's {@code exits} of those of its vCPUs. Adding them to
 * their parts counts twice.
 *
 * <p>Nothing marks an aggregate. A stat is taken for one as long as a source below its own, in the
 * same tree, has a stat of its name.
 */
public enum Aggregates {
  /** Aggregates and their parts have points. */
  KEPT,
  /** Aggregates have no points, so that a sum over all points of a stat counts each part once. */
  DROPPED,
  /**
   * Parts of aggregates have no points: of a stat that stands at several levels, one above the
   * other, the uppermost alone is left.
   */
  ALONE;

  /**
   * Selects the stats that are to have points. They are looked for in the whole trees, whatever
   * other filters leave of them.
   *
   * @param fs the trees
   * @return a filter for one sampler of these trees
   */
  public StatFilter filter(StatsFs fs) {
    return this == KEPT ? StatFilter.all() : new AggregateFilter(fs, this);
  }
}
