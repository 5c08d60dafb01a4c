package io.statsfs.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A unit as an exact multiple of a base unit: {@code KiBy} is 1,024 {@code By}, {@code ms} is a
 * thousandth of {@code s}. A unit that is not in the table, be it with a factor as {@code 4096.By}
 * or a divisor as {@code s/100}, is a base unit itself.
 *
 * <p>The units of the kernel are those of its documents: a sector has 512 bytes whatever the disk
 * says (Documentation/admin-guide/iostats.rst), a tick is 1 / USER_HZ seconds (proc_stat(5)).
 */
record Unit(String base, long numerator, long denominator) {
  private static final String PAGE = "{page}";
  private static final Map<String, Unit> UNITS = new HashMap<>();

  /** Numbers that fit into a long. */
  private static final Pattern MULTIPLE =
      Pattern.compile("(?:([1-9]\\d{0,17})\\.)?([^./\\d][^./]*)(?:/([1-9]\\d{0,17}))?");

  /** Null if this process cannot know it. */
  private static final @Nullable Unit PAGE_IN_BYTES;

  static {
    put("By", "KiBy", 1 << 10, 1);
    put("By", "MiBy", 1 << 20, 1);
    put("By", "GiBy", 1 << 30, 1);
    put("By", "TiBy", 1L << 40, 1);
    put("By", "kBy", 1_000, 1);
    put("By", "MBy", 1_000_000, 1);
    put("By", "GBy", 1_000_000_000, 1);
    put("By", "TBy", 1_000_000_000_000L, 1);
    put("By", "{sector}", 512, 1);
    put("By/s", "kbit/s", 125, 1);
    put("By/s", "Mbit/s", 125_000, 1);
    put("By/s", "Gbit/s", 125_000_000, 1);
    put("s", "cs", 1, 100);
    put("s", "ms", 1, 1_000);
    put("s", "us", 1, 1_000_000);
    put("s", "ns", 1, 1_000_000_000);
    put("s", "min", 60, 1);
    put("s", "h", 3_600, 1);
    put("s", "d", 86_400, 1);
    put("Cel", "dCel", 1, 10);
    put("Cel", "mCel", 1, 1_000);
    put("1", "%", 1, 100);
    put("1", "{milli-percent}", 1, 100_000);
    put("Hz", "kHz", 1_000, 1);
    put("Hz", "MHz", 1_000_000, 1);
    put("Hz", "GHz", 1_000_000_000, 1);
    for (String base : new String[] {"J", "W", "V", "A"}) {
      put(base, "m" + base, 1, 1_000);
      put(base, "u" + base, 1, 1_000_000);
    }
    // Of batteries.
    put("J", "uW.h", 3_600, 1_000_000);
    put("C", "uA.h", 3_600, 1_000_000);
    AuxiliaryVector machine = AuxiliaryVector.ofThisProcess();
    machine.get(AuxiliaryVector.TICKS_PER_SECOND).ifPresent(hertz -> put("s", "{tick}", 1, hertz));
    long pageSize = machine.get(AuxiliaryVector.PAGE_SIZE).orElse(0);
    PAGE_IN_BYTES = pageSize == 0 ? null : new Unit("By", pageSize, 1);
  }

  private static void put(String base, String unit, long numerator, long denominator) {
    UNITS.put(unit, new Unit(base, numerator, denominator));
  }

  /** The units that are not base units. */
  static Set<String> converted() {
    return Set.copyOf(UNITS.keySet());
  }

  /** A unit in its base unit. Pages are a count: how large they are differs between machines. */
  static Unit of(String unit) {
    Unit known = UNITS.get(unit);
    return known == null ? multiple(unit) : known;
  }

  /** With a factor or a divisor. */
  private static Unit multiple(String unit) {
    Matcher matcher = MULTIPLE.matcher(unit);
    if (!matcher.matches()) {
      return new Unit(unit, 1, 1);
    }
    Unit one = UNITS.getOrDefault(matcher.group(2), new Unit(matcher.group(2), 1, 1));
    long factor = matcher.group(1) == null ? 1 : Long.parseLong(matcher.group(1));
    long divisor = matcher.group(3) == null ? 1 : Long.parseLong(matcher.group(3));
    try {
      return new Unit(
          one.base,
          Math.multiplyExact(one.numerator, factor),
          Math.multiplyExact(one.denominator, divisor));
    } catch (ArithmeticException e) {
      return new Unit(unit, 1, 1);
    }
  }

  /**
   * A unit in another one that a metric asks for, where {@code {page}} can be in bytes. Of units
   * that have no base in common, neither is converted. Null where they cannot be converted only
   * because this process does not know how.
   */
  static @Nullable Unit of(String unit, String wanted) {
    if (unit.equals(wanted)) {
      return new Unit(wanted, 1, 1);
    }
    Unit to = of(wanted);
    Unit from = unit.equals(PAGE) && to.base.equals("By") ? PAGE_IN_BYTES : of(unit);
    if (from == null || unit.equals("{tick}") && from.base.equals(unit) && to.base.equals("s")) {
      return null;
    }
    return from.base.equals(to.base)
        ? new Unit(wanted, from.numerator * to.denominator, from.denominator * to.numerator)
        : new Unit(wanted, 1, 1);
  }
}
