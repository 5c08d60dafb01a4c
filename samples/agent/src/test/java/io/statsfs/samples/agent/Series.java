package io.statsfs.samples.agent;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What has a value in a text of Prometheus, or of the agent's console: {@code name{key="value"}}.
 */
record Series(String name, SortedMap<String, String> labels) implements Comparable<Series> {
  private static final String VALUE = "\"((?:[^\"\\\\]|\\\\.)*)\"";
  private static final Pattern LINE =
      Pattern.compile("([^{ ]+)(?:\\{((?:[^=,{}]+=" + VALUE + ",?)*)\\})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("([^=,]+)=" + VALUE);

  /** Comments are passed over; anything else that is no series is an error. */
  static SortedMap<Series, Double> parse(Stream<String> lines) {
    SortedMap<Series, Double> series = new TreeMap<>();
    lines
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(
            line -> {
              Matcher matcher = LINE.matcher(line);
              if (!matcher.matches()) {
                throw new AssertionError("no series: " + line);
              }
              Series key = new Series(matcher.group(1), labels(matcher.group(2)));
              if (series.put(key, number(matcher.group(4))) != null) {
                throw new AssertionError("twice: " + line);
              }
            });
    return series;
  }

  private static SortedMap<String, String> labels(String text) {
    SortedMap<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher matcher = LABEL.matcher(text);
      while (matcher.find()) {
        labels.put(matcher.group(1), matcher.group(2).replaceAll("\\\\(.)", "$1"));
      }
    }
    return labels;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** Whether it has all of these labels; it may have others. */
  boolean has(Map<String, String> some) {
    return labels.entrySet().containsAll(some.entrySet());
  }

  @Override
  public int compareTo(Series other) {
    return Comparator.comparing(Series::name)
        .thenComparing(series -> series.labels().toString())
        .compare(this, other);
  }

  @Override
  public String toString() {
    return name + labels;
  }
}
