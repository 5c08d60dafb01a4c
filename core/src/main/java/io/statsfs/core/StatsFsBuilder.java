package io.statsfs.core;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what to open and how. */
public final class StatsFsBuilder implements StatsFs.Builder {
  private final Trees trees;
  private final SchemaCache schemas;
  private final List<Supplier<Tree>> roots = new ArrayList<>();
  private boolean statsfsRequired;
  private @Nullable String reader;
  private Duration refreshInterval = Duration.ofSeconds(5);
  private Limits limits = Limits.defaults();
  private boolean clearingAllowed;

  public StatsFsBuilder(Trees trees, SchemaCache schemas) {
    this.trees = trees;
    this.schemas = schemas;
  }

  @Override
  public StatsFs.Builder root(Path root) {
    Objects.requireNonNull(root, "root");
    roots.add(() -> trees.open(root));
    return this;
  }

  @Override
  public StatsFs.Builder root(Path root, Layout layout) {
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(layout, "layout");
    roots.add(() -> trees.open(root, layout));
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
    Trees.Detected found;
    if (!roots.isEmpty()) {
      // A root that is named twice is still one.
      List<Tree> named = roots.stream().map(Supplier::get).distinct().toList();
      if (statsfsRequired) {
        named.forEach(Trees::requireStatsfs);
      }
      found = new Trees.Detected(named, List.of());
    } else if (statsfsRequired) {
      found = new Trees.Detected(List.of(trees.statsfs()), List.of());
    } else {
      found = trees.detect();
    }
    FileSystems fileSystems = trees.fileSystems();
    return new StatsFsImpl(
        found,
        fileSystems,
        limits,
        schemas,
        Readers.choose(reader),
        refreshInterval,
        clearingAllowed ? new Clearing(fileSystems::at) : null);
  }
}
