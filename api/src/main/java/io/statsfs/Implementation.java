package io.statsfs;

import io.statsfs.spi.StatsFsProvider;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the implementation of the API. */
final class Implementation {
  /** That of the class loader of the API, which is looked for once: the class path is long. */
  private static volatile @Nullable StatsFsProvider own;

  private Implementation() {}

  static StatsFsProvider find() {
    StatsFsProvider known = own;
    if (known != null) {
      return known;
    }
    ClassLoader loader = StatsFs.class.getClassLoader();
    Optional<StatsFsProvider> found = ServiceLoader.load(StatsFsProvider.class, loader).findFirst();
    own = found.orElse(null);
    return found
        .or(() -> ServiceLoader.load(StatsFsProvider.class).findFirst())
        .orElseThrow(
            () ->
                new StatsFsException(
                    "No implementation of the statsfs API was found. Add the dependency"
                        + " io.statsfs:statsfs-reader-nio, which brings io.statsfs:statsfs-core."));
  }
}
