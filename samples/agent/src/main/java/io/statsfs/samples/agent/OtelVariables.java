package io.statsfs.samples.agent;

import io.statsfs.StatsFsException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Settings of OpenTelemetry, as its SDK finds them, but without it. */
final class OtelVariables {
  private OtelVariables() {}

  /**
   * A system property, or the variable that stands for it.
   *
   * @param property such as {@code otel.metrics.exporter}
   * @return its value; null if there is none, or an empty one
   */
  static @Nullable String get(String property) {
    String value = System.getProperty(property);
    if (value == null || value.isBlank()) {
      value = System.getenv(variable(property));
    }
    return value == null || value.isBlank() ? null : value.trim();
  }

  static String get(String property, String otherwise) {
    String value = get(property);
    return value == null ? otherwise : value;
  }

  /** An integer. */
  static int get(String property, int otherwise) {
    String value = get(property);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new StatsFsException(variable(property) + " is no integer: " + value, e);
    }
  }

  /**
   * What is said of a value that is too low, or too high, and that the SDK would take all the same.
   */
  static String outOfRange(String property, Object value, String range) {
    return variable(property) + " is " + value + "; it must be " + range;
  }

  /** Values that are separated by commas. */
  static List<String> list(String property) {
    return Arrays.stream(get(property, "").split(","))
        .map(String::trim)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  static String variable(String property) {
    return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
