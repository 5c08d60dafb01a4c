package io.statsfs.spi;

import java.util.List;

/**
 * The keys of the rows or of the columns of a file, in the order in which it had them.
 *
 * <p>Immutable. Equality is identity: files that have the same keys share them, so that readers can
 * prepare to find them once.
 */
public final class Keys {
  /** One row, or one column. */
  public static final Keys ONE = new Keys(null, 1);

  private final byte[][] keys;
  private final int size;

  private Keys(byte[][] keys, int size) {
    this.keys = keys;
    this.size = size;
  }

  /**
   * Keys that are bytes.
   *
   * @param keys the keys, each once; they are not copied and must not be changed
   * @return the keys
   */
  public static Keys of(List<byte[]> keys) {
    return new Keys(keys.toArray(byte[][]::new), keys.size());
  }

  /**
   * Keys that are numbers: of columns by position, or of lines.
   *
   * @param size how many
   * @return the numbers from 0 on
   */
  public static Keys numbers(int size) {
    return size == 1 ? ONE : new Keys(null, size);
  }

  /**
   * How many there are.
   *
   * @return the number
   */
  public int size() {
    return size;
  }

  /**
   * Whether the keys are no bytes, but numbers.
   *
   * @return true if so
   */
  public boolean isNumbered() {
    return keys == null;
  }

  /**
   * A key.
   *
   * @param number which one
   * @return its bytes; they must not be changed
   * @throws IllegalStateException if the keys are numbers
   */
  public byte[] key(int number) {
    if (keys == null) {
      throw new IllegalStateException("These keys are numbers");
    }
    return keys[number];
  }
}
