package io.statsfs.core.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tree of files, part of which another backend has by another way. */
@Timeout(60)
class StandInsTest {
  private static final Layout LAYOUT = Layout.builder("kvm").subsystem("kvm").build();

  @AutoClose private final TestTree tree = TestTree.inMemory();
  private final Other other = new Other(LAYOUT);

  /** Knows the value 100 of whatever it is given. */
  private static final class Other implements Backend, Scanner {
    private final Tree tree;
    private final List<Source> sources = new ArrayList<>();
    private Set<String> names = Set.of();

    Other(Layout layout) {
      tree = Tree.builder(layout).backend("other").build();
    }

    void put(String device, String... stats) {
      sources.removeIf(source -> source.device().equals(device));
      if (stats.length > 0) {
        sources.add(new OtherSource(tree, device, stats));
      }
    }

    @Override
    public String name() {
      return "other";
    }

    @Override
    public Set<String> treeNames() {
      return names;
    }

    @Override
    public Scanner open(BackendSettings settings) {
      return this;
    }

    @Override
    public List<Tree> trees() {
      return List.of(tree);
    }

    @Override
    public ScanResult scan(ScanRequest request) {
      return ScanResult.of(sources, List.of());
    }

    @Override
    public Batch prepare(
        List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
      int[] all = indices.clone();
      return new Batch() {
        @Override
        public int units() {
          return all.length;
        }

        @Override
        public int[] indices(int unit) {
          return new int[] {all[unit]};
        }

        @Override
        public void sample() {
          for (int index : all) {
            memory.putLong(index, 100);
          }
        }

        @Override
        public int position() {
          return 0;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }

  private static final class OtherSource implements Source {
    private final Tree tree;
    private final String device;
    private final List<Stat> stats = new ArrayList<>();

    OtherSource(Tree tree, String device, String... names) {
      this.tree = tree;
      this.device = device;
      for (String name : names) {
        stats.add(new OtherStat(this, name));
      }
    }

    @Override
    public Tree tree() {
      return tree;
    }

    @Override
    public String subsystem() {
      return "kvm";
    }

    @Override
    public String device() {
      return device;
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
      return "other";
    }

    @Override
    public String toString() {
      return "kvm/" + device;
    }
  }

  private static final class OtherStat implements Stat {
    private final Source source;
    private final String name;

    OtherStat(Source source, String name) {
      this.source = source;
      this.name = name;
    }

    @Override
    public Source source() {
      return source;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Kind kind() {
      return Kind.LEVEL;
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public String unit() {
      return "";
    }

    @Override
    public String origin() {
      return "other";
    }

    @Override
    public String toString() {
      return source + "/" + name;
    }
  }

  private StatsFs open(Layout layout) {
    tree.settle();
    return StatsFs.builder()
        .root(tree.root(), layout)
        .backend(other)
        .refreshInterval(Duration.ZERO)
        .build();
  }

  private static Map<String, String> sample(Sampler sampler) {
    sampler.sample();
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      String value =
          sampler.status(i) == Status.OK ? "" + sampler.longValue(i) : "" + sampler.status(i);
      values.merge(sampler.stat(i).toString(), value, (a, b) -> a + " and " + b);
    }
    return values;
  }

  private static Source source(Catalog catalog, String backend, String device) {
    return catalog.sources().stream()
        .filter(s -> s.tree().backend().equals(backend) && s.device().equals(device))
        .findFirst()
        .orElseThrow(() -> new AssertionError(catalog.sources()));
  }

  @Test
  void aStatOfBothIsThatOfTheOther() {
    tree.stat("a", 1).stat("7-1/a", 2).stat("7-1/b", 3).stat("7-1/vcpu0/a", 4).stat("8-1/a", 5);
    other.put("7-1", "a", "c");
    other.put("7-1/vcpu0", "a");
    try (StatsFs fs = open(LAYOUT);
        Sampler sampler = fs.sampler()) {
      assertEquals(
          Map.of(
              "kvm/a", "1",
              "kvm/7-1/a", "100",
              "kvm/7-1/b", "3",
              "kvm/7-1/c", "100",
              "kvm/7-1/vcpu0/a", "100",
              "kvm/8-1/a", "5"),
          sample(sampler));
      Catalog catalog = fs.catalog();
      assertEquals(List.of(), catalog.problems());
      assertEquals("other", catalog.get("kvm", "7-1", "a").source().tree().backend());
      assertEquals(3, fs.readLong(catalog.get("kvm", "7-1", "b")));
      for (Source source : catalog.sources()) {
        assertTrue(!source.stats().isEmpty());
        source.stats().forEach(stat -> assertSame(source, stat.source()));
      }
      assertSame(catalog, fs.refresh());
    }
  }

  @Test
  void theyComeAndGo() {
    tree.stat("7-1/a", 2).stat("7-1/b", 3);
    try (StatsFs fs = open(LAYOUT);
        Sampler sampler = fs.sampler()) {
      Source whole = source(fs.catalog(), "files", "7-1");
      assertEquals(Map.of("kvm/7-1/a", "2", "kvm/7-1/b", "3"), sample(sampler));
      other.put("7-1", "a");
      fs.refresh();
      assertEquals(Map.of("kvm/7-1/a", "100", "kvm/7-1/b", "3"), sample(sampler));
      Source part = source(fs.catalog(), "files", "7-1");
      assertNotSame(whole, part);
      // Another life of the stand-in is no other one of what is left.
      other.put("7-1", "a");
      fs.refresh();
      assertSame(part, source(fs.catalog(), "files", "7-1"));
      other.put("7-1", "b");
      fs.refresh();
      assertEquals(Map.of("kvm/7-1/a", "2", "kvm/7-1/b", "100"), sample(sampler));
      other.put("7-1", "a", "b");
      fs.refresh();
      assertEquals(Map.of("kvm/7-1/a", "100", "kvm/7-1/b", "100"), sample(sampler));
      assertEquals(1, fs.catalog().sources().size());
      other.put("7-1");
      fs.refresh();
      assertEquals(Map.of("kvm/7-1/a", "2", "kvm/7-1/b", "3"), sample(sampler));
      assertSame(whole, source(fs.catalog(), "files", "7-1"));
    }
  }

  @Test
  void treesOfAnotherLayoutAreOnlyReported() {
    tree.stat("7-1/a", 2);
    other.put("7-1", "a");
    try (StatsFs fs = open(Layout.builder("kvm").subsystem("kvm").build());
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("kvm/7-1/a", "2 and 100"), sortedPair(sample(sampler)));
      assertEquals(1, fs.catalog().problems().size());
    }
  }

  /** One of the two will do where nothing else is named. */
  @Test
  void aTreeThatIsNamedIsThereIfOneOfItsBackendsOpensIt(@TempDir Path layouts) throws IOException {
    Files.writeString(
        layouts.resolve("absent.yaml"), "tree: absent\nat: {type: debugfs, path: no/such}\n");
    StatsFs.Builder builder =
        StatsFs.builder().layouts(layouts).refreshInterval(Duration.ZERO).trees("absent");
    assertThrows(TreeUnavailableException.class, builder::build);
    other.put("7-1", "a");
    other.names = Set.of("absent");
    try (StatsFs fs = builder.backend(other).build()) {
      assertEquals(1, fs.catalog().stats().size());
      assertEquals(Problem.Kind.NOT_OPENED, fs.catalog().problems().get(0).kind());
    }
  }

  private static Map<String, String> sortedPair(Map<String, String> values) {
    values.replaceAll((stat, value) -> value.equals("100 and 2") ? "2 and 100" : value);
    return values;
  }
}
