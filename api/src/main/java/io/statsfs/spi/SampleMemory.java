package io.statsfs.spi;

import io.statsfs.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The results of a sample: 64 bits of value and 32 bits of outcome for each stat, outside the heap
 * so that native readers can fill it without copying.
 *
 * <pre>
 * offset          size  content
 * 8 * i           8     value of stat i: an integer, or the bits of an IEEE 754 double
 * 8 * size + 4*i  4     outcome of stat i
 *
 * outcome bits    0-7   ordinal of the {@link Status}
 *                 8-9   0 signed integer, 1 integer above 2^63-1, 2 double
 *                 10    1 if the stat is left out: readers neither read it nor change this
 *                 16-31 errno, or 0
 * </pre>
 *
 * <p>All in native byte order. For one thread at a time. Only the constructor allocates.
 */
public final class SampleMemory {
  private static final Status[] STATUSES = Status.values();
  private static final int UNSIGNED = 1 << 8;
  private static final int DOUBLE = 2 << 8;
  private static final int LEFT_OUT = 1 << 10;

  /** The statuses of two outcomes, wherever the first one is; both are 0 where there are values. */
  private static final long TWO_STATUSES = 0xff_0000_00ffL;

  private final ByteBuffer buffer;
  private final int size;
  private final int outcomes;

  /**
   * Results without a value, all {@link Status#GONE}.
   *
   * @param size how many stats; at most 178,956,970
   */
  public SampleMemory(int size) {
    this.size = size;
    this.outcomes = Math.multiplyExact(size, 8);
    this.buffer =
        ByteBuffer.allocateDirect(Math.multiplyExact(size, 12)).order(ByteOrder.nativeOrder());
    for (int i = 0; i < size; i++) {
      putFailure(i, Status.GONE, 0);
    }
  }

  /**
   * The memory itself.
   *
   * @return a direct buffer of 12 bytes per stat
   */
  public ByteBuffer buffer() {
    return buffer;
  }

  /**
   * The number of stats.
   *
   * @return the number
   */
  public int size() {
    return size;
  }

  /**
   * Stores a signed integer.
   *
   * @param index which stat
   * @param value its value
   */
  public void putLong(int index, long value) {
    put(index, value, Status.OK.ordinal());
  }

  /**
   * Stores an integer from 0 to 2<sup>64</sup>-1.
   *
   * @param index which stat
   * @param bits its value
   */
  public void putUnsigned(int index, long bits) {
    put(index, bits, bits < 0 ? Status.OK.ordinal() | UNSIGNED : Status.OK.ordinal());
  }

  /**
   * Stores a double.
   *
   * @param index which stat
   * @param value its value
   */
  public void putDouble(int index, double value) {
    put(index, Double.doubleToRawLongBits(value), Status.OK.ordinal() | DOUBLE);
  }

  /**
   * Stores that there is no value.
   *
   * @param index which stat
   * @param status why; not {@link Status#OK}
   * @param errno Linux's error number, or 0
   */
  public void putFailure(int index, Status status, int errno) {
    put(index, 0, status.ordinal() | errno << 16);
  }

  /**
   * Stores that there is no value, and that readers leave the stat out until something else is
   * stored for it. Not for readers. The stats of a file are left out together.
   *
   * @param index which stat
   * @param status why; not {@link Status#OK}
   * @param errno Linux's error number, or 0
   */
  public void leaveOut(int index, Status status, int errno) {
    put(index, 0, status.ordinal() | LEFT_OUT | errno << 16);
  }

  private void put(int index, long bits, int outcome) {
    buffer.putLong(index * 8, bits);
    buffer.putInt(outcomes + index * 4, outcome);
  }

  /**
   * The outcome of reading a stat.
   *
   * @param index which
   * @return its status
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public Status status(int index) {
    return STATUSES[outcome(index) & 0xff];
  }

  /**
   * The next stat that has no value. Where nearly all have one this is faster than to ask for each
   * status.
   *
   * @param from the first stat that is looked at; {@link #size} if there is none any more
   * @return the first one from there on whose status is not {@link Status#OK}; {@link #size} if all
   *     have that
   * @throws IndexOutOfBoundsException if {@code from} is negative, or greater than the size
   */
  public int nextFailure(int from) {
    Objects.checkFromToIndex(from, size, size);
    int index = from;
    while (index < size && (index & 1) != 0 && !isFailure(index)) {
      index++;
    }
    if ((index & 1) == 0) {
      // Eight outcomes at once.
      int at = outcomes + index * 4;
      int end = outcomes + (size - 8) * 4;
      while (at <= end
          && ((buffer.getLong(at)
                      | buffer.getLong(at + 8)
                      | buffer.getLong(at + 16)
                      | buffer.getLong(at + 24))
                  & TWO_STATUSES)
              == 0) {
        at += 32;
      }
      index = (at - outcomes) / 4;
    }
    while (index < size && !isFailure(index)) {
      index++;
    }
    return index;
  }

  private boolean isFailure(int index) {
    return (buffer.getInt(outcomes + index * 4) & 0xff) != 0;
  }

  /**
   * The error number of a failure.
   *
   * @param index which stat
   * @return the number, or 0
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public int errno(int index) {
    return outcome(index) >>> 16;
  }

  /**
   * Whether readers leave a stat out. They ask before each file.
   *
   * @param index which stat
   * @return true if the file is not to be read, and the outcome stays as it is
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public boolean isLeftOut(int index) {
    return (outcome(index) & LEFT_OUT) != 0;
  }

  /**
   * Whether the value is an integer above 2<sup>63</sup>-1.
   *
   * @param index which stat
   * @return true if so
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public boolean isUnsigned(int index) {
    return (outcome(index) & UNSIGNED) != 0;
  }

  /**
   * Whether the value is a double.
   *
   * @param index which stat
   * @return true if so
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public boolean isDouble(int index) {
    return (outcome(index) & DOUBLE) != 0;
  }

  /**
   * The value as an integer: its 64 bits, or if it is a double, that cut to an integer.
   *
   * @param index which stat
   * @return the value, 0 where there is none
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public long longValue(int index) {
    int outcome = outcome(index);
    long bits = buffer.getLong(index * 8);
    return (outcome & DOUBLE) != 0 ? (long) Double.longBitsToDouble(bits) : bits;
  }

  /**
   * The value as the nearest double.
   *
   * @param index which stat
   * @return the value, 0 where there is none
   * @throws IndexOutOfBoundsException if there is no such stat
   */
  public double doubleValue(int index) {
    int outcome = outcome(index);
    long bits = buffer.getLong(index * 8);
    if ((outcome & DOUBLE) != 0) {
      return Double.longBitsToDouble(bits);
    }
    if ((outcome & UNSIGNED) != 0) {
      // Halved to fit a long, the lost bit kept sticky so that rounding to nearest still comes out.
      return (double) (bits >>> 1 | bits & 1) * 2;
    }
    return bits;
  }

  private int outcome(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("No stat " + index + " among " + size);
    }
    return buffer.getInt(outcomes + index * 4);
  }
}
