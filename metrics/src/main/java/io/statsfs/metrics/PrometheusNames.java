package io.statsfs.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus makes of names, units and label keys. Where OpenTelemetry has {@code . / -}, it
 * has {@code _}, and only one in a row; it puts the unit, in words, at the end of a name, and takes
 * endings off that it reserves for itself (OpenTelemetry's specification, Prometheus and
 * OpenMetrics compatibility; its exporter for Java does the same).
 *
 * <p>Pure, and safe for use by several threads.
 */
public final class PrometheusNames {
  /** Endings that Prometheus reserves, and that are taken off names and units. */
  private static final Pattern RESERVED = Pattern.compile("([._](total|created|bucket|info))+$");

  private static final Pattern NO_LABEL = Pattern.compile("[^a-zA-Z0-9]+");

  /** Units in the words of Prometheus: several of something, and one where it divides. */
  private static final Map<String, String[]> UNITS =
      Map.ofEntries(
          unit("a", "years", "year"),
          unit("mo", "months", "month"),
          unit("wk", "weeks", "week"),
          unit("d", "days", "day"),
          unit("h", "hours", "hour"),
          unit("min", "minutes", "minute"),
          unit("s", "seconds", "second"),
          unit("ms", "milliseconds", "millisecond"),
          unit("us", "microseconds", "microsecond"),
          unit("ns", "nanoseconds", "nanosecond"),
          unit("By", "bytes", "byte"),
          unit("KiBy", "kibibytes", "kibibyte"),
          unit("MiBy", "mebibytes", "mebibyte"),
          unit("GiBy", "gibibytes", "gibibyte"),
          unit("TiBy", "tebibytes", "tebibyte"),
          unit("kBy", "kilobytes", "kilobyte"),
          unit("MBy", "megabytes", "megabyte"),
          unit("GBy", "gigabytes", "gigabyte"),
          unit("TBy", "terabytes", "terabyte"),
          unit("Hz", "hertz", "hertz"),
          unit("Cel", "celsius", "celsius"),
          unit("%", "percent", "percent"));

  private static Map.Entry<String, String[]> unit(String unit, String several, String one) {
    return Map.entry(unit, new String[] {several, one});
  }

  private PrometheusNames() {}

  /**
   * The name of a metric, without the {@code _total} of a counter, as it is compared. Two metrics
   * of one such name with equal labels make a whole scrape fail, and if their kinds or units differ
   * one of them is dropped. Unlike Prometheus, but like OpenTelemetry, this ignores case.
   *
   * @param name the name, as OpenTelemetry takes it
   * @param unit its unit, in UCUM
   * @return the name in lower case, with the unit at its end
   */
  public static String ofMetric(String name, String unit) {
    return withUnit(name.toLowerCase(Locale.ROOT), ofUnit(unit).toLowerCase(Locale.ROOT));
  }

  /**
   * The name of a metric, without the {@code _total} of a counter, as it is exported. Metrics whose
   * names are equal here are equal in {@link #ofMetric}, too.
   *
   * @param name the name, as OpenTelemetry takes it
   * @param unit its unit, in UCUM
   * @return the name with the unit at its end
   */
  public static String ofFamily(String name, String unit) {
    return withUnit(name, ofUnit(unit));
  }

  private static String withUnit(String name, String unit) {
    String key = name.replaceAll("[._/-]+", "_");
    String bare = RESERVED.matcher(key).replaceFirst("");
    key = bare.isEmpty() ? key.substring(1) : bare;
    return unit.isEmpty() || key.endsWith(unit) ? key : key + "_" + unit;
  }

  /**
   * A unit in words.
   *
   * @param unit in UCUM
   * @return the words with {@code _} between them; empty if there is no unit
   */
  public static String ofUnit(String unit) {
    String bare = unit.replaceAll("\\{[^}]*}", "").trim();
    if (bare.isEmpty() || bare.equals("/") || bare.equals("1")) {
      return "";
    }
    String words = word(bare, 0);
    int slash = bare.indexOf('/');
    if (!UNITS.containsKey(bare) && slash >= 0) {
      String several = word(bare.substring(0, slash), 0).trim();
      String one = word(bare.substring(slash + 1), 1).trim();
      words = several.isEmpty() ? "per_" + one : several + "_per_" + one;
    }
    words = words.replaceAll("[^a-zA-Z0-9:.]", "_").replaceAll("^[._]+|[._]+$", "");
    return RESERVED.matcher("_" + words).replaceFirst("").replaceFirst("^_", "");
  }

  private static String word(String unit, int form) {
    String[] words = UNITS.get(unit);
    return words == null ? unit : words[form];
  }

  /**
   * The name of a label: letters, digits and single {@code _}.
   *
   * @param key the key of a label
   * @return the name; null if the key has nothing that a name can be made of, for which
   *     OpenTelemetry's exporter drops the whole metric
   */
  public static @Nullable String ofLabel(String key) {
    String label = NO_LABEL.matcher(key).replaceAll("_");
    if (label.isEmpty() || label.equals("_")) {
      return null;
    }
    return label.charAt(0) >= '0' && label.charAt(0) <= '9' ? "key_" + label : label;
  }
}
