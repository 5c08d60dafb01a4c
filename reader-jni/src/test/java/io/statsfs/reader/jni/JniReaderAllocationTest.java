package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A sample allocates nothing, whatever it reads and however much. */
class JniReaderAllocationTest {
  private static final int SAMPLES = 200;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static StatsFs open(Path... roots) {
    StatsFs.Builder builder = StatsFs.builder().reader("jni").refreshInterval(Duration.ZERO);
    for (Path root : roots) {
      builder.root(root);
    }
    return builder.build();
  }

  /**
   * After the first samples, which open files and load classes. The least of some rounds, since
   * what the JVM allocates in this thread when it has compiled something is not the sample's.
   */
  private static long bytesOfSamples(Sampler sampler, int samples) {
    for (int i = 0; i < 5; i++) {
      sampler.sample();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < samples; i++) {
        sampler.sample();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  @Test
  void theMeasurementSeesWhatIsAllocated() {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    byte[] bytes = new byte[1000];
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated >= bytes.length && allocated < 2 * bytes.length, "" + allocated);
  }

  @Test
  void keptFilesOfSysfs() {
    try (StatsFs fs = open(Path.of("/sys/class/net"));
        Sampler sampler = fs.sampler(StatFilter.device("lo"));
        Sampler one = fs.sampler(StatFilter.path("net/lo/rx_bytes"))) {
      assertEquals(0, bytesOfSamples(sampler, SAMPLES));
      assertTrue(sampler.size() > 20);
      assertEquals(sampler.size(), sampler.count(Status.OK));
      assertEquals(0, bytesOfSamples(one, SAMPLES));
      assertEquals(1, one.count(Status.OK));
    }
  }

  @Test
  void filesOfSysfsBeyondTheBudget() {
    Native.setDescriptorBudget(3);
    try (StatsFs fs = open(Path.of("/sys/class/net"));
        Sampler sampler = fs.sampler(StatFilter.device("lo"))) {
      assertEquals(0, bytesOfSamples(sampler, SAMPLES));
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
      assertEquals(0, bytesOfSamples(sampler, SAMPLES));
      assertEquals(0, bytesOfSamples(some, SAMPLES));
      assertEquals(0, bytesOfSamples(one, SAMPLES));
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
      assertEquals(0, bytesOfSamples(sampler, SAMPLES));
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
        assertEquals(0, bytesOfSamples(sampler, 10));
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
      assertEquals(0, bytesOfSamples(sampler, 20));
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
      assertEquals(0, bytesOfSamples(sampler, SAMPLES));
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
        assertEquals(0, bytesOfSamples(sampler, 20));
        assertEquals(1001, sampler.count(Status.GONE));
      }
    }
  }

  @Test
  void readingTheResults() {
    try (StatsFs fs = open(Path.of("/sys/class/net"), Path.of("/proc/vmstat"));
        Sampler sampler = fs.sampler(StatFilter.subsystem("vmstat").or(StatFilter.device("lo")))) {
      assertEquals(0, bytesOfSamples(sampler, SAMPLES));
      sum(sampler);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      double sum = sum(sampler);
      assertEquals(0, THREADS.getCurrentThreadAllocatedBytes() - before);
      assertTrue(sum > 0);
    }
  }

  private static double sum(Sampler sampler) {
    double sum = sampler.count(Status.OK);
    for (int i = 0; i < sampler.size(); i++) {
      if (sampler.status(i) == Status.OK
          && sampler.stat(i).source() != null
          && sampler.errno(i) == 0
          && !sampler.isDouble(i)
          && !sampler.isUnsigned(i)) {
        sum += sampler.doubleValue(i) + sampler.longValue(i);
      }
    }
    return sum;
  }
}
