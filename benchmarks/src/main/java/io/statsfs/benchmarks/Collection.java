package io.statsfs.benchmarks;

import io.opentelemetry.exporter.internal.otlp.metrics.LowAllocationMetricsRequestMarshaler;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.StatsFs;
import io.statsfs.otel.StatsFsMetrics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** All stats of a tree as OpenTelemetry metrics, collected when asked for. */
final class Collection implements AutoCloseable {
  private final InMemoryMetricReader reader =
      InMemoryMetricReader.builder().setMemoryMode(MemoryMode.REUSABLE_DATA).build();
  private final LowAllocationMetricsRequestMarshaler marshaler =
      new LowAllocationMetricsRequestMarshaler();
  private final OpenTelemetrySdk sdk;
  private final StatsFs fs;
  private final @Nullable StatsFsMetrics metrics;

  private Collection(Path root, String statReader, boolean byInstruments) {
    fs = MeasuredTree.open(root, statReader);
    SdkMeterProviderBuilder provider = SdkMeterProvider.builder().registerMetricReader(reader);
    if (!byInstruments) {
      provider.registerMetricProducer(new Producer(fs.sampler()));
    }
    sdk = OpenTelemetrySdk.builder().setMeterProvider(provider.build()).build();
    metrics = byInstruments ? StatsFsMetrics.create(sdk, fs) : null;
  }

  /** Through the bridge. */
  static Collection byInstruments(Path root, String statReader) {
    return new Collection(root, statReader, true);
  }

  /** Through a {@link Producer} in its place. */
  static Collection byProducer(Path root, String statReader) {
    return new Collection(root, statReader, false);
  }

  /** Good until the next collection. */
  java.util.Collection<MetricData> collect() {
    return reader.collectAllMetrics();
  }

  /** Collects, and writes what OTLP sends to nowhere. */
  void export() throws IOException {
    marshaler.initialize(collect());
    try {
      marshaler.writeBinaryTo(OutputStream.nullOutputStream());
    } finally {
      marshaler.reset();
    }
  }

  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
    fs.close();
    sdk.close();
  }
}
