package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.Tree;
import io.statsfs.spi.StatReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Scans all trees. One whose scan hangs, as on the mount of a server that does not answer, stays as
 * it was seen last and does not keep the others from being scanned.
 */
final class TreeScans implements AutoCloseable {
  /** Of a single step of a scan, such as looking at one directory. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What {@link Catalog} promises, over all trees. */
  private static final Comparator<Source> ORDER =
      Comparator.comparing(Source::subsystem).thenComparing(Source::device);

  private final Limits limits;
  private final List<TreeScan> scans = new ArrayList<>();
  private final Guard guard = new Guard("statsfs-scan", PATIENCE);

  TreeScans(
      List<Tree> trees,
      FileSystems fileSystems,
      Limits limits,
      SchemaCache schemas,
      StatReader reader) {
    this.limits = limits;
    for (Tree tree : trees) {
      scans.add(new TreeScan(tree, new Discovery(tree, fileSystems, limits, schemas, reader)));
    }
  }

  private static final class TreeScan implements Guard.Work {
    final Tree tree;
    private final Discovery discovery;
    private volatile Discovery.Found found = new Discovery.Found(List.of(), List.of(), 0);
    private volatile boolean busy;
    private boolean flatFilesToo;
    private int maxSources;
    private int maxStats;

    TreeScan(Tree tree, Discovery discovery) {
      this.tree = tree;
      this.discovery = discovery;
    }

    void begin(boolean flatFilesToo, int maxSources, int maxStats) {
      this.flatFilesToo = flatFilesToo;
      this.maxSources = maxSources;
      this.maxStats = maxStats;
      busy = true;
    }

    @Override
    public void run() {
      try {
        found = discovery.scan(flatFilesToo, maxSources, maxStats);
      } finally {
        busy = false;
      }
    }

    @Override
    public void notStarted() {
      busy = false;
    }

    @Override
    public long progress() {
      return discovery.steps();
    }
  }

  /**
   * Looks at all trees that answer.
   *
   * @param flatFilesToo whether files of many values are to be read even if nothing tells a change
   */
  Discovery.Found scan(boolean flatFilesToo) {
    List<Source> sources = new ArrayList<>();
    List<Catalog.Problem> problems = new ArrayList<>();
    int entries = 0;
    for (TreeScan scan : scans) {
      if (!scan.busy) {
        scan.begin(flatFilesToo, limits.sources() - entries, limits.stats() - stats(sources));
        guard.run(scan);
      }
      Discovery.Found found = scan.found;
      entries += found.entries();
      sources.addAll(found.sources());
      problems.addAll(found.problems());
      if (scan.busy) {
        problems.add(
            new Catalog.Problem(
                scan.tree.root(), "does not answer; what is below stays as it was seen last"));
      }
    }
    sources.sort(ORDER);
    return new Discovery.Found(sources, problems, entries);
  }

  private static int stats(List<Source> sources) {
    return sources.stream().mapToInt(source -> source.stats().size()).sum();
  }

  @Override
  public void close() {
    guard.close();
    for (TreeScan scan : scans) {
      if (!scan.busy) {
        scan.discovery.close();
      }
    }
  }
}
