package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.statsfs.StatsFs;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the bridge itself allocates in a collection: instruments that do nothing stand for the SDK,
 * and a file that is kept open lets the reader allocate nothing either.
 */
class BridgeAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int COLLECTIONS = 200;

  /** A meter whose instruments do nothing, and whose callbacks the test calls. */
  private static final class Callbacks implements Meter, OpenTelemetry, MeterProvider {
    final List<Runnable> callbacks = new ArrayList<>();
    private final Meter nothing = OpenTelemetry.noop().getMeter("");

    @Override
    public BatchCallback batchCallback(
        Runnable callback, ObservableMeasurement first, ObservableMeasurement... others) {
      callbacks.add(callback);
      return new BatchCallback() {};
    }

    @Override
    public LongCounterBuilder counterBuilder(String name) {
      return nothing.counterBuilder(name);
    }

    @Override
    public LongUpDownCounterBuilder upDownCounterBuilder(String name) {
      return nothing.upDownCounterBuilder(name);
    }

    @Override
    public DoubleHistogramBuilder histogramBuilder(String name) {
      return nothing.histogramBuilder(name);
    }

    @Override
    public DoubleGaugeBuilder gaugeBuilder(String name) {
      return nothing.gaugeBuilder(name);
    }

    @Override
    public MeterBuilder meterBuilder(String scope) {
      return new MeterBuilder() {
        @Override
        public MeterBuilder setSchemaUrl(String url) {
          return this;
        }

        @Override
        public MeterBuilder setInstrumentationVersion(String version) {
          return this;
        }

        @Override
        public Meter build() {
          return Callbacks.this;
        }
      };
    }

    @Override
    public MeterProvider getMeterProvider() {
      return this;
    }

    @Override
    public TracerProvider getTracerProvider() {
      return TracerProvider.noop();
    }

    @Override
    public ContextPropagators getPropagators() {
      return ContextPropagators.noop();
    }
  }

  @Test
  void nothingWhileTheCatalogStandsStill() {
    assertEquals(0, bytesPerCollection(false));
  }

  @Test
  void littleToMeasureItself() {
    long bytes = bytesPerCollection(true);
    System.out.println(
        "bytes that the bridge allocates in a collection to measure itself: " + bytes);
    assertTrue(bytes < 1_000, bytes + " bytes");
  }

  private static long bytesPerCollection(boolean ownMetrics) {
    Callbacks otel = new Callbacks();
    try (StatsFs fs =
            StatsFs.builder().root(Path.of("/proc/vmstat")).refreshInterval(Duration.ZERO).build();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).ownMetrics(ownMetrics).build()) {
      for (int i = 0; i < 20_000 / otel.callbacks.size(); i++) {
        otel.callbacks.forEach(Runnable::run);
      }
      long[] threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t == Thread.currentThread() || t.getName().equals("statsfs-sampler"))
              .mapToLong(Thread::getId)
              .toArray();
      // The least of several, for the JVM may compile in between.
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 10; round++) {
        long before = bytes(threads);
        for (int i = 0; i < COLLECTIONS; i++) {
          for (int c = 0; c < otel.callbacks.size(); c++) {
            otel.callbacks.get(c).run();
          }
        }
        least = Math.min(least, (bytes(threads) - before) / COLLECTIONS);
      }
      return least;
    }
  }

  private static long bytes(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadAllocatedBytes(thread);
    }
    return sum;
  }
}
