package io.statsfs.trees;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells units of UCUM that kernels and sensors have from texts that look like a unit: an export
 * would pass them on as they are, without converting what {@code KB} is meant to say. Source of the
 * units: the Unified Code for Units of Measure, section 4, and annotations, section 6.
 */
final class UnitText {
  private static final String ANNOTATION = "\\{[^{}]+\\}";
  private static final String METRIC =
      "(?:[fpnumcdhkMGTPE]|[KMGT]i)?(?:By|bit|Bd|s|Hz|Cel|K|J|W|V|A|Ohm|N|Pa|m|g|l|L|lm|lx|rad)";
  private static final String OTHER = "min|h|d|wk|deg|%|1";
  private static final String COMPONENT =
      "(?:(?:" + METRIC + "|" + OTHER + ")(?:-?[1-9])?(?:" + ANNOTATION + ")?|" + ANNOTATION + ")";
  private static final Pattern UNIT =
      Pattern.compile("/?" + COMPONENT + "(?:[./]" + COMPONENT + ")*");

  /** What people write, in lower case, and what the unit is. */
  private static final Map<String, String> MEANT =
      Map.ofEntries(
          Map.entry("b", "By"),
          Map.entry("byte", "By"),
          Map.entry("bytes", "By"),
          Map.entry("kb", "KiBy"),
          Map.entry("kib", "KiBy"),
          Map.entry("mb", "MiBy"),
          Map.entry("mib", "MiBy"),
          Map.entry("gb", "GiBy"),
          Map.entry("gib", "GiBy"),
          Map.entry("bits", "bit"),
          Map.entry("sec", "s"),
          Map.entry("second", "s"),
          Map.entry("seconds", "s"),
          Map.entry("msec", "ms"),
          Map.entry("msecs", "ms"),
          Map.entry("milliseconds", "ms"),
          Map.entry("usec", "us"),
          Map.entry("usecs", "us"),
          Map.entry("microseconds", "us"),
          Map.entry("nsec", "ns"),
          Map.entry("nsecs", "ns"),
          Map.entry("nanoseconds", "ns"),
          Map.entry("percent", "%"),
          Map.entry("c", "Cel"),
          Map.entry("degc", "Cel"),
          Map.entry("celsius", "Cel"),
          Map.entry("hertz", "Hz"),
          Map.entry("tick", "{tick}"),
          Map.entry("ticks", "{tick}"),
          Map.entry("jiffies", "{tick}"),
          Map.entry("sector", "{sector}"),
          Map.entry("sectors", "{sector}"),
          Map.entry("page", "{page}"),
          Map.entry("pages", "{page}"));

  private UnitText() {}

  /** What is wrong with a unit; null if nothing. */
  static @Nullable String fault(String unit) {
    String meant = meant(unit);
    if (meant != null) {
      return "'" + unit + "' is no unit that is known; did you mean '" + meant + "'?";
    } else if (!UNIT.matcher(unit).matches()) {
      return "'"
          + unit
          + "' is no unit that is known; expected one of UCUM, such as By, KiBy, s, ms, Hz, Cel or"
          + " %, or what is counted in braces, such as {packet}";
    }
    return null;
  }

  private static @Nullable String meant(String unit) {
    boolean isAnnotation = unit.startsWith("{") && unit.endsWith("}");
    String word = isAnnotation ? unit.substring(1, unit.length() - 1) : unit;
    String meant = MEANT.get(word.toLowerCase(Locale.ROOT));
    boolean isIt = unit.equals(meant) || !isAnnotation && UNIT.matcher(unit).matches();
    // Of what is counted only that which has a fixed meaning: a byte, or a second, may be an event.
    boolean isOther = isAnnotation && meant != null && !meant.startsWith("{");
    return isIt || isOther ? null : meant;
  }
}
