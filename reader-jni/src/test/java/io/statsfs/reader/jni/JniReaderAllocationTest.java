package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.Allocation;
import io.statsfs.testkit.TestTree;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A sample allocates nothing, whatever it reads and however much. */
class JniReaderAllocationTest {
  private static final int SAMPLES = 200;

  private static StatsFs open(Path... roots) {
    StatsFs.Builder builder = StatsFs.builder().reader("jni").refreshInterval(Duration.ZERO);
    for (Path root : roots) {
      builder.root(root);
    }
    return builder.build();
  }

  @Test
  void keptFilesOfSysfs() {
    try (StatsFs fs = open(Path.of("/sys/class/net"));
        Sampler sampler = fs.sampler(StatFilter.device("lo"));
        Sampler one = fs.sampler(StatFilter.path("net/lo/rx_bytes"))) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertTrue(sampler.size() > 20);
      assertEquals(sampler.size(), sampler.count(Status.OK));
      assertEquals(0, Allocation.ofSamples(one, SAMPLES));
      assertEquals(1, one.count(Status.OK));
    }
  }

  @Test
  void allDefaultTrees() {
    try (StatsFs fs =
            StatsFs.builder().detect().reader("jni").refreshInterval(Duration.ZERO).build();
        Sampler sampler = fs.sampler(StatFilter.defaults())) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertTrue(fs.catalog().trees().size() > 15, "" + fs.catalog().trees());
      assertTrue(sampler.count(Status.OK) > 200, "" + sampler.count(Status.OK));
    }
  }

  @Test
  void filesOfSysfsBeyondTheBudget() {
    Native.setDescriptorBudget(3);
    try (StatsFs fs = open(Path.of("/sys/class/net"));
        Sampler sampler = fs.sampler(StatFilter.device("lo"))) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertEquals(sampler.size(), sampler.count(Status.OK));
    } finally {
      Native.setDescriptorBudget(JniReaderDescriptorTest.BUDGET);
    }
  }

  @Test
  void vmstat() {
    try (StatsFs fs = open(Path.of("/proc/vmstat"));
        Sampler sampler = fs.sampler();
        Sampler some = fs.sampler(StatFilter.name("pg*"));
        Sampler one = fs.sampler(StatFilter.name("pgfault"))) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertEquals(0, Allocation.ofSamples(some, SAMPLES));
      assertEquals(0, Allocation.ofSamples(one, SAMPLES));
      assertTrue(some.size() > 20 && some.size() < sampler.size());
      assertEquals(sampler.size(), sampler.count(Status.OK));
      assertEquals(1, one.count(Status.OK));
    }
  }

  @Test
  void oneReopenedFile() {
    try (TestTree tree = TestTree.inMemory().stat("kvm/exits", 5);
        StatsFs fs = open(tree.root());
        Sampler sampler = fs.sampler()) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertEquals(1, sampler.count(Status.OK));
    }
  }

  @Test
  void twentyThousandReopenedFiles() {
    try (TestTree tree = TestTree.inMemory()) {
      for (int i = 0; i < 20_000; i++) {
        tree.stat("kvm/1234-" + i / 40 + "/stat" + i, i);
      }
      try (StatsFs fs = open(tree.root());
          Sampler sampler = fs.sampler()) {
        assertEquals(0, Allocation.ofSamples(sampler, 10));
        assertEquals(20_000, sampler.count(Status.OK));
      }
    }
  }

  @Test
  void twentyThousandLinesOfOneFile() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("name").append(i).append(' ').append(i).append('\n');
    }
    try (TestTree tree = TestTree.inMemory().stat("flat", text.toString());
        StatsFs fs = open(tree.path("flat"));
        Sampler sampler = fs.sampler()) {
      assertEquals(0, Allocation.ofSamples(sampler, 20));
      assertEquals(20_000, sampler.count(Status.OK));
    }
  }

  @Test
  void numbersOfEveryKindAndWhatIsNone() {
    try (TestTree tree =
            TestTree.inMemory()
                .stat("sub/unsigned", "18446744073709551615\n")
                .stat("sub/negative", -1)
                .stat("sub/decimal", "2.5\n")
                .stat("sub/text", "RUNNABLE")
                .stat("sub/empty", "")
                .stat("sub/long", "1".repeat(5000));
        StatsFs fs = open(tree.root());
        Sampler sampler = fs.sampler()) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertEquals(3, sampler.count(Status.OK));
      assertEquals(3, sampler.count(Status.NOT_A_NUMBER));
    }
  }

  @Test
  void sourcesAndFilesThatAreGone() {
    try (TestTree tree = TestTree.inMemory()) {
      for (int i = 0; i < 1000; i++) {
        tree.stat("kvm/1234-11/stat" + i, i).stat("kvm/1234-12/stat" + i, i);
      }
      try (StatsFs fs = open(tree.root());
          Sampler sampler = fs.sampler()) {
        tree.remove("kvm/1234-11").remove("kvm/1234-12/stat7");
        assertEquals(0, Allocation.ofSamples(sampler, 20));
        assertEquals(1001, sampler.count(Status.GONE));
      }
    }
  }
}
