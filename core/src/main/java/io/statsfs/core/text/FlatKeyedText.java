package io.statsfs.core.text;

import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Takes apart the text of a file of {@code name value} lines.
 *
 * <p>A line is a name, an optional colon, blanks, a value, and perhaps more, of which the first
 * word is taken for the unit. Lines of another shape are passed over. Of several lines with one
 * name the first counts.
 *
 * <p>An instance knows the names that are wanted, in the order in which the file had them, so that
 * a file that has not changed its order costs one comparison per line, and one that has, one look
 * into a hash table. {@link #put} allocates nothing. For one thread at a time.
 */
public final class FlatKeyedText {
  /** Odd, and different in each JVM, so that nobody can write a file whose names all collide. */
  private static final int SEED = new SplittableRandom().nextInt() | 1;

  private final byte[][] names;
  private final boolean[] asDouble;
  private final int linesExpected;
  private final int[] table;
  private boolean outdated;

  /**
   * For some stats of a file.
   *
   * @param stats which ones, in the order of the source
   */
  public FlatKeyedText(List<Stat> stats) {
    names = new byte[stats.size()][];
    asDouble = new boolean[stats.size()];
    table = new int[Integer.highestOneBit(Math.max(1, stats.size())) * 4];
    for (int i = 0; i < names.length; i++) {
      names[i] = NameText.encode(stats.get(i).name());
      asDouble[i] = stats.get(i).type() == Stat.Type.FLOAT;
      int slot = hash(ByteBuffer.wrap(names[i]), 0, names[i].length);
      while (table[slot] != 0) {
        slot = slot + 1 & table.length - 1;
      }
      table[slot] = i + 1;
    }
    linesExpected = stats.isEmpty() ? 0 : stats.get(0).source().stats().size();
  }

  /**
   * Stores the values of a text; stats without a line are {@link Status#GONE}.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param memory where to store
   * @param firstIndex the position of the first stat there
   */
  public void put(ByteBuffer text, int length, SampleMemory memory, int firstIndex) {
    for (int i = 0; i < names.length; i++) {
      memory.putFailure(firstIndex + i, Status.GONE, 0);
    }
    int lines = 0;
    int found = 0;
    int expected = 0;
    for (int at = 0; at < length; ) {
      int lineEnd = end(text, at, length);
      int nameEnd = nameEnd(text, at, lineEnd);
      int value = valueStart(text, nameEnd, lineEnd);
      int nameLength = nameLength(text, at, nameEnd);
      if (nameLength > 0 && isNumber(text, value, lineEnd)) {
        int i =
            expected < names.length && equals(names[expected], text, at, nameLength)
                ? expected
                : find(text, at, nameLength);
        if (i < 0) {
          lines++;
        } else if (memory.status(firstIndex + i) == Status.GONE) {
          lines++;
          int valueEnd = nameEnd(text, value, lineEnd);
          NumberText.put(text, value, valueEnd, asDouble[i], memory, firstIndex + i);
          expected = i + 1;
          found++;
        }
      }
      at = lineEnd + 1;
    }
    outdated = lines != linesExpected || found != names.length;
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
   * Whether the last text had other names than the source.
   *
   * @return true if so
   */
  public boolean isOutdated() {
    return outdated;
  }

  /**
   * The names in a text.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @return the lines that are a name and a number, in their order, each name once
   */
  public static List<Line> lines(ByteBuffer text, int length) {
    List<Line> lines = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int at = 0; at < length; ) {
      int lineEnd = end(text, at, length);
      int nameEnd = nameEnd(text, at, lineEnd);
      int value = valueStart(text, nameEnd, lineEnd);
      int nameLength = nameLength(text, at, nameEnd);
      if (nameLength > 0 && isNumber(text, value, lineEnd)) {
        int unit = valueStart(text, nameEnd(text, value, lineEnd), lineEnd);
        String name = NameText.decode(bytes(text, at, at + nameLength));
        if (seen.add(name)) {
          lines.add(
              new Line(name, NameText.decode(bytes(text, unit, nameEnd(text, unit, lineEnd)))));
        }
      }
      at = lineEnd + 1;
    }
    return lines;
  }

  /**
   * The value of one name.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param name the name, as {@link NameText} writes it
   * @return the word after the name, if there is such a line
   */
  public static Optional<String> value(ByteBuffer text, int length, String name) {
    byte[] wanted = NameText.encode(name);
    for (int at = 0; at < length; ) {
      int lineEnd = end(text, at, length);
      int nameEnd = nameEnd(text, at, lineEnd);
      int value = valueStart(text, nameEnd, lineEnd);
      int nameLength = nameLength(text, at, nameEnd);
      if (nameLength > 0 && value < lineEnd && equals(wanted, text, at, nameLength)) {
        return Optional.of(NameText.decode(bytes(text, value, nameEnd(text, value, lineEnd))));
      }
      at = lineEnd + 1;
    }
    return Optional.empty();
  }

  /**
   * A line of a file of many values.
   *
   * @param name the name, as {@link NameText} writes it
   * @param unit the word after the value; empty if there is none
   */
  public record Line(String name, String unit) {}

  /** Where the line that begins at {@code from} ends. */
  private static int end(ByteBuffer text, int from, int length) {
    int i = from;
    while (i < length && text.get(i) != '\n') {
      i++;
    }
    return i;
  }

  private static int nameEnd(ByteBuffer text, int from, int lineEnd) {
    int i = from;
    while (i < lineEnd && !NumberText.isSpace(text.get(i))) {
      i++;
    }
    return i;
  }

  private static int nameLength(ByteBuffer text, int from, int nameEnd) {
    return nameEnd > from && text.get(nameEnd - 1) == ':' ? nameEnd - from - 1 : nameEnd - from;
  }

  private static int valueStart(ByteBuffer text, int nameEnd, int lineEnd) {
    int i = nameEnd;
    while (i < lineEnd && NumberText.isSpace(text.get(i))) {
      i++;
    }
    return i;
  }

  /** Only begins like one: whether it is one is for each sample to say. */
  private static boolean isNumber(ByteBuffer text, int value, int lineEnd) {
    if (value == lineEnd) {
      return false;
    }
    byte first = text.get(value);
    return NumberText.isDigit(first)
        || (first == '-' || first == '+')
            && value + 1 < lineEnd
            && NumberText.isDigit(text.get(value + 1));
  }

  private static byte[] bytes(ByteBuffer text, int from, int to) {
    byte[] bytes = new byte[to - from];
    text.get(from, bytes);
    return bytes;
  }

  private static boolean equals(byte[] name, ByteBuffer text, int from, int length) {
    if (name.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (name[i] != text.get(from + i)) {
        return false;
      }
    }
    return true;
  }

  private int find(ByteBuffer text, int from, int length) {
    int slot = hash(text, from, length);
    for (int i = table[slot]; i != 0; i = table[slot]) {
      if (equals(names[i - 1], text, from, length)) {
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
