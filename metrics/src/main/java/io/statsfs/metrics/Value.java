package io.statsfs.metrics;

import io.statsfs.Sampler;
import io.statsfs.Status;
import io.statsfs.metrics.Point.Formula;

/**
 * The value of a point in the last sample, computed into the same object again and again:
 *
 * <pre>{@code
 * Value value = new Value();
 * sampler.sample();
 * for (Point point : metric.points()) {
 *   if (value.read(point, sampler)) {
 *     System.out.println(point.labels() + " " + value.doubleValue());
 *   }
 * }
 * }</pre>
 *
 * <p>There is a value if all stats that it is computed from are {@link Status#OK}; for a count, if
 * at least one is there ({@link Status#GONE} is not). A quotient by zero is none.
 *
 * <p>Integers are computed exactly, in 128 bits, signed or unsigned. Without a division the result
 * is an integer. Where it does not fit into a long it becomes the nearest double; it never wraps
 * around. A division rounds once, to the nearest double. Where a stat is itself a double, each
 * multiplication, addition and division rounds.
 *
 * <p>For one thread at a time. Nothing allocates.
 */
public final class Value {
  /** Integers up to here are doubles, too. */
  private static final long EXACT = 1L << 53;

  /** Of quotients before they are rounded: more than the 53 of a double and one for the half. */
  private static final int QUOTIENT_BITS = 60;

  private boolean isLong;
  private long longValue;
  private double doubleValue;

  /** The sum of the terms: 128 bits, signed. */
  private long high;

  private long low;

  /** No value yet. */
  public Value() {}

  /**
   * Computes the value of a point.
   *
   * @param point a point
   * @param sampler the sampler whose stats the point was made for, after a sample
   * @return whether there is a value
   */
  public boolean read(Point point, Sampler sampler) {
    int index = point.index();
    Formula formula = point.formula();
    if (formula != null) {
      return formula.isCount() ? count(index, formula, sampler) : compute(index, formula, sampler);
    }
    if (sampler.status(index) != Status.OK) {
      return false;
    }
    if (sampler.isDouble(index) || sampler.isUnsigned(index)) {
      return set(sampler.doubleValue(index));
    }
    return set(sampler.longValue(index));
  }

  /**
   * Whether the value is an integer that fits into a long.
   *
   * @return false for a double
   */
  public boolean isLong() {
    return isLong;
  }

  /**
   * The value as an integer.
   *
   * @return the value; anything where it {@linkplain #isLong() is none}
   */
  public long longValue() {
    return longValue;
  }

  /**
   * The value as a double, right for every kind of number.
   *
   * @return the value, rounded to the nearest double
   */
  public double doubleValue() {
    return isLong ? longValue : doubleValue;
  }

  private boolean set(long value) {
    isLong = true;
    longValue = value;
    return true;
  }

  private boolean set(double value) {
    isLong = false;
    doubleValue = value;
    return true;
  }

  private boolean count(int index, Formula formula, Sampler sampler) {
    int count = sampler.status(index) == Status.GONE ? 0 : 1;
    for (int i : formula.indexes()) {
      count += sampler.status(i) == Status.GONE ? 0 : 1;
    }
    return count > 0 && set((long) count);
  }

