package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Catalog;
import io.statsfs.Diagnostics;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Registration;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values one by one, samplers, and the end of it all. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatsFsImplTest {
  private static final String SCHEMA = "METRIC\nNAME float\nFLAG GAUGE\nTYPE FLOAT\nDESC d\n\n";

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private Fs open() {
    tree.settle();
    return new Fs(tree.root());
  }

  private Stat stat(Fs fs, String name) {
    return fs.catalog().get("kvm", "", name);
  }

  private static StatReadException fails(Status status, Runnable read) {
    StatReadException e = assertThrows(StatReadException.class, read::run);
    assertEquals(status, e.status());
    return e;
  }

  @ParameterizedTest
  @CsvSource({
    "1084, 1084, 1084",
    "-128, -128, -128",
    "9223372036854775807, 9223372036854775807, 9223372036854775807",
    "18446744073709551615, -1, 18446744073709551615",
    "-9223372036854775808, -9223372036854775808, -9223372036854775808",
    "1.75, 1, 1.75",
    "-1.75, -1, -1.75"
  })
  void numbersAreRead(String text, long asLong, double asDouble) {
    tree.stat("kvm/a", text + "\n");
    try (Fs fs = open()) {
      assertEquals(asLong, fs.fs.readLong(stat(fs, "a")));
      assertEquals(asDouble, fs.fs.readDouble(stat(fs, "a")));
      assertEquals(text, fs.fs.readText(stat(fs, "a")));
    }
  }

  @Test
  void eachReadingIsFresh() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      assertEquals(1, fs.fs.readLong(stat(fs, "a")));
      tree.stat("kvm/a", 2);
      assertEquals(2, fs.fs.readLong(stat(fs, "a")));
    }
  }

  @Test
  void textIsNoNumberAndCanBeReadAsText() {
    tree.stat("kvm/a", "RUNNABLE").stat("kvm/b", " two words \n\n").stat("kvm/c", "");
    tree.file("kvm/d", new byte[] {'x', (byte) 0xff, '\n'});
    try (Fs fs = open()) {
      for (String name : List.of("a", "b", "c", "d")) {
        StatReadException e = fails(Status.NOT_A_NUMBER, () -> fs.fs.readLong(stat(fs, name)));
        assertTrue(e.getMessage().contains("kvm/" + name), e.getMessage());
        assertTrue(e.getMessage().contains("readText"), e.getMessage());
        fails(Status.NOT_A_NUMBER, () -> fs.fs.readDouble(stat(fs, name)));
      }
      assertEquals("RUNNABLE", fs.fs.readText(stat(fs, "a")));
      assertEquals("two words", fs.fs.readText(stat(fs, "b")));
      assertEquals("", fs.fs.readText(stat(fs, "c")));
      assertEquals("x\\xff", fs.fs.readText(stat(fs, "d")));
    }
  }

  @Test
  void atMost64KibOfTextAreRead() {
    tree.stat("kvm/a", "x".repeat(70_000));
    try (Fs fs = open()) {
      assertEquals(64 << 10, fs.fs.readText(stat(fs, "a")).length());
    }
  }

  @Test
  void vanishedStatIsGone() {
    tree.stat("kvm/a", 1).stat("kvm/b", 1);
    try (Fs fs = open()) {
      Stat stat = stat(fs, "a");
      tree.remove("kvm/a");
      StatReadException e = fails(Status.GONE, () -> fs.fs.readLong(stat));
      assertTrue(e.getMessage().contains(stat.origin()), e.getMessage());
      assertTrue(e.getMessage().contains("does not exist"), e.getMessage());
      fails(Status.GONE, () -> fs.fs.readText(stat));
      tree.remove("kvm").stat("kvm", 1);
      fails(Status.GONE, () -> fs.fs.readDouble(stat));
    }
  }

  @Test
  void directoryInTheStatsPlaceIsAFailure() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      Stat stat = stat(fs, "a");
      tree.remove("kvm/a").stat("kvm/a/b", 1);
      fails(Status.FAILED, () -> fs.fs.readLong(stat));
    }
  }

  @Test
  void valuesOfFlatKeyedFilesAreRead() {
    tree.stat("values", "a 1\nb: 18446744073709551615 kB\nc 5\n");
    try (Fs fs = new Fs(tree.path("values"), Layout.file("v"))) {
      Catalog catalog = fs.catalog();
      assertEquals(1, fs.fs.readLong(catalog.get("v", "", "a")));
      assertEquals(-1, fs.fs.readLong(catalog.get("v", "", "b")));
      assertEquals(0x1p64, fs.fs.readDouble(catalog.get("v", "", "b")));
      assertEquals("18446744073709551615", fs.fs.readText(catalog.get("v", "", "b")));
      assertEquals(5, fs.fs.readLong(catalog.get("v", "", "c")));
      tree.stat("values", "a 1\nc 5x\nc 6\n");
      fails(Status.NOT_A_NUMBER, () -> fs.fs.readLong(catalog.get("v", "", "c")));
      assertEquals("5x", fs.fs.readText(catalog.get("v", "", "c")));
      tree.stat("values", "a 1\n");
      StatReadException e = fails(Status.GONE, () -> fs.fs.readLong(catalog.get("v", "", "b")));
      assertTrue(e.getMessage().contains("does not have it any more"), e.getMessage());
      fails(Status.GONE, () -> fs.fs.readText(catalog.get("v", "", "b")));
      tree.remove("values");
      fails(Status.GONE, () -> fs.fs.readLong(catalog.get("v", "", "a")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "many"})
  void filesOfOneValueAndOfSeveralAreDeniedApart(String denied) {
    tree.stat("sub/one", 1).stat("sub/many", "x 2\ny 3\n").stat("sub/more", "z 4\n").settle();
    Layout layout = Layout.builder("test").flatKeyedFiles("many", "more").build();
    try (Fs its = new Fs(tree.root(), layout);
        Sampler sampler = its.fs.sampler()) {
      its.reader.onFile =
          path -> {
            if (path.endsWith(denied)) {
              throw new UncheckedIOException(new IOException("Operation not permitted"));
            }
          };
      for (int twice = 0; twice < 2; twice++) {
        sampler.sample();
        for (int i = 0; i < sampler.size(); i++) {
          Stat stat = sampler.stat(i);
          boolean isDenied = stat.origin().endsWith(denied);
          assertEquals(isDenied ? Status.DENIED : Status.OK, sampler.status(i), stat::toString);
          if (!isDenied) {
            assertEquals(sampler.longValue(i), its.fs.readLong(stat));
          }
        }
      }
    }
  }

  @Test
  void interruptedThreadReadsAllTheSameAndStaysInterrupted() {
    tree.stat("kvm/float", "1").schema("kvm", SCHEMA).stat("values", "a 1\n").settle();
    Thread.currentThread().interrupt();
    try (Fs fs = new Fs(tree.root());
        Fs flat = new Fs(tree.path("values"), Layout.file("v"))) {
      assertEquals(List.of(), fs.problems());
      assertEquals(Stat.Type.FLOAT, stat(fs, "float").type());
      assertEquals(1, fs.fs.readLong(stat(fs, "float")));
      assertEquals(List.of("v/a"), flat.stats());
      assertEquals(1, fs.schemas.loads());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void samplerReadsWhatItsFilterWants() {
    tree.stat("kvm/a", 1).stat("kvm/b", "text").stat("kvm/1/a", 3).stat("net/a", 4);
    try (Fs fs = open();
        Sampler all = fs.fs.sampler();
        Sampler some = fs.fs.sampler(StatFilter.subsystem("kvm").and(StatFilter.name("a")));
        Sampler none = fs.fs.sampler(StatFilter.name("no"))) {
      assertEquals(4, all.size());
      assertEquals(4, all.count(Status.GONE));
      all.sample();
      some.sample();
      none.sample();
      assertEquals(
          fs.catalog().stats(), List.of(all.stat(0), all.stat(1), all.stat(2), all.stat(3)));
      assertEquals(3, all.count(Status.OK));
      assertEquals(Status.NOT_A_NUMBER, all.status(1));
      assertEquals(2, some.size());
      assertEquals(1, some.longValue(0));
      assertEquals(3, some.longValue(1));
      assertEquals(0, none.size());
      assertSame(fs.catalog(), some.catalog());
    }
  }

  @Test
  void samplerTellsEachKindOfValue() {
    tree.stat("kvm/a", "18446744073709551615").stat("kvm/b", "-5").stat("kvm/c", "1.5");
    tree.stat("kvm/float", "7").stat("kvm/z", 1).schema("kvm", SCHEMA);
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler()) {
      tree.remove("kvm/z");
      sampler.sample();
      assertTrue(sampler.isUnsigned(0) && !sampler.isDouble(0));
      assertEquals(-1, sampler.longValue(0));
      assertEquals(0x1p64, sampler.doubleValue(0));
      assertTrue(!sampler.isUnsigned(1));
      assertEquals(-5, sampler.longValue(1));
      assertTrue(sampler.isDouble(2));
      assertEquals(1.5, sampler.doubleValue(2));
      assertEquals(1, sampler.longValue(2));
      assertTrue(sampler.isDouble(3));
      assertEquals(7, sampler.doubleValue(3));
      assertEquals(Status.GONE, sampler.status(4));
      assertEquals(2, sampler.errno(4));
      assertEquals(0, sampler.longValue(4));
      for (int index : new int[] {-1, 5}) {
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.stat(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.status(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.errno(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.longValue(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.doubleValue(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.isUnsigned(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.isDouble(index));
      }
    }
  }

  @Test
  void samplerFollowsTheCatalogAtItsNextSample() {
    tree.stat("kvm/1/a", 1).stat("kvm/2/a", 2);
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler()) {
      sampler.sample();
      sampler.sample();
      assertEquals(1, fs.reader.prepared);
      Catalog before = sampler.catalog();
      tree.remove("kvm/1").stat("kvm/3/a", 3);
      fs.refresh();
      assertSame(before, sampler.catalog());
      assertEquals(1, sampler.longValue(0));
      sampler.sample();
      assertSame(fs.catalog(), sampler.catalog());
      assertEquals(2, sampler.longValue(0));
      assertEquals(3, sampler.longValue(1));
      assertEquals(2, fs.reader.prepared);
    }
  }

  @Test
  void planKeepsOpenOnlyWhatTheFileSystemAllows() {
    tree.stat("kvm/a", 1);
    try (Fs memory = open();
        Sampler sampler = memory.fs.sampler()) {
      DirectoryPlan plan = memory.reader.plans.get(0);
      assertTrue(!plan.keepOpen());
      assertEquals(Limits.defaults().fileBytes(), plan.maxBytes());
      assertEquals(1, sampler.size());
    }
    try (Fs proc = new Fs(Path.of("/proc/vmstat"), Layouts.shipped("vmstat"));
        Sampler sampler = proc.fs.sampler()) {
      assertTrue(proc.reader.plans.get(0).keepOpen());
      assertTrue(sampler.size() > 0);
    }
  }

  @Test
  void filterThatThrowsOnceDoesNotLoseTheNewCatalog() {
    tree.stat("kvm/1/a", 1);
    boolean[] broken = {false};
    try (Fs fs = open();
        Sampler sampler =
            fs.fs.sampler(
                stat -> {
                  if (broken[0]) {
                    throw new IllegalArgumentException("broken filter");
                  }
                  return true;
                })) {
      sampler.sample();
      tree.stat("kvm/2/a", 2);
      fs.refresh();
      broken[0] = true;
      assertThrows(IllegalArgumentException.class, sampler::sample);
      broken[0] = false;
      sampler.sample();
      assertEquals(2, sampler.size());
      assertEquals(2, sampler.longValue(1));
      assertSame(fs.catalog(), sampler.catalog());
    }
  }

  @Test
  void afterCloseEverythingIsRefusedButTheLastPicture() {
    tree.stat("kvm/a", 1);
    Fs fs = open();
    Sampler sampler = fs.fs.sampler();
    sampler.sample();
    Stat stat = stat(fs, "a");
    Catalog catalog = fs.catalog();
    fs.close();
    assertTrue(fs.reader.closed);
    int prepared = fs.reader.prepared;
    for (Runnable action :
        List.<Runnable>of(
            fs.fs::refresh,
            () -> fs.fs.sampler(),
            () -> fs.fs.readLong(stat),
            () -> fs.fs.readDouble(stat),
            () -> fs.fs.readText(stat),
            sampler::sample)) {
      assertThrows(IllegalStateException.class, action::run);
    }
    assertEquals(prepared, fs.reader.prepared);
    assertSame(catalog, fs.catalog());
    assertEquals("fake", fs.fs.readerName());
    assertEquals(1, sampler.longValue(0));
    sampler.close();
    fs.close();
  }

  @Test
  void closedSamplerIsRefusedAndCostsNotTheOthers() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open();
        Sampler other = fs.fs.sampler()) {
      Sampler sampler = fs.fs.sampler();
      sampler.close();
      sampler.close();
      assertThrows(IllegalStateException.class, sampler::sample);
      other.sample();
      assertEquals(1, other.longValue(0));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingWaitsForTheSampleThatIsBeingTaken(boolean whole) throws Exception {
    tree.stat("kvm/a", 1);
    Fs fs = open();
    Sampler sampler = fs.fs.sampler();
    CountDownLatch sampling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    fs.reader.onSample =
        () -> {
          sampling.countDown();
          try {
            assertTrue(goOn.await(30, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    Thread reading = new Thread(sampler::sample);
    reading.start();
    assertTrue(sampling.await(30, TimeUnit.SECONDS));
    Thread closing = new Thread(whole ? fs::close : sampler::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      assertTrue(closing.isAlive(), "closing did not wait");
      Thread.onSpinWait();
    }
    assertEquals(0, fs.reader.samples);
    goOn.countDown();
    reading.join();
    closing.join();
    assertEquals(1, fs.reader.samples);
    fs.close();
    assertTrue(fs.reader.closed);
  }

  @Test
  void aSampleHasItsTime() throws InterruptedException {
    tree.stat("kvm/a", 1);
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler()) {
      assertEquals(0, sampler.sampleEpochMillis());
      assertEquals(0, sampler.sampleNanoTime());
      assertEquals(0, sampler.sampleDurationNanos());
      final long before = System.currentTimeMillis();
      final long began = System.nanoTime();
      sampler.sample();
      final long ended = System.nanoTime();
      assertTrue(sampler.sampleEpochMillis() >= before);
      assertTrue(sampler.sampleEpochMillis() <= System.currentTimeMillis());
      long first = sampler.sampleNanoTime();
      assertTrue(first >= began && first + sampler.sampleDurationNanos() <= ended);
      Thread.sleep(10);
      sampler.sample();
      assertTrue(sampler.sampleNanoTime() - first >= 10_000_000);
    }
  }

  @Test
  void aListenerIsCalledUntilItsRegistrationIsClosed() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      List<Long> versions = new ArrayList<>();
      Consumer<Catalog> listener = catalog -> versions.add(catalog.version());
      Registration one = fs.fs.addListener(listener);
      Registration same = fs.fs.addListener(listener);
      tree.stat("kvm/b", 1);
      fs.refresh();
      assertEquals(List.of(2L, 2L), versions);
      one.close();
      one.close();
      tree.stat("kvm/c", 1);
      fs.refresh();
      assertEquals(List.of(2L, 2L, 3L), versions);
      same.close();
      tree.stat("kvm/d", 1);
      fs.refresh();
      assertEquals(3, versions.size());
    }
  }

  @Test
  void aListenerThatAnotherOneClosesIsNotCalledAnyMore() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      List<String> calls = new ArrayList<>();
      List<Registration> closes = new ArrayList<>();
      fs.fs.addListener(
          catalog -> {
            calls.add("first");
            closes.forEach(Registration::close);
          });
      closes.add(fs.fs.addListener(catalog -> calls.add("second")));
      tree.stat("kvm/b", 1);
      fs.refresh();
      assertEquals(List.of("first"), calls);
    }
  }

  @Test
  void aListenerThatFailsAfterItWasClosedIsForgotten() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      WeakReference<Object> ofListener = failAfterClosing(fs);
      tree.stat("kvm/b", 1);
      fs.refresh();
      assertForgotten(ofListener);
    }
  }

  private static WeakReference<Object> failAfterClosing(Fs fs) {
    Object held = new Object();
    Registration[] own = new Registration[1];
    own[0] =
        fs.fs.addListener(
            catalog -> {
              own[0].close();
              throw new IllegalStateException("thrown by " + held);
            });
    return new WeakReference<>(held);
  }

  @Test
  void aListenerOfWhatIsClosedIsForgotten() {
    tree.stat("kvm/a", 1);
    Fs fs = open();
    WeakReference<Object> before = addListener(fs);
    fs.close();
    assertForgotten(before);
    assertForgotten(addListener(fs));
    Reference.reachabilityFence(fs);
  }

  private static WeakReference<Object> addListener(Fs fs) {
    Object held = new Object();
    fs.fs.addListener(catalog -> assertNotNull(held));
    return new WeakReference<>(held);
  }

  private static void assertForgotten(WeakReference<Object> it) {
    for (int i = 0; i < 1_000 && it.get() != null; i++) {
      System.gc();
      LockSupport.parkNanos(1_000_000);
    }
    assertNull(it.get());
  }

  @Test
  void diagnosticsCountTheScans() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      assertEquals(1, fs.fs.diagnostics().scans());
      fs.refresh();
      assertEquals(2, fs.fs.diagnostics().scans());
      assertTrue(fs.fs.diagnostics().lastScanDuration().toNanos() > 0);
    }
  }

  /** Nor before anything is compiled, as where it is asked for now and then. */
  @Test
  void askingForCountsAllocatesNothing() {
    tree.stat("kvm/a", 1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler(StatFilter.all())) {
      sampler.sample();
      Diagnostics counts = fs.fs.diagnostics();
      long sum = sum(counts);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 10; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals(sum, sum(counts));
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  /** Also where nobody has asked before. */
  @Test
  void aSamplerThatIsSamplingCountsWithWhatItHadBefore() throws Exception {
    tree.stat("kvm/a", 1);
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler()) {
      fs.reader.keptOpen = () -> 3;
      sampler.sample();
      CountDownLatch sampling = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      fs.reader.onSample =
          () -> {
            sampling.countDown();
            await(goOn);
          };
      Thread reading = new Thread(sampler::sample);
      reading.start();
      await(sampling);
      assertEquals(3, fs.fs.diagnostics().filesKeptOpen());
      goOn.countDown();
      reading.join();
      fs.reader.keptOpen = () -> 2;
      assertEquals(2, fs.fs.diagnostics().filesKeptOpen());
      sampler.close();
      assertEquals(0, fs.fs.diagnostics().filesKeptOpen());
    }
  }

  @Test
  void countsThatFailAreNoneAndFailNoSample() {
    tree.stat("kvm/a", 1);
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler()) {
      fs.reader.keptOpen =
          () -> {
            throw new IllegalStateException("no count");
          };
      sampler.sample();
      assertEquals(1, sampler.longValue(0));
      assertTrue(sampler.sampleNanoTime() != 0);
      assertEquals(0, fs.fs.diagnostics().filesKeptOpen());
      assertEquals(1, fs.log.lines().stream().filter(m -> m.contains("no count")).count());
    }
  }

  /** Nobody knows what a filter waits for. */
  @Test
  @Timeout(60)
  void aSamplerIsMadeWhileTheFilterOfAnotherOneWaitsForIt() throws Exception {
    tree.stat("kvm/a", 1);
    try (Fs fs = open()) {
      CountDownLatch made = new CountDownLatch(1);
      Thread making =
          new Thread(
              () -> {
                fs.fs.sampler().close();
                made.countDown();
              });
      Sampler waiting =
          fs.fs.sampler(
              stat -> {
                making.start();
                await(made);
                return true;
              });
      waiting.sample();
      assertEquals(1, waiting.longValue(0));
      making.join();
    }
  }

  @Test
  void aFilterThatClosesWhatItIsAskedForMakesNoSampler() {
    tree.stat("kvm/a", 1);
    Fs fs = open();
    int prepared = fs.reader.prepared;
    assertThrows(
        IllegalStateException.class,
        () ->
            fs.fs.sampler(
                stat -> {
                  fs.close();
                  return true;
                }));
    assertEquals(prepared, fs.reader.prepared);
    assertTrue(fs.reader.closed);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long sum(Diagnostics counts) {
    return counts.scans()
        + counts.filesKeptOpen()
        + counts.filesNotKept()
        + counts.schemaCacheSize()
        + counts.schemaCacheHits()
        + counts.schemaCacheLoads()
        + counts.schemaCacheLoadFailures()
        + counts.schemaCacheEvictions();
  }

  @Test
  void catalogFindsByPlace() {
    tree.stat("kvm/a", 1).stat("kvm/1/b", 1);
    try (Fs fs = open()) {
      assertTrue(fs.catalog().find("kvm", "", "b").isEmpty());
      assertTrue(fs.catalog().find("kvm", "1", "b").isPresent());
      NoSuchElementException e =
          assertThrows(NoSuchElementException.class, () -> fs.catalog().get("kvm", "2", "b"));
      assertTrue(e.getMessage().contains("has no device '2'"), e.getMessage());
      for (List<?> list :
          List.of(
              fs.catalog().stats(),
              fs.catalog().sources(),
              fs.catalog().problems(),
              fs.catalog().trees(),
              fs.source("kvm").stats())) {
        assertThrows(UnsupportedOperationException.class, () -> list.remove(null));
      }
      assertThrows(
          UnsupportedOperationException.class, () -> fs.source("kvm").labels().put("a", "b"));
    }
  }
}
