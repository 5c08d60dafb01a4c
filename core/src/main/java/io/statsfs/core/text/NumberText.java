package io.statsfs.core.text;

import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads numbers as the kernel prints them.
 *
 * <p>White space around, a sign, digits, and for doubles a fraction and an exponent; nothing else.
 * Integers may be from -2<sup>63</sup> to 2<sup>64</sup>-1. Stateless. Allocates only for a double
 * of more digits than can be scaled exactly.
 */
public final class NumberText {
  /** Beyond this a further digit may not fit into 64 bits. */
  private static final long MAX_TENTH = Long.divideUnsigned(-1L, 10);

  /** The powers of ten that a double holds exactly. */
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private NumberText() {}

  /**
   * Whether a value may be the aggregate of nothing, which is what statsfs answers, without an
   * error, for a source that goes while it is read. A sum, a count and an average are 0; a minimum
   * is the largest number of 64 bits and a maximum the smallest, signed or unsigned as the stat is.
   *
   * @param memory where the value is
   * @param index of which stat
   * @return true if so, and for some doubles that are near to such a number
   */
  public static boolean mayBeOfNothing(SampleMemory memory, int index) {
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
   * @param asDouble whether an integer is to be stored as a double too
   * @param memory where to store
   * @param index for which stat
   */
  public static void put(
      ByteBuffer text, int from, int to, boolean asDouble, SampleMemory memory, int index) {
    int start = from;
    while (start < to && isSpace(text.get(start))) {
      start++;
    }
    int end = to;
    while (end > start && isSpace(text.get(end - 1))) {
      end--;
    }
    int i = start;
    boolean negative = i < end && text.get(i) == '-';
    if (negative || i < end && text.get(i) == '+') {
      i++;
    }
    int digits = i;
    long value = 0;
    boolean fits = true;
    for (; i < end && isDigit(text.get(i)); i++) {
      int digit = text.get(i) - '0';
      fits &= Long.compareUnsigned(value, MAX_TENTH) < 0 || value == MAX_TENTH && digit <= 5;
      value = value * 10 + digit;
    }
    if (i == digits) {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
    } else if (i < end || asDouble) {
      putDouble(text, start, i, end, fits ? value : -1, negative, memory, index);
    } else if (negative && fits && (value >= 0 || value == Long.MIN_VALUE)) {
      memory.putLong(index, -value);
    } else if (!negative && fits) {
      memory.putUnsigned(index, value);
    } else {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
    }
  }

  /** The fraction and exponent begin at {@code i}; before them the integer {@code mantissa}. */
  private static void putDouble(
      ByteBuffer text,
      int start,
      int i,
      int end,
      long mantissa,
      boolean negative,
      SampleMemory memory,
      int index) {
    int fraction = 0;
    boolean exact = Long.compareUnsigned(mantissa, 1L << 53) <= 0;
    boolean wellFormed = true;
    boolean exponent = false;
    if (i < end && text.get(i) == '.') {
      for (i++; i < end && isDigit(text.get(i)); i++) {
        mantissa = mantissa * 10 + text.get(i) - '0';
        fraction++;
        exact &= Long.compareUnsigned(mantissa, 1L << 53) <= 0;
      }
      wellFormed = fraction > 0;
    }
    if (i < end && (text.get(i) | 0x20) == 'e') {
      exponent = true;
      i++;
      if (i < end && (text.get(i) == '-' || text.get(i) == '+')) {
        i++;
      }
      int digits = i;
      while (i < end && isDigit(text.get(i))) {
        i++;
      }
      wellFormed &= i > digits;
    }
    if (!wellFormed || i != end) {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
      return;
    }
    double value;
    if (exact && !exponent && fraction < POWERS_OF_TEN.length) {
      // Both operands are exact, so that the one rounding of the division is the right one.
      value = mantissa / POWERS_OF_TEN[fraction];
      value = negative ? -value : value;
    } else {
      byte[] bytes = new byte[end - start];
      text.get(start, bytes);
      value = Double.parseDouble(new String(bytes, StandardCharsets.US_ASCII));
    }
    if (Double.isInfinite(value)) {
      memory.putFailure(index, Status.NOT_A_NUMBER, 0);
    } else {
      memory.putDouble(index, value);
    }
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** As C's {@code isspace} in the C locale. */
  static boolean isSpace(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }
}
