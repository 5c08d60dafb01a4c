package io.statsfs.spi;

import io.statsfs.Source;
import io.statsfs.Stat;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the stats of a tree make up a metric that has a conventional name, such as those of
 * OpenTelemetry's semantic conventions.
 *
 * <pre>{@code
 * // system.paging.faults{system.paging.fault.type="minor"} = pgfault - pgmajfault
 * new MetricDeclaration(
 *     "semconv", "system.paging.faults", "{fault}", "The number of page faults.",
 *     Instrument.COUNTER,
 *     List.of(
 *         Point.sum(
 *             List.of(Label.text("system.paging.fault.type", "minor")),
 *             Term.plus("vmstat/pgfault"), Term.minus("vmstat/pgmajfault"))));
 * }</pre>
 *
 * <p>A declaration has no factors. They follow from the {@linkplain Stat#unit() unit} of each stat
 * and that of the metric: {@code ms} or {@code {tick}} to {@code s}, {@code KiBy}, {@code {sector}}
 * or {@code {page}} to {@code By}. Between units of which one is not a multiple of the other, such
 * as {@code {page}} and {@code {operation}}, a value stays as it is.
 *
 * <p>Immutable; equal if everything is. Safe for use by several threads.
 *
 * @param naming which convention the name is part of: {@code semconv}, or another
 * @param name the name of the metric
 * @param unit its unit, in UCUM as OpenTelemetry has it
 * @param description what it measures
 * @param instrument what kind of metric it is
 * @param points its points, at least one. Where the labels of several are equal, the first is taken
 */
public record MetricDeclaration(
    String naming,
    String name,
    String unit,
    String description,
    Instrument instrument,
    List<Point> points) {

  /**
   * Checks that there is a point.
   *
   * @param naming which convention the name is part of
   * @param name the name of the metric
   * @param unit its unit
   * @param description what it measures
   * @param instrument what kind of metric it is
   * @param points its points
   * @throws IllegalArgumentException if there is none
   */
  public MetricDeclaration {
    Objects.requireNonNull(naming, "naming");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(instrument, "instrument");
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("Metric " + name + " has no point");
    }
  }

  /** What OpenTelemetry calls the kinds of instruments that can be observed. */
  public enum Instrument {
    /** A sum that never decreases. */
    COUNTER,
    /** A sum that goes up and down, so that adding up its points makes sense. */
    UP_DOWN_COUNTER,
    /** Anything else that goes up and down. */
    GAUGE
  }

  /**
   * What the value of a point is computed from. For each set of values that its labels take, there
   * is a point with the stats of all sources that have them. So a label of the source that no label
   * of the point takes is added up over: without {@code {cpu}}, the times of all CPUs.
   *
   * @param labels what tells the point from the others of its metric; may be empty
   * @param terms what is added up, at least one. A point exists where each is found at least once
   * @param divisor what the sum is divided by; null if by nothing
   * @param isCount whether the value is not the sum of the terms, but the number of stats that they
   *     match and that are there: a count of rows. It has no divisor
   */
  public record Point(
      List<Label> labels, List<Term> terms, @Nullable Term divisor, boolean isCount) {

    /**
     * Checks what must not be.
     *
     * @param labels what tells the point from the others of its metric
     * @param terms what is added up
     * @param divisor what the sum is divided by
     * @param isCount whether the value is the number of stats
     * @throws IllegalArgumentException if there is no term, if two labels have the same key, if a
     *     count has a divisor or a term that is subtracted, or if the divisor is subtracted
     */
    public Point {
      labels = List.copyOf(labels);
      terms = List.copyOf(terms);
      if (terms.isEmpty()) {
        throw new IllegalArgumentException("A point has no term");
      }
      Set<String> keys = new HashSet<>();
      for (Label label : labels) {
        if (!keys.add(label.key())) {
          throw new IllegalArgumentException("Two labels of a point are named " + label.key());
        }
      }
      if (isCount && (divisor != null || terms.stream().anyMatch(Term::isSubtracted))) {
        throw new IllegalArgumentException("A count neither divides nor subtracts");
      }
      if (divisor != null && divisor.isSubtracted()) {
        throw new IllegalArgumentException("A divisor cannot be subtracted");
      }
    }

    /**
     * A sum of stats, or one stat alone.
     *
     * @param labels the labels
     * @param terms what is added up
     * @return the point
     */
    public static Point sum(List<Label> labels, Term... terms) {
      return new Point(labels, List.of(terms), null, false);
    }

    /**
     * A sum of stats divided by another stat.
     *
     * @param labels the labels
     * @param divisor what the sum is divided by
     * @param terms what is added up
     * @return the point
     */
    public static Point quotient(List<Label> labels, Term divisor, Term... terms) {
      return new Point(labels, List.of(terms), divisor, false);
    }

    /**
     * The number of stats that are there.
     *
     * @param labels the labels
     * @param term which stats are counted
     * @return the point
     */
    public static Point count(List<Label> labels, Term term) {
      return new Point(labels, List.of(term), null, true);
    }
  }

  /**
   * A label of a point.
   *
   * @param key its key
   * @param value its value; {@code {device}} is that of the source's label {@code device}. A source
   *     that has no such label takes no part in the point
   * @param isInteger whether the convention says that the value is an integer. Where it is none all
   *     the same, it is given as text
   */
  public record Label(String key, String value, boolean isInteger) {

    /**
     * Checks that nothing is missing.
     *
     * @param key its key
     * @param value its value
     * @param isInteger whether it is an integer
     */
    public Label {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    /**
     * A label with a text for its value.
     *
     * @param key its key
     * @param value the text, or {@code {device}} for that of the source's label
     * @return the label
     */
    public static Label text(String key, String value) {
      return new Label(key, value, false);
    }

    /**
     * The label of the source that the value is taken from.
     *
     * @return the label's key; null if the value is the same for all sources
     */
    public @Nullable String sourceLabel() {
      return value.length() > 2 && value.startsWith("{") && value.endsWith("}")
          ? value.substring(1, value.length() - 1)
          : null;
    }
  }

  /**
   * A stat of which one value or several take part in a point.
   *
   * @param subsystem the {@linkplain Source#subsystem() subsystem} of the source
   * @param device a pattern of its {@linkplain Source#device() device}, where {@code *} stands for
   *     any characters and {@code ?} for one; empty for the subsystem's own stats
   * @param stat the {@linkplain Stat#name() name} of the stat
   * @param isSubtracted whether its value is subtracted, and not added
   */
  public record Term(String subsystem, String device, String stat, boolean isSubtracted) {

    /**
     * Checks that nothing is missing.
     *
     * @param subsystem the subsystem of the source
     * @param device a pattern of its device
     * @param stat the name of the stat
     * @param isSubtracted whether its value is subtracted
     */
    public Term {
      Objects.requireNonNull(subsystem, "subsystem");
      Objects.requireNonNull(device, "device");
      Objects.requireNonNull(stat, "stat");
    }

    /**
     * A stat that is added.
     *
     * @param path the subsystem, the pattern of the device unless it is empty, and the stat, with
     *     {@code /} between them: {@code net/*}{@code /rx_bytes}, {@code vmstat/pgfault}
     * @return the term
     * @throws IllegalArgumentException if the path has no {@code /}
     */
    public static Term plus(String path) {
      return of(path, false);
    }

    /**
     * A stat that is subtracted.
     *
     * @param path as {@link #plus} takes it
     * @return the term
     * @throws IllegalArgumentException if the path has no {@code /}
     */
    public static Term minus(String path) {
      return of(path, true);
    }

    private static Term of(String path, boolean isSubtracted) {
      int first = path.indexOf('/');
      int last = path.lastIndexOf('/');
      if (first < 1 || last == path.length() - 1) {
        throw new IllegalArgumentException("'" + path + "' is not subsystem/device/stat");
      }
      String device = first == last ? "" : path.substring(first + 1, last);
      return new Term(path.substring(0, first), device, path.substring(last + 1), isSubtracted);
    }
  }
}
