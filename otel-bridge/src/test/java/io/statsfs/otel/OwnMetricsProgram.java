package io.statsfs.otel;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.time.Duration;
import java.util.Map;

/** Prints what each of some collections says of itself, and how many points it has. */
public final class OwnMetricsProgram {
  private OwnMetricsProgram() {}

  /** Has a stat more in each collection, which loses its value; the tree is empty at first. */
  public static void main(String[] args) {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (TestTree tree = TestTree.inMemory();
        OpenTelemetrySdk otel =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build();
        StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), Layout.statsfs())
                .refreshInterval(Duration.ZERO)
                .build();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      for (int i = 0; i < 4; i++) {
        if (i > 0) {
          tree.stat("a/s" + i + "/n" + i, i);
          fs.refresh();
          // What only the sample of the next collection can find.
          tree.stat("a/s" + i + "/n" + i, "in words");
        }
        Map<String, String> points = CollectedMetrics.of(reader.collectAllMetrics());
        long stats = points.keySet().stream().filter(key -> key.startsWith("statsfs.a.")).count();
        System.out.println(
            stats
                + " points, "
                + points.get("statsfs.stats{status=ok}")
                + " ok, "
                + points.get("statsfs.stats{status=not_a_number}")
                + " in words, "
                + points.get("statsfs.sources{}")
                + " sources, duration "
                + (points.get("statsfs.collection.duration{}") != null));
      }
    }
  }
}
