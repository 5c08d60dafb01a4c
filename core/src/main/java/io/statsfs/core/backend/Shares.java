package io.statsfs.core.backend;

import java.util.Arrays;

/**
 * Divides a limit among trees (max-min fairness): each may take an equal part, and what some do not
 * need is divided equally among those that need more. So the shares depend only on what the trees
 * need.
 *
 * <p>What a tree needs is known only once it was scanned, and of one that is too large never. So
 * the trees are scanned with the shares of the last time, and those whose share turns out to be
 * another one are scanned again.
 */
final class Shares {
  private final int limit;
  private final int[] shares;

  /** What each tree may have taken when it was last scanned. */
  private final int[] usedShares;

  private final int[] taken;

  /** Whether a tree needs more than it has taken. */
  private final boolean[] isCut;

  Shares(int limit, int trees) {
    this.limit = limit;
    shares = new int[trees];
    usedShares = new int[trees];
    taken = new int[trees];
    isCut = new boolean[trees];
    // No tree counts as satisfied before it was scanned.
    Arrays.fill(isCut, true);
    divide();
  }

  /** What a tree may take. */
  int of(int tree) {
    return shares[tree];
  }

  /** Records what a tree took of its share, and whether it needs more. */
  void record(int tree, int number, boolean needsMore) {
    usedShares[tree] = shares[tree];
    taken[tree] = number;
    isCut[tree] = needsMore;
  }

  /** Divides the limit by what the trees took. */
  void divide() {
    boolean[] isSatisfied = new boolean[shares.length];
    int left = limit;
    int others = shares.length;
    int before;
    do {
      before = others;
      int level = level(left, others);
      for (int i = 0; i < shares.length; i++) {
        if (!isSatisfied[i] && !isCut[i] && taken[i] <= level) {
          isSatisfied[i] = true;
          left -= taken[i];
          others--;
        }
      }
    } while (others < before);
    int level = level(left, others);
    int rest = others == 0 ? 0 : left % others;
    for (int i = 0; i < shares.length; i++) {
      if (!isSatisfied[i]) {
        shares[i] = level + (rest-- > 0 ? 1 : 0);
      } else {
        // It may grow without being scanned twice.
        shares[i] = others == 0 ? taken[i] + left : Math.max(taken[i], level);
      }
    }
  }

  private static int level(int left, int trees) {
    return trees == 0 ? left : left / trees;
  }

  /** Whether a tree has to be scanned again, as it took more than its share or may take more. */
  boolean needsScan(int tree) {
    return taken[tree] > shares[tree] || isCut[tree] && usedShares[tree] < shares[tree];
  }
}
