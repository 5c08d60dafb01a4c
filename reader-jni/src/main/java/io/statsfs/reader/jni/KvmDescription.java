package io.statsfs.reader.jni;

import io.statsfs.spi.PathText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What KVM says of the statistics behind a descriptor, which is the same for all machines of a
 * kernel, or all vCPUs. Immutable.
 *
 * @param fieldsOffset where in the file of the descriptor the descriptions begin
 * @param end of what describes them there
 * @param dataOffset where the values begin
 * @param fields in the order of their descriptions
 */
record KvmDescription(int fieldsOffset, int end, int dataOffset, List<Field> fields) {
  /** The size of a value. */
  static final int VALUE_BYTES = 8;

  static final int HEADER_BYTES = 24;

  private static final int NAME_SIZE = 4;
  private static final int COUNT = 8;
  private static final int ID_OFFSET = 12;
  private static final int FIELDS_OFFSET = 16;
  private static final int DATA_OFFSET = 20;

  private static final int FIELD_BYTES = 16;
  private static final int EXPONENT = 4;
  private static final int VALUES = 6;
  private static final int OFFSET = 8;
  private static final int BUCKET_SIZE = 12;

  private static final int UNIT_SHIFT = 4;
  private static final int BASE_SHIFT = 8;
  private static final int FLAG = 0xf;

  /** What a statistic is, in the order of the kernel's numbers. */
  enum Type {
    CUMULATIVE,
    INSTANT,
    PEAK,
    LINEAR_HISTOGRAM,
    LOGARITHMIC_HISTOGRAM,
    /** Of a later kernel. */
    UNKNOWN;

    boolean isHistogram() {
      return this == LINEAR_HISTOGRAM || this == LOGARITHMIC_HISTOGRAM;
    }
  }

  /**
   * A statistic.
   *
   * @param unit and what it is multiplied by; empty if there is none
   * @param values how many there are, more than one only of a histogram
   * @param offset in the data
   * @param bucketSize of a linear histogram
   */
  record Field(String name, Type type, KvmUnit unit, int values, int offset, long bucketSize) {

    /** The least value that is counted in a bucket of a histogram. */
    String bucket(int number) {
      if (type == Type.LINEAR_HISTOGRAM) {
        return Long.toString(number * bucketSize);
      }
      return number == 0
          ? "0"
          : number > Long.SIZE ? "2^" + (number - 1) : Long.toUnsignedString(1L << number - 1);
    }
  }

  /**
   * Takes a description apart: header and descriptions, as the kernel gives them. What has no
   * place, no name or the name of another one is passed over.
   *
   * @param bytes in native order, from their beginning
   */
  static KvmDescription parse(ByteBuffer bytes) {
    int nameSize = bytes.getInt(NAME_SIZE);
    int count = bytes.getInt(COUNT);
    List<Field> fields = new ArrayList<>(count);
    Set<String> names = new HashSet<>();
    byte[] name = new byte[nameSize];
    for (int i = 0; i < count; i++) {
      int at = HEADER_BYTES + i * (FIELD_BYTES + nameSize);
      bytes.get(at + FIELD_BYTES, name);
      Field field = field(bytes, at, text(name));
      boolean hasPlace = field.type.isHistogram() ? field.values > 0 : field.values == 1;
      if (hasPlace && !field.name.isEmpty() && names.add(field.name)) {
        fields.add(field);
      }
    }
    int end =
        Math.max(
            bytes.getInt(ID_OFFSET) + nameSize,
            bytes.getInt(FIELDS_OFFSET) + count * (FIELD_BYTES + nameSize));
    return new KvmDescription(
        bytes.getInt(FIELDS_OFFSET),
        Math.max(end, HEADER_BYTES),
        bytes.getInt(DATA_OFFSET),
        List.copyOf(fields));
  }

  private static Field field(ByteBuffer bytes, int at, String name) {
    int flags = bytes.getInt(at);
    Type[] types = Type.values();
    return new Field(
        name,
        types[Math.min(flags & FLAG, types.length - 1)],
        new KvmUnit(
            flags >>> UNIT_SHIFT & FLAG,
            (flags >>> BASE_SHIFT & FLAG) == 0 ? 10 : 2,
            bytes.getShort(at + EXPONENT)),
        Short.toUnsignedInt(bytes.getShort(at + VALUES)),
        bytes.getInt(at + OFFSET),
        Integer.toUnsignedLong(bytes.getInt(at + BUCKET_SIZE)));
  }

  /** How many bytes of what describes a descriptor are header and descriptions. */
  static int size(ByteBuffer bytes) {
    return HEADER_BYTES + bytes.getInt(COUNT) * (FIELD_BYTES + bytes.getInt(NAME_SIZE));
  }

  /** Up to the first zero. */
  static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return PathText.decode(Arrays.copyOf(bytes, length));
  }

  /** Where in the file of the descriptor a value is. */
  int offset(Field field, int number) {
    return dataOffset + field.offset + number * VALUE_BYTES;
  }
}
