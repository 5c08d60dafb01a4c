package io.statsfs.published;

import io.statsfs.spi.SampleMemory;

/**
 * Takes in values one by one and gives any aggregate of them, with the arithmetic of statsfs: 64
 * bits, signed or not, whatever the width of the values. For one thread at a time.
 */
final class Totals {
  private boolean isSigned;
  private long sum;
  private long min;
  private long max;
  private long zeros;
  private long count;

  /** Begins with nothing. */
  void begin(ValueType type) {
    isSigned = type.isSigned();
    sum = 0;
    min = isSigned ? Long.MAX_VALUE : -1L;
    max = isSigned ? Long.MIN_VALUE : 0;
    zeros = 0;
    count = 0;
  }

  void add(long bits) {
    sum += bits;
    if (compare(bits, min) < 0) {
      min = bits;
    }
    if (compare(bits, max) > 0) {
      max = bits;
    }
    zeros += bits == 0 ? 1 : 0;
    count++;
  }

  private int compare(long a, long b) {
    return isSigned ? Long.compare(a, b) : Long.compareUnsigned(a, b);
  }

  void put(Aggregate aggregate, SampleMemory memory, int index) {
    if (isSigned) {
      memory.putLong(index, result(aggregate));
    } else {
      memory.putUnsigned(index, result(aggregate));
    }
  }

  private long result(Aggregate aggregate) {
    return switch (aggregate) {
      case SUM -> sum;
      case MIN -> min;
      case MAX -> max;
      case AVG -> count == 0 ? 0 : isSigned ? sum / count : Long.divideUnsigned(sum, count);
      case COUNT_ZERO -> zeros;
    };
  }
}
