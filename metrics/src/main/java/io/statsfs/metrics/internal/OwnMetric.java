package io.statsfs.metrics.internal;

import io.statsfs.Diagnostics;
import io.statsfs.Status;
import io.statsfs.metrics.Metrics;
import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a way out exports of itself. */
public enum OwnMetric {
  /** How long the sample took, the only one that is no integer. */
  COLLECTION_DURATION(
      "collection.duration", "s", "Time that the sample of this collection took.", "", List.of()),

  /** By their status. */
  STATS(
      "stats",
      "{stat}",
      "Stats by their status in this collection.",
      "status",
      Arrays.stream(Status.values()).map(s -> s.name().toLowerCase(Locale.ROOT)).toList()),

  /** Beyond the limits of {@link Metrics}. */
  WITHOUT_SERIES(
      "stats.without_series",
      "{stat}",
      "Stats that are not exported, by the limit passed.",
      "limit",
      List.of("instruments", "series")),

  /** In the catalog. */
  SOURCES("sources", "{source}", "Sources in the catalog.", "", List.of()),

  /** Those that may be kept open. */
  FILES(
      "files",
      "{file}",
      "Files that may be kept open, by whether they are or descriptors are short.",
      "state",
      List.of("kept_open", "not_kept")),

  /** Held. */
  CACHE_SIZE("schema_cache.size", "{schema}", "Schemas in the cache.", "", List.of()),

  /** Found. */
  CACHE_HITS("hits", "Schemas that were found in the cache."),

  /** Read. */
  CACHE_LOADS("loads", "Schemas that were read."),

  /** Not readable. */
  CACHE_LOAD_FAILURES("load_failures", "Schemas that could not be read."),

  /** Dropped. */
  CACHE_EVICTIONS("evictions", "Schemas dropped to keep within the bound.");

  private static final Status[] STATUSES = Status.values();

  private final String metric;
  private final String unit;
  private final Instrument instrument;
  private final String description;
  private final String key;
  private final List<String> labels;

  OwnMetric(String name, String unit, String description, String key, List<String> labels) {
    metric = "statsfs." + name;
    this.unit = unit;
    instrument = Instrument.GAUGE;
    this.description = description;
    this.key = key;
    this.labels = labels;
  }

  /** Of what is counted of the cache of schemas. */
  OwnMetric(String name, String description) {
    metric = "statsfs.schema_cache." + name;
    unit = "{schema}";
    instrument = Instrument.COUNTER;
    this.description = description;
    key = "";
    labels = List.of();
  }

  /**
   * The name.
   *
   * @return a name that begins with {@code statsfs.}
   */
  public String metric() {
    return metric;
  }

  /**
   * The unit.
   *
   * @return the unit in UCUM
   */
  public String unit() {
    return unit;
  }

  /**
   * The kind.
   *
   * @return a gauge or a counter
   */
  public Instrument instrument() {
    return instrument;
  }

  /**
   * The meaning.
   *
   * @return a sentence
   */
  public String description() {
    return description;
  }

  /**
   * The key of the label.
   *
   * @return the key; empty if there is one point, without labels
   */
  public String key() {
    return key;
  }

  /**
   * The values of the label, one for each point.
   *
   * @return the values; empty if there is one point, without labels
   */
  public List<String> labels() {
    return labels;
  }

  /**
   * Keeps stats from being given the names of these metrics.
   *
   * @param names where the metrics of stats are named
   */
  public static void reserve(Metrics.Builder names) {
    for (OwnMetric own : values()) {
      names.reserve(own.metric, own.unit, own.instrument);
    }
  }

  /**
   * The value of a point, for all but {@link #COLLECTION_DURATION}. Allocates nothing.
   *
   * @param point the position of its label
   * @param sampled the last sample
   * @param diagnostics of the trees
   * @return the value
   */
  public long value(int point, SampledMetrics sampled, Diagnostics diagnostics) {
    return switch (this) {
      case COLLECTION_DURATION -> 0;
      case STATS -> sampled.sampler().count(STATUSES[point]);
      case WITHOUT_SERIES ->
          point == 0 ? sampled.metrics().withoutMetric() : sampled.metrics().beyondPointLimit();
      case SOURCES -> sampled.sampler().catalog().sources().size();
      case FILES -> point == 0 ? diagnostics.filesKeptOpen() : diagnostics.filesNotKept();
      case CACHE_SIZE -> diagnostics.schemaCacheSize();
      case CACHE_HITS -> diagnostics.schemaCacheHits();
      case CACHE_LOADS -> diagnostics.schemaCacheLoads();
      case CACHE_LOAD_FAILURES -> diagnostics.schemaCacheLoadFailures();
      case CACHE_EVICTIONS -> diagnostics.schemaCacheEvictions();
    };
  }
}
