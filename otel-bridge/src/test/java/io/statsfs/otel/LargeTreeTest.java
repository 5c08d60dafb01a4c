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
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** 20,000 stats in 500 sources. Allocation is exact, so it is asserted; times are only printed. */
class LargeTreeTest {
  private static final int SOURCES = 500;
  private static final int STATS = 40;
  private static final int WARM_UP = 30;
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
          Sampler sampler = fs.sampler()) {
        long discovery = System.nanoTime() - began;
        assertEquals(SOURCES * STATS, fs.catalog().stats().size());
        long scan = System.nanoTime();
        fs.refresh();
        scan = System.nanoTime() - scan;
        for (int i = 0; i < WARM_UP; i++) {
          sampler.sample();
          reader.collectAllMetrics();
        }
        assertEquals(
            SOURCES * STATS,
            reader.collectAllMetrics().stream().mapToInt(LargeTreeTest::points).sum());
        long[] sample = measure(sampler::sample);
        long[] collection = measure(reader::collectAllMetrics);
        System.out.printf(
            "%,d stats in %d sources: opening, discovery and registration %.0f ms,"
                + " a refresh without changes %.1f ms%n"
                + "sample: %.1f ms, %,d bytes; collection: %.1f ms, %,d bytes%n",
            SOURCES * STATS,
            SOURCES,
            discovery / 1e6,
            scan / 1e6,
            sample[0] / 1e6,
            sample[1],
            collection[0] / 1e6,
            collection[1]);
        assertTrue(sample[1] <= 400L * SOURCES * STATS, sample[1] + " bytes per sample");
        assertTrue(
            collection[1] - sample[1] < 20_000,
            collection[1] - sample[1] + " bytes per collection beyond the sample");
      }
    }
  }

  private static int points(MetricData metric) {
    return metric.getData().getPoints().size();
  }

  /** Time and bytes of the best of some runs: whatever else happens can only add to either. */
  private static long[] measure(Runnable action) {
    long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
    for (int i = 0; i < 20; i++) {
      long bytes = THREADS.getCurrentThreadAllocatedBytes();
      long time = System.nanoTime();
      action.run();
      best[0] = Math.min(best[0], System.nanoTime() - time);
      best[1] = Math.min(best[1], THREADS.getCurrentThreadAllocatedBytes() - bytes);
    }
    return best;
  }
}
