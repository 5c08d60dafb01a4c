package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: several samplers, several threads, interrupts, and closing. */
@SuppressWarnings("try") // Closing is what is tested.
abstract class ThreadContract extends ChangeContract {
  private static final Path LO = Path.of("/sys/class/net/lo/statistics");

  @Test
  void samplersDoNotDisturbEachOther() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2);
        StatsFs fs = open(tree);
        StatsFs again = open(tree);
        Sampler first = fs.sampler();
        Sampler second = fs.sampler(StatFilter.name("b"));
        Sampler third = again.sampler()) {
      Map<String, String> both = Map.of("sub/a", "1", "sub/b", "2");
      assertEquals(both, sample(first));
      assertEquals(Map.of("sub/b", "2"), sample(second));
      assertEquals(both, sample(third));
      tree.stat("sub/b", 20);
      assertEquals(Map.of("sub/b", "20"), sample(second));
      assertEquals(both, Outcomes.of(first));
      first.close();
      assertEquals(Map.of("sub/b", "20"), sample(second));
      fs.close();
      assertEquals(Map.of("sub/a", "1", "sub/b", "20"), sample(third));
    }
  }

  @Test
  void aSamplerMayBeHandedFromThreadToThread() throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 0);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      for (int i = 0; i < 10; i++) {
        tree.stat("sub/a", i);
        assertEquals(Map.of("sub/a", Integer.toString(i)), inOtherThread(() -> sample(sampler)));
      }
      inOtherThread(
          () -> {
            sampler.close();
            return true;
          });
      assertThrows(IllegalStateException.class, sampler::sample);
    }
  }

  private static <T> T inOtherThread(Callable<T> action) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread.submit(action).get();
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void manyThreadsSampleATreeThatChanges() throws Exception {
    int threads = 4;
    try (TestTree tree = TestTree.inMemory();
        TestTree staging = TestTree.inMemory()) {
      for (int source = 0; source < 20; source++) {
        for (int stat = 0; stat < 10; stat++) {
          tree.stat("sub/dev" + source + "/stat" + stat, source * 10 + stat);
        }
      }
      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger samples = new AtomicInteger();
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      try (StatsFs fs = open(tree)) {
        List<Future<?>> results = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          results.add(
              pool.submit(
                  () -> {
                    while (!done.get()) {
                      try (Sampler sampler = fs.sampler()) {
                        for (int i = 0; i < 20; i++) {
                          assertValuesAreOfTheirFiles(sampler);
                          samples.incrementAndGet();
                        }
                      }
                    }
                  }));
        }
        for (int i = 0; i < 100 || samples.get() < 500; i++) {
          Path source = tree.path("sub/dev" + i % 20);
          Path away = staging.path("dev" + i % 20);
          if (Files.exists(source)) {
            Files.move(source, away);
          } else {
            Files.move(away, source);
          }
          if (i % 3 == 0) {
            fs.refresh();
          }
          if (results.stream().anyMatch(Future::isDone)) {
            break;
          }
        }
        done.set(true);
        for (Future<?> result : results) {
          result.get();
        }
      } finally {
        done.set(true);
        pool.shutdown();
      }
    }
  }

  private static void assertValuesAreOfTheirFiles(Sampler sampler) {
    sampler.sample();
    for (int i = 0; i < sampler.size(); i++) {
      String path = sampler.stat(i).toString();
      if (sampler.status(i) == Status.OK) {
        String digits = path.replaceAll("[^0-9]", "");
        assertEquals(Long.parseLong(digits), sampler.longValue(i), path);
      } else {
        assertEquals("GONE 2", Outcomes.of(sampler, i), path);
      }
    }
  }

  @Test
  void aClosedSamplerRefusesToSample() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1);
        StatsFs fs = open(tree)) {
      Sampler sampler = fs.sampler();
      sampler.sample();
      sampler.close();
      assertThrows(IllegalStateException.class, sampler::sample);
      sampler.close();
      assertThrows(IllegalStateException.class, sampler::sample);
      Sampler never = fs.sampler();
      never.close();
      assertThrows(IllegalStateException.class, never::sample);
      try (Sampler other = fs.sampler()) {
        assertEquals(Map.of("sub/a", "1"), sample(other));
      }
    }
  }

  @Test
  void aClosedStatsFsRefusesToSample() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1)) {
      StatsFs fs = open(tree);
      Sampler sampler = fs.sampler();
      sampler.sample();
      fs.close();
      fs.close();
      assertThrows(IllegalStateException.class, sampler::sample);
      assertThrows(IllegalStateException.class, fs::sampler);
      assertThrows(IllegalStateException.class, fs::refresh);
      sampler.close();
    }
  }

  @Test
  void closingASamplerWhileItSamplesEndsTheSamplingInOrder() throws Exception {
    closeWhileSampling(false);
  }

  @Test
  void closingTheStatsFsWhileItIsSampledEndsTheSamplingInOrder() throws Exception {
    closeWhileSampling(true);
  }

  private void closeWhileSampling(boolean closeStatsFs) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = distinctValues(tree, 5, 10);
      for (int i = 0; i < 3; i++) {
        String errors = new String[] {"rx_errors", "tx_errors", "collisions"}[i];
        expected.put("net/lo/" + errors, text(LO.resolve(errors)));
      }
      StatFilter filter =
          stat ->
              expected.containsKey(stat.toString()) || stat.source().subsystem().equals("vmstat");
      List<String> before = List.of();
      for (int i = 0; i < 100; i++) {
        try (StatsFs fs =
                builder()
                    .root(tree.root())
                    .root(Path.of("/sys/class/net"))
                    .root(Path.of("/proc/vmstat"))
                    .build();
            Sampler sampler = fs.sampler(filter)) {
          AtomicInteger samples = new AtomicInteger();
          AtomicBoolean sampling = new AtomicBoolean();
          Future<?> loop =
              thread.submit(
                  () -> {
                    while (true) {
                      sampling.set(true);
                      sampler.sample();
                      sampling.set(false);
                      samples.incrementAndGet();
                      assertEquals(sampler.size(), sampler.count(Status.OK));
                      expected.forEach(
                          (path, value) -> assertEquals(value, outcome(sampler, path)));
                    }
                  });
          int wanted = i % 3;
          Await.until(() -> samples.get() >= wanted && sampling.get() || loop.isDone());
          if (closeStatsFs) {
            fs.close();
          } else {
            sampler.close();
          }
          Throwable end = assertThrows(ExecutionException.class, loop::get).getCause();
          assertEquals(IllegalStateException.class, end.getClass(), () -> "ended by " + end);
        }
        if (i == 0) {
          before = OpenFiles.all();
        }
      }
      assertEquals(before, OpenFiles.all());
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void manyThreadsMayCloseTheSameSampler() throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1);
        StatsFs fs = open(tree)) {
      ExecutorService pool = Executors.newFixedThreadPool(4);
      try {
        for (int i = 0; i < 50; i++) {
          Sampler sampler = fs.sampler();
          sampler.sample();
          List<Callable<Boolean>> closings = new ArrayList<>();
          for (int t = 0; t < 4; t++) {
            closings.add(
                () -> {
                  sampler.close();
                  return true;
                });
          }
          for (Future<Boolean> closing : pool.invokeAll(closings)) {
            assertTrue(closing.get());
          }
          assertThrows(IllegalStateException.class, sampler::sample);
        }
      } finally {
        pool.shutdown();
      }
    }
  }

  @Test
  void anInterruptedThreadSamplesRightAndStaysInterrupted() {
    try (TestTree tree =
            TestTree.inMemory().stat("sub/a", 1).stat("sub/b", "2.5").stat("flat", "x 3\n");
        StatsFs fs = builder().root(tree.root()).root(tree.path("flat")).build();
        Sampler sampler = fs.sampler(StatFilter.subsystem("sub").or(StatFilter.name("x")))) {
      Map<String, String> expected = Map.of("sub/a", "1", "sub/b", "double 2.5", "flat/x", "3");
      for (int i = 0; i < 3; i++) {
        assertEquals(expected, whileInterrupted(() -> sample(sampler)));
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void anInterruptedThreadSamplesSysfsAndProcfsRightAndStaysInterrupted() {
    try (StatsFs fs =
            builder().root(Path.of("/sys/class/net")).root(Path.of("/proc/vmstat")).build();
        Sampler sampler =
            fs.sampler(StatFilter.path("net/lo/rx_errors").or(StatFilter.subsystem("vmstat")))) {
      for (int i = 0; i < 3; i++) {
        whileInterrupted(() -> sample(sampler));
        assertEquals(sampler.size(), sampler.count(Status.OK));
        assertEquals(text(LO.resolve("rx_errors")), outcome(sampler, "net/lo/rx_errors"));
        sampler.sample();
        assertEquals(sampler.size(), sampler.count(Status.OK));
      }
    }
  }

  @Test
  void anInterruptedThreadOpensRefreshesAndReadsRight() {
    try (TestTree tree =
        TestTree.inMemory()
            .schema("sub", "LABEL\nkey value\n\nMETRIC\nNAME a\nFLAG GAUGE\nTYPE FLOAT\nDESC d\n\n")
            .stat("sub/a", 1)
            .stat("sub/memory.stat", "x 3\n")) {
      Layout layout =
          Layout.builder("mixed").schemaFile(".schema").flatKeyedFiles("memory.stat").build();
      whileInterrupted(
          () -> {
            try (StatsFs fs = open(tree.root(), layout);
                Sampler sampler = fs.sampler()) {
              Map<String, String> expected =
                  Map.of("sub/a", "double 1.0", "sub/memory.stat/x", "3");
              assertEquals(List.of(), fs.catalog().problems());
              assertEquals(expected, sample(sampler));
              tree.stat("sub/memory.stat", "x 3\ny 4\n");
              assertEquals(expected, sample(sampler));
              fs.refresh();
              assertEquals(List.of(), fs.catalog().problems());
              assertEquals(
                  Map.of("sub/a", "double 1.0", "sub/memory.stat/x", "3", "sub/memory.stat/y", "4"),
                  sample(sampler));
              assertEquals(1, fs.readDouble(fs.catalog().get("sub", "", "a")));
              assertEquals("1", fs.readText(fs.catalog().get("sub", "", "a")));
              assertEquals(4, fs.readLong(fs.catalog().get("sub", "memory.stat", "y")));
            }
            return true;
          });
    }
  }

  /** Does something in this thread, which must be interrupted still when it is done. */
  private static <T> T whileInterrupted(Callable<T> action) {
    T result;
    boolean stillInterrupted;
    Thread.currentThread().interrupt();
    try {
      result = action.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      stillInterrupted = Thread.interrupted();
    }
    assertTrue(stillInterrupted, "The thread is not interrupted any more");
    return result;
  }

  /** The text of a file, read in another way than any reader would. */
  static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
