package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.statsfs.Diagnostics;
import io.statsfs.Sampler;
import io.statsfs.Status;
import io.statsfs.metrics.Metrics;
import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the bridge exports of itself; {@link StatsFsMetrics} has the list. */
final class OwnMetrics {
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("status");
  private static final Status[] STATUSES = Status.values();
  private static final Attributes[] BY_STATUS =
      Arrays.stream(STATUSES)
          .map(s -> Attributes.of(STATUS, s.name().toLowerCase(Locale.ROOT)))
          .toArray(Attributes[]::new);

  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
  private static final Attributes KEPT_OPEN = Attributes.of(STATE, "kept_open");
  private static final Attributes NOT_KEPT = Attributes.of(STATE, "not_kept");

  private static final AttributeKey<String> LIMIT = AttributeKey.stringKey("limit");
  private static final Attributes OF_INSTRUMENTS = Attributes.of(LIMIT, "instruments");
  private static final Attributes OF_SERIES = Attributes.of(LIMIT, "series");

  private static final String COLLECTION_DURATION = "statsfs.collection.duration";
  private static final String STATS = "statsfs.stats";
  private static final String WITHOUT_SERIES = "statsfs.stats.without_series";
  private static final String SOURCES = "statsfs.sources";
  private static final String FILES = "statsfs.files";
  private static final String CACHE = "statsfs.schema_cache.";

  private final ObservableDoubleMeasurement duration;
  private final ObservableLongMeasurement stats;
  private final ObservableLongMeasurement withoutSeries;
  private final ObservableLongMeasurement sources;
  private final ObservableLongMeasurement files;
  private final ObservableLongMeasurement cacheSize;
  private final ObservableLongMeasurement cacheHits;
  private final ObservableLongMeasurement cacheLoads;
  private final ObservableLongMeasurement cacheLoadFailures;
  private final ObservableLongMeasurement cacheEvictions;

  /** Keeps stats from being given the names of these metrics. */
  static void reserve(Metrics.Builder names) {
    names
        .reserve(COLLECTION_DURATION, "s", Instrument.GAUGE)
        .reserve(STATS, "{stat}", Instrument.GAUGE)
        .reserve(WITHOUT_SERIES, "{stat}", Instrument.GAUGE)
        .reserve(SOURCES, "{source}", Instrument.GAUGE)
        .reserve(FILES, "{file}", Instrument.GAUGE)
        .reserve(CACHE + "size", "{schema}", Instrument.GAUGE);
    for (String counter : List.of("hits", "loads", "load_failures", "evictions")) {
      names.reserve(CACHE + counter, "{schema}", Instrument.COUNTER);
    }
  }

  OwnMetrics(Meter meter) {
    // No histogram: the SDK would go on exporting it after the bridge is closed.
    duration =
        meter
            .gaugeBuilder(COLLECTION_DURATION)
            .setUnit("s")
            .setDescription("Time that the sample of this collection took.")
            .buildObserver();
    stats = gauge(meter, STATS, "{stat}", "Stats by their status in this collection.");
    withoutSeries =
        gauge(meter, WITHOUT_SERIES, "{stat}", "Stats that are not exported, by the limit passed.");
    sources = gauge(meter, SOURCES, "{source}", "Sources in the catalog.");
    files =
        gauge(
            meter,
            FILES,
            "{file}",
            "Files that may be kept open, by whether they are or descriptors are short.");
    cacheSize = gauge(meter, CACHE + "size", "{schema}", "Schemas in the cache.");
    cacheHits = counter(meter, "hits", "Schemas that were found in the cache.");
    cacheLoads = counter(meter, "loads", "Schemas that were read.");
    cacheLoadFailures = counter(meter, "load_failures", "Schemas that could not be read.");
    cacheEvictions = counter(meter, "evictions", "Schemas dropped to keep within the bound.");
  }

  /** What has to be registered with the callback that records. */
  List<ObservableMeasurement> measurements() {
    return List.of(
        duration,
        stats,
        withoutSeries,
        sources,
        files,
        cacheSize,
        cacheHits,
        cacheLoads,
        cacheLoadFailures,
        cacheEvictions);
  }

  private static ObservableLongMeasurement gauge(
      Meter meter, String name, String unit, String description) {
    return meter
        .gaugeBuilder(name)
        .ofLongs()
        .setUnit(unit)
        .setDescription(description)
        .buildObserver();
  }

  private static ObservableLongMeasurement counter(Meter meter, String name, String description) {
    return meter
        .counterBuilder(CACHE + name)
        .setUnit("{schema}")
        .setDescription(description)
        .buildObserver();
  }

  /** Of the last sample, which took that long. */
  void record(
      double seconds, Sampler sampler, Metrics metrics, int sourceCount, Diagnostics diagnostics) {
    duration.record(seconds);
    for (Status status : STATUSES) {
      stats.record(sampler.count(status), BY_STATUS[status.ordinal()]);
    }
    withoutSeries.record(metrics.withoutMetric(), OF_INSTRUMENTS);
    withoutSeries.record(metrics.beyondPointLimit(), OF_SERIES);
    sources.record(sourceCount);
    files.record(diagnostics.filesKeptOpen(), KEPT_OPEN);
    files.record(diagnostics.filesNotKept(), NOT_KEPT);
    cacheSize.record(diagnostics.schemaCacheSize());
    cacheHits.record(diagnostics.schemaCacheHits());
    cacheLoads.record(diagnostics.schemaCacheLoads());
    cacheLoadFailures.record(diagnostics.schemaCacheLoadFailures());
    cacheEvictions.record(diagnostics.schemaCacheEvictions());
  }
}