  private boolean compute(int index, Formula formula, Sampler sampler) {
    int[] indexes = formula.indexes();
    int divisor = formula.divisor();
    boolean isOk = sampler.status(index) == Status.OK;
    boolean isDouble = sampler.isDouble(index);
    for (int i = 0; i < indexes.length && isOk; i++) {
      isOk = sampler.status(indexes[i]) == Status.OK;
      isDouble |= sampler.isDouble(indexes[i]);
    }
    if (divisor >= 0 && isOk) {
      isOk = sampler.status(divisor) == Status.OK && sampler.doubleValue(divisor) != 0;
      isDouble |= sampler.isDouble(divisor);
    }
    if (!isOk) {
      return false;
    } else if (isDouble) {
      return set(inDoubles(index, formula, sampler));
    }
    high = 0;
    low = 0;
    add(formula.multiplier(), sampler, index);
    for (int i = 0; i < indexes.length; i++) {
      add(formula.multipliers()[i], sampler, indexes[i]);
    }
    long sumHigh = high;
    long sumLow = low;
    high = 0;
    low = formula.denominator();
    if (divisor >= 0) {
      low = 0;
      add(formula.denominator(), sampler, divisor);
    } else if (formula.denominator() == 1 && sumHigh == sumLow >> 63) {
      return set(sumLow);
    }
    boolean isNegative = sumHigh < 0 != high < 0;
    if (sumHigh < 0) {
      sumLow = -sumLow;
      sumHigh = sumLow == 0 ? -sumHigh : ~sumHigh;
    }
    if (high < 0) {
      low = -low;
      high = low == 0 ? -high : ~high;
    }
    double quotient = quotient(sumHigh, sumLow, high, low);
    return set(isNegative ? -quotient : quotient);
  }

  /** Adds a value times a multiplier to the sum. */
  private void add(long multiplier, Sampler sampler, int index) {
    long value = sampler.longValue(index);
    long product = multiplier * value;
    low += product;
    high += Math.multiplyHigh(multiplier, value);
    if (Long.compareUnsigned(low, product) < 0) {
      high++;
    }
    if (sampler.isUnsigned(index)) {
      high += multiplier; // The value is greater by 2^64 than its bits say.
    }
  }

  private static double inDoubles(int index, Formula formula, Sampler sampler) {
    double sum = formula.multiplier() * sampler.doubleValue(index);
    for (int i = 0; i < formula.indexes().length; i++) {
      sum += formula.multipliers()[i] * sampler.doubleValue(formula.indexes()[i]);
    }
    double quotient = formula.denominator() == 1 ? sum : sum / formula.denominator();
    return formula.divisor() < 0 ? quotient : quotient / sampler.doubleValue(formula.divisor());
  }

  /** Of two positive integers below 2<sup>127</sup>, the nearest double. */
  static double quotient(long high, long low, long divisorHigh, long divisorLow) {
    if ((high | divisorHigh) == 0
        && low >= 0
        && low <= EXACT
        && divisorLow > 0
        && divisorLow <= EXACT) {
      return (double) low / divisorLow;
    }
    int bits = bits(high, low);
    if (bits == 0) {
      return 0;
    }
    // Long division to so many bits that rounding them once gives what the whole would.
    int shift = QUOTIENT_BITS - (bits - bits(divisorHigh, divisorLow));
    long quotient = 0;
    long restHigh = 0;
    long restLow = 0;
    for (int bit = bits - 1; bit >= -shift; bit--) {
      long next = bit >= 64 ? high >>> bit - 64 & 1 : bit >= 0 ? low >>> bit & 1 : 0;
      restHigh = restHigh << 1 | restLow >>> 63;
      restLow = restLow << 1 | next;
      quotient <<= 1;
      if (restHigh > divisorHigh
          || restHigh == divisorHigh && Long.compareUnsigned(restLow, divisorLow) >= 0) {
        restHigh -= divisorHigh + (Long.compareUnsigned(restLow, divisorLow) < 0 ? 1 : 0);
        restLow -= divisorLow;
        quotient |= 1;
      }
    }
    boolean isExact = (restHigh | restLow) == 0 && (shift >= 0 || hasNoBits(high, low, -shift));
    return Math.scalb((double) (isExact ? quotient : quotient | 1), -shift);
  }

  private static int bits(long high, long low) {
    return high != 0 ? 128 - Long.numberOfLeadingZeros(high) : 64 - Long.numberOfLeadingZeros(low);
  }

  /** Whether the lowest bits are zeros. */
  private static boolean hasNoBits(long high, long low, int count) {
    return count >= 64
        ? low == 0 && (count == 64 || high << 128 - count == 0)
        : low << 64 - count == 0;
  }
}
