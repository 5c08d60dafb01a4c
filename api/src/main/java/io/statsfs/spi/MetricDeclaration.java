package io.statsfs.spi;

import io.statsfs.Source;
import io.statsfs.Stat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the stats of a tree make up a metric that has a conventional name, such as those of
 * OpenTelemetry's semantic conventions.
 *
 * <pre>{@code
 * // system.paging.faults{system.paging.fault.type="minor"} = pgfault - pgmajfault
 * MetricDeclaration.builder("semconv", "system.paging.faults", Instrument.COUNTER)
 *     .unit("{fault}")
 *     .description("The number of page faults.")
 *     .point(
 *         Point.sum(
 *             List.of(Label.text("system.paging.fault.type", "minor")),
 *             Term.plus("vmstat/pgfault"), Term.minus("vmstat/pgmajfault")))
 *     .build();
 * }</pre>
 *
 * <p>A declaration has no factors. They follow from the {@linkplain Stat#unit() unit} of each stat
 * and that of the metric: {@code ms} or {@code {tick}} to {@code s}, {@code KiBy}, {@code {sector}}
 * or {@code {page}} to {@code By}. Between units of which one is not a multiple of the other, such
 * as {@code {page}} and {@code {operation}}, a value stays as it is.
 *
 * <p>Immutable; equal if everything is. Safe for use by several threads.
 */
public final class MetricDeclaration {
  private final String naming;
  private final String name;
  private final Instrument instrument;
  private final String unit;
  private final String description;
  private final List<Point> points;

  private MetricDeclaration(Builder builder) {
    naming = builder.naming;
    name = builder.name;
    instrument = builder.instrument;
    unit = builder.unit;
    description = builder.description;
    points = List.copyOf(builder.points);
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
   * Begins a declaration. By default it has no unit and no description.
   *
   * @param naming which convention the name is part of: {@code semconv}, or another
   * @param name the name of the metric
   * @param instrument what kind of metric it is
   * @return a new builder
   */
  public static Builder builder(String naming, String name, Instrument instrument) {
    return new Builder(naming, name, instrument);
  }

  /** Declares a metric. Not safe for use by several threads. */
  public static final class Builder {
    private final String naming;
    private final String name;
    private final Instrument instrument;
    private String unit = "";
    private String description = "";
    private final List<Point> points = new ArrayList<>();

    private Builder(String naming, String name, Instrument instrument) {
      this.naming = Objects.requireNonNull(naming, "naming");
      this.name = Objects.requireNonNull(name, "name");
      this.instrument = Objects.requireNonNull(instrument, "instrument");
    }

    /**
     * Gives the unit of the values.
     *
     * @param unit in UCUM, as OpenTelemetry has it
     * @return this
     */
    public Builder unit(String unit) {
      this.unit = Objects.requireNonNull(unit, "unit");
      return this;
    }

    /**
     * Says what the metric measures.
     *
     * @param description a sentence
     * @return this
     */
    public Builder description(String description) {
      this.description = Objects.requireNonNull(description, "description");
      return this;
    }

    /**
     * Adds a point. Where the labels of several are equal, the first whose stats are there is
     * taken.
     *
     * @param point the point
     * @return this
     */
    public Builder point(Point point) {
      points.add(Objects.requireNonNull(point, "point"));
      return this;
    }

    /**
     * Ends the declaration.
     *
     * @return the metric
     * @throws IllegalStateException if it has no point
     */
    public MetricDeclaration build() {
      if (points.isEmpty()) {
        throw new IllegalStateException("Metric " + name + " has no point");
      }
      return new MetricDeclaration(this);
    }
  }

  /**
   * Which convention the name is part of.
   *
   * @return {@code semconv}, or another
   */
  public String naming() {
    return naming;
  }

  /**
   * The name of the metric.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What kind of metric it is.
   *
   * @return the instrument
   */
  public Instrument instrument() {
    return instrument;
  }

  /**
   * The unit of its values.
   *
   * @return the unit; empty if there is none
   */
  public String unit() {
    return unit;
  }

  /**
   * What it measures.
   *
   * @return the description; empty if there is none
   */
  public String description() {
    return description;
  }

  /**
   * Its points.
   *
   * @return at least one point
   */
  public List<Point> points() {
    return points;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MetricDeclaration metric
        && naming.equals(metric.naming)
        && name.equals(metric.name)
        && instrument == metric.instrument
        && unit.equals(metric.unit)
        && description.equals(metric.description)
        && points.equals(metric.points);
  }

  @Override
  public int hashCode() {
    return Objects.hash(naming, name, points);
  }

  /**
   * The name.
   *
   * @return the name
   */
  @Override
  public String toString() {
    return name;
  }

  /**
   * What the value of a point is computed from. For each set of values that its labels take, there
   * is a point with the stats of all sources that have them. So a label of the source that no label
   * of the point takes is added up over: without {@code {cpu}}, the times of all CPUs.
   *
   * <p>Immutable; equal if everything is.
   */
  public static final class Point {
    private final List<Label> labels;
    private final List<Term> terms;
    private final @Nullable Term divisor;
    private final boolean isCount;
    private final List<String> by;

    private Point(
        List<Label> labels,
        @Nullable Term divisor,
        boolean isCount,
        List<String> by,
        Term... terms) {
      this.labels = List.copyOf(labels);
      this.terms = List.of(terms);
      this.divisor = divisor;
      this.isCount = isCount;
      this.by = List.copyOf(by);
      if (terms.length == 0) {
        throw new IllegalArgumentException("A point has no term");
      }
      Set<String> keys = new HashSet<>();
      for (Label label : labels) {
        if (!keys.add(label.key())) {
          throw new IllegalArgumentException("Two labels of a point are named " + label.key());
        }
      }
      if (divisor != null && divisor.isSubtracted()
          || isCount && Arrays.stream(terms).anyMatch(Term::isSubtracted)) {
        throw new IllegalArgumentException("Only a term of a sum can be subtracted");
      }
    }

    /**
     * A sum of stats, or one stat alone.
     *
     * @param labels the labels
     * @param terms what is added up
     * @return the point
     * @throws IllegalArgumentException if there is no term, or if two labels have the same key
     */
    public static Point sum(List<Label> labels, Term... terms) {
      return new Point(labels, null, false, List.of(), terms);
    }

    /**
     * A sum of stats divided by another stat.
     *
     * @param labels the labels
     * @param divisor what the sum is divided by. It must be found once for each set of labels
     * @param terms what is added up
     * @return the point
     * @throws IllegalArgumentException if there is no term, if two labels have the same key, or if
     *     the divisor is subtracted
     */
    public static Point quotient(List<Label> labels, Term divisor, Term... terms) {
      return new Point(labels, Objects.requireNonNull(divisor, "divisor"), false, List.of(), terms);
    }

    /**
     * The number of stats that are there, such as of the rows of a table.
     *
     * @param labels the labels
     * @param term which stats are counted
     * @return the point
     * @throws IllegalArgumentException if two labels have the same key, or if the term is
     *     subtracted
     */
    public static Point count(List<Label> labels, Term term) {
      return count(labels, term, List.of());
    }

    /**
     * The number of sources that differ in some labels and have a stat that is there, such as of
     * the cores of which each has several CPUs.
     *
     * @param labels the labels
     * @param term which stats are counted
     * @param by keys of labels of the sources. Of those with the same values, and of those that
     *     have none of these labels, one is counted. If empty all are
     * @return the point
     * @throws IllegalArgumentException if two labels have the same key, or if the term is
     *     subtracted
     */
    public static Point count(List<Label> labels, Term term, List<String> by) {
      return new Point(labels, null, true, by, term);
    }

    /**
     * What distinguishes the point from the others of its metric.
     *
     * @return the labels, with different keys; may be empty
     */
    public List<Label> labels() {
      return labels;
    }

    /**
     * What is added up, or counted. A point exists where each term is found at least once.
     *
     * @return at least one term
     */
    public List<Term> terms() {
      return terms;
    }

    /**
     * What the sum is divided by.
     *
     * @return a term that is not subtracted; empty if the sum is not divided
     */
    public Optional<Term> divisor() {
      return Optional.ofNullable(divisor);
    }

    /**
     * Whether the value is the number of stats that are there, and not their sum.
     *
     * @return true for a count
     */
    public boolean isCount() {
      return isCount;
    }

    /**
     * In which labels of their sources the stats differ that a count counts.
     *
     * @return keys of labels; empty if all stats are counted, or if it is no count
     */
    public List<String> countedBy() {
      return by;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Point point
          && labels.equals(point.labels)
          && terms.equals(point.terms)
          && Objects.equals(divisor, point.divisor)
          && isCount == point.isCount
          && by.equals(point.by);
    }

    @Override
    public int hashCode() {
      return Objects.hash(labels, terms, divisor, isCount, by);
    }

    /**
     * What is declared, for people.
     *
     * @return the labels and the formula
     */
    @Override
    public String toString() {
      return labels
          + (isCount ? " number of " : " ")
          + terms
          + (by.isEmpty() ? "" : " by " + by)
          + (divisor == null ? "" : " / " + divisor);
    }
  }

  /**
   * A label of a point.
   *
   * <p>Immutable; equal if everything is.
   */
  public static final class Label {
    private final String key;
    private final String value;
    private final boolean isInteger;

    private Label(String key, String value, boolean isInteger) {
      this.key = Objects.requireNonNull(key, "key");
      this.value = Objects.requireNonNull(value, "value");
      this.isInteger = isInteger;
    }

    /**
     * A label with a text for its value.
     *
     * @param key its key
     * @param value the text; {@code {device}} is that of the source's label {@code device}. A
     *     source that has no such label takes no part in the point
     * @return the label
     */
    public static Label text(String key, String value) {
      return new Label(key, value, false);
    }

    /**
     * A label of which the convention says that its value is an integer. Where it is none all the
     * same, it is given as text.
     *
     * @param key its key
     * @param value as {@link #text} takes it
     * @return the label
     */
    public static Label integer(String key, String value) {
      return new Label(key, value, true);
    }

    /**
     * The key.
     *
     * @return the key
     */
    public String key() {
      return key;
    }

    /**
     * The value as it was declared.
     *
     * @return the value
     */
    public String value() {
      return value;
    }

    /**
     * Whether the value is an integer.
     *
     * @return false for a text
     */
    public boolean isInteger() {
      return isInteger;
    }

    /**
     * The label of the source that the value is taken from.
     *
     * @return the label's key; empty if the value is the same for all sources
     */
    public Optional<String> sourceLabel() {
      return value.length() > 2 && value.startsWith("{") && value.endsWith("}")
          ? Optional.of(value.substring(1, value.length() - 1))
          : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Label label
          && key.equals(label.key)
          && value.equals(label.value)
          && isInteger == label.isInteger;
    }

    @Override
    public int hashCode() {
      return Objects.hash(key, value, isInteger);
    }

    /**
     * The label for people.
     *
     * @return {@code key=value}
     */
    @Override
    public String toString() {
      return key + "=" + value;
    }
  }

  /**
   * A stat of which one value or several take part in a point.
   *
   * <p>Immutable; equal if everything is.
   */
  public static final class Term {
    private final String tree;
    private final String subsystem;
    private final String device;
    private final String stat;
    private final boolean isSubtracted;

    private Term(String path, boolean isSubtracted) {
      int first = path.indexOf('/');
      int last = path.lastIndexOf('/');
      int colon = path.indexOf(':');
      int begin = colon < first ? colon + 1 : 0;
      if (first <= begin || last == path.length() - 1) {
        throw new IllegalArgumentException("'" + path + "' is not subsystem/device/stat");
      }
      tree = path.substring(0, Math.max(0, begin - 1));
      subsystem = path.substring(begin, first);
      device = first == last ? "" : path.substring(first + 1, last);
      stat = path.substring(last + 1);
      this.isSubtracted = isSubtracted;
    }

    /**
     * A stat that is added.
     *
     * @param path the subsystem, a pattern of the device unless it is empty, and the stat, with
     *     {@code /} between them: {@code net/*}{@code /rx_bytes}, {@code vmstat/pgfault}. In the
     *     pattern {@code *} stands for any characters and {@code ?} for one. Before it there may be
     *     the name of another tree and a colon: {@code uptime:uptime/uptime}
     * @return the term
     * @throws IllegalArgumentException if the path has no {@code /}
     */
    public static Term plus(String path) {
      return new Term(path, false);
    }

    /**
     * A stat that is subtracted.
     *
     * @param path as {@link #plus} takes it
     * @return the term
     * @throws IllegalArgumentException if the path has no {@code /}
     */
    public static Term minus(String path) {
      return new Term(path, true);
    }

    /**
     * The name of the tree that has the stat.
     *
     * @return the name; empty if it is the tree whose declaration has the metric
     */
    public Optional<String> tree() {
      return tree.isEmpty() ? Optional.empty() : Optional.of(tree);
    }

    /**
     * The {@linkplain Source#subsystem() subsystem} of the source.
     *
     * @return the name
     */
    public String subsystem() {
      return subsystem;
    }

    /**
     * What the {@linkplain Source#device() device} of the source must match.
     *
     * @return a pattern; empty for the subsystem's own stats
     */
    public String device() {
      return device;
    }

    /**
     * The {@linkplain Stat#name() name} of the stat.
     *
     * @return the name
     */
    public String stat() {
      return stat;
    }

    /**
     * Whether its value is subtracted, and not added.
     *
     * @return true if it is subtracted
     */
    public boolean isSubtracted() {
      return isSubtracted;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Term term
          && tree.equals(term.tree)
          && subsystem.equals(term.subsystem)
          && device.equals(term.device)
          && stat.equals(term.stat)
          && isSubtracted == term.isSubtracted;
    }

    @Override
    public int hashCode() {
      return Objects.hash(tree, subsystem, device, stat, isSubtracted);
    }

    /**
     * The term for people.
     *
     * @return its path, after a {@code -} if it is subtracted
     */
    @Override
    public String toString() {
      return (isSubtracted ? "-" : "")
          + (tree.isEmpty() ? "" : tree + ":")
          + subsystem
          + (device.isEmpty() ? "/" : "/" + device + "/")
          + stat;
    }
  }
}
