package io.statsfs.reader.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.Plans;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.NetworkInterface;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Which files stay open between samples, and how many. */
class NioReaderDescriptorTest {
  private static final Path NET = Path.of("/sys/class/net");
  private static final Path VMSTAT = Path.of("/proc/vmstat");

  private static StatsFs open(Path root) {
    return StatsFs.builder().reader("nio").root(root).refreshInterval(Duration.ZERO).build();
  }

  private static List<String> openBelow(Path path) throws IOException {
    return OpenFiles.below(path.toRealPath());
  }

  @Test
  void filesOfSysfsAreKeptOpenOnceEach() throws Exception {
    Path statistics = NET.resolve("lo/statistics");
    List<String> expected = new ArrayList<>();
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.device("lo"))) {
      for (int i = 0; i < sampler.size(); i++) {
        expected.add(statistics.resolve(sampler.stat(i).name()).toRealPath().toString());
      }
      Collections.sort(expected);
      assertEquals(List.of(), openBelow(statistics));
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertEquals(expected, openBelow(statistics));
      }
    }
    assertEquals(List.of(), openBelow(statistics));
  }

  @Test
  void vmstatIsKeptOpenOnce() throws Exception {
    try (StatsFs fs = open(VMSTAT);
        Sampler sampler = fs.sampler()) {
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertEquals(List.of("/proc/vmstat"), openBelow(VMSTAT));
      }
    }
    assertEquals(List.of(), openBelow(VMSTAT));
  }

  @Test
  void nothingOfAnOrdinaryFileSystemIsKeptOpen() throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("sub/dev/a", 1).stat("sub/dev/b", 2);
        StatsFs fs = open(tree.root());
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      assertEquals(2, sampler.count(Status.OK));
      assertEquals(List.of(), openBelow(tree.root()));
    }
  }

  @Test
  void debugfsCanBeUnmountedWhileItIsSampled() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create()) {
      Path kvm = mount.root().resolve("kvm");
      assumeTrue(Files.isDirectory(kvm), "this kernel has no statistics of KVM");
      try (StatsFs fs =
              StatsFs.builder()
                  .reader("nio")
                  .root(kvm, "kvm")
                  .refreshInterval(Duration.ZERO)
                  .build();
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        assertTrue(sampler.count(Status.OK) > 0);
        assertEquals(List.of(), openBelow(mount.root()));
        mount.unmount();
        sampler.sample();
        // What was denied is not opened, so that only a refresh sees that it is gone.
        assertEquals(sampler.size(), sampler.count(Status.GONE) + sampler.count(Status.DENIED));
        assertTrue(sampler.count(Status.GONE) > 0);
      }
    }
  }

  @Test
  void onlyTheFilesThatTheFilterWantsAreKeptOpen() throws Exception {
    Path statistics = NET.resolve("lo/statistics");
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.path("net/lo/rx_errors"))) {
      sampler.sample();
      assertEquals(
          List.of(statistics.toRealPath().resolve("rx_errors").toString()), openBelow(statistics));
    }
  }

  @Test
  void keptFilesStayOpenWhenTheCatalogChanges() throws Exception {
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(stat -> stat.name().equals("rx_errors"))) {
      sampler.sample();
      List<Path> lo = descriptorsOf(NET.resolve("lo/statistics"));
      assertEquals(1, lo.size());
      long version = sampler.catalog().version();
      made.delete();
      fs.refresh();
      sampler.sample();
      assertTrue(sampler.catalog().version() > version);
      assertEquals(lo, descriptorsOf(NET.resolve("lo/statistics")));
    }
  }

  private static List<Path> descriptorsOf(Path path) throws IOException {
    Path real = path.toRealPath();
    List<Path> descriptors = new ArrayList<>();
    try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).startsWith(real)) {
          descriptors.add(descriptor);
        }
      }
    }
    return descriptors;
  }

  @Test
  void beyondTheBudgetValuesAreReadByReopening() throws Exception {
    for (int budget : new int[] {0, 1, 10, 23, 100}) {
      readWithBudget(budget);
    }
  }

  /** The results must be the same whatever the budget is. */
  private static void readWithBudget(int descriptors) throws IOException {
    DescriptorBudget budget = new DescriptorBudget(descriptors);
    Path statistics = NET.resolve("lo/statistics");
    try (StatsFs fs = open(NET);
        NioReader reader = new NioReader(budget)) {
      Source lo =
          fs.catalog().sources().stream()
              .filter(source -> source.device().equals("lo"))
              .findFirst()
              .orElseThrow();
      SampleMemory memory = new SampleMemory(lo.stats().size());
      List<DirectoryPlan> plans = Plans.of(lo, 0);
      int kept = Math.min(descriptors, lo.stats().size());
      StatReader.Batch batch = reader.prepare(plans, memory, null);
      for (int sample = 0; sample < 5; sample++) {
        List<Long> before = values(lo);
        batch.sample();
        List<Long> after = values(lo);
        for (int i = 0; i < lo.stats().size(); i++) {
          String what = lo.stats().get(i) + " with a budget of " + descriptors;
          assertEquals(Status.OK, memory.status(i), what);
          assertTrue(
              before.get(i) <= memory.longValue(i) && memory.longValue(i) <= after.get(i), what);
        }
        assertEquals(kept, openBelow(statistics).size());
        assertEquals(descriptors - kept, budget.left());
      }
      // Another batch takes over what is open.
      StatReader.Batch next = reader.prepare(plans, memory, batch);
      next.sample();
      assertEquals(lo.stats().size(), count(memory, Status.OK));
      assertEquals(kept, openBelow(statistics).size());
      assertEquals(descriptors - kept, budget.left());
      // One that reads nothing of it does not.
      SampleMemory none = new SampleMemory(0);
      StatReader.Batch last = reader.prepare(List.of(), none, next);
      assertEquals(List.of(), openBelow(statistics));
      assertEquals(descriptors, budget.left());
      last.close();
    }
  }

  private static int count(SampleMemory memory, Status status) {
    int count = 0;
    for (int i = 0; i < memory.size(); i++) {
      count += memory.status(i) == status ? 1 : 0;
    }
    return count;
  }

  private static List<Long> values(Source source) throws IOException {
    List<Long> values = new ArrayList<>();
    for (Stat stat : source.stats()) {
      values.add(Long.parseLong(Files.readString(stat.path().orElseThrow()).strip()));
    }
    return values;
  }

  @Test
  void theBudgetIsGivenBackWhenAnInterfaceVanishes() throws Exception {
    DescriptorBudget budget = new DescriptorBudget(1000);
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET);
        NioReader reader = new NioReader(budget)) {
      Source source =
          fs.catalog().sources().stream()
              .filter(s -> s.device().equals(made.name()))
              .findFirst()
              .orElseThrow();
      int size = source.stats().size();
      SampleMemory memory = new SampleMemory(size);
      List<DirectoryPlan> plans = Plans.of(source, 0);
      StatReader.Batch batch = reader.prepare(plans, memory, null);
      for (int i = 0; i < 3; i++) {
        batch.sample();
        assertEquals(size, count(memory, Status.OK));
        assertEquals(1000 - size, budget.left());
        made.delete();
        batch.sample();
        assertEquals(size, count(memory, Status.GONE));
        assertEquals(1000, budget.left());
        made.createAgain();
      }
      batch.close();
      assertEquals(1000, budget.left());
    }
  }

  @Test
  void theBudgetIsGivenBackWhenABatchIsForgotten() throws Exception {
    DescriptorBudget budget = new DescriptorBudget(1000);
    try (StatsFs fs = open(NET);
        NioReader reader = new NioReader(budget)) {
      for (int i = 0; i < 5; i++) {
        sampleAndForget(fs, reader);
      }
      for (int i = 0; i < 1000 && budget.left() < 1000; i++) {
        System.gc();
        Thread.sleep(10);
      }
      assertEquals(1000, budget.left());
      sampleAndForget(fs, reader);
      assertTrue(budget.left() < 1000);
    }
    assertEquals(1000, budget.left());
  }

  private static void sampleAndForget(StatsFs fs, NioReader reader) {
    Source source = fs.catalog().sources().get(0);
    reader.prepare(Plans.of(source, 0), new SampleMemory(source.stats().size()), null).sample();
  }

  @Test
  void threadsThatShareABudgetNeverTakeMoreThanThereIs() throws Exception {
    DescriptorBudget budget = new DescriptorBudget(1000);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> takers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        takers.add(
            () -> {
              int taken = 0;
              for (int i = 0; i < 10_000; i++) {
                if (budget.take()) {
                  taken++;
                  if (i % 3 == 0) {
                    budget.giveBack();
                    taken--;
                  }
                }
              }
              return taken;
            });
      }
      int taken = 0;
      for (Future<Integer> taker : pool.invokeAll(takers)) {
        taken += taker.get();
      }
      assertEquals(1000, taken);
      assertEquals(0, budget.left());
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void theBudgetOfTheProcessLeavesTheApplicationMost() throws Exception {
    long limit =
        Files.readAllLines(Path.of("/proc/self/limits")).stream()
            .filter(line -> line.startsWith("Max open files"))
            .map(line -> line.split(" +")[3])
            .mapToLong(soft -> soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft))
            .findFirst()
            .orElseThrow();
    int left = DescriptorBudget.ofProcess().left();
    assertTrue(left > 0 && left <= limit / 4 && left <= 100_000, left + " of " + limit);
  }
}
