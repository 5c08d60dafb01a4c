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

  /** By byte: whether it separates words. */
  private final boolean[] separates;

  private final int radix;
  private final boolean isUniform;

  /** Up to the last of these a line is dropped; 0 if nothing is. */
  private final char skipThrough;

  private KnownText(byte[] text, int[] places, ShapedText lines) {
    this.text = text;
    this.places = places;
    separates = lines.separators();
    radix = lines.shape().radix();
    isUniform = lines.shape().isUniform();
    skipThrough = lines.shape().skipThrough();
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
     * @param lines which has read it
     * @return a copy
     */
    public KnownText of(byte[] text, int length, ShapedText lines) {
      return new KnownText(Arrays.copyOf(text, length), Arrays.copyOf(places, size), lines);
    }
  }

  /**
   * Whether another text differs in numbers alone, and in how many blanks stand before them.
   *
   * @param other the bytes
   * @param length how many of them, from the beginning
   * @return false if it differs in something else
   */
  public boolean isLike(byte[] other, int length) {
    int from = 0;
    int at = 0;
    for (int i = 0; i < places.length && at >= 0; i += 2) {
      boolean isRest = places[i] < 0;
      at = passSame(from, isRest ? ~places[i] : places[i], other, at, length);
      if (at >= 0) {
        at = isRest ? restEnd(other, at, length) : numberEnd(other, at, length);
      }
      from = places[i + 1];
    }
    return at >= 0 && Arrays.equals(text, from, text.length, other, at, length);
  }

  /** Where a word ends that is a number as the cells of the shape have them; -1 if it is none. */
  private int numberEnd(byte[] other, int begin, int length) {
    int to = begin;
    boolean digits = true;
    for (; to < length && !separates[other[to] & 0xff]; to++) {
      int digit = other[to] - '0';
      digits &= digit >= 0 && digit <= 9;
      if (skipThrough != 0 && other[to] == skipThrough) {
        return -1;
      }
    }
    if (radix != 10) {
      return NumberText.isDigits(other, begin, to, radix) ? to : -1;
    }
    int size = to - begin;
    boolean isPlain =
        digits
            && size > 0
            && size <= ShapedText.MOST_PLAIN_DIGITS
            && (other[begin] != '0' || size == 1);
    return isPlain || NumberText.isNumber(other, begin, to, !isUniform) ? to : -1;
  }

  /** Where a line ends; -1 if there is no word in it any more, as it may be blank. */
  private static int restEnd(byte[] other, int begin, int length) {
    int to = begin;
    while (to < length && other[to] != '\n') {
      to++;
    }
    return to > begin ? to : -1;
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
