package io.statsfs.core;

import io.statsfs.Stat;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.schema.SchemaParser;
import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Schemas of any bytes, alone and behind a well-formed one. Run by Jazzer, which calls {@link
 * #fuzzerTestOneInput}, and by {@link FuzzCorpusTest}.
 *
 * <p>The first byte says whether the text is cut, the second how much well-formed text is put
 * around the text, which is the rest.
 */
public final class SchemaFuzz {
  private SchemaFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    boolean cut = (input[0] & 1) != 0;
    String text = PathText.decode(Arrays.copyOfRange(input, 2, input.length));
    check(SchemaParser.parse(text, cut), text);
    checkKept(text, cut, input[1] & 0xff);
  }

  /** What holds of any text. */
  private static void check(Schema schema, String text) {
    long size = 0;
    for (Map.Entry<String, String> label : schema.labels().entrySet()) {
      String line = label.getKey() + " " + label.getValue();
      require(!label.getKey().isEmpty() && !label.getValue().isEmpty(), "half a label: " + line);
      require(label.getKey().indexOf(' ') < 0 && line.indexOf('\n') < 0, "two labels: " + line);
      require(text.contains(label.getKey() + " "), "a key from nowhere: " + line);
      require(text.contains(label.getValue()), "a value from nowhere: " + line);
      size += line.length() + 1;
    }
    for (Map.Entry<String, Schema.Metric> entry : schema.metrics().entrySet()) {
      String name = entry.getKey();
      Schema.Metric metric = entry.getValue();
      require(text.contains(name) && name.indexOf('\n') < 0, "a name from nowhere: " + name);
      require(!name.isEmpty() && name.equals(name.strip()), "a name with blanks: " + name);
      require(metric.equals(schema.find(name)), "not found: " + name);
      require(metric.equals(schema.find(" " + name)), "not found with a blank: " + name);
      require(metric.description().indexOf('\n') < 0, "a description of two lines: " + name);
      size += "METRIC NAME ".length() + name.length();
      size += metric.description().length() + metric.unit().length();
    }
    // Descriptions and units are escaped.
    int most = PrintableText.of(text).length() + 1;
    require(size <= most, "more than the text has: " + size);
    require(schema.dropped().size() <= SchemaParser.MAX_DROPPED, "too much reported");
    for (String dropped : schema.dropped()) {
      require(dropped.length() < 100, dropped);
    }
  }

  /** Well-formed text before and behind the other is read as if the other was not there. */
  private static void checkKept(String text, boolean cut, int variant) {
    StringBuilder before = new StringBuilder();
    Map<String, String> labels = new LinkedHashMap<>();
    Map<String, Schema.Metric> metrics = new LinkedHashMap<>();
    if ((variant & 1) != 0) {
      before.append("LABEL\n");
      for (int i = 0; i < (variant >> 1 & 3); i++) {
        labels.put("fuzz.key" + i, "value " + i);
        before.append("fuzz.key").append(i).append(" value ").append(i).append(" \n");
      }
      before.append('\n');
    }
    for (int i = 0; i < (variant >> 3 & 3); i++) {
      write(before, metrics, "fuzz.before " + i, i);
    }
    // A blank line ends whatever the text began.
    StringBuilder behind = new StringBuilder("\n\n");
    Map<String, Schema.Metric> more = new LinkedHashMap<>();
    for (int i = 0; i < (variant >> 5 & 3); i++) {
      write(behind, more, "fuzz.behind " + i, i + 1);
    }
    String all = before + text + behind;
    Schema schema = SchemaParser.parse(all, cut);
    check(schema, all);
    // What comes first counts, whatever the text says of the same names.
    require(has(schema.labels(), labels) && has(schema.metrics(), metrics), "lost: " + schema);
    if (!text.contains("fuzz.")) {
      require(has(schema.metrics(), more), "lost behind: " + schema);
      Schema alone = SchemaParser.parse(text, false);
      require(
          has(schema.labels(), alone.labels())
              && has(schema.metrics(), alone.metrics())
              && schema.labels().size() == labels.size() + alone.labels().size()
              && schema.metrics().size() == metrics.size() + more.size() + alone.metrics().size(),
          "the text alone is read in another way: " + schema + " but " + alone);
    }
  }

  private static <T> boolean has(Map<String, T> all, Map<String, T> some) {
    return all.entrySet().containsAll(some.entrySet());
  }

  private static void write(
      StringBuilder text, Map<String, Schema.Metric> metrics, String name, int i) {
    Stat.Kind kind = i % 2 == 0 ? Stat.Kind.LEVEL : Stat.Kind.COUNTER;
    Stat.Type type = i % 3 == 0 ? Stat.Type.FLOAT : Stat.Type.INT;
    metrics.put(name, new Schema.Metric(kind, type, "One, two", ""));
    String flag = kind == Stat.Kind.COUNTER ? "CUMULATIVE" : "GAUGE";
    text.append("METRIC\nNAME ").append(name).append("\nFLAG ").append(flag);
    text.append(" \nTYPE ").append(type).append("\nDESC One,\ntwo\n\n");
  }

  private static void require(boolean condition, String broken) {
    if (!condition) {
      throw new AssertionError(broken);
    }
  }
}
