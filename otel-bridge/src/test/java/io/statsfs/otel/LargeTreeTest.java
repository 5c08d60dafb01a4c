package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** 20,000 stats in 500 sources. Allocation is exact, so it is asserted; times are only printed. */
class LargeTreeTest {
  private static final int SOURCES = 500;
  private static final int STATS = 40;
  private static final int WARM_UP = 10;

  /** Of a few runs each, until the JVM has compiled what it will. */
  private static final int MOST_ROUNDS = 90;

  private static final int RUNS = 5;

  /** What a collection may allocate beyond the sample, besides what the SDK does for each point. */
  private static final long BYTES_BEYOND = 20_000;

  /**
   * The SDK makes an object of 32 bytes per point. The optimizing compiler takes it out again once
   * it has inlined all that sees the object, which it does late on a loaded machine, and never if
   * it compiled one of these methods by itself before.
   */
  private static final long BYTES_OF_SDK = 32L * SOURCES * STATS;

  /** Later JDKs allocate more to look at a file's type. */
  private static final long BYTES_OF_SAMPLE =
      (Runtime.version().feature() == 17 ? 400L : 560L) * SOURCES * STATS;

  private static final long BYTES_OF_TIMEOUT = 1_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void aCollectionOf20000StatsAllocatesWhatTheReaderDoesAndLittleMore() {
    InMemoryMetricReader reader =
        InMemoryMetricReader.builder().setMemoryMode(MemoryMode.REUSABLE_DATA).build();
    try (TestTree tree = TestTree.inMemory();
        OpenTelemetrySdk otel =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build()) {
      for (int source = 0; source < SOURCES; source++) {
        for (int stat = 0; stat < STATS; stat++) {
          tree.stat("kvm/vm" + source + "/stat" + stat, source * 1000L + stat);
        }
      }
      tree.settle();
      long began = System.nanoTime();
      try (StatsFs fs =
              StatsFs.builder()
                  .root(tree.root(), Layout.statsfs())
                  .refreshInterval(Duration.ZERO)
                  .build();
          StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).ownMetrics(false).build();
          Sampler sampler = fs.sampler();
          Sampler withTimeout = fs.sampler(StatFilter.all(), Duration.ofSeconds(1))) {
        long discovery = System.nanoTime() - began;
        assertEquals(SOURCES * STATS, fs.catalog().stats().size());
        long scan = System.nanoTime();
        fs.refresh();
        scan = System.nanoTime() - scan;
        for (int i = 0; i < WARM_UP; i++) {
          sampler.sample();
          withTimeout.sample();
          reader.collectAllMetrics();
        }
        assertEquals(
            SOURCES * STATS,
            reader.collectAllMetrics().stream().mapToInt(LargeTreeTest::points).sum());
        long[][] cost = measure(sampler::sample, withTimeout::sample, reader::collectAllMetrics);
        for (int i = 1; i < MOST_ROUNDS && !isExpected(cost); i++) {
          cost = measure(sampler::sample, withTimeout::sample, reader::collectAllMetrics);
        }
        long[] sample = cost[0];
        long[] guarded = cost[1];
        long[] collection = cost[2];
        System.out.printf(
            "%,d stats in %d sources: opening, discovery and registration %.0f ms,"
                + " a refresh without changes %.1f ms%n",
            SOURCES * STATS, SOURCES, discovery / 1e6, scan / 1e6);
        print("sample by the caller", sample);
        print("sample with a read timeout", guarded);
        print("collection", collection);
        assertTrue(sample[1] <= BYTES_OF_SAMPLE, sample[1] + " bytes per sample");
        assertTrue(
            guarded[1] - sample[1] < BYTES_OF_TIMEOUT,
            guarded[1] - sample[1] + " bytes for the timeout");
        long beyond = collection[1] - sample[1];
        assertTrue(isExpected(beyond), beyond + " bytes per collection beyond the sample");
      }
    }
  }

  /** Whether this is what the assertions ask for. */
  private static boolean isExpected(long[][] cost) {
    return cost[0][1] <= BYTES_OF_SAMPLE
        && cost[1][1] - cost[0][1] < BYTES_OF_TIMEOUT
        && isExpected(cost[2][1] - cost[0][1]);
  }

  /** Whether they are the SDK's; an object of the bridge's per point would be more. */
  private static boolean isExpected(long beyond) {
    return beyond < BYTES_BEYOND || beyond >= BYTES_OF_SDK && beyond < BYTES_OF_SDK + BYTES_BEYOND;
  }

  private static int points(MetricData metric) {
    return metric.getData().getPoints().size();
  }

  private static void print(String what, long[] cost) {
    System.out.printf(
        "%s: %.1f ms, %,d bytes, %.1f ms of CPU%n", what, cost[0] / 1e6, cost[1], cost[2] / 1e6);
  }

  /**
   * Time, bytes and CPU time of the best of some runs, by turns: whatever else happens can only add
   * to them. The threads that read for a sampler are counted in.
   */
  private static long[][] measure(Runnable... actions) {
    long[][] best = new long[actions.length][];
    Arrays.setAll(best, i -> new long[] {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE});
    long[] threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t == Thread.currentThread() || t.getName().equals("statsfs-sampler"))
            .mapToLong(Thread::getId)
            .toArray();
    for (int run = 0; run < RUNS; run++) {
      for (int i = 0; i < actions.length; i++) {
        long[] before = {System.nanoTime(), bytes(threads), cpu(threads)};
        actions[i].run();
        long[] after = {System.nanoTime(), bytes(threads), cpu(threads)};
        for (int k = 0; k < after.length; k++) {
          best[i][k] = Math.min(best[i][k], after[k] - before[k]);
        }
      }
    }
    return best;
  }

  private static long bytes(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadAllocatedBytes(thread);
    }
    return sum;
  }

  private static long cpu(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadCpuTime(thread);
    }
    return sum;
  }
}
