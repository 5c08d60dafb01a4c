package io.statsfs.core.schema;

import io.statsfs.Stat;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.PrintableText;
import io.statsfs.spi.StatDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says: the labels of a source and the metrics that describe its stats.
 *
 * @param labels in the order of the text
 * @param metrics by exact name
 * @param patterns of names, which only what is declared has
 * @param dropped what of the text was not understood, a message each; at most {@link
 *     SchemaParser#MAX_DROPPED}
 * @param beyondLimits what was left out as there is too much of it; empty if nothing was
 */
public record Schema(
    Map<String, String> labels,
    Map<String, Metric> metrics,
    List<Described> patterns,
    List<String> dropped,
    String beyondLimits) {

  public static final Schema EMPTY = new Schema(Map.of(), Map.of(), List.of(), List.of(), "");

  /**
   * What is said of one stat.
   *
   * @param description which may hold what is not printable
   * @param byDefault whether it is exported when nobody names any; null if nothing says so
   * @param noValueWords words that say that there is no value
   * @param noValueErrnos errors that say so
   */
  public record Metric(
      Stat.Kind kind,
      Stat.Type type,
      String description,
      String unit,
      @Nullable Boolean byDefault,
      List<String> noValueWords,
      List<Integer> noValueErrnos) {
    /** Of a stat that nothing describes. */
    public static final Metric UNKNOWN = new Metric(Stat.Kind.LEVEL, Stat.Type.INT, "", "");

    /** Of a stat that nothing describes, but whose file's mode says that it counts. */
    public static final Metric UNKNOWN_COUNTER =
        new Metric(Stat.Kind.COUNTER, Stat.Type.INT, "", "");

    public Metric(Stat.Kind kind, Stat.Type type, String description, String unit) {
      this(kind, type, description, unit, null, List.of(), List.of());
    }

    public Metric withUnit(String other) {
      return new Metric(kind, type, description, other, byDefault, noValueWords, noValueErrnos);
    }

    public Metric withDefault(@Nullable Boolean other) {
      return new Metric(kind, type, description, unit, other, noValueWords, noValueErrnos);
    }
  }

  /** The metric of all names with a pattern. */
  public record Described(KeyPattern names, Metric metric) {}

  /** What is declared of stats. */
  public static Schema of(List<StatDeclaration> stats) {
    Map<String, Metric> metrics = new HashMap<>();
    List<Described> patterns = new ArrayList<>();
    for (StatDeclaration stat : stats) {
      Metric metric =
          new Metric(
              stat.kind(),
              stat.type(),
              stat.description(),
              PrintableText.of(stat.unit()),
              stat.byDefault(),
              stat.noValueWords(),
              stat.noValueErrnos());
      if (stat.name().isLiteral()) {
        metrics.putIfAbsent(stat.name().toString(), metric);
      } else {
        patterns.add(new Described(stat.name(), metric));
      }
      for (String name : stat.formerNames()) {
        metrics.putIfAbsent(name, metric);
      }
    }
    return new Schema(Map.of(), metrics, patterns, List.of(), "");
  }

  /** The metric of a name, or of the first pattern that it has. */
  public @Nullable Metric find(String name) {
    Metric exact = metrics.get(name);
    if (exact == null) {
      // The text of a schema loses blanks around a name.
      exact = metrics.get(name.strip());
    }
    if (exact != null) {
      return exact;
    }
    Described described = firstPattern(name);
    return described == null ? null : described.metric;
  }

  /** The pattern by which a name is described; null if it has a metric of its own, or none. */
  public @Nullable Described pattern(String name) {
    return metrics.containsKey(name) || metrics.containsKey(name.strip())
        ? null
        : firstPattern(name);
  }

  private @Nullable Described firstPattern(String name) {
    for (Described described : patterns) {
      if (described.names.matches(name)) {
        return described;
      }
    }
    return null;
  }
}
