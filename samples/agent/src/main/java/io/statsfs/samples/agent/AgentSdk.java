package io.statsfs.samples.agent;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's SDK, configured by the standard variables and properties where no option of the
 * agent says otherwise.
 */
final class AgentSdk {
  private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");

  /** As many as the sources that are looked at, twice, since those that just vanished count. */
  static final int SERIES_OF_A_METRIC = 200_000;

  /** A collector takes 4 MiB in one request by default; a point has some 100 bytes. */
  private static final int POINTS_OF_A_REQUEST = 10_000;

  /**
   * Exporters end by themselves, after all tries. The SDK would go on after one interval, while
   * requests that are not answered pile up.
   */
  private static final Duration EXPORTER_TIMEOUT = Duration.ofMinutes(5);

  /**
   * The end has to come within 5 seconds, also while a collector is silent and the machine busy.
   */
  private static final long SHUTDOWN_MILLIS = 3_000;

  private static final String EXPORTERS = "otel.metrics.exporter";
  private static final String BATCH_SIZE = "otel.metric.export.max.batch.size";
  private static final String INTERVAL = "otel.metric.export.interval";
  private static final List<String> TIMEOUTS =
      List.of("otel.exporter.otlp.timeout", "otel.exporter.otlp.metrics.timeout");
  static final String CARDINALITY_LIMIT = "otel.java.metrics.cardinality.limit";

  /** One series of these is for what is beyond. */
  static final int LEAST_LIMIT = 2;

