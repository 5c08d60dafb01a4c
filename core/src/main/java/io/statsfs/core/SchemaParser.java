package io.statsfs.core;

import io.statsfs.Stat;
import io.statsfs.spi.PrintableText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text of {@code .schema} files, keeping whatever is well-formed.
 *
 * <p>Taken as they come: labels and metrics in any order, blanks at line ends, a missing blank line
 * at the end, a label section without a label, {@code DESC (null)}, a description of several lines.
 * Descriptions and units, which are for people, are made printable. One pass, linear time.
 */
final class SchemaParser {
  /** More would help nobody to mend the text. */
  static final int MAX_DROPPED = 5;

  private final Map<String, String> labels = new LinkedHashMap<>();
  private final Map<String, Schema.Metric> metrics = new HashMap<>();
  private final Map<String, Schema.Metric> prefixes = new HashMap<>();
  private final List<String> dropped = new ArrayList<>();
  private boolean inLabels;
  private boolean inMetric;
  private int metricLine;
  private @Nullable String name;
  private Stat.Kind kind = Stat.Kind.GAUGE;
  private Stat.Type type = Stat.Type.INT;
  private String unit = "";
  private @Nullable StringBuilder description;

  private final boolean isShipped;

  private SchemaParser(boolean isShipped) {
    this.isShipped = isShipped;
  }

  /** Parses a schema of a layout, where a NAME that ends in {@code *} is a prefix. */
  static Schema parseShipped(String text) {
    return parse(text, false, true);
  }

  /**
   * Parses a text. Where it is {@code cut}, the last metric counts only if a blank line ends it,
   * and the last label only if its own line does.
   */
  static Schema parse(String text, boolean cut) {
    return parse(text, cut, false);
  }

  private static Schema parse(String text, boolean cut, boolean isShipped) {
    SchemaParser parser = new SchemaParser(isShipped);
    int lineNumber = 0;
    for (int at = 0; at < text.length(); ) {
      int newline = text.indexOf('\n', at);
      int end = newline < 0 ? text.length() : newline;
      lineNumber++;
      boolean cutOff = cut && newline < 0;
      if (parser.inLabels && cutOff) {
        parser.drop(lineNumber, "a label that the end of the text cuts off");
      } else if (!parser.inMetric || !cutOff) {
        parser.line(text.substring(at, end).stripTrailing(), lineNumber);
      }
      at = end + 1;
    }
    if (parser.inMetric && cut) {
      parser.drop(parser.metricLine, "a METRIC that the end of the text cuts off");
    } else {
      parser.endMetric();
    }
    // Not copied: Map.copyOf looks for free places one by one, and takes minutes for names whose
    // hashes lie close together.
    return new Schema(
        Collections.unmodifiableMap(parser.labels),
        Collections.unmodifiableMap(parser.metrics),
        Collections.unmodifiableMap(parser.prefixes),
        List.copyOf(parser.dropped));
  }

  private void line(String line, int number) {
    if (line.equals("METRIC")) {
      endMetric();
      inLabels = false;
      inMetric = true;
      metricLine = number;
    } else if (line.equals("LABEL")) {
      endMetric();
      inLabels = true;
    } else if (line.isEmpty()) {
      endMetric();
      inLabels = false;
    } else if (inMetric) {
      metricLine(line, number);
    } else if (inLabels) {
      label(line, number);
    } else {
      drop(number, "a line outside of LABEL and METRIC");
    }
  }

  private void label(String line, int number) {
    int blank = line.indexOf(' ');
    String value = blank < 0 ? "" : line.substring(blank + 1).strip();
    if (blank <= 0 || value.isEmpty()) {
      drop(number, "a label without a key or a value");
      return;
    }
    String before = labels.putIfAbsent(line.substring(0, blank), value);
    if (before != null && !before.equals(value)) {
      drop(number, "a second value of a label");
    }
  }

  private void metricLine(String line, int number) {
    int blank = line.indexOf(' ');
    String key = blank < 0 ? line : line.substring(0, blank);
    String value = blank < 0 ? "" : line.substring(blank + 1).strip();
    if (key.equals("DESC") && description == null) {
      description = new StringBuilder(value.equals("(null)") ? "" : value);
    } else if (description != null && name != null) {
      // The last field; what follows up to a blank line belongs to it.
      description.append(' ').append(line.strip());
    } else if (key.equals("NAME") && name == null && !value.isEmpty()) {
      name = value;
    } else if (key.equals("FLAG") && value.equals("CUMULATIVE")) {
      kind = Stat.Kind.CUMULATIVE;
    } else if (key.equals("FLAG") && value.equals("GAUGE")) {
      kind = Stat.Kind.GAUGE;
    } else if (key.equals("TYPE") && value.equals("FLOAT")) {
      type = Stat.Type.FLOAT;
    } else if (key.equals("TYPE") && value.equals("INT")) {
      type = Stat.Type.INT;
    } else if (key.equals("UNIT")) {
      unit = value;
    } else {
      drop(number, "a line that a METRIC does not have");
    }
  }

  private void endMetric() {
    if (inMetric && name == null) {
      drop(metricLine, "a METRIC without a NAME");
    } else if (inMetric) {
      String text = description == null ? "" : description.toString();
      Schema.Metric metric =
          new Schema.Metric(kind, type, PrintableText.of(text), PrintableText.of(unit));
      if (isShipped && name.endsWith("*")) {
        prefixes.put(name.substring(0, name.length() - 1), metric);
      } else if (metrics.putIfAbsent(name, metric) != null) {
        drop(metricLine, "a second METRIC of one NAME");
      }
    }
    inMetric = false;
    name = null;
    kind = Stat.Kind.GAUGE;
    type = Stat.Type.INT;
    unit = "";
    description = null;
  }

  private void drop(int line, String what) {
    if (dropped.size() < MAX_DROPPED) {
      dropped.add("line " + line + ": " + what);
    }
  }
}
