package io.statsfs.core.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.Tree;
import io.statsfs.core.Fs;
import io.statsfs.testkit.TestTree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each of several trees may take of the limits. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharesTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  /** Trees that take what they need, as far as they may; how often one was scanned. */
  private static int settle(Shares shares, int... needs) {
    int scans = 0;
    for (int i = 0; i < needs.length; i++) {
      shares.record(i, Math.min(needs[i], shares.of(i)), needs[i] > shares.of(i));
    }
    for (boolean needsScan = true; needsScan; ) {
      shares.divide();
      needsScan = false;
      for (int i = 0; i < needs.length; i++) {
        if (shares.needsScan(i)) {
          needsScan = true;
          shares.record(i, Math.min(needs[i], shares.of(i)), needs[i] > shares.of(i));
          scans++;
        }
      }
    }
    return scans;
  }

  private static int[] taken(Shares shares, int... needs) {
    return IntStream.range(0, needs.length).map(i -> Math.min(needs[i], shares.of(i))).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "100, 30 30 30, 30 30 30",
    "100, 1000000 30 30, 40 30 30",
    "100, 30 30 1000000, 30 30 40",
    "100, 1000 1000 30, 35 35 30",
    "100, 1000 1000 1000, 34 33 33",
    "100, 10 40 90, 10 40 50",
    "100, 0 0 0, 0 0 0",
    "1, 5 5 5, 1 0 0",
    "1, 0 0 5, 0 0 1",
    "2, 1 5 5, 1 1 0"
  })
  void shareIsEqualButForWhatOthersDoNotNeed(int limit, String needs, String expected) {
    int[] need = Stream.of(needs.split(" ")).mapToInt(Integer::parseInt).toArray();
    Shares shares = new Shares(limit, need.length);
    settle(shares, need);
    assertArrayEquals(
        Stream.of(expected.split(" ")).mapToInt(Integer::parseInt).toArray(), taken(shares, need));
  }

  /** Whatever was before: a catalog must not depend on the order in which trees grew. */
  @Test
  void sharesDependOnTheNeedsAlone() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      int trees = 1 + random.nextInt(5);
      int limit = 1 + random.nextInt(40);
      Shares followed = new Shares(limit, trees);
      for (int step = 0; step < 5; step++) {
        int[] needs = random.ints(trees, 0, 30).toArray();
        assertTrue(settle(followed, needs) <= 2 * trees * trees);
        Shares fresh = new Shares(limit, trees);
        settle(fresh, needs);
        assertArrayEquals(taken(fresh, needs), taken(followed, needs));
        int sum = IntStream.of(taken(fresh, needs)).sum();
        assertEquals(Math.min(limit, IntStream.of(needs).sum()), sum);
        assertEquals(0, settle(followed, needs), "settled trees are scanned once");
      }
    }
  }

  private Fs open(Limits limits, String... roots) {
    List<Tree> trees =
        Stream.of(roots).map(root -> Fs.tree(tree.path(root), Layout.statsfs())).toList();
    tree.settle();
    return new Fs(trees, limits, Duration.ZERO);
  }

  private Map<String, Integer> statsOfTrees(Fs fs) {
    return fs.catalog().sources().stream()
        .collect(
            Collectors.groupingBy(
                source -> tree.root().relativize(source.tree().root().orElseThrow()).toString(),
                Collectors.summingInt((Source source) -> source.stats().size())));
  }

  @Test
  void firstRootDoesNotTakeTheWholeBudgetOfStatsAndIsNamed() {
    for (int i = 0; i < 1000; i++) {
      tree.stat("large/s" + i / 10 + "/x" + i, 1);
    }
    tree.stat("small/kvm/a", 1).stat("small/kvm/b", 1).stat("other/net/c", 1);
    try (Fs fs = open(Limits.builder().stats(100).build(), "large", "small", "other")) {
      assertEquals(Map.of("large", 90, "small", 2, "other", 1), statsOfTrees(fs));
      assertEquals(
          List.of(
              tree.path("large")
                  + ": more than its share of the 100 stats of all trees; the rest is left out."
                  + " Raise Limits.stats, or open a smaller root"),
          fs.catalog().problems().stream().map(Object::toString).toList());
      assertEquals(1, fs.log.lines().size());
      Object before = fs.catalog();
      assertEquals(before, fs.refresh());
      // The others may need more later.
      for (int i = 0; i < 60; i++) {
        tree.stat("small/kvm/c" + i, 1);
      }
      fs.refresh();
      assertEquals(Map.of("large", 50, "small", 49, "other", 1), statsOfTrees(fs));
      tree.remove("small/kvm").stat("small/kvm/a", 1);
      fs.refresh();
      assertEquals(Map.of("large", 90, "small", 1, "other", 1), statsOfTrees(fs));
      assertEquals(1, fs.log.lines().stream().filter(l -> l.contains("/large: more")).count());
    }
  }

  @Test
  void firstRootDoesNotTakeTheWholeBudgetOfSources() {
    for (int i = 0; i < 100; i++) {
      tree.stat("large/s" + i + "/x", 1);
    }
    tree.stat("small/kvm/1/a", 1).stat("small/net/b", 1);
    try (Fs fs = open(Limits.builder().sources(20).build(), "large", "small")) {
      // The roots and small/kvm count, too.
      assertEquals(Map.of("large", 15, "small", 2), statsOfTrees(fs));
      assertEquals(1, fs.problems().size(), fs.problems()::toString);
      assertTrue(
          fs.problems().get(0).contains("its share of the 20 directories and files"),
          fs.problems()::toString);
      assertEquals(tree.path("large"), fs.catalog().problems().get(0).path().orElseThrow());
      Object before = fs.catalog();
      assertEquals(before, fs.refresh());
    }
  }

  @Test
  void limitsOfOneAreKept() {
    tree.stat("a/kvm/x", 1).stat("a/y", 1).stat("b/z", 1).stat("c/z", 1);
    try (Fs fs = open(Fs.limits(1, 1, 1, 4096), "a", "b", "c")) {
      assertEquals(List.of("a/y"), fs.stats());
      assertTrue(fs.problems().size() >= 3, fs.problems()::toString);
      Object before = fs.catalog();
      assertEquals(before, fs.refresh());
    }
  }

  /** Each level has room for its own directories only once. */
  @Test
  void directoriesThatAreNotTakenInAreNotKept() {
    StringBuilder at = new StringBuilder("t");
    for (int level = 0; level < 8; level++) {
      for (int i = 0; i < 40; i++) {
        tree.stat(at + "/d" + (char) ('A' + i) + "/x", 1);
      }
      at.append("/dA");
    }
    try (Fs fs = open(Limits.builder().sources(50).build(), "t")) {
      List<String> sources = fs.sources();
      assertEquals(49, sources.size());
      assertEquals(1, fs.problems().size(), fs.problems()::toString);
      tree.remove("t/dB");
      fs.refresh();
      assertEquals(49, fs.sources().size());
      try (Fs fresh = open(Limits.builder().sources(50).build(), "t")) {
        assertEquals(fresh.sources(), fs.sources());
      }
    }
  }
}
