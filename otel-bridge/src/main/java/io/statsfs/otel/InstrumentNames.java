package io.statsfs.otel;

import io.statsfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names that OpenTelemetry takes. */
final class InstrumentNames {
  static final int MAX_LENGTH = 255;
  private static final int HASH_LENGTH = 18;

  /** Endings that Prometheus reserves, and its exporter takes off names and units. */
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

  private InstrumentNames() {}

  /** See {@link StatNaming#bySubsystemAndStat()}. */
  static String ofStat(Stat stat) {
    return join("statsfs.", stat, '.');
  }

  /** See {@link StatNaming#byPath()}. */
  static String ofPath(Stat stat) {
    // Names begin with a letter, and only statsfs itself has subsystems that are sure to.
    String subsystem = stat.source().subsystem();
    boolean letter = !subsystem.isEmpty() && isLetter(subsystem.charAt(0));
    return join(letter ? "" : "x/", stat, '/');
  }

  private static String join(String prefix, Stat stat, char separator) {
    StringBuilder name = new StringBuilder(prefix);
    escape(stat.source().subsystem(), name);
    name.append(separator);
    escape(stat.name(), name);
    if (name.length() <= MAX_LENGTH) {
      return name.toString();
    }
    String hash = String.format(Locale.ROOT, "_h%016x", hash(name));
    return name.substring(0, MAX_LENGTH - HASH_LENGTH) + hash;
  }

  private static void escape(String text, StringBuilder name) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      boolean looksEscaped =
          b == '_'
              && i + 3 < bytes.length
              && bytes[i + 1] == 'x'
              && isHex(bytes[i + 2])
              && isHex(bytes[i + 3]);
      if (isWordCharacter(b) && !looksEscaped) {
        name.append((char) b);
      } else {
        name.append("_x");
        name.append(Character.forDigit(b >> 4 & 0xf, 16));
        name.append(Character.forDigit(b & 0xf, 16));
        name.append('_');
      }
    }
  }

  private static boolean isWordCharacter(byte b) {
    return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_';
  }

  private static boolean isHex(byte b) {
    return b >= '0' && b <= '9' || b >= 'a' && b <= 'f';
  }

  /** FNV-1a in 64 bits. */
  private static long hash(CharSequence text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Whether OpenTelemetry takes a name (specification of the metrics API, instrument names). */
  static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH || !isLetter(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isLetter(c) && !(c >= '0' && c <= '9') && "_.-/".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  /**
   * The name that Prometheus gives a metric, without the {@code _total} of a counter. It has {@code
   * _} alone where OpenTelemetry has {@code . / -} too, and only one in a row; it takes reserved
   * endings off and puts the unit at the end. Two metrics of one such name with equal labels make a
   * whole scrape fail, and if their kinds or units differ the exporter drops one of them. Unlike
   * Prometheus, but like OpenTelemetry, this ignores case.
   */
  static String inPrometheus(String name, String unit) {
    String key = name.toLowerCase(Locale.ROOT).replaceAll("[._/-]+", "_");
    String bare = RESERVED.matcher(key).replaceFirst("");
    key = bare.isEmpty() ? key.substring(1) : bare;
    String ending = unitInPrometheus(unit);
    return ending.isEmpty() || key.endsWith(ending.toLowerCase(Locale.ROOT))
        ? key
        : key + "_" + ending.toLowerCase(Locale.ROOT);
  }

  /** The unit in words; empty if there is none. */
  static String unitInPrometheus(String unit) {
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
   * The label name that Prometheus makes of the key of an attribute: letters, digits and single
   * {@code _}. Null if it finds none in the key, for which its exporter drops the whole metric.
   */
  static @Nullable String labelInPrometheus(String key) {
    String label = NO_LABEL.matcher(key).replaceAll("_");
    if (label.isEmpty() || label.equals("_")) {
      return null;
    }
    return label.charAt(0) >= '0' && label.charAt(0) <= '9' ? "key_" + label : label;
  }
}
