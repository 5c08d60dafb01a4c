package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: samplers follow the catalog. */
abstract class ChangeContract extends NameContract {

  @Test
  void aSourceThatAppearedIsSampledAfterTheRefresh() {
    try (TestTree tree = TestTree.inMemory().stat("sub/b/x", 1).stat("sub/d/x", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/b/x", "1", "sub/d/x", "2"), sample(sampler));
      Catalog before = sampler.catalog();
      assertSame(fs.catalog(), before);
      // Before, between and after the others.
      tree.stat("sub/a/x", 3).stat("sub/c/x", 4).stat("sub/e/x", 5).stat("sub/b/y", 6);
      assertEquals(Map.of("sub/b/x", "1", "sub/d/x", "2"), sample(sampler));
      assertSame(before, sampler.catalog());
      fs.refresh();
      assertSame(before, sampler.catalog());
      assertEquals(
          Map.of(
              "sub/a/x", "3",
              "sub/b/x", "1",
              "sub/b/y", "6",
              "sub/c/x", "4",
              "sub/d/x", "2",
              "sub/e/x", "5"),
          sample(sampler));
      assertNotSame(before, sampler.catalog());
      assertSame(fs.catalog(), sampler.catalog());
    }
  }

  @Test
  void aSourceThatVanishedIsDroppedAfterTheRefresh() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = distinctValues(tree, 6, 3);
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        for (String device : new String[] {"dev0", "dev5", "dev3"}) {
          tree.remove("sub/" + device);
          expected.keySet().removeIf(path -> path.contains(device));
          fs.refresh();
          assertEquals(expected, sample(sampler));
        }
      }
    }
  }

  @Test
  void aStatThatAppearedOrVanishedIsFollowedToo() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/c", 3);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a", "1", "sub/c", "3"), sample(sampler));
      tree.stat("sub/b", 2).remove("sub/a");
      assertEquals(Map.of("sub/a", "GONE 2", "sub/c", "3"), sample(sampler));
      fs.refresh();
      assertEquals(Map.of("sub/b", "2", "sub/c", "3"), sample(sampler));
    }
  }

  @Test
  void theFilterIsAskedAboutWhatAppears() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a/x", 1).stat("sub/a/y", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler(StatFilter.name("y"))) {
      assertEquals(Map.of("sub/a/y", "2"), sample(sampler));
      tree.stat("sub/0/x", 3).stat("sub/0/y", 4).stat("sub/b/x", 5).stat("sub/a/w", 6);
      fs.refresh();
      assertEquals(Map.of("sub/0/y", "4", "sub/a/y", "2"), sample(sampler));
    }
  }

  @Test
  void theFilterMayChangeItsMindWhenTheCatalogChanges() {
    AtomicReference<String> wanted = new AtomicReference<>("x");
    try (TestTree tree = TestTree.inMemory().stat("sub/a/x", 1).stat("sub/a/y", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler(stat -> stat.name().equals(wanted.get()))) {
      assertEquals(Map.of("sub/a/x", "1"), sample(sampler));
      wanted.set("y");
      assertEquals(Map.of("sub/a/x", "1"), sample(sampler));
      tree.stat("sub/b/z", 3);
      fs.refresh();
      assertEquals(Map.of("sub/a/y", "2"), sample(sampler));
    }
  }

  @Test
  void aFilterThatThrewIsAskedAgainAtTheNextSample() {
    AtomicBoolean broken = new AtomicBoolean();
    StatFilter filter =
        stat -> {
          if (broken.get()) {
            throw new UnsupportedOperationException("broken");
          }
          return true;
        };
    try (TestTree tree = TestTree.inMemory().stat("sub/b/x", 1);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler(filter)) {
      assertEquals(Map.of("sub/b/x", "1"), sample(sampler));
      Catalog before = sampler.catalog();
      tree.stat("sub/a/x", 2);
      fs.refresh();
      broken.set(true);
      assertThrows(UnsupportedOperationException.class, sampler::sample);
      assertSame(before, sampler.catalog());
      assertEquals(Map.of("sub/b/x", "1"), Outcomes.of(sampler));
      broken.set(false);
      assertEquals(Map.of("sub/a/x", "2", "sub/b/x", "1"), sample(sampler));
      assertSame(fs.catalog(), sampler.catalog());
    }
  }

  @Test
  void aRenamedSourceIsFoundUnderItsNewNameOnly() {
    try (TestTree tree = TestTree.inMemory().stat("sub/old/x", 1).stat("sub/z/x", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/old/x", "1", "sub/z/x", "2"), sample(sampler));
      tree.move("sub/old", "sub/new");
      fs.refresh();
      assertEquals(Map.of("sub/new/x", "1", "sub/z/x", "2"), sample(sampler));
    }
  }

  @Test
  void twoSourcesThatSwapTheirNamesSwapTheirValues() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a/x", 1).stat("sub/b/x", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a/x", "1", "sub/b/x", "2"), sample(sampler));
      tree.move("sub/a", "sub/c").move("sub/b", "sub/a").move("sub/c", "sub/b");
      assertEquals(Map.of("sub/a/x", "2", "sub/b/x", "1"), sample(sampler));
      fs.refresh();
      assertEquals(Map.of("sub/a/x", "2", "sub/b/x", "1"), sample(sampler));
    }
  }

  @Test
  void eachValueNamesItsOwnFileThroughManyChanges() {
    Random random = new Random(7);
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = new TreeMap<>();
      change(tree, expected, random, 0);
      try (StatsFs fs = open(tree);
          Sampler all = fs.sampler();
          Sampler some = fs.sampler(StatFilter.name("stat1"));
          Sampler odd = fs.sampler(stat -> stat.name().hashCode() % 2 != 0)) {
        for (int round = 1; round <= 40; round++) {
          assertEquals(expected, sample(all), "round " + round);
          Map<String, String> ones = new TreeMap<>(expected);
          ones.keySet().removeIf(path -> !path.endsWith("/stat1"));
          assertEquals(ones, sample(some), "round " + round);
          Map<String, String> half = new TreeMap<>(expected);
          half.keySet().removeIf(p -> p.substring(p.lastIndexOf('/') + 1).hashCode() % 2 == 0);
          assertEquals(half, sample(odd), "round " + round);
          change(tree, expected, random, round);
          fs.refresh();
        }
      }
    }
  }

  /** Removes some sources and makes others, with a value in each file that was never used. */
  private static void change(
      TestTree tree, Map<String, String> expected, Random random, int round) {
    for (int i = 0; i < 4; i++) {
      String source = "sub" + random.nextInt(2) + "/dev" + random.nextInt(8);
      if (expected.keySet().removeIf(path -> path.startsWith(source + "/"))) {
        tree.remove(source);
      } else {
        for (int s = random.nextInt(5); s >= 0; s--) {
          String path = source + "/stat" + random.nextInt(9);
          int value = round * 10_000 + i * 1000 + s;
          tree.stat(path, value);
          expected.put(path, Integer.toString(value));
        }
      }
    }
  }

  @Test
  void theTreeIsLookedAtByItselfOncePerInterval() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a/x", 1);
        StatsFs fs = builder().root(tree.root()).refreshInterval(Duration.ofMillis(20)).build();
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a/x", "1"), sample(sampler));
      tree.stat("sub/b/x", 2);
      Map<String, String> both = Map.of("sub/a/x", "1", "sub/b/x", "2");
      Await.until(() -> sample(sampler).equals(both));
      tree.remove("sub/a");
      Await.until(() -> sample(sampler).equals(Map.of("sub/b/x", "2")));
    }
  }

  @Test
  void aFileOfManyValuesInAnotherOrder() {
    try (TestTree tree = TestTree.inMemory().stat("flat", "a 1\nb 2\nc 3\nd 4\n");
        StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
        Sampler sampler = fs.sampler();
        Sampler some = fs.sampler(StatFilter.name("b").or(StatFilter.name("d")))) {
      for (String text :
          new String[] {
            "d 4\nc 3\nb 2\na 1\n", "b 2\na 1\nd 4\nc 3\n", "noise 9\nd 4\na 1\nb 2\nz 8\nc 3\n"
          }) {
        tree.stat("flat", text);
        assertEquals(
            Map.of("flat/a", "1", "flat/b", "2", "flat/c", "3", "flat/d", "4"),
            sample(sampler),
            text);
        assertEquals(Map.of("flat/b", "2", "flat/d", "4"), sample(some), text);
      }
    }
  }

  @Test
  void linesThatAppearedOrVanishedAreFollowedAfterTheRefresh() {
    try (TestTree tree = TestTree.inMemory().stat("flat", "a 1\nb 2\nc 3\n");
        StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
        Sampler sampler = fs.sampler();
        Sampler some = fs.sampler(StatFilter.name("c").or(StatFilter.name("new")))) {
      assertEquals(Map.of("flat/a", "1", "flat/b", "2", "flat/c", "3"), sample(sampler));
      assertEquals(Map.of("flat/c", "3"), sample(some));
      tree.stat("flat", "c 30\nnew 40\na 10\n");
      assertEquals(Map.of("flat/a", "10", "flat/b", "GONE 0", "flat/c", "30"), sample(sampler));
      assertEquals(Map.of("flat/c", "30"), sample(some));
      fs.refresh();
      assertEquals(Map.of("flat/a", "10", "flat/c", "30", "flat/new", "40"), sample(sampler));
      assertEquals(Map.of("flat/c", "30", "flat/new", "40"), sample(some));
      assertEquals("flat/c", sampler.stat(0).toString());
      assertEquals("flat/a", sampler.stat(2).toString());
    }
  }

  @Test
  void linesThatChangedWithoutASignOfItAreNoticedBySampling() throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("flat", "a 1\nb 2\nc 3\n");
        StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("flat/a", "1", "flat/b", "2", "flat/c", "3"), sample(sampler));
      // As in procfs, where neither the size nor the time changes.
      FileTime time = Files.getLastModifiedTime(tree.path("flat"));
      for (String name : new String[] {"x", "y"}) {
        tree.stat("flat", "a 4\n" + name + " 5\nc 6\n");
        Files.setLastModifiedTime(tree.path("flat"), time);
        sampler.sample();
        assertEquals("4", outcome(sampler, "flat/a"));
        assertEquals("6", outcome(sampler, "flat/c"));
        fs.refresh();
        assertEquals(Map.of("flat/a", "4", "flat/" + name, "5", "flat/c", "6"), sample(sampler));
      }
    }
  }

  @Test
  void aSampleWithoutAChangeKeepsTheCatalogAndTheStats() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2).settle();
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      Catalog catalog = sampler.catalog();
      Object stat = sampler.stat(1);
      tree.stat("sub/a", 3);
      fs.refresh();
      sampler.sample();
      assertSame(catalog, sampler.catalog());
      assertSame(stat, sampler.stat(1));
      assertTrue(fs.catalog().problems().isEmpty(), () -> fs.catalog().problems().toString());
    }
  }

  @Test
  void severalTreesInOneSampler() {
    try (TestTree one = TestTree.inMemory().stat("one/a", 1);
        TestTree two = TestTree.inMemory().stat("two/a", 2);
        TestTree three = TestTree.inMemory().stat("three", "x 3\ny 4\n");
        StatsFs fs = builder().root(one.root()).root(three.path("three")).root(two.root()).build();
        Sampler sampler = fs.sampler()) {
      assertEquals(
          Map.of("one/a", "1", "two/a", "2", "three/x", "3", "three/y", "4"), sample(sampler));
      one.remove("one");
      two.stat("two/b", 5);
      fs.refresh();
      assertEquals(
          Map.of("two/a", "2", "two/b", "5", "three/x", "3", "three/y", "4"), sample(sampler));
    }
  }
}
