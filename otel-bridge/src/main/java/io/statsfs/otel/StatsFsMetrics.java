package io.statsfs.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.statsfs.Registration;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Metrics;
import io.statsfs.metrics.Value;
import io.statsfs.metrics.internal.ExportLog;
import io.statsfs.metrics.internal.SampledMetrics;
import io.statsfs.metrics.internal.States;
import io.statsfs.otel.internal.ZeroCodeTrees;
import io.statsfs.spi.Alarm;
import io.statsfs.spi.PrintableLog;
import java.util.List;

/**
 * Registers stats with OpenTelemetry, those that are exported by default or that a filter selects
 * ({@link StatsFsMetricsBuilder#filter}), and follows the trees while they change.
 *
 * <pre>{@code
 * try (StatsFs fs = StatsFs.open();
 *     StatsFsMetrics metrics = StatsFsMetrics.create(openTelemetry, fs)) {
 *   ...
 * }
 * }</pre>
 *
 * <p>There is one instrument per metric ({@link Metrics}): by default an observable gauge for each
 * stat name, {@code statsfs.net.rx_bytes}, and one set of attributes per source ({@code
 * device="eth0"}). A collection samples these stats in one pass and records those that have a
 * value; what is gone or cannot be read has no point, neither an old one nor a zero. Integers are
 * recorded as such, unless a value of the same metric, at any source, has passed 2<sup>63</sup>-1
 * or has decimals: then the metric is recorded in doubles. Where that comes about only later, the
 * points come from the same scope with {@code +doubles} at the end of its version; the value that
 * did not fit is missing from one collection.
 *
 * <p>Stats beyond the limits of {@link Metrics} are not exported; the log says so, as it does where
 * a name had to be changed, and {@code statsfs.stats.without_series} counts them.
 *
 * <p>The instrumentation scope is {@code io.statsfs}. The bridge measures itself under {@code
 * io.statsfs.otel}. These points describe the collection that they are part of; where two readers
 * collect at the same moment, they may describe the sample of the other one.
 *
 * <table>
 * <caption>Metrics of the bridge</caption>
 * <tr><th>name</th><th>kind, unit</th><th>meaning</th></tr>
 * <tr><td>{@code statsfs.collection.duration}</td><td>gauge, s</td><td>time that the sample of this
 *   collection took</td></tr>
 * <tr><td>{@code statsfs.stats}</td><td>gauge, {stat}</td><td>stats by {@code status}: {@code ok},
 *   {@code gone}, {@code denied}, {@code not_a_number}, {@code blocked}, {@code failed}</td></tr>
 * <tr><td>{@code statsfs.stats.without_series}</td><td>gauge, {stat}</td><td>stats that are not
 *   exported since a {@code limit} was passed: {@code instruments}, or {@code series} of one
 *   instrument ({@link StatsFsMetricsBuilder#seriesLimit})</td></tr>
 * <tr><td>{@code statsfs.sources}</td><td>gauge, {source}</td><td>sources in the catalog</td></tr>
 * <tr><td>{@code statsfs.files}</td><td>gauge, {file}</td><td>files that may be kept open, by {@code
 *   state}: {@code kept_open}, or {@code not_kept} for lack of descriptors</td></tr>
 * <tr><td>{@code statsfs.schema_cache.size}</td><td>gauge, {schema}</td><td>schemas held</td></tr>
 * <tr><td>{@code statsfs.schema_cache.hits}</td><td>counter, {schema}</td><td>found there</td></tr>
 * <tr><td>{@code statsfs.schema_cache.loads}</td><td>counter, {schema}</td><td>read</td></tr>
 * <tr><td>{@code statsfs.schema_cache.load_failures}</td><td>counter, {schema}</td><td>not readable
 *   </td></tr>
 * <tr><td>{@code statsfs.schema_cache.evictions}</td><td>counter, {schema}</td><td>dropped to keep
 *   within the bound</td></tr>
 * </table>
 *
 * <p>A file that hangs affects only its own points ({@link StatsFsMetricsBuilder#readTimeout}).
 *
 * <p>Stats that cannot be read are logged in one line per tree and cause, and again if they come
 * back after five minutes without.
 *
 * <p>Safe for use by several threads. A failure is logged and never reaches the application. While
 * the catalog stands still, the stats of a collection cost no allocation here beyond what the
 * reader says; measuring itself takes some hundred bytes, and states their texts.
 */
