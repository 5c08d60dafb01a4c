package io.statsfs.core.text;

import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Takes apart the text of a file of {@code name value} lines.
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
 * <p>An instance knows the names of a source, those that are wanted and the others, in the order in
 * which the file had them, so that a file that has not changed its order costs a comparison or two
 * per line, and one that has, one look into a hash table. {@link #put} allocates nothing. For one
 * thread at a time.
 */
public final class FlatKeyedText {
  /** Odd, and different in each JVM, so that nobody can write a file whose names all collide. */
  private static final int SEED = new SplittableRandom().nextInt() | 1;

  private final Lines lines = new Lines();
  private final byte[][] names;
  private final boolean[] isFloat;
  private final int[] table;

  /** For each name the number of the last text that had it. */
  private final int[] seenIn;

  private int texts;
  private int strangers;
  private boolean outdated;

  /**
   * For some stats of a file.
   *
   * @param stats which ones, in the order of the source; all of one source
   */
  public FlatKeyedText(List<Stat> stats) {
    List<Stat> all = new ArrayList<>(stats);
    if (!stats.isEmpty()) {
      Set<Stat> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
      wanted.addAll(stats);
      stats.get(0).source().stats().stream().filter(s -> !wanted.contains(s)).forEach(all::add);
    }
    isFloat = new boolean[stats.size()];
    names = new byte[all.size()][];
    seenIn = new int[all.size()];
    table = new int[Integer.highestOneBit(Math.max(1, all.size())) * 4];
    for (int i = 0; i < names.length; i++) {
      names[i] = PathText.encode(all.get(i).name());
      if (i < isFloat.length) {
        isFloat[i] = all.get(i).type() == Stat.Type.FLOAT;
      }
      int slot = hash(ByteBuffer.wrap(names[i]), 0, names[i].length);
      while (table[slot] != 0) {
        slot = slot + 1 & table.length - 1;
      }
      table[slot] = i + 1;
    }
  }

  /**
   * Stores the values of a text. A stat without a line is {@link Status#GONE}, one whose line does
   * not fit is {@link Status#NOT_A_NUMBER}.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param memory where to store
   * @param firstIndex the position of the first stat there
   */
  public void put(ByteBuffer text, int length, SampleMemory memory, int firstIndex) {
    int wanted = isFloat.length;
    for (int i = 0; i < wanted; i++) {
      memory.putFailure(firstIndex + i, Status.GONE, 0);
    }
    texts++;
    int found = 0;
    int others = 0;
    int expected = 0;
    int expectedOther = wanted;
    lines.begin(text, length);
    while (lines.next()) {
      int i;
      if (expected < wanted && lines.isNamed(names[expected])) {
        i = expected;
      } else if (expectedOther < names.length && lines.isNamed(names[expectedOther])) {
        i = expectedOther;
      } else {
        i = find();
      }
      if (i < 0) {
        others += lines.fits(true) ? 1 : 0;
      } else if (seenIn[i] != texts) {
        seenIn[i] = texts;
        found++;
        if (i < wanted) {
          lines.put(isFloat[i], memory, firstIndex + i);
          expected = i + 1;
        } else {
          expectedOther = i + 1;
        }
      }
    }
    // What fits and is no stat may not have been one before: that counts once, until it changes.
    outdated = found != names.length || others != strangers;
    strangers = others;
    lines.end();
  }

  /**
   * How much of a text that was cut is whole lines. What is left of the last number would be
   * another number.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @return how many of these are whole lines
   */
  public static int wholeLines(ByteBuffer text, int length) {
    int end = length;
    while (end > 0 && text.get(end - 1) != '\n') {
      end--;
    }
    return end;
  }

  /**
   * Whether the last text had other names than the source. Names that are no stats, although their
   * lines fit, are reported by the first text that has them, and when their number changes.
   *
   * @return true if so
   */
  public boolean isOutdated() {
    return outdated;
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
  public static Content read(ByteBuffer text, int length, Predicate<String> isFloat) {
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
   * The value of one stat.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param stat which one
   * @return its number without the unit, or all that its line has behind the name if the line does
   *     not fit; empty if there is no such line
   */
  public static Optional<String> value(ByteBuffer text, int length, Stat stat) {
    Lines lines = new Lines();
    if (!lines.find(text, length, stat)) {
      return Optional.empty();
    }
    boolean isNumber = lines.isNumber(stat.type() == Stat.Type.FLOAT);
    int end = isNumber ? lines.valueEnd : lines.lineEnd;
    return Optional.of(PathText.decode(lines.bytes(lines.value, end)).stripTrailing());
  }

  /**
   * Stores the value of one stat, as {@link #put(ByteBuffer, int, SampleMemory, int)} does.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param stat which one
   * @param memory where to store
   * @param index for which stat
   */
  public static void put(ByteBuffer text, int length, Stat stat, SampleMemory memory, int index) {
    Lines lines = new Lines();
    if (lines.find(text, length, stat)) {
      lines.put(stat.type() == Stat.Type.FLOAT, memory, index);
    } else {
      memory.putFailure(index, Status.GONE, 0);
    }
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
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer text = NOTHING;
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

    void begin(ByteBuffer text, int length) {
      this.text = text;
      this.length = length;
      next = 0;
    }

    /** Lets go of the text. */
    void end() {
      text = NOTHING;
    }

    boolean next() {
      afterBlankLine = false;
      int i = blanksEnd(next);
      while (i < length && text.get(i) == '\n') {
        afterBlankLine = true;
        i = blanksEnd(i + 1);
      }
      if (i >= length) {
        return false;
      }
      name = i;
      i = wordEnd(i);
      nameEnd = text.get(i - 1) == ':' ? i - 1 : i;
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

    /** Goes to the line that counts for a stat, if there is one. */
    boolean find(ByteBuffer text, int length, Stat stat) {
      byte[] wanted = PathText.encode(stat.name());
      begin(text, length);
      while (next()) {
        if (isNamed(wanted)) {
          return true;
        }
      }
      return false;
    }

    boolean isNamed(byte[] wanted) {
      if (wanted.length != nameEnd - name) {
        return false;
      }
      for (int i = 0; i < wanted.length; i++) {
        if (wanted[i] != text.get(name + i)) {
          return false;
        }
      }
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
          && NumberText.isSpace(text.get(nameEnd))
          && !NumberText.isLikeANumber(text, name, nameEnd)
          && !NumberText.isLikeANumber(text, value, valueEnd);
    }

    void put(boolean isFloat, SampleMemory memory, int index) {
      if (endsWithUnit) {
        NumberText.put(text, value, valueEnd, isFloat, memory, index);
      } else {
        memory.putFailure(index, Status.NOT_A_NUMBER, 0);
      }
    }

    byte[] bytes(int from, int to) {
      byte[] bytes = new byte[to - from];
      text.get(from, bytes);
      return bytes;
    }

    /** The beginning of the line, which is enough to see its form. */
    String line() {
      int end = Math.min(lineEnd, name + FileForm.MOST_CHARACTERS);
      return new String(bytes(name, end), StandardCharsets.ISO_8859_1);
    }

    private boolean isAtEnd(int i) {
      return i >= length || text.get(i) == '\n';
    }

    private int wordEnd(int from) {
      int i = from;
      while (i < length && !NumberText.isSpace(text.get(i))) {
        i++;
      }
      return i;
    }

    /** Stays within the line. */
    private int blanksEnd(int from) {
      int i = from;
      while (i < length && NumberText.isSpace(text.get(i)) && text.get(i) != '\n') {
        i++;
      }
      return i;
    }
  }

  /** The position of the line's name, or -1 if it is none of the source's. */
  private int find() {
    if (lines.nameEnd == lines.name) {
      return -1;
    }
    int slot = hash(lines.text, lines.name, lines.nameEnd - lines.name);
    for (int i = table[slot]; i != 0; i = table[slot]) {
      if (lines.isNamed(names[i - 1])) {
        return i - 1;
      }
      slot = slot + 1 & table.length - 1;
    }
    return -1;
  }

  private int hash(ByteBuffer text, int from, int length) {
    int hash = length;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ text.get(from + i)) * SEED;
    }
    return (hash ^ hash >>> 15) & table.length - 1;
  }
}
