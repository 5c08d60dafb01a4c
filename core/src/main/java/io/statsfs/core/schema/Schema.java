package io.statsfs.core.schema;

import io.statsfs.Stat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says: the labels of a source and the metrics that describe its stats.
 *
 * @param labels in the order of the text
 * @param metrics by exact name
 * @param prefixes by the beginning of the name; only schemas that we ship have them
 * @param dropped what of the text was not understood, a message each; at most {@link
 *     SchemaParser#MAX_DROPPED}
 * @param beyondLimits what was left out as there is too much of it; empty if nothing was
 */
public record Schema(
    Map<String, String> labels,
    Map<String, Metric> metrics,
    Map<String, Metric> prefixes,
    List<String> dropped,
    String beyondLimits) {

  public static final Schema EMPTY = SchemaParser.parse("", false);

  /** What is said of one stat. */
  public record Metric(Stat.Kind kind, Stat.Type type, String description, String unit) {
    /** Of a stat that nothing describes. */
    public static final Metric UNKNOWN = new Metric(Stat.Kind.LEVEL, Stat.Type.INT, "", "");

    /** Of a stat that nothing describes, but whose file's mode says that it counts. */
    public static final Metric UNKNOWN_COUNTER =
        new Metric(Stat.Kind.COUNTER, Stat.Type.INT, "", "");

    public Metric withUnit(String other) {
      return new Metric(kind, type, description, other);
    }
  }

  /** The metric of a name; of several prefixes the longest. */
  public @Nullable Metric find(String name) {
    Metric exact = metrics.get(name);
    if (exact == null) {
      // The text of a schema loses blanks around a name.
      exact = metrics.get(name.strip());
    }
    if (exact != null || prefixes.isEmpty()) {
      return exact;
    }
    Metric best = null;
    int length = -1;
    for (Map.Entry<String, Metric> prefix : prefixes.entrySet()) {
      if (prefix.getKey().length() > length && name.startsWith(prefix.getKey())) {
        best = prefix.getValue();
        length = prefix.getKey().length();
      }
    }
    return best;
  }
}
