package io.statsfs.core.scan;

import org.jspecify.annotations.Nullable;

/**
 * The key of a row or of a column of a file: the same object as long as the file has it. Immutable;
 * equality is identity.
 */
final class TableKey {
  private final byte @Nullable [] bytes;
  private final int number;

  private TableKey(byte @Nullable [] bytes, int number) {
    this.bytes = bytes;
    this.number = number;
  }

  static TableKey of(byte[] bytes) {
    return new TableKey(bytes, -1);
  }

  static TableKey of(int number) {
    return new TableKey(null, number);
  }

  /** The bytes; null if the key is a number. */
  byte @Nullable [] bytes() {
    return bytes;
  }

  /** The number, if the key is one. */
  int number() {
    return number;
  }
}
