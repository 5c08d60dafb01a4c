package io.statsfs.prometheus;

import io.statsfs.metrics.Labels;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Texts as the formats have them. Pure. */
final class Escapes {
  private Escapes() {}

  /** The value of a label, in both formats. */
  static String value(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** A description, in which only OpenMetrics escapes quotes. */
  static String help(String text, PrometheusFormat format) {
    String escaped = text.replace("\\", "\\\\").replace("\n", "\\n");
    return format == PrometheusFormat.OPENMETRICS ? escaped.replace("\"", "\\\"") : escaped;
  }

  /** Labels by their keys. */
  static Map<String, String> exposed(Labels labels) {
    Labels exposed = labels.inPrometheus();
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < exposed.size(); i++) {
      map.put(exposed.key(i), exposed.value(i).toString());
    }
    return map;
  }

  /**
   * Labels between the name of a sample and its value, sorted by their keys, with a blank at the
   * end.
   *
   * @param more labels, of which one gives way to one of the same key
   */
  static String labels(Map<String, String> labels, Map<String, String> more) {
    Map<String, String> sorted = new TreeMap<>(more);
    sorted.putAll(labels);
    if (sorted.isEmpty()) {
      return " ";
    }
    StringBuilder text = new StringBuilder();
    sorted.forEach(
        (key, value) ->
            text.append(text.isEmpty() ? '{' : ',')
                .append(key)
                .append("=\"")
                .append(value(value))
                .append('"'));
    return text.append("} ").toString();
  }

  /**
   * The same with the label {@code state}, or {@code stat_state} where there is one of that key.
   */
  static String withState(String labels, String state) {
    String label = "state=\"" + value(state) + "\"} ";
    if (labels.equals(" ")) {
      return "{" + label;
    }
    boolean isTaken = labels.startsWith("{state=\"") || labels.contains("\",state=\"");
    return labels.substring(0, labels.length() - 2) + (isTaken ? ",stat_" : ",") + label;
  }
}
