package io.statsfs.core.schema;

import io.statsfs.Stat;
import io.statsfs.spi.PrintableText;
import io.statsfs.spi.StatDeclaration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
   * What is said of one stat. Of a declared one only what the declaration is asked for when it is
   * asked for here, as finding thousands is part of opening. Immutable; equal if everything is.
   */
  public static final class Metric {
    /** Of a stat that nothing describes. */
    public static final Metric UNKNOWN = new Metric(Stat.Kind.LEVEL, Stat.Type.INT, "", "");

    /** Of one that is not exported when nobody names any. */
    public static final Metric UNKNOWN_NOT_DEFAULT = UNKNOWN.withDefault(false);

    /** Of a stat that nothing describes, but whose file's mode says that it counts. */
    public static final Metric UNKNOWN_COUNTER =
        new Metric(Stat.Kind.COUNTER, Stat.Type.INT, "", "");

    /** Null for a stat that a schema describes, or nothing. */
    private final @Nullable StatDeclaration declared;

    /** Of a declared one null. */
    private final Stat.@Nullable Kind kind;

    private final Stat.@Nullable Type type;
    private final @Nullable String description;

    /** Null until a declaration is asked. */
    private @Nullable String unit;

    /** What the declaration says counts first. */
    private final @Nullable Boolean byDefault;

    public Metric(Stat.Kind kind, Stat.Type type, String description, String unit) {
      this(null, kind, type, description, unit, null);
    }

    private Metric(
        @Nullable StatDeclaration declared,
        Stat.@Nullable Kind kind,
        Stat.@Nullable Type type,
        @Nullable String description,
        @Nullable String unit,
        @Nullable Boolean byDefault) {
      this.declared = declared;
      this.kind = kind;
      this.type = type;
      this.description = description;
      this.unit = unit;
      this.byDefault = byDefault;
    }

    /**
     * Of a declared stat.
     *
     * @param otherwise whether it is exported when nobody names any, if the declaration says
     *     nothing of it; null if nothing else does
     */
    public static Metric of(StatDeclaration stat, @Nullable Boolean otherwise) {
      return new Metric(stat, null, null, null, null, otherwise);
    }

    public Stat.Kind kind() {
      return kind == null ? requireDeclared().kind() : kind;
    }

    public Stat.Type type() {
      return type == null ? requireDeclared().type() : type;
    }

    /** The unit, which is printable. */
    public String unit() {
      String known = unit;
      if (known == null) {
        known = PrintableText.of(requireDeclared().unit());
        unit = known;
      }
      return known;
    }

    /** What the stat is, which may hold what is not printable. */
    public String description() {
      return description == null ? requireDeclared().description() : description;
    }

    /** Whether it is exported when nobody names any; null if nothing says so. */
    public @Nullable Boolean byDefault() {
      Boolean said = declared == null ? null : declared.byDefault();
      return said == null ? byDefault : said;
    }

    private StatDeclaration requireDeclared() {
      return Objects.requireNonNull(declared);
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
      return new Metric(declared, kind, type, description, other, byDefault);
    }

    /**
     * The same, which is exported when nobody names any, or is not, unless its declaration says.
     */
    public Metric withDefault(@Nullable Boolean other) {
      return new Metric(declared, kind, type, description, unit, other);
    }

    @Override
    public boolean equals(Object other) {
      return other == this
          || other instanceof Metric that
              && Objects.equals(declared, that.declared)
              && kind == that.kind
              && type == that.type
              && Objects.equals(description, that.description)
              && unit().equals(that.unit())
              && Objects.equals(byDefault(), that.byDefault());
    }

    @Override
    public int hashCode() {
      return Objects.hash(declared, kind, type, description);
    }
  }

  /** The metric of a name. */
  public @Nullable Metric find(String name) {
    Metric exact = metrics.get(name);
    // The text of a schema loses blanks around a name.
    return exact == null ? metrics.get(name.strip()) : exact;
  }
}
