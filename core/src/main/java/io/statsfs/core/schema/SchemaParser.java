package io.statsfs.core.schema;

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
public final class SchemaParser {
  /** Enough examples to correct the text by. */
  public static final int MAX_DROPPED = 5;

  /**
   * Each label is an attribute of each series of its source. A kernel's schema has a few; its
   * buffer of 10,239 bytes has room for hundreds, a file in the place of one for many more.
   */
  static final int MAX_LABELS = 64;

  /** Characters of a label's key or value. */
  static final int MAX_LABEL = 1024;

  /** Characters of a description. */
  static final int MAX_DESCRIPTION = 1024;

  /** Characters of a stat's name: 255 bytes, each written as {@code \xHH}. */
  static final int MAX_NAME = 4 * 255;

  /** Characters of a unit, as OpenTelemetry's specification of instruments has it. */
  static final int MAX_UNIT = 63;

  private final Map<String, String> labels = new LinkedHashMap<>();
  private final Map<String, Schema.Metric> metrics = new HashMap<>();
  private final List<String> dropped = new ArrayList<>();
  private int labelsTooMany;
  private int labelsTooLong;
  private int namesTooLong;
  private int unitsTooLong;
  private int descriptionsTooLong;
  private boolean inLabels;
  private boolean inMetric;
  private int metricLine;
  private @Nullable String name;
  private Stat.Kind kind = Stat.Kind.LEVEL;
  private Stat.Type type = Stat.Type.INT;
  private String unit = "";
  private @Nullable StringBuilder description;

  private SchemaParser() {}

  /**
   * Parses a text. Where it is {@code cut}, the last metric counts only if a blank line ends it,
   * and the last label only if its own line does.
   */
  public static Schema parse(String text, boolean cut) {
    SchemaParser parser = new SchemaParser();
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
        List.copyOf(parser.dropped),
        parser.beyondLimits());
  }

  private String beyondLimits() {
    List<String> what = new ArrayList<>();
    addBeyond(what, labelsTooMany, "labels beyond the first " + MAX_LABELS);
    addBeyond(what, labelsTooLong, "labels longer than " + MAX_LABEL + " characters");
    addBeyond(what, namesTooLong, "metrics whose names are too long for a file");
    addBeyond(what, unitsTooLong, "units longer than " + MAX_UNIT + " characters");
    addBeyond(
        what, descriptionsTooLong, "descriptions beyond " + MAX_DESCRIPTION + " characters each");
    return String.join(", ", what);
  }

  private static void addBeyond(List<String> what, int count, String kind) {
    if (count > 0) {
      what.add(kind + ": " + count);
    }
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
    if (blank > MAX_LABEL || value.length() > MAX_LABEL) {
      // Not cut, as it could be that of another source then.
      labelsTooLong++;
      return;
    }
    String key = line.substring(0, blank);
    if (labels.size() == MAX_LABELS && !labels.containsKey(key)) {
      labelsTooMany++;
      return;
    }
    String before = labels.putIfAbsent(key, value);
    if (before != null && !before.equals(value)) {
      drop(number, "a second value of a label");
    }
  }

  private void metricLine(String line, int number) {
    int blank = line.indexOf(' ');
    String key = blank < 0 ? line : line.substring(0, blank);
    String value = blank < 0 ? "" : line.substring(blank + 1).strip();
    if (key.equals("DESC") && description == null) {
      description = new StringBuilder();
      describe(value.equals("(null)") ? "" : value);
    } else if (description != null && name != null) {
      // The last field; what follows up to a blank line belongs to it.
      describe(" ");
      describe(line.strip());
    } else if (key.equals("NAME") && name == null && !value.isEmpty()) {
      name = value;
    } else if (key.equals("FLAG") && value.equals("CUMULATIVE")) {
      kind = Stat.Kind.COUNTER;
    } else if (key.equals("FLAG") && value.equals("GAUGE")) {
      kind = Stat.Kind.LEVEL;
    } else if (key.equals("TYPE") && value.equals("FLOAT")) {
      type = Stat.Type.FLOAT;
    } else if (key.equals("TYPE") && value.equals("INT")) {
      type = Stat.Type.INT;
    } else if (key.equals("UNIT") && value.length() > MAX_UNIT) {
      unitsTooLong++;
    } else if (key.equals("UNIT")) {
      unit = value;
    } else {
      drop(number, "a line that a METRIC does not have");
    }
  }

  /** Keeps one character more than there may be as the sign that it is too long. */
  private void describe(String text) {
    int room = MAX_DESCRIPTION + 1 - description.length();
    description.append(text, 0, Math.min(room, text.length()));
  }

  private String endOfDescription() {
    if (description == null) {
      return "";
    }
    if (description.length() > MAX_DESCRIPTION) {
      descriptionsTooLong++;
      boolean isInPair = Character.isHighSurrogate(description.charAt(MAX_DESCRIPTION - 1));
      description.setLength(MAX_DESCRIPTION - (isInPair ? 1 : 0));
    }
    return PrintableText.of(description.toString());
  }

  private void endMetric() {
    if (inMetric && name == null) {
      drop(metricLine, "a METRIC without a NAME");
    } else if (inMetric && name.length() > MAX_NAME) {
      namesTooLong++;
    } else if (inMetric) {
      Schema.Metric metric =
          new Schema.Metric(kind, type, endOfDescription(), PrintableText.of(unit));
      if (metrics.putIfAbsent(name, metric) != null) {
        drop(metricLine, "a second METRIC of one NAME");
      }
    }
    inMetric = false;
    name = null;
    kind = Stat.Kind.LEVEL;
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