public final class StatsFsMetrics implements AutoCloseable {
  private static final PrintableLog LOG = new PrintableLog("io.statsfs.otel");
  private static final String SCOPE = "io.statsfs";

  private final StatsFs fs;
  private final ExportLog log = new ExportLog(LOG);
  private final SampledMetrics sampled;
  private final Meter meter;
  private final Instruments instruments;
  private final Callbacks callbacks = new Callbacks(this::sample, log::failure);
  private final DoubleTransition transition;
  private final Value value = new Value();
  private final Alarm manyPoints = new Alarm();
  private final Registration catalogs;

  StatsFsMetrics(StatsFsMetricsBuilder builder) {
    fs = builder.fs;
    meter = meter(builder.openTelemetry, SCOPE, "");
    // For values that came to be doubles: the same scope, but to the SDK another meter.
    Meter meterOfDoubles = meter(builder.openTelemetry, SCOPE, "+doubles");
    instruments = new Instruments(meter, builder.states ? new States() : null);
    sampled = new SampledMetrics(fs, builder.settings(), log);
    transition = new DoubleTransition(meterOfDoubles, callbacks, sampled.sampler());
    // Last, when this one can no longer fail to open.
    ZeroCodeTrees.giveWayTo(builder.openTelemetry, fs);
    callbacks.registerMeter(meter);
    callbacks.registerMeter(meterOfDoubles);
    catalogs = fs.addListener(catalog -> callbacks.sampleNow());
    callbacks.sampleNow();
    if (builder.ownMetrics) {
      Meter ownMeter = meter(builder.openTelemetry, SCOPE + ".otel", "");
      OwnMetrics own = new OwnMetrics(ownMeter);
      callbacks.register(ownMeter, () -> own.record(sampled, fs.diagnostics()), own.measurements());
    }
  }

  /**
   * Registers stats with the defaults of {@link StatsFsMetricsBuilder}.
   *
   * @param openTelemetry where to register
   * @param fs the trees; they stay open when the returned object is closed
   * @return what keeps the instruments up to date until it is closed
   * @throws IllegalStateException if {@code fs} is closed
   */
  public static StatsFsMetrics create(OpenTelemetry openTelemetry, StatsFs fs) {
    return builder(openTelemetry, fs).build();
  }

  /**
   * Begins the registration with other settings.
   *
   * @param openTelemetry where to register
   * @param fs the trees; they stay open when the built object is closed
   * @return a new builder
   */
  public static StatsFsMetricsBuilder builder(OpenTelemetry openTelemetry, StatsFs fs) {
    return new StatsFsMetricsBuilder(openTelemetry, fs);
  }

  private static Meter meter(OpenTelemetry openTelemetry, String scope, String build) {
    String version = StatsFsMetrics.class.getPackage().getImplementationVersion();
    return openTelemetry
        .meterBuilder(scope)
        .setInstrumentationVersion((version == null ? "development" : version) + build)
        .build();
  }

  /** At the beginning of a collection, or when the catalog has changed. */
  private void sample() {
    transition.complete();
    if (sampled.sample()) {
      List<MetricInstrument> added =
          instruments.update(sampled.metrics().list(), sampled.sampler());
      if (!added.isEmpty()) {
        register(added);
      }
      log.state(manyPoints, sampled.metrics().tooManyPoints(), System.nanoTime());
    }
  }

  private void register(List<MetricInstrument> added) {
    MetricInstrument[] instruments = added.toArray(MetricInstrument[]::new);
    callbacks.register(
        meter,
        () -> {
          for (MetricInstrument instrument : instruments) {
            instrument.record(false, sampled.sampler(), value, transition);
          }
        },
        added.stream().map(MetricInstrument::measurement).toList());
  }

  /**
   * Ends the registration and frees what it holds. Waits for a collection that is running. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    catalogs.close();
    callbacks.close(sampled);
  }
}
