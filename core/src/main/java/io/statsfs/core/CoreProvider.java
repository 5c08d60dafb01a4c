package io.statsfs.core;

import io.statsfs.StatsFs;
import io.statsfs.core.backend.Backends;
import io.statsfs.spi.StatsFsProvider;

/** The implementation that {@link StatsFs} finds. */
public final class CoreProvider implements StatsFsProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public CoreProvider() {}

  @Override
  public StatsFs.Builder builder() {
    return new StatsFsBuilder(Backends.find());
  }
}
