package io.statsfs.published;

/**
 * How many bits a value has, and whether one of them is its sign: the nine types that statsfs has.
 */
public enum ValueType {
  /** From 0 to 2<sup>8</sup>-1. */
  U8(8, false),
  /** From 0 to 2<sup>16</sup>-1. */
  U16(16, false),
  /** From 0 to 2<sup>32</sup>-1. */
  U32(32, false),
  /**
   * From 0 to 2<sup>64</sup>-1, as the bits of a {@code long}: one that is negative stands for a
   * number above 2<sup>63</sup>-1.
   */
  U64(64, false),
  /** From -2<sup>7</sup> to 2<sup>7</sup>-1. */
  S8(8, true),
  /** From -2<sup>15</sup> to 2<sup>15</sup>-1. */
  S16(16, true),
  /** From -2<sup>31</sup> to 2<sup>31</sup>-1. */
  S32(32, true),
  /** From -2<sup>63</sup> to 2<sup>63</sup>-1. */
  S64(64, true),
  /** 0 or 1. */
  BOOL(1, false);

  private final int width;
  private final boolean isSigned;

  ValueType(int width, boolean isSigned) {
    this.width = width;
    this.isSigned = isSigned;
  }

  /**
   * Whether values can be negative.
   *
   * @return true for S8 to S64
   */
  public boolean isSigned() {
    return isSigned;
  }

  /** What memory of this type has of a count: that wraps at the width, and true stays true. */
  long wrap(long count) {
    if (this == BOOL) {
      return count == 0 ? 0 : 1;
    }
    int unused = Long.SIZE - width;
    return isSigned ? count << unused >> unused : count << unused >>> unused;
  }

  boolean holds(long value) {
    return this == BOOL ? value == 0 || value == 1 : wrap(value) == value;
  }
}
