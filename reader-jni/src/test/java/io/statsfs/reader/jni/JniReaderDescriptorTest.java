package io.statsfs.reader.jni;

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
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.NetworkInterface;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which files stay open between samples, how many, and that all are closed in the end. */
class JniReaderDescriptorTest {
  /** More than a test keeps open. */
  static final int BUDGET = 10_000;

  private static final Path NET = Path.of("/sys/class/net");
  private static final Path VMSTAT = Path.of("/proc/vmstat");
  private static final Path LO = NET.resolve("lo/statistics");

  private List<String> openBefore = List.of();

  @BeforeEach
  void rememberWhatIsOpen() {
    // These are about files.
    System.setProperty(NetlinkUse.PROPERTY, "false");
    // Loads the library, and all classes that need a file for that.
    try (StatsFs fs = open(VMSTAT);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
    }
    openBefore = OpenFiles.all();
  }

  @AfterEach
  void whatIsOpenIsWhatWas() throws InterruptedException {
    System.clearProperty(NetlinkUse.PROPERTY);
    Native.setDescriptorBudget(BUDGET);
    Await.collected(
        () -> OpenFiles.all().equals(openBefore),
        () -> OpenFiles.all() + " are open, as before " + openBefore);
  }

  private static StatsFs open(Path root) {
    return StatsFs.builder().reader("jni").root(root).refreshInterval(Duration.ZERO).build();
  }

  private static List<String> openBelow(Path path) throws IOException {
    return OpenFiles.below(path.toRealPath());
  }

  private static List<String> files(Sampler sampler) throws IOException {
    List<String> files = new ArrayList<>();
    for (int i = 0; i < sampler.size(); i++) {
      files.add(sampler.stat(i).path().orElseThrow().toRealPath().toString());
    }
    Collections.sort(files);
    return files;
  }

