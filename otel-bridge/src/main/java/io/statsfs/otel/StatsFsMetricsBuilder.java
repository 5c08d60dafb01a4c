package io.statsfs.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.statsfs.Source;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/** How stats become metrics. Each method returns this. Not safe for use by several threads. */
public final class StatsFsMetricsBuilder {
  final OpenTelemetry openTelemetry;
  final StatsFs fs;
  StatFilter filter = StatFilter.all();
  StatNaming naming = StatNaming.bySubsystemAndStat();
  Function<Source, Attributes> attributes = SourceAttributes::of;
  boolean countersBySchema;
  boolean ownMetrics = true;
  Duration patience = Duration.ofSeconds(1);
  int cardinalityLimit = 2000;

  StatsFsMetricsBuilder(OpenTelemetry openTelemetry, StatsFs fs) {
    this.openTelemetry = Objects.requireNonNull(openTelemetry, "openTelemetry");
    this.fs = Objects.requireNonNull(fs, "fs");
  }

  /**
   * Leaves stats out. Default: none.
   *
   * @param filter says which stats to take
   * @return this
   */
  public StatsFsMetricsBuilder filter(StatFilter filter) {
    this.filter = Objects.requireNonNull(filter, "filter");
    return this;
  }

  /**
   * Names the instruments. Default: {@link StatNaming#bySubsystemAndStat()}.
   *
   * @param naming names the instrument of each stat
   * @return this
   */
  public StatsFsMetricsBuilder naming(StatNaming naming) {
    this.naming = Objects.requireNonNull(naming, "naming");
    return this;
  }

  /**
   * Gives the points of a source their attributes. Default: the source's {@linkplain
   * Source#labels() labels}, or, if it has none, {@code subsystem} and, where there is one, {@code
   * device}. Sources that would then share a series get {@code subsystem} and {@code device} too.
   *
   * @param attributes called once in the life of a source
   * @return this
   */
  public StatsFsMetricsBuilder attributes(Function<Source, Attributes> attributes) {
    this.attributes = Objects.requireNonNull(attributes, "attributes");
    return this;
  }

  /**
   * Makes stats that their schema calls cumulative observable counters. Default: every stat is an
   * observable gauge, since without a schema nobody knows, and a stat of one name must not be a
   * counter on one host and a gauge on another.
   *
   * @return this
   */
  public StatsFsMetricsBuilder countersBySchema() {
    countersBySchema = true;
    return this;
  }

  /**
   * How long the reading of one source may take before it is left behind, so that one that hangs
   * does not hold up the collection of every other meter, as {@link StatsFs#sampler(StatFilter,
   * Duration)} says. Its stats have no points until it answers again. Default: 1 second.
   *
   * @param patience at least 10 milliseconds
   * @return this
   */
  public StatsFsMetricsBuilder patience(Duration patience) {
    this.patience = Objects.requireNonNull(patience, "patience");
    return this;
  }

  /**
   * Tells what the SDK's cardinality limit is, so that the log can say when an instrument comes to
   * it. This does not set the limit. Default: 2,000, as in the SDK.
   *
   * @param limit series per instrument, with the one that takes what is beyond it
   * @return this
   */
  public StatsFsMetricsBuilder cardinalityLimit(int limit) {
    cardinalityLimit = limit;
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

  /**
   * Registers the instruments.
   *
   * @return what keeps them up to date until it is closed
   * @throws IllegalArgumentException if the patience is too short
   * @throws IllegalStateException if the {@link StatsFs} is closed
   */
  public StatsFsMetrics build() {
    return new StatsFsMetrics(this);
  }
}
