package io.statsfs.benchmarks;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.StatsFs;
import io.statsfs.otel.StatsFsMetrics;
import java.nio.file.Path;

/** All stats of a tree as OpenTelemetry metrics, collected when asked for. */
final class Collection implements AutoCloseable {
  private final InMemoryMetricReader reader =
      InMemoryMetricReader.builder().setMemoryMode(MemoryMode.REUSABLE_DATA).build();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
          .build();
  private final StatsFs fs;
  private final StatsFsMetrics metrics;

  Collection(Path root, String statReader) {
    fs = MeasuredTree.open(root, statReader);
    metrics = StatsFsMetrics.create(sdk, fs);
  }

  /** Good until the next collection. */
  java.util.Collection<MetricData> collect() {
    return reader.collectAllMetrics();
  }

  @Override
  public void close() {
    metrics.close();
    fs.close();
    sdk.close();
  }
}
