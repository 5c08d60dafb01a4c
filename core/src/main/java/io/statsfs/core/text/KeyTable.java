package io.statsfs.core.text;

import io.statsfs.spi.Keys;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Finds keys by their bytes. Keys mostly come in the order that they had before, so that one
 * comparison finds them; the others are found in a hash table. Immutable.
 */
final class KeyTable {
  /** Odd, and different in each JVM, so that nobody can write a file whose keys all collide. */
  private static final int SEED = new SplittableRandom().nextInt() | 1;

  private final Keys keys;
  private final int[] table;

  KeyTable(Keys keys) {
    this.keys = keys;
    table = new int[Integer.highestOneBit(Math.max(1, keys.size())) * 4];
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.key(i);
      int at = hash(key, 0, key.length) & table.length - 1;
      while (table[at] != 0) {
        at = at + 1 & table.length - 1;
      }
      table[at] = i + 1;
    }
  }

  /**
   * The number of a key.
   *
   * @param expected which one it mostly is
   * @return the number, or -1 if it is none of the keys
   */
  int find(byte[] text, int from, int to, int expected) {
    if (expected < keys.size() && is(expected, text, from, to)) {
      return expected;
    }
    int at = hash(text, from, to) & table.length - 1;
    for (int i = table[at]; i != 0; i = table[at]) {
      if (is(i - 1, text, from, to)) {
        return i - 1;
      }
      at = at + 1 & table.length - 1;
    }
    return -1;
  }

  private boolean is(int number, byte[] text, int from, int to) {
    byte[] key = keys.key(number);
    return key.length == to - from && Arrays.equals(key, 0, key.length, text, from, to);
  }

  private static int hash(byte[] text, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * SEED;
    }
    return hash ^ hash >>> 15;
  }
}
