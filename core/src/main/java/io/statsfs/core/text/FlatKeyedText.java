package io.statsfs.core.text;

import io.statsfs.spi.PathText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes the stats of a file that nothing declares: all of its lines are a name and a number,
 * or it has none.
 *
 * <p>A line fits if it is a name, perhaps a colon, one number, and at most one more word, the unit.
 * Neither name nor unit may look like a number ({@link NumberText#isLikeANumber}), or a column of a
 * table would be taken for one. Blanks before and behind do not matter, nor do blank lines. A line
 * does not fit if another one before it begins with the same name, whether that one fits or not.
 *
 * <p>Stateless. What is recognized is read with {@link io.statsfs.spi.Shape#FLAT_KEYED}.
 */
public final class FlatKeyedText {
  private FlatKeyedText() {}

  /**
   * How much of a text that was cut is whole lines. What is left of the last number would be
   * another number.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @return how many of these are whole lines
   */
  public static int wholeLines(byte[] text, int length) {
    int end = length;
    while (end > 0 && text[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /**
   * The stats that a text has.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isFloat which names a schema says FLOAT of
   * @return the lines in their order, if all fit
   */
  public static Content read(byte[] text, int length, Predicate<String> isFloat) {
    List<Line> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<String> others = new ArrayList<>();
    int count = 0;
    int unfit = 0;
    Lines lines = new Lines();
    lines.begin(text, length);
    while (lines.next()) {
      count++;
      String name = PathText.decode(lines.bytes(lines.name, lines.nameEnd));
      if (names.add(name) && lines.fits(isFloat.test(name))) {
        found.add(new Line(name, PathText.decode(lines.bytes(lines.unit, lines.unitEnd))));
        continue;
      }
      unfit++;
      if (others.size() < FileForm.MOST_LINES) {
        others.add(lines.line());
      }
    }
    return unfit == 0
        ? new Content(List.copyOf(found), count, 0, null)
        : new Content(List.of(), count, unfit, FileForm.of(others, count));
  }

  /**
   * What a file holds.
   *
   * @param stats one for each line; empty if some do not fit
   * @param lines their number, without blank ones
   * @param unfit how many of these do not fit
   * @param form what these seem to be; null if all fit
   */
  public record Content(List<Line> stats, int lines, int unfit, @Nullable FileForm form) {}

  /**
   * A line of a file of many values.
   *
   * @param name the name, as {@link PathText} writes it
   * @param unit the word after the value; empty if there is none
   */
  public record Line(String name, String unit) {}

  /** Goes from line to line, and takes each apart. Blank lines are left out. */
  private static final class Lines {
    private byte[] text = {};
    private int length;
    private int next;
    int name;
    int nameEnd;
    int value;
    int valueEnd;
    int unit;
    int unitEnd;
    int lineEnd;

    /** There is no word behind the unit, and that does not look like a number. */
    private boolean endsWithUnit;

    void begin(byte[] text, int length) {
      this.text = text;
      this.length = length;
      next = 0;
    }

    boolean next() {
      int i = blanksEnd(next);
      while (i < length && text[i] == '\n') {
        i = blanksEnd(i + 1);
      }
      if (i >= length) {
        return false;
      }
      name = i;
      i = wordEnd(i);
      nameEnd = text[i - 1] == ':' ? i - 1 : i;
      value = blanksEnd(i);
      valueEnd = wordEnd(value);
      unit = blanksEnd(valueEnd);
      unitEnd = unit;
      lineEnd = unit;
      endsWithUnit = true;
      if (!isAtEnd(unit)) {
        unitEnd = wordEnd(unit);
        lineEnd = blanksEnd(unitEnd);
        endsWithUnit = isAtEnd(lineEnd) && !NumberText.isLikeANumber(text, unit, unitEnd);
        while (!isAtEnd(lineEnd)) {
          lineEnd++;
        }
      }
      next = lineEnd + 1;
      return true;
    }

    /** Whether this line gives a stat. */
    boolean fits(boolean isFloat) {
      return nameEnd > name && isNumber(isFloat) && !NumberText.isLikeANumber(text, name, nameEnd);
    }

    /** Whether there is one number behind the name, and at most a unit. */
    boolean isNumber(boolean isFloat) {
      return endsWithUnit && NumberText.isNumber(text, value, valueEnd, isFloat);
    }

    byte[] bytes(int from, int to) {
      return Arrays.copyOfRange(text, from, to);
    }

    /** The beginning of the line, which is enough to see its form. */
    String line() {
      int end = Math.min(lineEnd, name + FileForm.MOST_CHARACTERS);
      return new String(bytes(name, end), StandardCharsets.ISO_8859_1);
    }

    private boolean isAtEnd(int i) {
      return i >= length || text[i] == '\n';
    }

    private int wordEnd(int from) {
      int i = from;
      while (i < length && !NumberText.isSpace(text[i])) {
        i++;
      }
      return i;
    }

    /** Stays within the line. */
    private int blanksEnd(int from) {
      int i = from;
      while (i < length && NumberText.isSpace(text[i]) && text[i] != '\n') {
        i++;
      }
      return i;
    }
  }
}
