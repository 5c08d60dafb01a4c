package io.statsfs.core.scan;

import io.statsfs.Source;

/**
 * What one scan may take in of a tree, and what is left of that: directories and files of several
 * values, and stats. What comes last in order is left out.
 */
final class ScanBudget {
  private final int maxEntries;
  private final int maxStats;
  private int entriesLeft;
  private int statsLeft;
  private boolean entriesCut;
  private boolean statsCut;

  /** Of the stats that may be collected. */
  private int collectable;

  private boolean isFull;

  ScanBudget(int maxEntries, int maxStats) {
    this.maxEntries = maxEntries;
    this.maxStats = maxStats;
    // The root is one.
    entriesLeft = maxEntries - 1;
    statsLeft = maxStats;
    collectable = maxStats;
    entriesCut = entriesLeft < 0;
  }

  int maxEntries() {
    return maxEntries;
  }

  int maxStats() {
    return maxStats;
  }

  int entriesLeft() {
    return entriesLeft;
  }

  /** Directories and files of several values that were taken in. */
  int entries() {
    return maxEntries - Math.max(0, entriesLeft);
  }

  /** Whether what is in order before has it all. */
  boolean isSpent() {
    return statsLeft < 0 || entriesLeft < 0;
  }

  /** Counts entries in place of those of the same directory that were counted before. */
  void countEntries(int before, int now) {
    entriesLeft += before - now;
  }

  /** Counts stats in place of those of the same entry that were counted before. */
  void countStats(int before, int now) {
    statsLeft += before - now;
    statsCut |= statsLeft < 0;
  }

  void cutEntries() {
    entriesCut = true;
  }

  void cutStats() {
    statsCut = true;
  }

  /** Whether there are more directories and files of several values than may be taken in. */
  boolean isEntriesCut() {
    return entriesCut;
  }

  /** Whether there are more stats than may be taken in. */
  boolean isStatsCut() {
    return statsCut;
  }

  /** Whether a source is among what is found; after one that is not, none is. */
  boolean collect(Source source) {
    isFull |= source.stats().size() > collectable;
    collectable -= isFull ? collectable : source.stats().size();
    statsCut |= isFull;
    return !isFull;
  }
}
