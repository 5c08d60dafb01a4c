package io.statsfs.spi;

import io.statsfs.Tree;

/**
 * What a {@link Scanner} is asked to look at. Only this library implements it; later versions may
 * add methods.
 */
public interface ScanRequest {

  /**
   * The tree to look at.
   *
   * @return one of the scanner's
   */
  Tree tree();

  /**
   * How many sources, and what holds them, may be taken in.
   *
   * @return the number
   */
  int maxSources();

  /**
   * How many stats may be taken in.
   *
   * @return the number
   */
  int maxStats();

  /**
   * Reports progress. To be called at each step that may hang: a scan that has not called it for
   * five seconds is considered to hang. Its thread is then left behind, and the tree stays as it
   * was seen last until it returns.
   */
  void step();
}
