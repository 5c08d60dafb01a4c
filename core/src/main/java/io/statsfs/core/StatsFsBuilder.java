package io.statsfs.core;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.StatsFs;
import io.statsfs.core.backend.Backends;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.core.backend.Settings;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what to open and how. */
public final class StatsFsBuilder implements StatsFs.Builder {
  private final List<Backend> found;
  private final List<Backend> backends = new ArrayList<>();
  private final List<BackendSettings.Root> roots = new ArrayList<>();
  private final List<Path> layouts = new ArrayList<>();
  private final Set<String> named = new LinkedHashSet<>();
  private final Set<String> excluded = new LinkedHashSet<>();
  private @Nullable Path proc;
  private @Nullable Path sys;
  private boolean isDetecting;
  private boolean statsfsRequired;
  private @Nullable String reader;
  private Duration refreshInterval = Duration.ofSeconds(5);
  private Limits limits = Limits.defaults();
  private boolean clearingAllowed;

  /**
   * Begins.
   *
   * @param found the backends that are there without being given
   */
  public StatsFsBuilder(List<Backend> found) {
    this.found = List.copyOf(found);
  }

  @Override
  public StatsFs.Builder detect() {
    isDetecting = true;
    return this;
  }

  @Override
  public StatsFs.Builder trees(String... names) {
    named.addAll(List.of(names));
    return this;
  }

  @Override
  public StatsFs.Builder withoutTrees(String... names) {
    excluded.addAll(List.of(names));
    return this;
  }

  @Override
  public StatsFs.Builder layouts(Path directory) {
    layouts.add(Objects.requireNonNull(directory, "directory"));
    return this;
  }

  @Override
  public StatsFs.Builder proc(Path directory) {
    proc = Objects.requireNonNull(directory, "directory");
    return this;
  }

  @Override
  public StatsFs.Builder sys(Path directory) {
    sys = Objects.requireNonNull(directory, "directory");
    return this;
  }

  @Override
  public StatsFs.Builder root(Path root) {
    Objects.requireNonNull(root, "root");
    return addRoot(root, null, null);
  }

  @Override
  public StatsFs.Builder root(Path root, String tree) {
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(tree, "tree");
    return addRoot(root, null, tree);
  }

  @Override
  public StatsFs.Builder root(Path root, Layout layout) {
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(layout, "layout");
    return addRoot(root, layout, null);
  }

  private StatsFs.Builder addRoot(Path root, @Nullable Layout layout, @Nullable String tree) {
    roots.add(new Settings.Root(root, Optional.ofNullable(layout), Optional.ofNullable(tree)));
    return this;
  }

  @Override
  public StatsFs.Builder backend(Backend backend) {
    backends.add(Objects.requireNonNull(backend, "backend"));
    return this;
  }

  @Override
  public StatsFs.Builder requireStatsfs() {
    statsfsRequired = true;
    return this;
  }

  @Override
  public StatsFs.Builder reader(String name) {
    reader = Objects.requireNonNull(name, "name");
    return this;
  }

  @Override
  public StatsFs.Builder refreshInterval(Duration interval) {
    if (!interval.isZero() && interval.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "The refresh interval must be zero or at least a millisecond, but is " + interval);
    }
    refreshInterval = interval;
    return this;
  }

  @Override
  public StatsFs.Builder limits(Limits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
    return this;
  }

  @Override
  public StatsFs.Builder allowClearing() {
    clearingAllowed = true;
    return this;
  }

  @Override
  public StatsFs build() {
    Watchdog watchdog = TreeScans.watchdog();
    try {
      Backends.Opened opened = new Backends(found, backends).open(settings(watchdog));
      return new StatsFsImpl(opened, limits, refreshInterval, clearingAllowed, watchdog);
    } catch (RuntimeException | Error e) {
      watchdog.close();
      throw e;
    }
  }

  private Settings settings(Watchdog watchdog) {
    boolean detects = isDetecting || roots.isEmpty() && named.isEmpty() && backends.isEmpty();
    return new Settings(
        detects,
        Collections.unmodifiableSet(new LinkedHashSet<>(named)),
        Collections.unmodifiableSet(new LinkedHashSet<>(excluded)),
        DeclaredLayouts.find(layouts),
        List.copyOf(roots),
        Optional.ofNullable(proc),
        Optional.ofNullable(sys),
        statsfsRequired,
        Optional.ofNullable(reader),
        limits,
        watchdog);
  }
}
