package io.statsfs.prometheus;

import java.math.BigInteger;

/**
 * Numbers as ASCII text, without any allocation. Pure, and safe for use by several threads.
 *
 * <p>Doubles are written with the fewest digits that give the same double when they are read (below
 * 1e-320, where a double has less than two digits itself, with two), by Raffaello Giulietti's
 * method (<a href="https://fmt.dev/papers/Schubfach4.pdf">The Schubfach way to render doubles</a>,
 * 2020).
 */
final class Numbers {
  /** The longest text of a number: a sign, 20 digits, a point, {@code e-324}. */
  static final int MAX_LENGTH = 32;

  private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;
  private static final long BILLION = 1_000_000_000;
  private static final int BILLION_DIGITS = 9;
  private static final long HUNDRED_MILLION = 100_000_000;

  /** 2^35 / 10, rounded up: exact for every unsigned int. */
  private static final long TENTH = 0xcccc_cccdL;

  private static final int TENTH_SHIFT = 35;

  private static final long EXACT = 1L << 53;
  private static final int FRACTION_BITS = 52;
  private static final long FRACTION = (1L << FRACTION_BITS) - 1;
  private static final int EXPONENT_MASK = 0x7ff;

  /** Of the exponent of the last bit of a double. */
  private static final int EXPONENT_BIAS = 1075;

  /** Decimal exponents at which a number is written without one of its own. */
  private static final int MOST_DIGITS_BEFORE_POINT = 17;

  private static final int MOST_ZEROS_AFTER_POINT = 5;

  private Numbers() {}

  /** Writes an integer at a position; returns the position after it. */
  static int write(long value, byte[] to, int at) {
    if (value >= 0) {
      return writeDigits(value, digits(value), to, at);
    } else if (value == Long.MIN_VALUE) {
      at = write(value / 10, to, at);
      to[at] = '8';
      return at + 1;
    }
    to[at] = '-';
    return writeDigits(-value, digits(-value), to, at + 1);
  }

  private static int digits(long value) {
    int digits = 1;
    for (long power = 10; digits < 19 && value >= power; power *= 10) {
      digits++;
    }
    return digits;
  }

  private static int writeDigits(long value, int digits, byte[] to, int at) {
    int end = at + digits;
    int next = end;
    while (value > MAX_UNSIGNED_INT) {
      long quotient = value / BILLION;
      next = writeBackwards(value - quotient * BILLION, to, next, next - BILLION_DIGITS);
      value = quotient;
    }
    writeBackwards(value, to, next, at);
    return end;
  }

  /** Multiplies, since a compiler that is quick itself makes divisions of divisions by ten. */
  private static int writeBackwards(long unsignedInt, byte[] to, int from, int downTo) {
    for (int i = from - 1; i >= downTo; i--) {
      long quotient = unsignedInt * TENTH >>> TENTH_SHIFT;
      to[i] = (byte) ('0' + (unsignedInt - quotient * 10));
      unsignedInt = quotient;
    }
    return downTo;
  }

  /** Writes a double at a position; returns the position after it. */
  static int write(double value, byte[] to, int at) {
    if (value == (long) value && Math.abs(value) <= EXACT) {
      return write((long) value, to, at);
    } else if (Double.isNaN(value)) {
      to[at] = 'N';
      to[at + 1] = 'a';
      to[at + 2] = 'N';
      return at + 3;
    } else if (Double.isInfinite(value)) {
      to[at] = (byte) (value < 0 ? '-' : '+');
      to[at + 1] = 'I';
      to[at + 2] = 'n';
      to[at + 3] = 'f';
      return at + 4;
    }
    if (value < 0) {
      to[at++] = '-';
    }
    return writeShortest(Double.doubleToRawLongBits(value), to, at);
  }

  /**
   * The double is c times 2^q. What rounds to it lies between two bounds, half a unit of c below
   * and above, or a quarter below a power of two. Among the multiples of 10^k in between, where
   * 10^k is not wider than that, the one is taken that has a zero more at its end, else the
   * nearest.
   */
  private static int writeShortest(long bits, byte[] to, int at) {
    long fraction = bits & FRACTION;
    int biased = (int) (bits >>> FRACTION_BITS) & EXPONENT_MASK;
    long c = biased == 0 ? fraction : fraction | 1L << FRACTION_BITS;
    int q = Math.max(1, biased) - EXPONENT_BIAS;
    boolean isPowerOfTwo = fraction == 0 && biased > 1;
    int k = isPowerOfTwo ? floorLog10OfThreeQuarters(q) : floorLog10(q);
    int shift = q + floorLog2(-k) + 2;
    // All four times as large, so that halves and quarters are integers.
    long middle = scaled(c << 2, shift, -k);
    long lower = scaled((c << 2) - (isPowerOfTwo ? 1 : 2), shift, -k);
    long upper = scaled((c << 2) + 2, shift, -k);
    // The bounds themselves round to an even c.
    long isOdd = c & 1;
    long below = middle >> 2;
    if (below >= 100) {
      long tens = below / 10 * 10;
      boolean isTens = lower + isOdd <= tens << 2;
      boolean isNextTens = (tens + 10 << 2) + isOdd <= upper;
      if (isTens != isNextTens) {
        return writeDecimal(isTens ? tens : tens + 10, k, to, at);
      }
    }
    boolean isBelow = lower + isOdd <= below << 2;
    boolean isAbove = (below + 1 << 2) + isOdd <= upper;
    if (isBelow != isAbove) {
      return writeDecimal(isBelow ? below : below + 1, k, to, at);
    }
    long toMiddle = middle - (2 * below + 1 << 1);
    boolean takesBelow = toMiddle < 0 || toMiddle == 0 && (below & 1) == 0;
    return writeDecimal(takesBelow ? below : below + 1, k, to, at);
  }