  private static final String PROMETHEUS = "prometheus";
  private static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);

  private final ExportResults results;
  private final boolean sdkMetrics;
  private final OpenTelemetrySdk sdk;
  private int seriesLimit = SERIES_OF_A_METRIC - 1;
  private int readers;
  private boolean isDisabled;
  private @Nullable PrometheusEndpoint prometheus;

  /**
   * Configures the SDK.
   *
   * @param results watches the exporters
   * @param exporters instead of those that are configured; empty for these
   * @param interval instead of the one that is configured; null for this
   * @param sdkMetrics whether the SDK exports its own metrics
   */
  AgentSdk(
      ExportResults results,
      List<String> exporters,
      @Nullable Duration interval,
      boolean sdkMetrics) {
    this.results = results;
    this.sdkMetrics = sdkMetrics;
    Map<String, String> defaults =
        Map.of(
            "otel.exporter.otlp.protocol",
            "http/protobuf",
            EXPORTERS,
            "otlp",
            CARDINALITY_LIMIT,
            String.valueOf(SERIES_OF_A_METRIC),
            "otel.traces.exporter",
            "none",
            "otel.logs.exporter",
            "none");
    sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> defaults)
            .addPropertiesCustomizer(config -> chosen(config, exporters, interval))
            .addResourceCustomizer(AgentSdk::named)
            .addMetricExporterCustomizer(
                (exporter, config) -> results.watch(exporter, Destination.of(exporter, config)))
            .addMetricReaderCustomizer(this::inRequests)
            .addMeterProviderCustomizer(this::meterProvider)
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
  }

  private Map<String, String> chosen(
      ConfigProperties config, List<String> exporters, @Nullable Duration interval) {
    isDisabled = config.getBoolean("otel.sdk.disabled", false);
    requireAtLeast(LEAST_LIMIT, CARDINALITY_LIMIT, config);
    requireAtLeast(1, BATCH_SIZE, config);
    Duration configured = config.getDuration(INTERVAL, DEFAULT_INTERVAL);
    if (configured.isNegative()
        || configured.isZero()
        || configured.compareTo(DurationConverter.LONGEST) > 0) {
      throw new ConfigurationException(
          OtelVariables.outOfRange(
              INTERVAL,
              String.valueOf(config.getString(INTERVAL)),
              "at least 1 and at most " + DurationConverter.LONGEST.toMillis()));
    }
    for (String property : TIMEOUTS) {
      Duration timeout = config.getDuration(property);
      if (timeout != null && timeout.isNegative()) {
        throw new ConfigurationException(
            OtelVariables.outOfRange(
                property, String.valueOf(config.getString(property)), "at least 0"));
      }
    }
    Map<String, String> chosen = new HashMap<>();
    // The stats are registered by the agent, with what the options say.
    chosen.put("otel.instrumentation.statsfs.enabled", "false");
    if (interval != null) {
      chosen.put(INTERVAL, String.valueOf(interval.toMillis()));
    }
    List<String> names =
        new ArrayList<>(exporters.isEmpty() ? config.getList(EXPORTERS) : exporters);
    // The SDK's would answer at once, with nothing.
    if (names.removeIf(PROMETHEUS::equals)) {
      prometheus = new PrometheusEndpoint(config);
    }
    chosen.put(EXPORTERS, names.isEmpty() ? "none" : String.join(",", names));
    return chosen;
  }

  /** The SDK, or what is behind it, would fail later, and not say whose value that was. */
  private static void requireAtLeast(int least, String property, ConfigProperties config) {
    int value = config.getInt(property, least);
    if (value < least) {
      throw new ConfigurationException(
          OtelVariables.outOfRange(property, value, "at least " + least));
    }
  }

  /** The SDK's default name says nothing; one that the user set stays. */
  private static Resource named(Resource resource, ConfigProperties config) {
    String name = resource.getAttribute(SERVICE_NAME);
    return name != null && !name.startsWith("unknown_service")
        ? resource
        : resource.toBuilder().put(SERVICE_NAME, "statsfs-agent").build();
  }

  /** There is no property for the time that an export may take, so that the reader is made anew. */
  private MetricReader inRequests(MetricReader reader, ConfigProperties config) {
    readers++;
    if (!(reader instanceof PeriodicMetricReader)) {
      return reader;
    }
    // An exporter's reader is made right after it.
    return PeriodicMetricReader.builder(results.lastWatched())
        .setInterval(config.getDuration(INTERVAL, DEFAULT_INTERVAL))
        .setMaxExportBatchSize(config.getInt(BATCH_SIZE, POINTS_OF_A_REQUEST))
        .setExporterTimeout(EXPORTER_TIMEOUT)
        .build();
  }

  private SdkMeterProviderBuilder meterProvider(
      SdkMeterProviderBuilder provider, ConfigProperties config) {
    int limit = config.getInt(CARDINALITY_LIMIT, SERIES_OF_A_METRIC);
    // One of them is for what is beyond.
    seriesLimit = limit - 1;
    if (prometheus != null) {
      readers++;
      provider.registerMetricReader(prometheus, type -> limit);
    }
    if (!sdkMetrics) {
      for (String names : List.of("otel.sdk.*", "otlp.exporter.*")) {
        provider.registerView(
            InstrumentSelector.builder().setName(names).build(),
            View.builder().setAggregation(Aggregation.drop()).build());
      }
    }
    return provider;
  }

  OpenTelemetrySdk sdk() {
    return sdk;
  }

  /** How many series of a metric are exported at most. */
  int seriesLimit() {
    return seriesLimit;
  }

  /** Whether Prometheus is to scrape this. */
  boolean hasPrometheus() {
    return prometheus != null;
  }

  /** Why nothing will ever be exported; null if something will. */
  @Nullable String whyNothingIsExported() {
    if (isDisabled) {
      return "OTEL_SDK_DISABLED is true";
    }
    return readers == 0 ? "OTEL_METRICS_EXPORTER is none" : null;
  }

  /** To be called when the stats are registered. */
  void open() {
    if (prometheus != null) {
      prometheus.open();
    }
  }

  /** Exports now, and waits until that is done or has failed. */
  void flush(Duration timeout) {
    sdk.getSdkMeterProvider().forceFlush().join(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Exports once more, and ends within a bounded time. */
  void shutDown() throws InterruptedException {
    // The SDK waits itself, for longer, before it returns something to wait for.
    Thread ending =
        new Thread(
            () -> sdk.shutdown().join(SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS), "statsfs-shutdown");
    ending.setDaemon(true);
    ending.start();
    ending.join(SHUTDOWN_MILLIS);
  }
}
