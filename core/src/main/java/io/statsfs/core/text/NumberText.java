package io.statsfs.core.text;

import io.statsfs.Status;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads numbers as the kernel prints them.
 *
 * <p>White space may be around. An integer is a sign or none, and digits without leading zeros; it
 * is from -2<sup>63</sup> to 2<sup>64</sup>-1. So is a hexadecimal one: {@code 0x} or {@code 0X},
 * without a sign, and 1 to 16 hexadecimal digits. A decimal has a fraction behind such an integer,
 * and, only where a schema says FLOAT, an exponent: elsewhere {@code 0e12} is an identifier.
 * Everything else is text, so also {@code 0022} and {@code 0000000000000400}, which the kernel
 * prints in octal and hexadecimal. Stateless. Allocates only for a double of more digits than can
 * be scaled exactly.
 */
public final class NumberText {
  /** Beyond this a further digit may not fit into 64 bits. */
  private static final long MAX_TENTH = Long.divideUnsigned(-1L, 10);

  /** The hexadecimal digits of 64 bits. */
  private static final int MOST_HEX_DIGITS = 16;

  /** Words of so many hexadecimal digits are the kernel's {@code %08x}, and no names. */
  private static final int LEAST_HEX_DIGITS = 8;

  /** The powers of ten that a double holds exactly. */
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private NumberText() {}

  /**
   * Whether a value may be an empty aggregate, which is what statsfs answers, without an error, for
   * a source that goes while it is read. A sum, a count and an average are 0; a minimum is the
   * largest number of 64 bits and a maximum the smallest, signed or unsigned as the stat is.
   *
   * @param memory where the value is
   * @param index of which stat
   * @return true if so, and for some doubles that are near to such a number
   */
  public static boolean mayBeEmptyAggregate(SampleMemory memory, int index) {
    if (memory.status(index) != Status.OK) {
      return false;
    }
    long value = memory.longValue(index);
    return value == 0 || value == -1 || value == Long.MAX_VALUE || value == Long.MIN_VALUE;
  }

  /**
   * Stores the number that a text holds, or that it holds none.
   *
   * @param text the bytes
   * @param from where the text begins
   * @param to where it ends
   * @param isFloat whether a schema says FLOAT: then an exponent is allowed, and an integer is
   *     stored as a double
   * @param memory where to store
   * @param index for which stat
   */
  public static void put(
      byte[] text, int from, int to, boolean isFloat, SampleMemory memory, int index) {
    if (!parse(text, from, to, isFloat, memory, index)) {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
    }
  }

  /**
   * Stores the number of base 8 or 16 that a word holds, or that it holds none: digits alone,
   * leading zeros among them, of 64 bits at most.
   *
   * @param text the bytes
   * @param from where the word begins
   * @param to where it ends
   * @param radix 8 or 16
   * @param isFloat whether it is stored as a double
   * @param memory where to store
   * @param index for which stat
   */
  public static void putDigits(
      byte[] text, int from, int to, int radix, boolean isFloat, SampleMemory memory, int index) {
    if (!parseDigits(text, from, to, radix, isFloat, memory, index)) {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
    }
  }

  /** Whether {@link #putDigits} would take a word for a number. */
  static boolean isDigits(byte[] text, int from, int to, int radix) {
    return parseDigits(text, from, to, radix, false, null, 0);
  }

  private static boolean parseDigits(
      byte[] text,
      int from,
      int to,
      int radix,
      boolean isFloat,
      @Nullable SampleMemory memory,
      int index) {
    int shift = radix == 16 ? 4 : 3;
    long value = 0;
    boolean fits = from < to;
    for (int i = from; i < to && fits; i++) {
      int digit = hexDigit(text[i]);
      fits = digit >= 0 && digit < radix && value >>> Long.SIZE - shift == 0;
      value = value << shift | digit;
    }
    if (fits && memory != null) {
      memory.putUnsigned(index, value);
      if (isFloat) {
        memory.putDouble(index, memory.doubleValue(index));
      }
    }
    return fits;
  }

  /** Whether {@link #put} would take a text for a number, even one that no double can hold. */
  static boolean isNumber(byte[] text, int from, int to, boolean isFloat) {
    return parse(text, from, to, isFloat, null, 0);
  }

  /**
   * Whether a name may be a number, as {@link #isLikeANumber(byte[], int, int)} says.
   *
   * @param name as {@link io.statsfs.spi.PathText} writes it
   * @return true if so
   */
  public static boolean isLikeANumber(String name) {
    byte[] bytes = PathText.encode(name);
    return isLikeANumber(bytes, 0, bytes.length);
  }

