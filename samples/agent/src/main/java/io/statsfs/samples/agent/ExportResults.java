package io.statsfs.samples.agent;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which exporters failed: the SDK reports success for a flush or a shut-down even if
 * nothing could be exported.
 */
final class ExportResults {
  private final Set<String> failed = ConcurrentHashMap.newKeySet();
  private @Nullable MetricExporter lastWatched;

  /** An exporter whose failures are remembered. */
  MetricExporter watch(MetricExporter exporter) {
    lastWatched = new Watched(exporter);
    return lastWatched;
  }

  /** What {@link #watch} returned last. */
  MetricExporter lastWatched() {
    return Objects.requireNonNull(lastWatched, "no exporter yet");
  }

  /** The exporters of which at least one export failed. */
  Set<String> failed() {
    return failed;
  }

  private final class Watched implements MetricExporter {
    private final MetricExporter exporter;

    Watched(MetricExporter exporter) {
      this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      CompletableResultCode result = exporter.export(metrics);
      result.whenComplete(
          () -> {
            if (!result.isSuccess()) {
              failed.add(exporter.getClass().getSimpleName());
            }
          });
      return result;
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return exporter.getAggregationTemporality(instrumentType);
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
      return exporter.getDefaultAggregation(instrumentType);
    }

    @Override
    public MemoryMode getMemoryMode() {
      return exporter.getMemoryMode();
    }
  }
}
