package io.statsfs.reader.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.Allocation;
import io.statsfs.contracts.ProcTables;
import io.statsfs.testkit.TestTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sample allocates, to the byte. */
class NioReaderAllocationTest {
  private static byte[] kept = {};

  /** Later JDKs allocate 158 bytes where 17 looks at the type of a file without any. */
  private static final int MOST_PER_FILE = Runtime.version().feature() == 17 ? 400 : 560;

  private static final int SAMPLES = 200;

  private static StatsFs open(Path... roots) {
    StatsFs.Builder builder = StatsFs.builder().reader("nio").refreshInterval(Duration.ZERO);
    for (Path root : roots) {
      builder.root(root);
    }
    return builder.build();
  }

  @Test
  void theMeasurementSeesWhatIsAllocated() {
    long allocated = Allocation.of(() -> kept = new byte[1000]);
    assertTrue(allocated >= kept.length && allocated < 2 * kept.length, "" + allocated);
  }

  @Test
  void aSampleOfKeptFilesOfSysfsAllocatesNothing() {
    try (StatsFs fs = open(Path.of("/sys/class/net"));
        Sampler sampler = fs.sampler(StatFilter.device("lo"))) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertTrue(sampler.size() > 20);
      assertEquals(sampler.size(), sampler.count(Status.OK));
    }
  }

  /** The loopback interface has no speed, for which the kernel answers EINVAL. */
  @Test
  void whatHasNoValueAllocatesOneExceptionOfTheJdk() {
    CompletableFuture<Long> bytes = new CompletableFuture<>();
    try (StatsFs fs = net();
        Sampler sampler = fs.sampler(StatFilter.path("net_device/lo/speed"))) {
      // The deeper the stack, the larger the exception.
      Thread shallow =
          new Thread(() -> bytes.complete(Allocation.ofSamples(sampler, SAMPLES) / SAMPLES));
      shallow.start();
      long each = bytes.join();
      assertEquals(1, sampler.count(Status.NO_VALUE));
      assertTrue(each > 0 && each <= 800, "" + each);
    }
  }

  private static StatsFs net() {
    return StatsFs.builder()
        .root(Path.of("/sys/class/net"), "net_device")
        .reader("nio")
        .refreshInterval(Duration.ZERO)
        .build();
  }

  /** What has no value now is an exception of the JDK. */
  @Test
  void aSampleOfAllDefaultTreesAllocatesNothingForKeptFilesThatHaveValues() {
    try (StatsFs fs =
        StatsFs.builder()
            .detect()
            // Each allocates, see NioMountTest.
            .withoutTrees("filesystem")
            .reader("nio")
            .refreshInterval(Duration.ZERO)
            .build()) {
      Set<Stat> with = new HashSet<>();
      try (Sampler all = fs.sampler(StatFilter.defaults())) {
        all.sample();
        for (int i = 0; i < all.size(); i++) {
          Source source = all.stat(i).source();
          String type = source.tree().fileSystemType();
          // Other tests make and delete interfaces meanwhile.
          boolean mayGo = source.subsystem().startsWith("net") && !source.device().equals("lo");
          // Nor is a directory kept whose entries are counted.
          boolean isKept =
              !type.equals("debugfs") && !Files.isDirectory(all.stat(i).path().orElseThrow());
          if (all.errno(i) == 0 && isKept && (!mayGo || source.tree().layout().isRootFile())) {
            with.add(all.stat(i));
          }
        }
      }
      try (Sampler sampler = fs.sampler(with::contains)) {
        assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
        assertTrue(sampler.count(Status.OK) > 200, "" + sampler.count(Status.OK));
      }
    }
  }

  @Test
  void aSampleOfVmstatAllocatesNothing() {
    try (StatsFs fs = open(Path.of("/proc/vmstat"));
        Sampler sampler = fs.sampler();
        Sampler some = fs.sampler(StatFilter.name("pg*"))) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertEquals(0, Allocation.ofSamples(some, SAMPLES));
      assertTrue(some.size() > 20 && some.size() < sampler.size());
      assertEquals(sampler.size(), sampler.count(Status.OK));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stat", "net/snmp", "softirqs", "diskstats"})
  void aSampleOfATableAllocatesNothing(String file) {
    Path path = Path.of("/proc", file);
    assumeTrue(Files.isReadable(path), "this kernel has no " + path);
    Layout layout = ProcTables.all().get(file);
    try (StatsFs fs =
            StatsFs.builder()
                .root(path, layout)
                .reader("nio")
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      assertEquals(sampler.size(), sampler.count(Status.OK));
    }
  }

  @Test
  void readingTheResultsAllocatesNothing() {
    try (StatsFs fs = open(Path.of("/sys/class/net"), Path.of("/proc/vmstat"));
        Sampler sampler = fs.sampler(StatFilter.subsystem("vmstat").or(StatFilter.device("lo")))) {
      assertEquals(0, Allocation.ofSamples(sampler, SAMPLES));
      sum(sampler);
      double[] sum = {0};
      assertEquals(0, Allocation.of(() -> sum[0] = sum(sampler)));
      assertTrue(sum[0] > 0);
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

  @Test
  void aSampleOfReopenedFilesAllocatesLittle() {
    try (TestTree tree = TestTree.inMemory()) {
      for (int i = 0; i < 100; i++) {
        tree.stat("kvm/1234-" + i / 25 + "/vcpu0/stat" + i, i);
      }
      try (StatsFs fs = open(tree.root());
          Sampler sampler = fs.sampler()) {
        long bytes = Allocation.ofSamples(sampler, SAMPLES) / SAMPLES / sampler.size();
        System.out.println("bytes allocated per reopened stat: " + bytes);
        assertTrue(bytes <= MOST_PER_FILE, "" + bytes);
        assertEquals(100, sampler.count(Status.OK));
      }
    }
  }

  @Test
  void aFileOfManyValuesThatIsReopenedAllocatesLittle() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append("name").append(i).append(' ').append(i).append('\n');
    }
    try (TestTree tree = TestTree.inMemory().stat("flat", text.toString());
        StatsFs fs = open(tree.path("flat"));
        Sampler sampler = fs.sampler()) {
      long bytes = Allocation.ofSamples(sampler, SAMPLES) / SAMPLES;
      System.out.println("bytes allocated per reopened file of many values: " + bytes);
      assertTrue(bytes <= MOST_PER_FILE, "" + bytes);
      assertEquals(1000, sampler.count(Status.OK));
    }
  }

  @Test
  void whatIsNoNumberCostsNoMoreThanANumber() {
    try (TestTree tree = TestTree.inMemory()) {
      for (int i = 0; i < 100; i++) {
        tree.stat("kvm/stat" + i, "RUNNABLE");
      }
      try (StatsFs fs = open(tree.root());
          Sampler sampler = fs.sampler()) {
        long bytes = Allocation.ofSamples(sampler, SAMPLES) / SAMPLES / sampler.size();
        assertTrue(bytes <= MOST_PER_FILE, "" + bytes);
        assertEquals(100, sampler.count(Status.NOT_A_NUMBER));
      }
    }
  }

  @Test
  void aSourceThatIsGoneCostsOneLookAtItsDirectory() {
    try (TestTree tree = TestTree.inMemory()) {
      for (int i = 0; i < 1000; i++) {
        tree.stat("kvm/1234-11/stat" + i, i);
      }
      try (StatsFs fs = open(tree.root());
          Sampler sampler = fs.sampler()) {
        tree.remove("kvm/1234-11");
        long bytes = Allocation.ofSamples(sampler, SAMPLES) / SAMPLES;
        System.out.println("bytes allocated per source that is gone: " + bytes);
        // The exceptions of a thousand files would take a thousand times as much.
        assertTrue(bytes <= 10_000, "" + bytes);
        assertEquals(1000, sampler.count(Status.GONE));
      }
    }
  }
}
