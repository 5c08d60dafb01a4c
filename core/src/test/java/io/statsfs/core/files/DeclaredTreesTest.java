package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.core.Fs;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trees that users declare, on mounts that this machine has. */
class DeclaredTreesTest {
  private final TestTree tree = TestTree.inMemory();

  @AfterEach
  void cleanUp() {
    tree.close();
  }

  private StatsFs.Builder builder() {
    return new StatsFsBuilder(
            List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
        .refreshInterval(Duration.ZERO)
        .layouts(tree.root());
  }

  private void declare(String name, String text) {
    tree.stat(name + ".yaml", text);
  }

  private static List<String> trees(StatsFs fs) {
    return fs.catalog().trees().stream().map(Tree::name).toList();
  }

  @Test
  void aDeclaredTreeIsFoundByDetectionAndByName() {
    declare(
        "file-nr",
        """
        tree: file-nr
        at: {type: proc, path: sys/fs/file-nr}
        file:
          shape: {row: none, trailing-words: any}
          columns: [open, _, limit]
          stats:
            open: {kind: level, unit: "{file}", description: File handles that are allocated.}
        """);
    try (StatsFs detected = builder().build();
        StatsFs named = builder().trees("file-nr").build();
        StatsFs rooted = builder().root(Path.of("/proc/sys/fs/file-nr")).build();
        StatsFs without = builder().withoutTrees("file-nr").build()) {
      assertTrue(trees(detected).containsAll(List.of("file-nr", "vmstat")));
      assertEquals(List.of("file-nr"), trees(named));
      assertEquals(List.of("file-nr"), trees(rooted));
      assertTrue(!trees(without).contains("file-nr"));
      assertEquals(
          List.of("file-nr/open", "file-nr/limit"),
          named.catalog().stats().stream().map(Stat::toString).toList());
      Stat open = named.catalog().get("file-nr", "", "open");
      assertEquals("{file}", open.unit());
      assertEquals(Stat.Kind.LEVEL, open.kind());
      assertTrue(named.readLong(open) > 0);
    }
  }

  @Test
  void whatIsDeclaredReplacesWhatIsShipped() {
    declare(
        "mine", "tree: vmstat\nat: {type: proc, path: vmstat}\nsubsystem: mine\nfile: flat-keyed");
    try (StatsFs fs = builder().trees("vmstat").build()) {
      assertEquals(List.of("vmstat"), trees(fs));
      assertEquals("mine", fs.catalog().sources().get(0).subsystem());
    }
  }

  @Test
  void whatIsWrongIsAProblemOfTheCatalogAndAffectsNothingElse() {
    declare("bad", "tree: bad\nat: {typ: proc}");
    declare("statsfs", "tree: statsfs");
    try (StatsFs fs = builder().trees("vmstat").build()) {
      List<Problem> problems = fs.catalog().problems();
      assertEquals(
          List.of(
              "'at' has no key 'typ'; did you mean 'type'?",
              "the layout statsfs cannot be replaced, so another one is left out"),
          problems.stream().map(p -> p.message().replace("the layout is left out: ", "")).toList());
      assertTrue(problems.get(0).place().endsWith("bad.yaml:2:6"), problems.get(0).place());
      assertEquals(List.of("vmstat"), trees(fs));
    }
  }

  @Test
  void theShippedTreesOfThisMachineAreRead() {
    try (StatsFs fs = builder().trees("stat", "snmp", "softirqs").build()) {
      assertEquals(List.of(), fs.catalog().problems());
      Source cpu = fs.catalog().get("cpu", "0", "user").source();
      assertEquals(Map.of("cpu", "0"), cpu.labels());
      assertTrue(fs.readLong(fs.catalog().get("cpu", "0", "user")) > 0);
      assertTrue(fs.readLong(fs.catalog().get("stat", "", "ctxt")) > 0);
      assertTrue(fs.readLong(fs.catalog().get("snmp", "Ip", "DefaultTTL")) > 0);
      assertEquals("softirqs", fs.catalog().get("softirqs", "0", "TIMER").source().subsystem());
    }
    assertTrue(
        Fs.DETECT.layouts().shipped().stream()
            .anyMatch(layout -> layout.name().equals("softirqs") && !layout.isDefault()));
  }
}
