package io.statsfs.prometheus;

import io.statsfs.metrics.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one sample, which scrapes write while the next sample is taken. Used again when no
 * scrape uses it any more; allocates only if it is to hold more values than before. Filled by one
 * thread, then read by several.
 */
final class Snapshot {
  private static final byte ABSENT = 0;
  private static final byte LONG = 1;
  private static final byte DOUBLE = 2;
  private static final byte STATES = 3;

  private Exposition exposition = Exposition.EMPTY;
  private long[] bits = {};
  private byte[] kinds = {};

  /** Where a value is a text, the lines of its states; null if there are none at all. */
  private byte @Nullable [][] states;

  /** Scrapes that use this; guarded by the lock of the exporter. */
  int users;

  /** Begins to hold values of this catalog, all of them absent. */
  void reset(Exposition exposition) {
    this.exposition = exposition;
    if (bits.length < exposition.size()) {
      bits = new long[exposition.size()];
      kinds = new byte[exposition.size()];
    }
    Arrays.fill(kinds, ABSENT);
    if (states != null) {
      states = null;
    }
  }

  void put(int index, Value value) {
    if (value.isLong()) {
      put(index, value.longValue());
    } else {
      put(index, value.doubleValue());
    }
  }

  void put(int index, long value) {
    kinds[index] = LONG;
    bits[index] = value;
  }

  /** What is no number is absent, as for OpenTelemetry. */
  void put(int index, double value) {
    if (!Double.isNaN(value)) {
      kinds[index] = DOUBLE;
      bits[index] = Double.doubleToRawLongBits(value);
    }
  }

  /** Has whole lines stand for a value. */
  void putStates(int index, byte[] lines) {
    if (states == null) {
      states = new byte[exposition.size()][];
    }
    kinds[index] = STATES;
    states[index] = lines;
  }

  Exposition exposition() {
    return exposition;
  }

  boolean isAbsent(int index) {
    return kinds[index] == ABSENT;
  }

  /** The lines of the states of a value; null if it is a number. */
  byte @Nullable [] states(int index) {
    return kinds[index] == STATES && states != null ? states[index] : null;
  }

  /** Writes a value that is a number; returns the position after it. */
  int write(int index, byte[] to, int at) {
    return kinds[index] == LONG
        ? Numbers.write(bits[index], to, at)
        : Numbers.write(Double.longBitsToDouble(bits[index]), to, at);
  }
}
