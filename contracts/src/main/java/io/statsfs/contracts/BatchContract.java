package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatReader;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Part of {@link ReaderContract}: the reader itself. Whatever is called, in whatever order, it
 * answers with an exception, and gives back what it holds.
 */
@SuppressWarnings("try") // Closing is what is tested.
abstract class BatchContract extends DescriptorContract {
  private static final Path NET = Path.of("/sys/class/net");

  private StatReader openReader() {
    return ServiceLoader.load(ReaderProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals(reader()))
        .findFirst()
        .orElseThrow()
        .open();
  }

  /** Some attributes of the loopback interface, whose files every reader keeps open. */
  private StatsFs openAttributes() {
    List<StatDeclaration> attributes =
        Stream.of("addr_len", "dev_id", "flags", "ifindex", "iflink", "mtu", "tx_queue_len", "type")
            .map(name -> StatDeclaration.builder(name, Stat.Kind.DISCRETE).build())
            .toList();
    Layout layout =
        Layout.builder("attributes")
            .subsystem("attributes")
            .describedStatsOnly()
            .stats(attributes)
            .build();
    try {
      return open(NET.resolve("lo").toRealPath(), layout);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Source lo(StatsFs fs) {
    return fs.catalog().sources().stream()
        .filter(source -> source.device().equals("lo"))
        .findFirst()
        .orElseThrow();
  }

  private static void assertOk(SampleMemory memory) {
    for (int i = 0; i < memory.size(); i++) {
      assertEquals(Status.OK, memory.status(i));
    }
  }

  private static void assertUnusable(StatReader reader, StatReader.Batch batch) {
    assertThrows(IllegalStateException.class, batch::sample);
    assertThrows(IllegalStateException.class, batch::position);
    assertThrows(IllegalStateException.class, batch::keptOpen);
    assertThrows(IllegalStateException.class, batch::notKept);
    assertThrows(
        IllegalStateException.class, () -> reader.prepare(List.of(), new SampleMemory(0), batch));
    batch.close();
  }

  @Test
  void aBatchThatIsClosedOrReplacedIsRefused() {
    try (StatsFs fs = openAttributes();
        StatReader reader = openReader()) {
      List<String> before = OpenFiles.all();
      Source lo = fs.catalog().sources().get(0);
      SampleMemory memory = new SampleMemory(lo.stats().size());
      StatReader.Batch never = reader.prepare(Plans.of(lo, 0), memory, null);
      never.close();
      assertUnusable(reader, never);
      StatReader.Batch first = reader.prepare(Plans.of(lo, 0), memory, null);
      first.sample();
      assertEquals(memory.size(), first.keptOpen());
      StatReader.Batch second = reader.prepare(Plans.of(lo, 0), memory, first);
      assertUnusable(reader, first);
      assertEquals(memory.size(), second.keptOpen());
      second.sample();
      assertOk(memory);
      second.close();
      assertUnusable(reader, second);
      assertEquals(before, OpenFiles.all());
    }
  }

  @Test
  void aReaderThatIsClosedHasClosedItsBatches() {
    try (StatsFs fs = open(NET)) {
      List<String> before = OpenFiles.all();
      StatReader reader = openReader();
      Source lo = lo(fs);
      SampleMemory memory = new SampleMemory(lo.stats().size());
      StatReader.Batch batch = reader.prepare(Plans.of(lo, 0), memory, null);
      batch.sample();
      reader.close();
      assertEquals(before, OpenFiles.all());
      assertUnusable(reader, batch);
      assertThrows(
          IllegalStateException.class, () -> reader.prepare(Plans.of(lo, 0), memory, null));
      reader.close();
    }
  }

  @Test
  void aMemoryThatIsTooSmallIsRefusedAndTheBatchBeforeStays() {
    try (StatsFs fs = open(NET);
        StatReader reader = openReader()) {
      Source lo = lo(fs);
      int size = lo.stats().size();
      SampleMemory memory = new SampleMemory(size);
      StatReader.Batch batch = reader.prepare(Plans.of(lo, 0), memory, null);
      for (int[] each : new int[][] {{size, 1}, {size, -2}, {0, 0}, {size - 1, 0}, {size, size}}) {
        assertThrows(
            IllegalArgumentException.class,
            () -> reader.prepare(Plans.of(lo, each[1]), new SampleMemory(each[0]), batch),
            each[0] + " places, from " + each[1]);
      }
      batch.sample();
      assertOk(memory);
      // Larger ones are no fault, and what no plan covers is not touched.
      SampleMemory large = new SampleMemory(size + 2);
      reader.prepare(Plans.of(lo, 1), large, batch).sample();
      assertEquals(Status.GONE, large.status(0));
      assertEquals(Status.OK, large.status(1));
      assertEquals(Status.OK, large.status(size));
      assertEquals(Status.GONE, large.status(size + 1));
    }
  }

  @Test
  void threadsThatSampleReplaceAndCloseTheSameBatchesGetExceptions() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (StatsFs fs = open(NET);
        StatReader reader = openReader()) {
      List<String> before = OpenFiles.all();
      Source lo = lo(fs);
      AtomicInteger refused = new AtomicInteger();
      for (int round = 0; round < 50; round++) {
        SampleMemory memory = new SampleMemory(lo.stats().size());
        StatReader.Batch batch = reader.prepare(Plans.of(lo, 0), memory, null);
        Callable<Object> sampling = () -> repeat(batch::sample, refused);
        List<Callable<Object>> calls =
            List.of(
                sampling,
                sampling,
                () -> repeat(batch::position, refused),
                () -> {
                  try {
                    return reader.prepare(Plans.of(lo, 0), memory, batch);
                  } catch (IllegalStateException e) {
                    return refused.incrementAndGet();
                  } finally {
                    batch.close();
                  }
                });
        for (Future<Object> call : pool.invokeAll(calls)) {
          if (call.get() instanceof StatReader.Batch next) {
            next.sample();
            assertOk(memory);
            next.close();
          }
        }
      }
      assertTrue(refused.get() > 0);
      assertEquals(before, OpenFiles.all());
    } finally {
      pool.shutdown();
    }
  }

  private static Object repeat(Runnable call, AtomicInteger refused) {
    for (int i = 0; i < 20; i++) {
      try {
        call.run();
      } catch (IllegalStateException e) {
        refused.incrementAndGet();
      }
    }
    return call;
  }

  @Test
  void aSamplerThatIsForgottenWithoutCloseGivesBackWhatItHolds() throws Exception {
    try (StatsFs fs = openAttributes()) {
      List<String> before = OpenFiles.all();
      for (int i = 0; i < 20; i++) {
        forgetSampler(fs);
      }
      Await.collected(() -> OpenFiles.all().equals(before), () -> "nothing is collected");
      // The others go on.
      try (Sampler sampler = fs.sampler()) {
        sampler.sample();
        List<String> its = OpenFiles.all();
        System.gc();
        sampler.sample();
        assertEquals(its, OpenFiles.all());
        assertEquals(sampler.size(), sampler.count(Status.OK));
        assertEquals(sampler.size(), fs.diagnostics().filesKeptOpen());
      }
    }
  }

  @Test
  void closingClosesForgottenSamplersAtOnce() throws Exception {
    List<String> before;
    try (StatsFs fs = openAttributes()) {
      before = OpenFiles.all();
      List<WeakReference<Sampler>> forgotten = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        forgotten.add(forgetSampler(fs));
      }
      // Nobody knows them any more, but what they hold need not have been given back yet.
      Await.collected(
          () -> forgotten.stream().allMatch(sampler -> sampler.get() == null),
          () -> "nothing is collected");
    }
    assertEquals(before, OpenFiles.all());
  }

  /** In a method of its own, so that no local variable keeps it. */
  private static WeakReference<Sampler> forgetSampler(StatsFs fs) {
    Sampler sampler = fs.sampler();
    sampler.sample();
    assertTrue(fs.diagnostics().filesKeptOpen() >= sampler.size());
    return new WeakReference<>(sampler);
  }
}
