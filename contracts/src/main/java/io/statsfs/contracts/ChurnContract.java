package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Part of {@link FaultContract}: sources that come and go hundreds of times a second, for as long
 * as the environment variable {@code STATSFS_STRESS_SECONDS} says (default 10).
 */
abstract class ChurnContract extends TableFaultContract {
  private static final int STATS = 5;
  private static final int REUSED_NAMES = 7;

  /** What the JVM takes for itself now and then, and far less than what a leak takes. */
  private static final long HEAP_BOUND = 24 << 20;

  private final LongAdder samples = new LongAdder();
  private final LongAdder values = new LongAdder();
  private final LongAdder gone = new LongAdder();
  private final LongAdder blocked = new LongAdder();
  private final LongAdder refreshes = new LongAdder();

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void eachValueIsOfItsSourceThroughThousandsOfChangesAndAllIsGivenBack() throws Exception {
    churn(2);
    System.gc();
    List<String> open = OpenFiles.all();
    long threads = threads();
    long heap = heap();
    churn(Integer.parseInt(System.getenv().getOrDefault("STATSFS_STRESS_SECONDS", "10")));
    Await.until(() -> OpenFiles.all().equals(open), () -> OpenFiles.all() + ", not " + open);
    Await.until(() -> threads() <= threads, () -> threads() + " threads, not " + threads);
    Await.until(() -> heap() < heap + HEAP_BOUND, () -> heap() + " bytes, before " + heap);
    System.out.printf(
        "churn with %s: %d sources made, %d samples, %d values checked, %d gone, %d blocked,"
            + " %d refreshes, heap %d -> %d kB%n",
        reader(),
        made(),
        samples.sum(),
        values.sum(),
        gone.sum(),
        blocked.sum(),
        refreshes.sum(),
        heap >> 10,
        heap() >> 10);
    assertTrue(values.sum() > 0 && gone.sum() > 0, "the churn was felt");
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Those of the library, but for the one that is kept for the next schema. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("statsfs-") && !t.getName().equals("statsfs-schema"))
        .count();
  }

  private void churn(int seconds) throws Exception {
    simulator.command("churn many rate=300 live=60 stats=" + STATS);
    simulator.command("churn same rate=200 live=5 stats=" + STATS + " reuse=" + REUSED_NAMES);
    // A tree without stats is a problem, even for a moment.
    while (Objects.requireNonNull(simulator.path("many").toFile().list()).length < 30) {
      Thread.sleep(10);
    }
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (StatsFs fs =
        builder().root(simulator.root()).refreshInterval(Duration.ofMillis(50)).build()) {
      List<Future<?>> loops = new ArrayList<>();
      loops.add(pool.submit(until(done, () -> sampleSome(fs, false))));
      loops.add(pool.submit(until(done, () -> sampleSome(fs, true))));
      loops.add(pool.submit(until(done, () -> refresh(fs))));
      loops.add(pool.submit(until(done, this::openAnother)));
      long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      while (System.nanoTime() < end && loops.stream().noneMatch(Future::isDone)) {
        Thread.sleep(10);
      }
      done.set(true);
      for (Future<?> loop : loops) {
        loop.get();
      }
      simulator.command("churn many stop");
      simulator.command("churn same stop");
      fs.refresh();
      try (Sampler sampler = fs.sampler();
          Sampler withTimeout = withTimeout(fs)) {
        Map<String, String> live = live();
        assertTrue(live.size() > 60 * STATS, live::toString);
        awaitOutcomes(live, withTimeout);
        awaitOutcomes(live, sampler);
      }
      assertEquals(List.of(), problems(fs));
      // On a loaded machine a scan may take so long, or come at such a time, that it finds no
      // source.
      assertEquals(
          List.of(), log.lines().stream().filter(l -> !l.contains("holds no stats")).toList());
    } finally {
      done.set(true);
      pool.shutdown();
    }
    send("remove many\nremove same");
  }

  private static Callable<?> until(AtomicBoolean done, Callable<?> step) {
    return () -> {
      while (!done.get()) {
        step.call();
      }
      return null;
    };
  }

  private Object refresh(StatsFs fs) {
    fs.refresh();
    refreshes.increment();
    return fs;
  }

  private Object openAnother() {
    try (StatsFs fs = open()) {
      return sampleSome(fs, samples.sum() % 2 == 0);
    }
  }

  private Object sampleSome(StatsFs fs, boolean hasTimeout) {
    try (Sampler sampler = hasTimeout ? withTimeout(fs) : fs.sampler()) {
      for (int i = 0; i < 50; i++) {
        sampler.sample();
        verify(sampler);
      }
      return sampler;
    }
  }

  /** {@code many/vm7/s3} is 7003; {@code same/vm2/s3} is {@code i003} where i mod 7 is 2. */
  private void verify(Sampler sampler) {
    samples.increment();
    for (int i = 0; i < sampler.size(); i++) {
      Stat stat = sampler.stat(i);
      String outcome = Outcomes.of(sampler, i);
      if (sampler.status(i) == Status.BLOCKED) {
        blocked.increment();
        continue;
      } else if (sampler.status(i) != Status.OK) {
        assertEquals("GONE 2", outcome, stat.toString());
        gone.increment();
        continue;
      }
      long source = Long.parseLong(stat.source().device().substring(2));
      long number = Long.parseLong(stat.name().substring(1));
      long value = sampler.longValue(i);
      long life = value / 1000;
      boolean ofThatName =
          stat.source().subsystem().equals("many") ? life == source : life % REUSED_NAMES == source;
      assertTrue(ofThatName && value % 1000 == number, () -> stat + " is " + outcome);
      values.increment();
    }
  }

  /** What the simulator has, read as plainly as can be. */
  private Map<String, String> live() throws IOException {
    Map<String, String> live = new TreeMap<>();
    try (Stream<Path> files = Files.walk(simulator.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".schema")) {
          live.put(simulator.root().relativize(file).toString(), Files.readString(file).strip());
        }
      }
    }
    return live;
  }
}