  /**
   * Whether a word may be a number, of whatever notation: it begins like one, as {@code 0.00},
   * {@code -1}, {@code 1/345} and {@code 000000a1} do, or is eight hexadecimal digits or more.
   */
  static boolean isLikeANumber(byte[] text, int from, int to) {
    int i = from;
    if (i < to && (text[i] == '-' || text[i] == '+')) {
      i++;
    }
    if (i < to && text[i] == '.') {
      i++;
    }
    if (i < to && isDigit(text[i])) {
      return true;
    }
    int digits = from;
    while (digits < to && hexDigit(text[digits]) >= 0) {
      digits++;
    }
    return digits == to && to - from >= LEAST_HEX_DIGITS;
  }

  /** Stores a number, if there is a memory; false if there is no number. */
  private static boolean parse(
      byte[] text, int from, int to, boolean isFloat, @Nullable SampleMemory memory, int index) {
    int start = from;
    while (start < to && isSpace(text[start])) {
      start++;
    }
    int end = to;
    while (end > start && isSpace(text[end - 1])) {
      end--;
    }
    int i = start;
    boolean negative = i < end && text[i] == '-';
    if (negative || i < end && text[i] == '+') {
      i++;
    }
    int digits = i;
    if (i + 1 < end && text[i] == '0') {
      if ((text[i + 1] | 0x20) == 'x') {
        return i == start && parseHex(text, i + 2, end, isFloat, memory, index);
      } else if (isDigit(text[i + 1])) {
        return false;
      }
    }
    long value = 0;
    boolean fits = true;
    for (; i < end && isDigit(text[i]); i++) {
      int digit = text[i] - '0';
      fits &= Long.compareUnsigned(value, MAX_TENTH) < 0 || value == MAX_TENTH && digit <= 5;
      value = value * 10 + digit;
    }
    if (i == digits) {
      return false;
    } else if (i < end || isFloat) {
      return parseDouble(text, start, i, end, fits ? value : -1, negative, isFloat, memory, index);
    } else if (!fits || negative && value < 0 && value != Long.MIN_VALUE) {
      return false;
    } else if (memory != null && negative) {
      memory.putLong(index, -value);
    } else if (memory != null) {
      memory.putUnsigned(index, value);
    }
    return true;
  }

  private static boolean parseHex(
      byte[] text, int from, int end, boolean isFloat, @Nullable SampleMemory memory, int index) {
    if (from == end || end - from > MOST_HEX_DIGITS) {
      return false;
    }
    long value = 0;
    for (int i = from; i < end; i++) {
      int digit = hexDigit(text[i]);
      if (digit < 0) {
        return false;
      }
      value = value << 4 | digit;
    }
    if (memory != null) {
      memory.putUnsigned(index, value);
      if (isFloat) {
        memory.putDouble(index, memory.doubleValue(index));
      }
    }
    return true;
  }

  /** The fraction and exponent begin at {@code i}; before them the integer {@code mantissa}. */
  private static boolean parseDouble(
      byte[] text,
      int start,
      int i,
      int end,
      long mantissa,
      boolean negative,
      boolean isFloat,
      @Nullable SampleMemory memory,
      int index) {
    int fraction = 0;
    boolean exact = Long.compareUnsigned(mantissa, 1L << 53) <= 0;
    boolean wellFormed = true;
    boolean exponent = false;
    if (i < end && text[i] == '.') {
      for (i++; i < end && isDigit(text[i]); i++) {
        mantissa = mantissa * 10 + text[i] - '0';
        fraction++;
        exact &= Long.compareUnsigned(mantissa, 1L << 53) <= 0;
      }
      wellFormed = fraction > 0;
    }
    if (isFloat && i < end && (text[i] | 0x20) == 'e') {
      exponent = true;
      i++;
      if (i < end && (text[i] == '-' || text[i] == '+')) {
        i++;
      }
      int digits = i;
      while (i < end && isDigit(text[i])) {
        i++;
      }
      wellFormed &= i > digits;
    }
    if (!wellFormed || i != end) {
      return false;
    }
    if (memory == null) {
      return true;
    }
    double value;
    if (exact && !exponent && fraction < POWERS_OF_TEN.length) {
      // Both operands are exact, so that the one rounding of the division is the right one.
      value = mantissa / POWERS_OF_TEN[fraction];
      value = negative ? -value : value;
    } else {
      value = Double.parseDouble(new String(text, start, end - start, StandardCharsets.US_ASCII));
    }
    if (Double.isInfinite(value)) {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
    } else {
      memory.putDouble(index, value);
    }
    return true;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** What a hexadecimal digit stands for, or -1. */
  private static int hexDigit(byte b) {
    if (isDigit(b)) {
      return b - '0';
    }
    int letter = (b | 0x20) - 'a';
    return letter >= 0 && letter < 6 ? letter + 10 : -1;
  }

  /** As C's {@code isspace} in the C locale. */
  static boolean isSpace(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }
}
