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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects what to open and how. */
public final class StatsFsBuilder implements StatsFs.Builder {
  private final Trees trees;
  private final SchemaCache schemas;
  private final List<Supplier<Tree>> roots = new ArrayList<>();
  private final Set<String> named = new LinkedHashSet<>();
  private final Set<String> excluded = new LinkedHashSet<>();
  private boolean isDetecting;
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
  public StatsFs.Builder root(Path root) {
    Objects.requireNonNull(root, "root");
    roots.add(() -> trees.open(root));
    return this;
  }

  @Override
  public StatsFs.Builder root(Path root, String tree) {
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(tree, "tree");
    roots.add(() -> trees.open(root, Trees.layout(tree)));
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
    Trees.Detected found = find();
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

  private Trees.Detected find() {
    List<Layout> layouts = named.stream().map(Trees::layout).toList();
    Set<Layout> without = excluded.stream().map(Trees::layout).collect(Collectors.toSet());
    List<Tree> opened = roots.stream().map(Supplier::get).toList();
    boolean detects = isDetecting || roots.isEmpty() && named.isEmpty();
    Trees.Detected found = new Trees.Detected(List.of(), List.of());
    if (statsfsRequired) {
      opened.forEach(Trees::requireStatsfs);
      layouts.forEach(Trees::requireStatsfs);
      if (detects || !layouts.isEmpty()) {
        found = new Trees.Detected(List.of(trees.statsfs()), List.of());
      }
    } else if (detects || !layouts.isEmpty()) {
      List<Trees.Search> searches = trees.search(detects, layouts, without);
      found = Trees.Detected.of(searches);
      if (found.trees().isEmpty() && opened.isEmpty()) {
        throw trees.nothingFound(searches);
      }
    }
    // A root that is named twice, or was found, too, is still one.
    return new Trees.Detected(
        Stream.concat(found.trees().stream(), opened.stream()).distinct().toList(),
        found.problems());
  }
}
