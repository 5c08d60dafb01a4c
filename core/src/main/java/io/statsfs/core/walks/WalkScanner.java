package io.statsfs.core.walks;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.DeclaredStat;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.Batch;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Each tree has one source, whose stats are read together, by one walk. */
final class WalkScanner implements Scanner {
  private final Map<Tree, WalkSource> sources = new LinkedHashMap<>();
  private final OpenBatches batches = new OpenBatches();

  WalkScanner(String backend, Map<Layout, Walk> walks) {
    walks.forEach(
        (layout, walk) -> {
          Tree tree =
              Tree.builder(layout)
                  .backend(backend)
                  .origin(walk.what() + " of " + PathText.of(walk.place()))
                  .build();
          sources.put(tree, new WalkSource(tree, walk));
        });
  }

  @Override
  public List<Tree> trees() {
    return List.copyOf(sources.keySet());
  }

  @Override
  public ScanResult scan(ScanRequest request) {
    request.step();
    WalkSource source = source(request.tree());
    List<Problem> problems =
        Files.isReadable(source.walk().place())
            ? List.of()
            : List.of(
                Problems.of(
                    request.tree(),
                    Problem.Kind.NOT_READABLE,
                    "not there",
                    PathText.of(source.walk().place()) + " cannot be read"));
    return ScanResult.of(source.stats().isEmpty() ? List.of() : List.of(source), problems);
  }

  private WalkSource source(Tree tree) {
    WalkSource source = sources.get(tree);
    if (source == null) {
      throw new IllegalArgumentException(tree + " was opened by another scanner");
    }
    return source;
  }

  @Override
  public Batch prepare(
      List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    if (previous != null) {
      // Refuses if it is closed.
      previous.position();
    }
    Map<WalkSource, int[]> slots = new LinkedHashMap<>();
    for (int i = 0; i < stats.size(); i++) {
      DeclaredStat stat = (DeclaredStat) stats.get(i);
      WalkSource source = (WalkSource) stat.source();
      slots.computeIfAbsent(source, WalkScanner::noSlots)[stat.number()] = indices[i];
    }
    List<Walk> walks = new ArrayList<>();
    slots.keySet().forEach(source -> walks.add(source.walk()));
    Batch batch = new WalkBatch(batches, walks, List.copyOf(slots.values()), memory);
    if (previous != null) {
      previous.close();
    }
    return batch;
  }

  private static int[] noSlots(WalkSource source) {
    int[] none = new int[source.walk().states().size()];
    Arrays.fill(none, -1);
    return none;
  }

  @Override
  public Object unit(Stat stat) {
    return stat.source();
  }

  @Override
  public void close() {
    batches.close();
  }

  /** The counts of a walk. */
  private static final class WalkSource implements Source {
    private final Tree tree;
    private final Walk walk;
    private final List<Stat> stats;

    WalkSource(Tree tree, Walk walk) {
      this.tree = tree;
      this.walk = walk;
      stats = DeclaredStat.of(this, walk.states());
    }

    Walk walk() {
      return walk;
    }

    @Override
    public Tree tree() {
      return tree;
    }

    @Override
    public String subsystem() {
      return tree.layout().subsystem().orElseThrow();
    }

    @Override
    public String device() {
      return "";
    }

    @Override
    public Map<String, String> labels() {
      return Map.of();
    }

    @Override
    public List<Stat> stats() {
      return stats;
    }

    @Override
    public String origin() {
      return tree.origin();
    }

    @Override
    public String toString() {
      return subsystem();
    }
  }
}
