package io.statsfs.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Naming;
import io.statsfs.metrics.internal.SampledMetrics;
import java.time.Duration;
import java.util.Objects;

/** How stats become metrics. Each method returns this. Not safe for use by several threads. */
public final class StatsFsMetricsBuilder {
  final OpenTelemetry openTelemetry;
  final StatsFs fs;
  StatFilter filter = StatFilter.defaults();
  Naming naming = Naming.statsfs();
  Aggregates aggregates = Aggregates.KEPT;
  int seriesLimit = Integer.MAX_VALUE;
  boolean countersBySchema;
  boolean states;
  boolean ownMetrics = true;
  Duration readTimeout = Duration.ofSeconds(1);

  StatsFsMetricsBuilder(OpenTelemetry openTelemetry, StatsFs fs) {
    this.openTelemetry = Objects.requireNonNull(openTelemetry, "openTelemetry");
    this.fs = Objects.requireNonNull(fs, "fs");
  }

  /**
   * Selects the stats to export. Default: {@link StatFilter#defaults()}; {@link StatFilter#all()}
   * is for everything. A metric has a point where all stats that it is made of are selected.
   *
   * @param filter says which stats to take
   * @return this
   */
  public StatsFsMetricsBuilder filter(StatFilter filter) {
    this.filter = Objects.requireNonNull(filter, "filter");
    return this;
  }

  /**
   * Names the metrics, and gives their points labels, which become attributes. Default: {@link
   * Naming#statsfs()}. Points that would share a series get further attributes.
   *
   * @param naming the naming
   * @return this
   */
  public StatsFsMetricsBuilder naming(Naming naming) {
    this.naming = Objects.requireNonNull(naming, "naming");
    return this;
  }

  /**
   * What becomes of stats that sum up others. Default: {@link Aggregates#KEPT}. They are looked for
   * in the whole trees, whatever the filter leaves of them.
   *
   * @param aggregates which to take
   * @return this
   */
  public StatsFsMetricsBuilder aggregates(Aggregates aggregates) {
    this.aggregates = Objects.requireNonNull(aggregates, "aggregates");
    return this;
  }

  /**
   * How many series an instrument may have at most. Beyond that, the sources that stand deepest in
   * the tree are left out first, and among equally deep ones the last in the order of the catalog;
   * so totals stay, and the choice is the same at each collection. The log says so once. Default:
   * no limit here; a line in the log before the SDK's own limit is passed.
   *
   * <p>The SDK takes 2,000 series of an instrument, folds what is beyond them into one point that
   * means nothing, and counts those that vanished in the collection before. A reader that is
   * registered with a limit of twice the number of series loses none: {@code
   * SdkMeterProviderBuilder.registerMetricReader(reader, type -> 200_000)}; with SDK
   * auto-configuration {@code otel.java.metrics.cardinality.limit}.
   *
   * @param limit at least 1
   * @return this
   * @throws IllegalArgumentException if it is less
   */
  public StatsFsMetricsBuilder seriesLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("The limit must be at least 1, but is " + limit);
    }
    seriesLimit = limit;
    return this;
  }

  /**
   * Gives stats whose value is a text, as an enum's is, a point for each text that was seen: 1 for
   * the present one and 0 for the others, told apart by the attribute {@code state} ({@code
   * stat.state} where the source has a label of that name). At most 32 texts of up to 64 characters
   * are told apart; others have no point; for the limit of series they count as one. Each such stat
   * is read a second time, as text, in each collection. Default: they have no points.
   *
   * @return this
   */
  public StatsFsMetricsBuilder states() {
    states = true;
    return this;
  }

  /**
   * Makes stats of kind {@link io.statsfs.Stat.Kind#COUNTER} observable counters. Default: every
   * stat is an observable gauge, since without a schema nobody knows, and a stat of one name must
   * not be a counter on one host and a gauge on another.
   *
   * <p>A counter whose value is smaller than at the last collection, as its stat was cleared or its
   * source came again under its name, misses one collection and then goes on at its smaller value:
   * a receiver of cumulative counters takes that for the reset that it is, and with delta
   * temporality the whole new value is reported. Where several readers collect from one SDK, only
   * the first after the reset sees the gap. With delta temporality the SDK also reports a counter
   * whole that could not be read for one collection, and so counts it twice; prefer cumulative
   * temporality, OTLP's default. A counter that is smaller by less than a thousandth has not begun
   * anew, and stays as it was until it is passed.
   *
   * <p>Metrics that have a conventional name have the instrument of the convention, whatever is set
   * here.
   *
   * @return this
   */
  public StatsFsMetricsBuilder countersBySchema() {
    countersBySchema = true;
    return this;
  }

  /**
   * How long the reading of one file may take before it is left behind, so that one that hangs does
   * not block the collection of every other meter, as {@link StatsFs#sampler(StatFilter, Duration)}
   * says. Its stats have no points until it answers again. Default: 1 second.
   *
   * @param readTimeout at least 10 milliseconds
   * @return this
   */
  public StatsFsMetricsBuilder readTimeout(Duration readTimeout) {
    this.readTimeout = Objects.requireNonNull(readTimeout, "readTimeout");
    return this;
  }

  /**
   * Whether the bridge measures itself, as {@link StatsFsMetrics} lists. Default: true.
   *
   * @param enabled false to leave these metrics out
   * @return this
   */
  public StatsFsMetricsBuilder ownMetrics(boolean enabled) {
    ownMetrics = enabled;
    return this;
  }

  SampledMetrics.Settings settings() {
    return new SampledMetrics.Settings(
        filter, naming, aggregates, seriesLimit, countersBySchema, ownMetrics, readTimeout);
  }

  /**
   * Registers the instruments.
   *
   * @return what keeps them up to date until it is closed
   * @throws IllegalArgumentException if the read timeout is too short
   * @throws IllegalStateException if the {@link StatsFs} is closed
   */
  public StatsFsMetrics build() {
    return new StatsFsMetrics(this);
  }
}
