package io.statsfs.samples.agent;

import io.statsfs.StatsFs;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.StatsFsMetricsBuilder;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Exports through OpenTelemetry's SDK. */
final class SdkExport implements AutoCloseable {
  /** For all tries of an export, each of which ends after OTEL_EXPORTER_OTLP_TIMEOUT. */
  private static final Duration EXPORT_TIMEOUT = Duration.ofMinutes(2);

  private final boolean once;
  private final ExportResults results;
  private final AgentSdk sdk;
  private @Nullable StatsFsMetrics metrics;

  /**
   * Configures the SDK.
   *
   * @param terminal takes the first failure of each exporter, unless that is for the end
   * @param once whether there is only one export
   * @param exporters those of the command line
   * @param interval that of the command line
   * @param sdkMetrics whether the SDK exports its own metrics
   */
  SdkExport(
      Terminal terminal,
      boolean once,
      List<String> exporters,
      @Nullable Duration interval,
      boolean sdkMetrics) {
    this.once = once;
    results =
        new ExportResults(once ? failure -> {} : f -> terminal.warn("an export failed: " + f));
    sdk = new AgentSdk(results, exporters, interval, sdkMetrics);
  }

  boolean hasPrometheus() {
    return sdk.hasPrometheus();
  }

  /** Why nothing will ever be exported; null if something will. */
  @Nullable String whyNothingIsExported() {
    return sdk.whyNothingIsExported();
  }

  /** Begins to export. */
  void start(StatsFs fs, ExportSettings settings) {
    StatsFsMetricsBuilder builder =
        StatsFsMetrics.builder(sdk.sdk(), fs)
            .filter(settings.patterns().filter())
            .naming(settings.naming())
            .aggregates(settings.aggregates())
            .ownMetrics(settings.ownMetrics())
            .seriesLimit(sdk.seriesLimit());
    if (settings.counters()) {
      builder.countersBySchema();
    }
    if (settings.states()) {
      builder.states();
    }
    metrics = builder.build();
    sdk.open();
    // The SDK would wait for one interval.
    sdk.flush(once ? EXPORT_TIMEOUT : Duration.ZERO);
  }

  boolean hasStats() {
    return results.hasStats();
  }

  List<String> failures() {
    return results.failures();
  }

  /** Exports once more, and ends within a bounded time. */
  void shutDown() throws InterruptedException {
    sdk.shutDown();
  }

  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
  }
}
