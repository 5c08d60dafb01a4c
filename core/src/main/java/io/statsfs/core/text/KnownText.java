package io.statsfs.core.text;

import java.util.Arrays;

/**
 * A text that was divided into cells. Whether another one has just the same lines, keys and cells
 * is found by comparing both, if they differ in nothing but the numbers in cells: then whatever
 * follows from a text but its values is the same. Immutable.
 */
public final class KnownText {
  /** A text that is longer would keep too much memory. */
  public static final int MOST_BYTES = 1 << 16;

  private final byte[] text;

  /**
   * The places that may differ, in their order, as pairs of where each begins and ends: a number,
   * or, where the beginning is the complement, the words that end a line and that nobody looks at.
   */
  private final int[] places;

  private KnownText(byte[] text, int[] places) {
    this.text = text;
    this.places = places;
  }

  /** Takes in the places of a text that is being divided. For one thread at a time. */
  public static final class Recorder {
    private int[] places = new int[64];
    private int size;

    /** For a text that begins. */
    public Recorder() {}

    /**
     * After {@link ShapedText#nextCell}.
     *
     * @param lines which has found a cell
     */
    public void cell(ShapedText lines) {
      if (lines.isNumber()) {
        add(lines.from(), lines.to());
      }
    }

    /**
     * After the last cell of a line.
     *
     * @param lines which has found none
     */
    public void endOfCells(ShapedText lines) {
      if (lines.leavesRest()) {
        add(~lines.from(), lines.lineEnd(lines.from()));
      }
    }

    private void add(int from, int to) {
      if (size == places.length) {
        places = Arrays.copyOf(places, size * 2);
      }
      places[size++] = from;
      places[size++] = to;
    }

    /**
     * The text, all of whose lines were read.
     *
     * @param text the bytes
     * @param length how many of them, from the beginning
     * @return a copy
     */
    public KnownText of(byte[] text, int length) {
      return new KnownText(Arrays.copyOf(text, length), Arrays.copyOf(places, size));
    }
  }

  /**
   * Whether another text differs in numbers alone, and in how many blanks stand before them.
   *
   * @param other the bytes
   * @param length how many of them, from the beginning
   * @param lines of the shape by which this text was divided; reads no text afterwards
   * @return false if it differs in something else
   */
  public boolean isLike(byte[] other, int length, ShapedText lines) {
    lines.begin(other, length, false, 0);
    int from = 0;
    int at = 0;
    for (int i = 0; i < places.length && at >= 0; i += 2) {
      boolean isRest = places[i] < 0;
      at = passSame(from, isRest ? ~places[i] : places[i], other, at, length);
      if (at >= 0) {
        at = isRest ? lines.restEnd(at) : lines.numberEnd(at);
      }
      from = places[i + 1];
    }
    lines.end();
    return at >= 0 && Arrays.equals(text, from, text.length, other, at, length);
  }

  /** Where the same ends that stands between two places; -1 if something else does. */
  private int passSame(int from, int to, byte[] other, int at, int length) {
    int words = to;
    while (words > from && isBlank(text[words - 1])) {
      words--;
    }
    int end = at + words - from;
    if (end > length || !Arrays.equals(text, from, words, other, at, end)) {
      return -1;
    }
    int blanks = end;
    while (end < length && isBlank(other[end])) {
      end++;
    }
    return blanks < end == words < to ? end : -1;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}
