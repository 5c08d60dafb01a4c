package io.statsfs.core.schema;

import io.statsfs.Stat;
import io.statsfs.spi.PrintableText;
import io.statsfs.spi.StatDeclaration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says: the labels of a source and the metrics that describe its stats.
 *
 * @param labels in the order of the text
 * @param metrics by exact name
 * @param dropped what of the text was not understood, a message each; at most {@link
 *     SchemaParser#MAX_DROPPED}
 * @param beyondLimits what was left out as there is too much of it; empty if nothing was
 */
public record Schema(
    Map<String, String> labels,
    Map<String, Metric> metrics,
    List<String> dropped,
    String beyondLimits) {

  public static final Schema EMPTY = new Schema(Map.of(), Map.of(), List.of(), "");

  /**
   * What is said of one stat.
   *
   * @param unit printable
   * @param byDefault whether it is exported when nobody names any; null if nothing says so
   * @param text the description; empty if a declaration has it
   * @param declared what declares the stat; null for a stat that a schema describes, or nothing
   */
  public record Metric(
      Stat.Kind kind,
      Stat.Type type,
      String unit,
      @Nullable Boolean byDefault,
      String text,
      @Nullable StatDeclaration declared) {
    /** Of a stat that nothing describes. */
    public static final Metric UNKNOWN = new Metric(Stat.Kind.LEVEL, Stat.Type.INT, "", "");

    /** Of one that is not exported when nobody names any. */
    public static final Metric UNKNOWN_NOT_DEFAULT = UNKNOWN.withDefault(false);

    /** Of a stat that nothing describes, but whose file's mode says that it counts. */
    public static final Metric UNKNOWN_COUNTER =
        new Metric(Stat.Kind.COUNTER, Stat.Type.INT, "", "");

    public Metric(Stat.Kind kind, Stat.Type type, String description, String unit) {
      this(kind, type, unit, null, description, null);
    }

    public static Metric of(StatDeclaration stat) {
      String unit = PrintableText.of(stat.unit());
      return new Metric(stat.kind(), stat.type(), unit, stat.byDefault(), "", stat);
    }

    /** What the stat is, which may hold what is not printable. */
    public String description() {
      return declared == null ? text : declared.description();
    }

    /** Words that say that there is no value. */
    public List<String> noValueWords() {
      return declared == null ? List.of() : declared.noValueWords();
    }

    /** Errors that say so. */
    public List<Integer> noValueErrnos() {
      return declared == null ? List.of() : declared.noValueErrnos();
    }

    public Metric withUnit(String other) {
      return new Metric(kind, type, other, byDefault, text, declared);
    }

    public Metric withDefault(@Nullable Boolean other) {
      return new Metric(kind, type, unit, other, text, declared);
    }
  }

  /** The metric of a name. */
  public @Nullable Metric find(String name) {
    Metric exact = metrics.get(name);
    // The text of a schema loses blanks around a name.
    return exact == null ? metrics.get(name.strip()) : exact;
  }
}
