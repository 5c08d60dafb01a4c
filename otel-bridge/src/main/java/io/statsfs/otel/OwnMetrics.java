package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.statsfs.SchemaCacheStats;
import io.statsfs.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the bridge tells of itself; {@link StatsFsMetrics} has the list. */
final class OwnMetrics implements AutoCloseable {
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("status");
  private static final Attributes[] BY_STATUS =
      Arrays.stream(Status.values())
          .map(s -> Attributes.of(STATUS, s.name().toLowerCase(Locale.ROOT)))
          .toArray(Attributes[]::new);

  /** From a handful of stats to a hundred thousand of them. */
  private static final List<Double> SECONDS =
      List.of(
          0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
          5.0);

  private final DoubleHistogram duration;
  private final ObservableLongMeasurement stats;
  private final ObservableLongMeasurement sources;
  private final ObservableLongMeasurement cacheSize;
  private final ObservableLongMeasurement cacheHits;
  private final ObservableLongMeasurement cacheLoads;
  private final ObservableLongMeasurement cacheLoadFailures;
  private final ObservableLongMeasurement cacheEvictions;
  private final BatchCallback callback;

  OwnMetrics(Meter meter, StatsFsMetrics metrics) {
    duration =
        meter
            .histogramBuilder("statsfs.collection.duration")
            .setDescription("Time that a collection took to sample the stats and record them.")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(SECONDS)
            .build();
    stats = gauge(meter, "statsfs.stats", "{stat}", "Stats by the status of their last sample.");
    sources = gauge(meter, "statsfs.sources", "{source}", "Sources in the catalog.");
    cacheSize = gauge(meter, "statsfs.schema_cache.size", "{schema}", "Schemas in the cache.");
    cacheHits = counter(meter, "hits", "Schemas that were found in the cache.");
    cacheLoads = counter(meter, "loads", "Schemas that were read.");
    cacheLoadFailures = counter(meter, "load_failures", "Schemas that could not be read.");
    cacheEvictions = counter(meter, "evictions", "Schemas dropped to keep within the bound.");
    callback =
        meter.batchCallback(
            () -> metrics.recordOwn(this),
            stats,
            sources,
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

  void recordDuration(long nanos) {
    duration.record(nanos / 1e9);
  }

  /** {@code counts} has a number per status. */
  void record(int[] counts, int sourceCount, SchemaCacheStats cache) {
    for (int i = 0; i < counts.length; i++) {
      stats.record(counts[i], BY_STATUS[i]);
    }
    sources.record(sourceCount);
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
