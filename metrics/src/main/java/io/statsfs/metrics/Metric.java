package io.statsfs.metrics;

import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.List;

/**
 * A metric: the points that have its name. Its values are in its unit, which is a base unit ({@code
 * By}, {@code s}, {@code Cel}, {@code 1}) or what something is counted in ({@code {page}}).
 *
 * <p>Immutable and safe for use by several threads; good for the list of stats that it was made
 * for.
 */
public final class Metric {
  private final MetricIdentity identity;
  private final List<Point> points;
  private final boolean isInteger;

  Metric(MetricIdentity identity, List<Point> points, boolean isInteger) {
    this.identity = identity;
    this.points = points;
    this.isInteger = isInteger;
  }

  /**
   * The name. No two metrics have names that differ in case alone, and none that would be of two
   * kinds or units in Prometheus. The name, unit, description and instrument of a metric stay the
   * same as long as the {@link Metrics} that made it.
   *
   * @return a name that OpenTelemetry takes
   */
  public String name() {
    return identity.name;
  }

  /**
   * The unit of the values, in UCUM as OpenTelemetry has it.
   *
   * @return the unit; empty if it is not known
   */
  public String unit() {
    return identity.unit;
  }

  /**
   * What the metric measures.
   *
   * @return the description; empty if there is none
   */
  public String description() {
    return identity.description;
  }

  /**
   * What kind of metric this is.
   *
   * @return the instrument
   */
  public Instrument instrument() {
    return identity.instrument;
  }

  /**
   * The points. Those of one metric differ in their labels, in Prometheus too.
   *
   * @return at least one point, in a list that cannot be modified and that is accessed by position
   *     without allocation
   */
  public List<Point> points() {
    return points;
  }

  /**
   * Whether all values should be integers. A value can turn out to be none all the same: beyond a
   * long, or a number with decimals that nothing describes as one.
   *
   * @return true if so
   */
  public boolean isInteger() {
    return isInteger;
  }
}
