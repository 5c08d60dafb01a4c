package io.statsfs.core.text;

import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * Any text, and others that are made of it by small changes: whichever of them is taken for like it
 * must have the same lines, keys and cells, of which the same ones are numbers.
 */
final class KnownTextCheck {
  private static final String CHARACTERS = "0123456789  \t\n\r:=/|,-+.amx";
  private static final int CHANGES = 4;

  private KnownTextCheck() {}

  /** How many texts were alike. */
  static int check(Shape shape, byte[] text, int columns, Random random) {
    ShapedText lines = new ShapedText(shape);
    KnownText.Recorder recorder = new KnownText.Recorder();
    String all = divide(lines, text, columns, recorder);
    KnownText known = recorder.of(text, text.length, lines);
    require(known.isLike(text, text.length), shape, text, text);
    int alike = 0;
    byte[] changed = text;
    for (int i = 0; i < CHANGES; i++) {
      changed = change(random.nextBoolean() ? text : changed, random);
      if (known.isLike(changed, changed.length)) {
        String its = divide(lines, changed, columns, new KnownText.Recorder());
        require(its.equals(all), shape, text, changed);
        alike++;
      }
    }
    return alike;
  }

  private static void require(boolean isSo, Shape shape, byte[] text, byte[] changed) {
    if (!isSo) {
      throw new AssertionError(
          shape
              + " of '"
              + new String(text, StandardCharsets.ISO_8859_1)
              + "' and '"
              + new String(changed, StandardCharsets.ISO_8859_1)
              + "'");
    }
  }

  /** Everything that discovery sees of a text, but its numbers. */
  private static String divide(
      ShapedText lines, byte[] text, int columns, KnownText.Recorder recorder) {
    Shape shape = lines.shape();
    StringBuilder all = new StringBuilder();
    if (shape.heading() != Shape.Heading.NONE) {
      lines.begin(text, text.length, false, 0);
      while (lines.nextHeading()) {
        all.append("heading ").append(PathText.decode(lines.heading())).append('\n');
      }
    }
    lines.begin(text, text.length, false, columns);
    while (shape.header() == Shape.Header.ONCE && lines.nextHeaderWord()) {
      all.append(PathText.decode(lines.columnKey())).append(' ');
    }
    boolean hasKeys =
        shape.rowKey() == Shape.RowKey.WORD || shape.rowKey() == Shape.RowKey.BEFORE_COLON;
    while (lines.nextLine()) {
      all.append('\n').append(lines.line()).append(' ').append(lines.section());
      all.append(hasKeys ? " " + PathText.decode(lines.rowKey()) : "");
      while (lines.nextCell()) {
        recorder.cell(lines);
        boolean hasColumnKey =
            shape.header() == Shape.Header.PER_PAIR
                || shape.columnKey() == Shape.ColumnKey.WORD_BEFORE
                || shape.columnKey() == Shape.ColumnKey.BEFORE_EQUALS;
        all.append(' ');
        all.append(hasColumnKey ? PathText.decode(lines.columnKey()) : "" + lines.column());
        all.append(lines.isNumber() ? "=#" : "=" + lines.word());
      }
      recorder.endOfCells(lines);
      all.append(lines.isBroken() ? " broken by " + lines.oddWord() : "");
      all.append(lines.isAlone() ? " alone" : "");
      all.append(shape.isUniform() ? " of " + lines.words() : "");
    }
    return all.append('\n').append(lines.linesWithoutKey()).toString();
  }

  private static byte[] change(byte[] text, Random random) {
    int at = random.nextInt(text.length + 1);
    if (random.nextInt(4) > 0) {
      // Most often a digit, so that some changes are of numbers alone.
      for (int i = 0; i < 8 && (at == text.length || text[at] < '0' || text[at] > '9'); i++) {
        at = random.nextInt(text.length + 1);
      }
    }
    // The first of them are digits.
    int kinds = random.nextBoolean() ? 10 : CHARACTERS.length();
    byte to = (byte) CHARACTERS.charAt(random.nextInt(kinds));
    boolean isReplaced = random.nextBoolean() && at < text.length;
    byte[] changed = Arrays.copyOf(text, text.length + (isReplaced ? 0 : 1));
    if (!isReplaced) {
      System.arraycopy(text, at, changed, at + 1, text.length - at);
    }
    changed[at] = to;
    return random.nextInt(4) == 0 && at < text.length ? without(text, at) : changed;
  }

  private static byte[] without(byte[] text, int at) {
    byte[] less = Arrays.copyOf(text, text.length - 1);
    System.arraycopy(text, at + 1, less, at, less.length - at);
    return less;
  }
}
