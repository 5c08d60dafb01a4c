package io.statsfs.core.walks;

import io.statsfs.Layout;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Scanner;
import java.util.LinkedHashMap;
import java.util.Map;

/** Opens the trees whose stats are counts of one walk. */
abstract class WalkBackend implements Backend {
  private final String name;

  WalkBackend(String name) {
    this.name = name;
  }

  abstract Walk walk(BackendSettings settings);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Scanner open(BackendSettings settings) {
    Map<Layout, Walk> walks = new LinkedHashMap<>();
    for (Layout layout : DeclaredLayouts.wanted(name, settings)) {
      walks.put(layout, walk(settings));
    }
    return new WalkScanner(name, walks);
  }
}
