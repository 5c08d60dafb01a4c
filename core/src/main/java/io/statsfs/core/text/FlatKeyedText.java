package io.statsfs.core.text;

import io.statsfs.spi.PathText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Recognizes the stats of a file that nothing declares: its lines of a name and a number.
 *
 * <p>A line fits if it is a name, perhaps a colon, one number, and at most one more word, the unit.
 * Neither name nor unit may look like a number ({@link NumberText#isLikeANumber}), or a column of a
 * table would be taken for one. Blanks before and behind do not matter. Lines that do not fit give
 * no stat.
 *
 * <p>The first word of a line is its name whether it fits or not, and of several lines with one
 * name the first counts: if that one does not fit, none does, so that the values below a header are
 * not taken for its first column.
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
   * <p>A name on several lines that fit, with a blank line or a line of another form between them,
   * is the same word in several sections of the text. Its value would be that of one section, and
   * so it gives no stat. Nor does anything in the table that {@code name type data} is the header
   * of, whose second column is not the value. In other tables with a header, a third word is a
   * column, and not a unit.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isFloat which names a schema says FLOAT of
   * @return the lines that give stats, in their order, each name once, and what the others are
   */
  public static Content read(byte[] text, int length, Predicate<String> isFloat) {
    Map<String, Line> found = new LinkedHashMap<>();
    Map<String, Integer> sections = new HashMap<>();
    List<String> examples = new ArrayList<>();
    boolean hasHeader = false;
    int count = 0;
    int section = 0;
    Lines lines = new Lines();
    lines.begin(text, length);
    while (lines.next()) {
      count++;
      section += lines.afterBlankLine ? 1 : 0;
      String name = PathText.decode(lines.bytes(lines.name, lines.nameEnd));
      boolean fits = lines.fits(isFloat.test(name));
      Integer before = sections.putIfAbsent(name, section);
      if (before == null && fits) {
        found.put(name, new Line(name, PathText.decode(lines.bytes(lines.unit, lines.unitEnd))));
        continue;
      }
      if (before != null && fits && before != section) {
        found.remove(name);
      }
      if (examples.size() < FileForm.MOST_LINES) {
        examples.add(lines.line());
      }
      section += fits ? 0 : 1;
      hasHeader |= found.isEmpty() && lines.isHeaderOfThreeColumns();
    }
    FileForm form = FileForm.of(examples, count);
    if (form == FileForm.NAME_TYPE_DATA) {
      found.clear();
    } else if (hasHeader
        && !found.isEmpty()
        && found.values().stream().noneMatch(line -> line.unit.isEmpty())) {
      form = FileForm.NAMED_COLUMNS;
    }
    if (form == FileForm.NAMED_COLUMNS) {
      found.values().removeIf(line -> !line.unit.isEmpty());
    }
    return new Content(List.copyOf(found.values()), count - found.size(), form);
  }

  /**
   * What a file holds.
   *
   * @param lines those that give stats
   * @param passedOver the number of lines that give none, without blank ones
   * @param form what these seem to be
   */
  public record Content(List<Line> lines, int passedOver, FileForm form) {}

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
    boolean afterBlankLine;

    /** There is no word behind the unit, and that does not look like a number. */
    private boolean endsWithUnit;

    void begin(byte[] text, int length) {
      this.text = text;
      this.length = length;
      next = 0;
    }

    boolean next() {
      afterBlankLine = false;
      int i = blanksEnd(next);
      while (i < length && text[i] == '\n') {
        afterBlankLine = true;
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

    boolean isHeaderOfThreeColumns() {
      return endsWithUnit
          && unit < unitEnd
          && NumberText.isSpace(text[nameEnd])
          && !NumberText.isLikeANumber(text, name, nameEnd)
          && !NumberText.isLikeANumber(text, value, valueEnd);
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