  /** Of 2^e. The factors of these three are the logarithms in fixed point. */
  private static int floorLog10(int e) {
    return (int) (e * 661_971_961_083L >> 41);
  }

  /** Of 3/4 of 2^e. */
  private static int floorLog10OfThreeQuarters(int e) {
    return (int) (e * 661_971_961_083L - 274_743_187_321L >> 41);
  }

  /** Of 10^e. */
  private static int floorLog2(int e) {
    return (int) (e * 913_124_641_741L >> 38);
  }

  /** A value times 2^shift times a power of ten; the last bit is 1 if something was cut off. */
  private static long scaled(long value, int shift, int power) {
    long factor = value << shift;
    long high = Powers.high(power);
    long low = Powers.low(power);
    long highLow = high * factor;
    long middle = (highLow >>> 1) + Math.multiplyHigh(low, factor);
    long result = Math.multiplyHigh(high, factor) + (middle >>> 63);
    return result | (middle & Long.MAX_VALUE) + Long.MAX_VALUE >>> 63;
  }

  /** Writes digits times 10^exponent. */
  private static int writeDecimal(long digits, int exponent, byte[] to, int at) {
    for (; digits % HUNDRED_MILLION == 0; exponent += 8) {
      digits /= HUNDRED_MILLION;
    }
    while (digits % 10 == 0) {
      digits /= 10;
      exponent++;
    }
    int count = digits(digits);
    int point = count + exponent;
    if (point > MOST_DIGITS_BEFORE_POINT || point <= -MOST_ZEROS_AFTER_POINT) {
      int end = writeDigits(digits, count, to, at + 1);
      to[at] = to[at + 1];
      if (count == 1) {
        end = at + 1;
      } else {
        to[at + 1] = '.';
      }
      to[end] = 'e';
      return write(point - 1L, to, end + 1);
    }
    if (point <= 0) {
      to[at++] = '0';
      to[at++] = '.';
      at = zeros(-point, to, at);
      return writeDigits(digits, count, to, at);
    } else if (exponent >= 0) {
      return zeros(exponent, to, writeDigits(digits, count, to, at));
    }
    int end = writeDigits(digits, count, to, at + 1);
    System.arraycopy(to, at + 1, to, at, point);
    to[at + point] = '.';
    return end;
  }

  private static int zeros(int count, byte[] to, int at) {
    for (int i = 0; i < count; i++) {
      to[at++] = '0';
    }
    return at;
  }

  /** Powers of ten, the highest 126 bits of each plus one, as two of 63; made when first used. */
  private static final class Powers {
    private static final int LEAST = -292;
    private static final int GREATEST = 324;
    private static final int BITS = 126;
    private static final int HALF = BITS / 2;
    private static final long[] HALVES = new long[2 * (GREATEST - LEAST + 1)];

    static {
      BigInteger power = BigInteger.ONE;
      for (int e = 0; e <= GREATEST; e++) {
        put(e, power.shiftLeft(BITS).shiftRight(power.bitLength()));
        if (e > 0 && -e >= LEAST) {
          int bits = BITS + power.bitLength() - 1;
          put(-e, BigInteger.ONE.shiftLeft(bits).divide(power));
        }
        power = power.multiply(BigInteger.TEN);
      }
    }

    private static void put(int power, BigInteger bits) {
      BigInteger next = bits.add(BigInteger.ONE);
      HALVES[2 * (power - LEAST)] = next.shiftRight(HALF).longValueExact();
      HALVES[2 * (power - LEAST) + 1] = next.longValue() & Long.MAX_VALUE;
    }

    static long high(int power) {
      return HALVES[2 * (power - LEAST)];
    }

    static long low(int power) {
      return HALVES[2 * (power - LEAST) + 1];
    }
  }
}
