package io.statsfs.spi;

import io.statsfs.StatsFs;

/**
 * Implements the API; found with {@link java.util.ServiceLoader}. {@code statsfs-core} has one, and
 * no other is needed. Later versions may add methods, with a default.
 */
public interface StatsFsProvider {

  /**
   * Begins the opening of trees.
   *
   * @return a new builder
   */
  StatsFs.Builder builder();
}
