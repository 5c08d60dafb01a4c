package io.statsfs.benchmarks;

import io.opentelemetry.exporter.internal.otlp.metrics.LowAllocationMetricsRequestMarshaler;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Naming;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.StatsFsMetricsBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All stats of a tree as OpenTelemetry metrics, collected when asked for. */
final class Collection implements AutoCloseable {
  /** The subsystems that its scrapers read. */
  private static final Set<String> OF_RECEIVER =
      Set.of("cpu", "diskstats", "loadavg", "meminfo", "net", "swaps", "vmstat");

  private final InMemoryMetricReader reader =
      InMemoryMetricReader.builder().setMemoryMode(MemoryMode.REUSABLE_DATA).build();
  private final LowAllocationMetricsRequestMarshaler marshaler =
      new LowAllocationMetricsRequestMarshaler();
  private final OpenTelemetrySdk sdk;
  private final StatsFs fs;
  private final @Nullable StatsFsMetrics metrics;

  private Collection(
      StatsFs fs, boolean byInstruments, Function<StatsFsMetricsBuilder, StatsFsMetrics> bridge) {
    this.fs = fs;
    SdkMeterProviderBuilder provider = SdkMeterProvider.builder().registerMetricReader(reader);
    if (!byInstruments) {
      provider.registerMetricProducer(new Producer(fs.sampler()));
    }
    sdk = OpenTelemetrySdk.builder().setMeterProvider(provider.build()).build();
    metrics = byInstruments ? bridge.apply(StatsFsMetrics.builder(sdk, fs)) : null;
  }

  /** All default stats of the default trees, as users get them, the trees looked at anew. */
  static Collection ofDefaults(String statReader) {
    StatsFs fs = StatsFs.builder().detect().reader(statReader).build();
    return new Collection(fs, true, StatsFsMetricsBuilder::build);
  }

  /**
   * Of these what the Collector's receiver has of cpu, disk, load, memory, network and paging,
   * under its names.
   */
  static Collection asReceiver(String statReader) {
    StatsFs fs = StatsFs.builder().detect().reader(statReader).build();
    StatFilter same =
        StatFilter.defaults().and(stat -> OF_RECEIVER.contains(stat.source().subsystem()));
    return new Collection(
        fs, true, bridge -> bridge.naming(Naming.hostmetrics()).filter(same).build());
  }

  /** Through the bridge. */
  static Collection byInstruments(Path root, String statReader) {
    return new Collection(MeasuredTree.open(root, statReader), true, StatsFsMetricsBuilder::build);
  }

  /** Through a {@link Producer} in its place. */
  static Collection byProducer(Path root, String statReader) {
    return new Collection(MeasuredTree.open(root, statReader), false, StatsFsMetricsBuilder::build);
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
