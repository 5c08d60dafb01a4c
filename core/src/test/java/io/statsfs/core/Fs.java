package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.Backends;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.core.backend.Scanners;
import io.statsfs.core.backend.Settings;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.core.files.Clearing;
import io.statsfs.core.files.FilesBackend;
import io.statsfs.core.files.FilesScanner;
import io.statsfs.core.files.Trees;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.readers.Readers;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.testkit.process.LogCapture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An opened tree with a cache and a reader of its own, which only the test refreshes. */
public final class Fs implements AutoCloseable {
  /** Asks for whatever there is. */
  public static final BackendSettings DETECT =
      new Settings(
          true,
          Set.of(),
          Set.of(),
          DeclaredLayouts.find(List.of()),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty(),
          Limits.defaults(),
          TreeScans.watchdog());

  public final SchemaCache schemas =
      new SchemaCache(32 << 20, Duration.ofSeconds(1), Duration.ZERO);
  public final LogCapture log = new LogCapture();
  public final FakeReader reader;
  public final StatsFsImpl fs;

  public Fs(Path root) {
    this(root, Layout.statsfs());
  }

  public Fs(Path root, Layout layout) {
    this(root, layout, Limits.defaults());
  }

  public Fs(Path root, Layout layout, Limits limits) {
    this(List.of(tree(root, layout)), limits, Duration.ZERO);
  }

  public Fs(List<Tree> trees, Limits limits, Duration interval) {
    this(trees, limits, interval, FileSystems.ofThisProcess(), null, new FakeReader());
  }

  /** Whether the backend of files opens such a tree. */
  public static boolean isOfFiles(Layout layout) {
    return layout.backend().equals(FilesBackend.NAME);
  }

  public static Limits limits(int depth, int sources, int stats, int fileBytes) {
    return Limits.builder().depth(depth).sources(sources).stats(stats).fileBytes(fileBytes).build();
  }

  /** One whose reader is prepared for the first scan. */
  public Fs(Path root, FakeReader reader) {
    this(
        List.of(tree(root, Layout.statsfs())),
        Limits.defaults(),
        Duration.ZERO,
        FileSystems.ofThisProcess(),
        null,
        reader);
  }

  /** One that may clear. */
  public Fs(Path root, Layout layout, Clearing clearing) {
    this(
        List.of(tree(root, layout)),
        Limits.defaults(),
        Duration.ZERO,
        FileSystems.ofThisProcess(),
        clearing,
        new FakeReader());
  }

  /** One with other mounts than this process has. */
  public Fs(Path root, Layout layout, FileSystems fileSystems) {
    this(root, layout, fileSystems, DeclaredLayouts.NONE);
  }

  /** The same, of layouts that are known. */
  public Fs(Path root, Layout layout, FileSystems fileSystems, Declared layouts) {
    this(
        List.of(tree(root, layout)),
        Limits.defaults(),
        Duration.ZERO,
        fileSystems,
        layouts,
        null,
        new FakeReader());
  }

  private Fs(
      List<Tree> trees,
      Limits limits,
      Duration interval,
      FileSystems fileSystems,
      Clearing clearing,
      FakeReader reader) {
    this(trees, limits, interval, fileSystems, DeclaredLayouts.NONE, clearing, reader);
  }

  private Fs(
      List<Tree> trees,
      Limits limits,
      Duration interval,
      FileSystems fileSystems,
      Declared layouts,
      Clearing clearing,
      FakeReader reader) {
    this.reader = reader;
    FilesScanner scanner =
        new FilesScanner(
            new Trees(fileSystems, layouts, TreeScans.watchdog()),
            new Trees.Detected(trees, List.of(), Map.of(), Set.of(), Map.of()),
            layouts,
            fileSystems,
            limits,
            schemas,
            new Readers.Chosen("fake", reader),
            clearing == null ? new Clearing(fileSystems::at) : clearing);
    Backends.Opened opened = new Backends.Opened(new Scanners(List.of(scanner)), List.of());
    fs = new StatsFsImpl(opened, limits, interval, clearing != null, TreeScans.watchdog());
  }

  /** Those that are found by what is shipped. */
  public static Trees trees(FileSystems fileSystems) {
    return new Trees(fileSystems, DETECT.layouts(), TreeScans.watchdog());
  }

  public static Tree tree(Path root, Layout layout) {
    try {
      return Tree.builder(layout)
          .root(root)
          .fileSystemType(FileSystems.ofThisProcess().at(root).type().name())
          .build();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public Catalog catalog() {
    return fs.catalog();
  }

  public Catalog refresh() {
    return fs.refresh();
  }

  /** All stats by their places. */
  public List<String> stats() {
    return catalog().stats().stream().map(Stat::toString).toList();
  }

  public List<String> sources() {
    return catalog().sources().stream().map(Source::toString).toList();
  }

  public Source source(String place) {
    return catalog().sources().stream()
        .filter(s -> s.toString().equals(place))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + place + " in " + sources()));
  }

  public List<String> problems() {
    return catalog().problems().stream().map(Problem::message).toList();
  }

  @Override
  public void close() {
    fs.close();
    log.close();
  }
}
