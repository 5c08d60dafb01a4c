package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private double sum;

  /** Every kind of formula, over the counters of the virtual memory. */
  private static Layout layout() {
    Term fault = Term.plus("vmstat/pgfault");
    return Layout.builder("mine")
        .subsystem("vmstat")
        .rootFile()
        .stats(List.of(StatDeclaration.of("*", Stat.Kind.LEVEL, "us", "x", "")))
        .metrics(
            List.of(
                MetricDeclaration.builder("semconv", "m", Instrument.GAUGE)
                    .unit("s")
                    .point(Point.sum(List.of(), fault, Term.minus("vmstat/pgmajfault")))
                    .point(Point.count(List.of(Label.text("k", "count")), fault))
                    .point(
                        Point.quotient(
                            List.of(Label.text("k", "quotient")),
                            Term.plus("vmstat/pgalloc_normal"),
                            fault))
                    .build()))
        .build();
  }

  @Test
  void valuesAreComputedWithoutAllocation() {
    Metrics metrics = Metrics.builder(Naming.semconv()).build();
    Value value = new Value();
    try (StatsFs fs =
            StatsFs.builder()
                .root(Path.of("/proc/vmstat"), layout())
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      assertTrue(metrics.list().get(0).points().size() >= 2, "" + metrics.list().get(0).points());
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 20; round++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 500; i++) {
          walk(metrics, value, sampler);
        }
        least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  private void walk(Metrics metrics, Value value, Sampler sampler) {
    assertTrue(metrics.areOf(sampler));
    for (int m = 0; m < metrics.list().size(); m++) {
      Metric metric = metrics.list().get(m);
      for (int p = 0; p < metric.points().size(); p++) {
        if (value.read(metric.points().get(p), sampler)) {
          sum += value.doubleValue() + metric.points().get(p).labels().size();
        }
      }
    }
  }
}
