package io.statsfs.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the kernel reported of the machine when it started this process: {@code /proc/self/auxv},
 * pairs of a type and a value, each a machine word ({@code getauxval(3)}).
 */
final class AuxiliaryVector {
  /** The size of a page in bytes ({@code AT_PAGESZ}). */
  static final int PAGE_SIZE = 6;

  /**
   * How many ticks of {@code times(2)} and {@code /proc} a second has: USER_HZ ({@code AT_CLKTCK}).
   */
  static final int TICKS_PER_SECOND = 17;

  private static final int END = 0;

  private final Map<Long, Long> values;

  private AuxiliaryVector(Map<Long, Long> values) {
    this.values = values;
  }

  /** That of this process; empty if it cannot be read. */
  static AuxiliaryVector ofThisProcess() {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/self/auxv"));
      int word = System.getProperty("sun.arch.data.model", "64").equals("32") ? 4 : 8;
      return parse(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), word);
    } catch (IOException e) {
      return new AuxiliaryVector(Map.of());
    }
  }

  /** From words of 4 or 8 bytes; what follows the end, or is no whole pair, is left out. */
  static AuxiliaryVector parse(ByteBuffer bytes, int word) {
    Map<Long, Long> values = new HashMap<>();
    while (bytes.remaining() >= 2 * word) {
      long type = word == 8 ? bytes.getLong() : Integer.toUnsignedLong(bytes.getInt());
      long value = word == 8 ? bytes.getLong() : Integer.toUnsignedLong(bytes.getInt());
      if (type == END) {
        break;
      }
      values.put(type, value);
    }
    return new AuxiliaryVector(values);
  }

  /** The value of a type, if it is there and positive. */
  OptionalLong get(int type) {
    Long value = values.get((long) type);
    return value == null || value <= 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