  @Test
  void filesOfSysfsAreKeptOpenOnceEachUntilTheSamplerIsClosed() throws Exception {
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.device("lo"))) {
      assertEquals(List.of(), openBelow(LO));
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertEquals(files(sampler), openBelow(LO));
      }
      sampler.close();
      assertEquals(List.of(), openBelow(LO));
      assertEquals(openBefore, OpenFiles.all());
    }
  }

  @Test
  void closingTheStatsFsClosesTheFilesOfItsSamplers() throws Exception {
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.device("lo"));
        Sampler other = fs.sampler(StatFilter.path("net/lo/rx_errors"))) {
      sampler.sample();
      other.sample();
      assertEquals(sampler.size() + 1, openBelow(LO).size());
      fs.close();
      assertEquals(openBefore, OpenFiles.all());
    }
  }

  @Test
  void vmstatIsKeptOpenOnce() throws Exception {
    try (StatsFs fs = open(VMSTAT);
        Sampler sampler = fs.sampler()) {
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertEquals(List.of("/proc/vmstat"), openBelow(VMSTAT));
      }
      sampler.close();
      assertEquals(openBefore, OpenFiles.all());
    }
  }

  @Test
  void nothingOfAnOrdinaryFileSystemIsKeptOpen() throws Exception {
    try (TestTree tree =
            TestTree.inMemory().stat("sub/dev/a", 1).stat("sub/dev/b", 2).stat("flat", "x 1\n");
        StatsFs fs =
            StatsFs.builder()
                .reader("jni")
                .root(tree.root())
                .root(tree.path("flat"))
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertTrue(sampler.count(Status.OK) >= 3);
        assertEquals(openBefore, OpenFiles.all());
      }
      tree.remove("sub/dev/a").remove("flat");
      sampler.sample();
      assertEquals(openBefore, OpenFiles.all());
      tree.remove("sub");
      sampler.sample();
      assertEquals(openBefore, OpenFiles.all());
    }
  }

  @Test
  void debugfsCanBeUnmountedWhileItIsSampled() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create()) {
      Path kvm = mount.root().resolve("kvm");
      assumeTrue(Files.isDirectory(kvm), "this kernel has no statistics of KVM");
      try (StatsFs fs =
              StatsFs.builder()
                  .reader("jni")
                  .root(kvm, "kvm")
                  .refreshInterval(Duration.ZERO)
                  .build();
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        assertTrue(sampler.count(Status.OK) > 0);
        assertEquals(List.of(), openBelow(mount.root()));
        // What lockdown denies is not tried again for now.
        int denied = sampler.count(Status.DENIED);
        mount.unmount();
        sampler.sample();
        assertEquals(sampler.size() - denied, sampler.count(Status.GONE));
      }
    }
  }

  @Test
  void keptFilesStayOpenWhenTheCatalogChanges() throws Exception {
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(stat -> stat.name().equals("rx_errors"))) {
      sampler.sample();
      List<Path> lo = descriptorsOf(LO);
      Path its = made.statistics().toRealPath();
      assertEquals(1, lo.size());
      assertEquals(1, OpenFiles.below(its).size());
      long version = sampler.catalog().version();
      made.delete();
      fs.refresh();
      sampler.sample();
      assertTrue(sampler.catalog().version() > version);
      assertEquals(lo, descriptorsOf(LO));
      assertEquals(List.of(), OpenFiles.below(its));
      made.createAgain();
      fs.refresh();
      sampler.sample();
      assertEquals(lo, descriptorsOf(LO));
      assertEquals(1, openBelow(made.statistics()).size());
      assertEquals(sampler.size(), sampler.count(Status.OK));
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
    for (int budget : new int[] {-1, 0, 1, 10, 23, 100}) {
      readWithBudget(budget);
    }
  }

  /** The results must be the same whatever the budget is. */
  private static void readWithBudget(int descriptors) throws IOException {
    Native.setDescriptorBudget(descriptors);
    try (StatsFs fs = open(NET);
        JniReader reader = new JniReader()) {
      Source lo = source(fs, "lo");
      int size = lo.stats().size();
      int kept = Math.max(0, Math.min(descriptors, size));
      SampleMemory memory = new SampleMemory(size);
      List<DirectoryPlan> plans = Plans.of(lo, 0);
      JniBatch batch = (JniBatch) reader.prepare(plans, memory, null);
      assertEquals(0, batch.keptOpen());
      for (int sample = 0; sample < 5; sample++) {
        List<Long> before = values(lo);
        batch.sample();
        List<Long> after = values(lo);
        for (int i = 0; i < size; i++) {
          String what = lo.stats().get(i) + " with a budget of " + descriptors;
          assertEquals(Status.OK, memory.status(i), what);
          assertTrue(
              before.get(i) <= memory.longValue(i) && memory.longValue(i) <= after.get(i), what);
        }
        assertEquals(kept, openBelow(LO).size());
        assertEquals(kept, batch.keptOpen());
        assertEquals(size - kept, batch.notKept());
      }
      // Another batch takes over what is open, at once and not by opening it again.
      SampleMemory newMemory = new SampleMemory(size);
      JniBatch next = (JniBatch) reader.prepare(plans, newMemory, batch);
      assertEquals(kept, next.keptOpen());
      assertEquals(kept, openBelow(LO).size());
      next.sample();
      assertEquals(size, count(newMemory, Status.OK));
      assertEquals(kept, openBelow(LO).size());
      // What was the batch before has nothing left to close.
      batch.close();
      assertEquals(kept, openBelow(LO).size());
      // One that reads nothing of it takes nothing over.
      JniBatch last = (JniBatch) reader.prepare(List.of(), new SampleMemory(0), next);
      assertEquals(List.of(), openBelow(LO));
      last.sample();
      last.close();
      last.close();
    }
  }

  /** Reads all stats of a file of {@code name value} lines. */
  private static DirectoryPlan ofLines(Source source) {
    Path file = source.path().orElseThrow();
    int size = source.stats().size();
    FilePlan plan =
        new FilePlan(
            PathText.nameOf(file),
            Shape.FLAT_KEYED,
            Keys.of(source.stats().stream().map(stat -> PathText.encode(stat.name())).toList()),
            Keys.ONE,
            IntStream.range(0, size).toArray(),
            new boolean[size]);
    return DirectoryPlan.builder(source, file.getParent(), List.of(plan)).keepOpen(true).build();
  }

  @Test
  void aFileOfManyValuesBeyondTheBudgetIsReopened() throws Exception {
    Native.setDescriptorBudget(0);
    try (StatsFs fs = open(VMSTAT);
        JniReader reader = new JniReader()) {
      Source vmstat = fs.catalog().sources().get(0);
      SampleMemory memory = new SampleMemory(vmstat.stats().size());
      JniBatch batch = (JniBatch) reader.prepare(List.of(ofLines(vmstat)), memory, null);
      for (int i = 0; i < 3; i++) {
        batch.sample();
        assertEquals(memory.size(), count(memory, Status.OK));
        assertEquals(1, batch.notKept());
        assertEquals(openBefore, OpenFiles.all());
      }
      Native.setDescriptorBudget(1);
      batch.sample();
      assertEquals(0, batch.notKept());
      assertEquals(1, batch.keptOpen());
      batch.close();
    }
  }

  @Test
  void theBudgetIsGivenBackWhenAnInterfaceVanishes() throws Exception {
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET);
        JniReader reader = new JniReader()) {
      Source source = source(fs, made.name());
      int size = source.stats().size();
      // No more than is needed once: what is not given back is missing in the next round.
      Native.setDescriptorBudget(size);
      SampleMemory memory = new SampleMemory(size);
      JniBatch batch = (JniBatch) reader.prepare(Plans.of(source, 0), memory, null);
      for (int i = 0; i < 3; i++) {
        batch.sample();
        assertEquals(size, count(memory, Status.OK));
        assertEquals(size, batch.keptOpen());
        assertEquals(0, batch.notKept());
        made.delete();
        batch.sample();
        assertEquals(size, count(memory, Status.GONE));
        assertEquals(0, batch.keptOpen());
        assertEquals(openBefore, OpenFiles.all());
        made.createAgain();
      }
      batch.close();
    }
  }

  @Test
  void aReplacedInterfaceIsFoundAgainThoughTheCatalogIsOld() throws Exception {
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.device(made.name()))) {
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertEquals(sampler.size(), sampler.count(Status.OK));
        assertEquals(sampler.size(), openBelow(made.statistics()).size());
        made.delete();
        made.createAgain();
      }
    }
  }

  @Test
  void aPreparationThatFailsLeavesTheBatchBeforeAsItWas() {
    ByteBuffer emptyPlan = NativePlan.write(List.of(), new int[0]);
    long plan = Native.address(emptyPlan);
    long batch = Native.open(plan, emptyPlan.capacity(), 0);
    assertTrue(batch > 0);
    int einval = 22;
    assertEquals(-einval, Native.open(plan, emptyPlan.capacity() - 1, batch));
    assertEquals(-1, Native.sample(batch, true, 0, 0));
    long next = Native.open(plan, emptyPlan.capacity(), batch);
    assertTrue(next > 0);
    Native.close(next);
    Reference.reachabilityFence(emptyPlan);
  }

  @Test
  void theMemoryOfAClosedBatchIsFreed() throws Exception {
    List<FilePlan> files =
        IntStream.range(0, 1000).mapToObj(i -> FilePlan.value("" + i, i, false)).toList();
    DirectoryPlan directory = DirectoryPlan.builder(this, LO, files).build();
    int[] predecessors = new int[files.size()];
    ByteBuffer buffer = NativePlan.write(List.of(directory), predecessors);
    long plan = Native.address(buffer);
    Native.close(Native.open(plan, buffer.capacity(), 0));
    long before = anonymousKilobytes();
    long previous = 0;
    // Each takes 40 kB, so that leaving them would take 400 MB.
    for (int i = 0; i < 10_000; i++) {
      previous = Native.open(plan, buffer.capacity(), i % 2 == 0 ? 0 : previous);
      if (i % 2 == 1) {
        Native.close(previous);
      }
    }
    Reference.reachabilityFence(buffer);
    long after = anonymousKilobytes();
    assertTrue(after < before + 50_000, before + " kB, then " + after + " kB");
  }

  private static long anonymousKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private static Source source(StatsFs fs, String device) {
    return fs.catalog().sources().stream()
        .filter(source -> source.device().equals(device))
        .findFirst()
        .orElseThrow();
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
  void aSamplerThatIsForgottenWithoutCloseClosesItsFiles() throws Exception {
    try (StatsFs fs = open(NET)) {
      for (int i = 0; i < 5; i++) {
        forgetSampler(fs);
      }
      Await.collected(() -> OpenFiles.all().equals(openBefore), () -> OpenFiles.all().toString());
      // The others go on.
      try (Sampler sampler = fs.sampler(StatFilter.device("lo"))) {
        sampler.sample();
        System.gc();
        sampler.sample();
        assertEquals(files(sampler), openBelow(LO));
        assertEquals(sampler.size(), sampler.count(Status.OK));
      }
    }
  }

  @Test
  void aStatsFsThatIsForgottenWithoutCloseClosesItsFiles() throws Exception {
    for (int i = 0; i < 5; i++) {
      forgetSampler(open(NET));
    }
    Await.collected(() -> OpenFiles.all().equals(openBefore), () -> OpenFiles.all().toString());
  }

  /** In a method of its own, so that no local variable keeps it. */
  private static void forgetSampler(StatsFs fs) throws IOException {
    Sampler sampler = fs.sampler(StatFilter.device("lo"));
    sampler.sample();
    assertTrue(openBelow(LO).size() >= sampler.size());
  }
}
