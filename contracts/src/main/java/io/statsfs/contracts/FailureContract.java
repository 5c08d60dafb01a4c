package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static io.statsfs.contracts.Outcomes.sampleLasting;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: what becomes of stats that cannot be read. */
abstract class FailureContract extends ValueContract {

  @Test
  void aFileThatVanishedIsGoneAtTheNextSampleAndFoundWhenItIsBack() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2).stat("sub/c", 3);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a", "1", "sub/b", "2", "sub/c", "3"), sample(sampler));
      tree.remove("sub/b");
      for (int i = 0; i < 3; i++) {
        assertEquals(Map.of("sub/a", "1", "sub/b", "GONE 2", "sub/c", "3"), sample(sampler));
      }
      tree.stat("sub/b", 20);
      assertEquals(Map.of("sub/a", "1", "sub/b", "20", "sub/c", "3"), sample(sampler));
    }
  }

  @Test
  void aSourceThatVanishedIsGoneAtTheNextSampleAndFoundWhenItIsBack() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = distinctValues(tree, 3, 4);
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        for (int round = 0; round < 2; round++) {
          assertEquals(expected, sample(sampler));
          tree.remove("sub/dev1");
          Map<String, String> without = new TreeMap<>(expected);
          without.replaceAll((path, value) -> path.contains("dev1") ? "GONE 2" : value);
          for (int i = 0; i < 3; i++) {
            assertEquals(without, sample(sampler));
          }
          distinctValues(tree, 3, 4);
          for (int i = 0; i < 3; i++) {
            assertEquals(expected, sample(sampler));
          }
        }
        // With one of its files only, and then the others.
        tree.remove("sub/dev1").stat("sub/dev1/part1/stat2", 1000);
        for (int i = 0; i < 3; i++) {
          sampler.sample();
          assertEquals("1000", outcome(sampler, "sub/dev1/part1/stat2"));
          assertEquals("GONE 2", outcome(sampler, "sub/dev1/part1/stat0"));
          assertEquals(3, sampler.count(Status.GONE));
        }
        distinctValues(tree, 3, 4);
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void aTreeThatVanishedIsGone() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = distinctValues(tree, 3, 4);
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        tree.remove("");
        expected.replaceAll((path, value) -> "GONE 2");
        assertEquals(expected, sample(sampler));
        assertEquals(12, sampler.count(Status.GONE));
        fs.refresh();
        assertEquals(Map.of(), sample(sampler));
      }
    }
  }

  @Test
  void aReplacedFileAnswersForItselfAtTheNextSample() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a", "1", "sub/b", "2"), sample(sampler));
      tree.remove("sub/a").stat("sub/a", 10);
      assertEquals(Map.of("sub/a", "10", "sub/b", "2"), sample(sampler));
      tree.move("sub/a", "sub/old").stat("sub/a", 11);
      assertEquals(Map.of("sub/a", "11", "sub/b", "2"), sample(sampler));
    }
  }

  @Test
  void aReplacedSourceAnswersForItselfAtTheNextSample() {
    try (TestTree tree = TestTree.inMemory().stat("sub/dev/a", 1).stat("sub/dev/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/dev/a", "1", "sub/dev/b", "2"), sample(sampler));
      tree.move("sub/dev", "sub/old").stat("sub/dev/a", 10).stat("sub/dev/b", 20);
      assertEquals(Map.of("sub/dev/a", "10", "sub/dev/b", "20"), sample(sampler));
      tree.remove("sub").stat("sub/dev/a", 100);
      assertEquals(Map.of("sub/dev/a", "100", "sub/dev/b", "GONE 2"), sample(sampler));
    }
  }

  @Test
  void aDirectoryWhereTheFileWasFails() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      tree.remove("sub/a").directory("sub/a");
      // At first it may be a file that is about to go.
      assertEquals(Map.of("sub/a", "GONE 21", "sub/b", "2"), sample(sampler));
      assertEquals(Map.of("sub/a", "FAILED 21", "sub/b", "2"), sampleLasting(sampler));
    }
  }

  @Test
  void aSymbolicLinkWhereTheFileWasIsNotFollowed() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2).stat("sub/c", 3);
        TestTree elsewhere = TestTree.inMemory().stat("secret", 1234);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      tree.remove("sub/a").link("sub/a", elsewhere.path("secret"));
      tree.remove("sub/c").link("sub/c", Path.of("/nowhere"));
      assertEquals(
          Map.of("sub/a", "FAILED 40", "sub/b", "2", "sub/c", "FAILED 40"), sampleLasting(sampler));
    }
  }

  @Test
  void aFileWhereTheSourceWasIsGone() {
    try (TestTree tree = TestTree.inMemory().stat("sub/dev/a", 1).stat("sub/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      tree.remove("sub/dev").stat("sub/dev", 3);
      for (int i = 0; i < 2; i++) {
        sampler.sample();
        assertEquals(Status.GONE, sampler.status(index(sampler, "sub/dev/a")));
        assertEquals("2", outcome(sampler, "sub/b"));
      }
    }
  }

  @Test
  void aLineThatVanishedIsGone() {
    try (TestTree tree = TestTree.inMemory().stat("flat", "a 1\nb 2\nc 3\n");
        StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("flat/a", "1", "flat/b", "2", "flat/c", "3"), sample(sampler));
      tree.stat("flat", "a 10\nc 30\n");
      assertEquals(Map.of("flat/a", "10", "flat/b", "GONE 0", "flat/c", "30"), sample(sampler));
      tree.stat("flat", "c 300\nb 200\nx 5\na 100\n");
      assertEquals(Map.of("flat/a", "100", "flat/b", "200", "flat/c", "300"), sample(sampler));
    }
  }

  @Test
  void aLineThatIsNoNumberAnyMoreCostsOnlyItself() {
    try (TestTree tree = TestTree.inMemory().stat("flat", "a 1\nb 2\nc 3\nd 4\n");
        StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
        Sampler sampler = fs.sampler()) {
      tree.stat("flat", "a 10\nb 2x\nc 99999999999999999999\nd -4\n");
      assertEquals(
          Map.of(
              "flat/a", "10",
              "flat/b", "NOT_A_NUMBER 0",
              "flat/c", "NOT_A_NUMBER 0",
              "flat/d", "-4"),
          sample(sampler));
    }
  }

  @Test
  void aFileOfManyValuesFailsForAllOfThem() {
    try (TestTree tree = TestTree.inMemory().stat("flat", "a 1\nb 2\n");
        StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
        Sampler sampler = fs.sampler();
        Sampler one = fs.sampler(StatFilter.name("b"))) {
      tree.remove("flat");
      assertEquals(Map.of("flat/a", "GONE 2", "flat/b", "GONE 2"), sample(sampler));
      tree.directory("flat");
      assertEquals(Map.of("flat/b", "GONE 21"), sample(one));
      assertEquals(Map.of("flat/a", "FAILED 21", "flat/b", "FAILED 21"), sampleLasting(sampler));
      assertEquals(Map.of("flat/b", "FAILED 21"), sample(one));
      tree.remove("flat").stat("flat", "a 3\nb 4\n");
      assertEquals(Map.of("flat/a", "3", "flat/b", "4"), sample(sampler));
      assertEquals(Map.of("flat/b", "4"), sample(one));
    }
  }

  @Test
  void aFailingStatNeverCostsItsNeighbours() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = new TreeMap<>();
      for (int s = 0; s < 5; s++) {
        for (int i = 0; i < 12; i++) {
          String path = "sub/dev" + s + "/stat" + (char) ('a' + i);
          tree.stat(path, 100 * s + i);
          expected.put(path, Integer.toString(100 * s + i));
        }
      }
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        for (int s = 0; s < 5; s += 2) {
          String source = "sub/dev" + s + "/";
          tree.remove(source + "stata");
          expected.put(source + "stata", "GONE 2");
          tree.remove(source + "statc").directory(source + "statc");
          expected.put(source + "statc", "FAILED 21");
          tree.remove(source + "state").link(source + "state", tree.path("sub/dev1/stata"));
          expected.put(source + "state", "FAILED 40");
          tree.stat(source + "statg", "");
          expected.put(source + "statg", "NOT_A_NUMBER 0");
          tree.stat(source + "stati", "9".repeat(100_000));
          expected.put(source + "stati", "NOT_A_NUMBER 0");
          tree.remove(source + "statl");
          expected.put(source + "statl", "GONE 2");
        }
        tree.remove("sub/dev3");
        expected.replaceAll((path, value) -> path.startsWith("sub/dev3/") ? "GONE 2" : value);
        assertEquals(expected, sampleLasting(sampler));
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void aFailureCountsWhenItLastsAndNothingElseCameInBetween() throws InterruptedException {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2).stat("sub/c", 3);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      Map<String, String> expected = new TreeMap<>(sample(sampler));
      tree.remove("sub/a").directory("sub/a").remove("sub/b").directory("sub/b");
      expected.put("sub/a", "GONE 21");
      expected.put("sub/b", "GONE 21");
      assertEquals(expected, sample(sampler));
      assertEquals(expected, sample(sampler));
      tree.remove("sub/a").stat("sub/a", 10);
      expected.put("sub/a", "10");
      assertEquals(expected, sample(sampler));
      // How long it had failed until then does not count.
      TimeUnit.MILLISECONDS.sleep(100);
      tree.remove("sub/a").directory("sub/a");
      expected.put("sub/a", "GONE 21");
      // Any number of samples within a second are no more than one.
      long began = System.nanoTime();
      String outcome = sample(sampler).get("sub/a");
      while (System.nanoTime() - began < 1_000_000_000L) {
        assertEquals("GONE 21", outcome);
        outcome = sample(sampler).get("sub/a");
      }
      expected.put("sub/a", "FAILED 21");
      expected.put("sub/b", "FAILED 21");
      assertEquals(expected, sampleLasting(sampler));
    }
  }
}
