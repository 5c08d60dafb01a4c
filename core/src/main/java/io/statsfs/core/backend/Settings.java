package io.statsfs.core.backend;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.LayoutProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a builder collected.
 *
 * @param watchdog what opens trees that may hang, and scans them later
 */
public record Settings(
    boolean isDetecting,
    Set<String> trees,
    Set<String> withoutTrees,
    LayoutProvider.Declared layouts,
    List<BackendSettings.Root> roots,
    Optional<Path> proc,
    Optional<Path> sys,
    boolean isStatsfsRequired,
    Optional<String> reader,
    Limits limits,
    Watchdog watchdog)
    implements BackendSettings {

  /** A root that was named. */
  public record Root(Path path, Optional<Layout> layout, Optional<String> tree)
      implements BackendSettings.Root {}

  /** The same for a backend that is to open whatever it has. */
  Settings detecting() {
    return new Settings(
        true,
        trees,
        withoutTrees,
        layouts,
        roots,
        proc,
        sys,
        isStatsfsRequired,
        reader,
        limits,
        watchdog);
  }

  /** Whether no tree, root or reader is asked for, so that whatever works will do. */
  boolean isDetectionAlone() {
    return isDetecting
        && trees.isEmpty()
        && roots.isEmpty()
        && reader.isEmpty()
        && !isStatsfsRequired;
  }
}
