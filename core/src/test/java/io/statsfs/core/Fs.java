package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An opened tree with a cache and a reader of its own, which only the test refreshes. */
final class Fs implements AutoCloseable {
  final SchemaCache schemas = new SchemaCache(32 << 20, Duration.ofSeconds(1), Duration.ZERO);
  final LogCapture log = new LogCapture();
  final FakeReader reader;
  final StatsFsImpl fs;

  Fs(Path root) {
    this(root, Layout.statsfs());
  }

  Fs(Path root, Layout layout) {
    this(root, layout, Limits.defaults());
  }

  Fs(Path root, Layout layout, Limits limits) {
    this(List.of(tree(root, layout)), limits, Duration.ZERO);
  }

  Fs(List<Tree> trees, Limits limits, Duration interval) {
    this(trees, limits, interval, FileSystems.ofThisProcess(), null, new FakeReader());
  }

  /** One whose reader is prepared for the first scan. */
  Fs(Path root, FakeReader reader) {
    this(
        List.of(tree(root, Layout.statsfs())),
        Limits.defaults(),
        Duration.ZERO,
        FileSystems.ofThisProcess(),
        null,
        reader);
  }

  /** One that may clear. */
  Fs(Path root, Layout layout, Clearing clearing) {
    this(
        List.of(tree(root, layout)),
        Limits.defaults(),
        Duration.ZERO,
        FileSystems.ofThisProcess(),
        clearing,
        new FakeReader());
  }

  /** One with other mounts than this process has. */
  Fs(Path root, Layout layout, FileSystems fileSystems) {
    this(
        List.of(tree(root, layout)),
        Limits.defaults(),
        Duration.ZERO,
        fileSystems,
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
    this.reader = reader;
    Readers.Chosen chosen = new Readers.Chosen("fake", reader);
    fs =
        new StatsFsImpl(
            new Trees.Detected(trees, List.of()),
            fileSystems,
            limits,
            schemas,
            chosen,
            interval,
            clearing);
  }

  static Tree tree(Path root, Layout layout) {
    try {
      return new Tree(root, layout, FileSystems.ofThisProcess().at(root).type().name());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Catalog catalog() {
    return fs.catalog();
  }

  Catalog refresh() {
    return fs.refresh();
  }

  /** All stats by their places. */
  List<String> stats() {
    return catalog().stats().stream().map(Stat::toString).toList();
  }

  List<String> sources() {
    return catalog().sources().stream().map(Source::toString).toList();
  }

  Source source(String place) {
    return catalog().sources().stream()
        .filter(s -> s.toString().equals(place))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + place + " in " + sources()));
  }

  List<String> problems() {
    return catalog().problems().stream().map(Catalog.Problem::message).toList();
  }

  @Override
  public void close() {
    fs.close();
    log.close();
  }
}
