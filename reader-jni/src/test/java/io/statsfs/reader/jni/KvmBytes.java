package io.statsfs.reader.jni;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes what a kernel says of the statistics behind a descriptor, field by field. */
final class KvmBytes {
  static final int NAME_SIZE = 48;
  static final int DATA_OFFSET = 4096;

  static final int NONE = 0;
  static final int BYTES = 1;
  static final int SECONDS = 2;
  static final int CYCLES = 3;
  static final int BOOLEAN = 4;

  private record Field(
      String name,
      int type,
      int unit,
      int base,
      int exponent,
      int values,
      int offset,
      int bucket) {}

  private final String id;
  private final List<Field> fields = new ArrayList<>();
  private int values;

  KvmBytes(String id) {
    this.id = id;
  }

  /** A number without a unit, behind the last one. */
  KvmBytes with(String name, int type) {
    return with(name, type, NONE, 10, 0, 1, 0);
  }

  KvmBytes with(
      String name, int type, int unit, int base, int exponent, int count, int bucketSize) {
    fields.add(new Field(name, type, unit, base, exponent, count, 8 * values, bucketSize));
    values += count;
    return this;
  }

  /** The last one is elsewhere in the data. */
  KvmBytes at(int offset) {
    Field last = fields.remove(fields.size() - 1);
    fields.add(
        new Field(
            last.name,
            last.type,
            last.unit,
            last.base,
            last.exponent,
            last.values,
            offset,
            last.bucket));
    return this;
  }

  /** Header and descriptions, and behind these the id. */
  ByteBuffer build() {
    ByteBuffer bytes =
        ByteBuffer.allocate(24 + fields.size() * (16 + NAME_SIZE) + NAME_SIZE)
            .order(ByteOrder.nativeOrder());
    bytes.putInt(0).putInt(NAME_SIZE).putInt(fields.size());
    bytes.putInt(24).putInt(24 + NAME_SIZE).putInt(DATA_OFFSET);
    for (Field field : fields) {
      int base = field.base == 10 ? 0 : 1;
      bytes.putInt(field.type | field.unit << 4 | base << 8);
      bytes.putShort((short) field.exponent).putShort((short) field.values);
      bytes.putInt(field.offset).putInt(field.bucket);
      text(bytes, field.name);
    }
    text(bytes, id);
    return bytes.flip();
  }

  private static void text(ByteBuffer bytes, String text) {
    byte[] name = text.getBytes(StandardCharsets.ISO_8859_1);
    bytes.put(name).put(new byte[NAME_SIZE - name.length]);
  }
}
