package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.statsfs.ReaderStats;
import io.statsfs.SchemaCacheStats;
import io.statsfs.Status;
import java.util.Arrays;
import java.util.Locale;

/** What the bridge tells of itself; {@link StatsFsMetrics} has the list. */
final class OwnMetrics implements AutoCloseable {
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("status");
  private static final Attributes[] BY_STATUS =
      Arrays.stream(Status.values())
          .map(s -> Attributes.of(STATUS, s.name().toLowerCase(Locale.ROOT)))
          .toArray(Attributes[]::new);

  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
  private static final Attributes KEPT_OPEN = Attributes.of(STATE, "kept_open");
  private static final Attributes NOT_KEPT = Attributes.of(STATE, "not_kept");

  private final ObservableDoubleMeasurement duration;
  private final ObservableLongMeasurement stats;
  private final ObservableLongMeasurement sources;
  private final ObservableLongMeasurement files;
  private final ObservableLongMeasurement cacheSize;
  private final ObservableLongMeasurement cacheHits;
  private final ObservableLongMeasurement cacheLoads;
  private final ObservableLongMeasurement cacheLoadFailures;
  private final ObservableLongMeasurement cacheEvictions;
  private final BatchCallback callback;

  OwnMetrics(Meter meter, StatsFsMetrics metrics) {
    // No histogram: the SDK would go on exporting it after the bridge is closed.
    duration =
        meter
            .gaugeBuilder("statsfs.collection.duration")
            .setUnit("s")
            .setDescription("Time that the last collection took to sample and record the stats.")
            .buildObserver();
    stats = gauge(meter, "statsfs.stats", "{stat}", "Stats by the status of their last sample.");
    sources = gauge(meter, "statsfs.sources", "{source}", "Sources in the catalog.");
    files =
        gauge(
            meter,
            "statsfs.files",
            "{file}",
            "Files that may be kept open, by whether they are or descriptors are short.");
    cacheSize = gauge(meter, "statsfs.schema_cache.size", "{schema}", "Schemas in the cache.");
    cacheHits = counter(meter, "hits", "Schemas that were found in the cache.");
    cacheLoads = counter(meter, "loads", "Schemas that were read.");
    cacheLoadFailures = counter(meter, "load_failures", "Schemas that could not be read.");
    cacheEvictions = counter(meter, "evictions", "Schemas dropped to keep within the bound.");
    callback =
        meter.batchCallback(
            () -> metrics.recordOwn(this),
            duration,
            stats,
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
        .counterBuilder("statsfs.schema_cache." + name)
        .setUnit("{schema}")
        .setDescription(description)
        .buildObserver();
  }

  /** {@code counts} has a number per status. */
  void record(
      double seconds, int[] counts, int sourceCount, ReaderStats reader, SchemaCacheStats cache) {
    duration.record(seconds);
    for (int i = 0; i < counts.length; i++) {
      stats.record(counts[i], BY_STATUS[i]);
    }
    sources.record(sourceCount);
    files.record(reader.keptOpen(), KEPT_OPEN);
    files.record(reader.notKept(), NOT_KEPT);
    cacheSize.record(cache.size());
    cacheHits.record(cache.hits());
    cacheLoads.record(cache.loads());
    cacheLoadFailures.record(cache.loadFailures());
    cacheEvictions.record(cache.evictions());
  }

  @Override
  public void close() {
    callback.close();
  }
}
