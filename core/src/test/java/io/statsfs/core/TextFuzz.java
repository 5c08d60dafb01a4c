package io.statsfs.core;

import io.statsfs.Status;
import io.statsfs.core.text.FileCells;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.TextCell;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names, numbers and files of many values, each compared with a reference implementation. Run by
 * Jazzer, which calls {@link #fuzzerTestOneInput}, and by {@link FuzzCorpusTest}.
 */
public final class TextFuzz {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

  private static final String BLANK = "[ \\t-\\r]";
  private static final String DIGITS = "[-+]?(?:0|[1-9][0-9]*)";
  private static final Pattern INTEGER = Pattern.compile(DIGITS);
  private static final Pattern HEX = Pattern.compile("0[xX]([0-9a-fA-F]{1,16})");
  private static final Pattern DECIMAL = Pattern.compile(DIGITS + "\\.[0-9]+");
  private static final Pattern FLOAT =
      Pattern.compile(DIGITS + "(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?");
  private static final Pattern LIKE_A_NUMBER =
      Pattern.compile("[-+]?\\.?[0-9].*|[0-9a-fA-F]{8,}", Pattern.DOTALL);

  private TextFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    String name = PathText.decode(bytes);
    require(Arrays.equals(bytes, PathText.encode(name)), "another name: " + name);
    number(bytes);
    lines(bytes);
  }

  private static void number(byte[] bytes) {
    SampleMemory memory = new SampleMemory(2);
    NumberText.put(bytes, 0, bytes.length, false, memory, 0);
    NumberText.put(bytes, 0, bytes.length, true, memory, 1);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    check(text, false, memory, 0);
    check(text, true, memory, 1);
  }

  /** The number that a text is: an integer as BigInteger, a double, or null. */
  private static @Nullable Number numberOf(String text, boolean isFloat) {
    String word = text.replaceAll("^" + BLANK + "+|" + BLANK + "+$", "");
    Matcher hex = HEX.matcher(word);
    BigInteger integer = null;
    if (hex.matches()) {
      integer = new BigInteger(hex.group(1), 16);
    } else if (INTEGER.matcher(word).matches() && !isFloat) {
      integer = new BigInteger(word);
    }
    if (integer != null && isFloat) {
      return integer.doubleValue();
    } else if (integer != null) {
      return integer.compareTo(MIN) >= 0 && integer.compareTo(MAX) <= 0 ? integer : null;
    }
    return (isFloat ? FLOAT : DECIMAL).matcher(word).matches() ? Double.valueOf(word) : null;
  }

  private static void check(String text, boolean isFloat, SampleMemory memory, int index) {
    Number expected = numberOf(text, isFloat);
    if (expected instanceof BigInteger integer) {
      require(memory.status(index) == Status.OK, "an integer: " + text);
      require(memory.longValue(index) == integer.longValue(), "another integer: " + text);
      require(!memory.isDouble(index), "a double: " + text);
      require(
          memory.isUnsigned(index) == (integer.bitLength() == 64) || integer.signum() < 0,
          "another sign: " + text);
    } else if (expected == null || Double.isInfinite(expected.doubleValue())) {
      require(memory.status(index) == Status.NOT_A_NUMBER, "no number: " + text);
    } else {
      require(memory.status(index) == Status.OK && memory.isDouble(index), "a double: " + text);
      require(
          Double.compare(memory.doubleValue(index), expected.doubleValue()) == 0,
          memory.doubleValue(index) + ", but " + expected + ": " + text);
    }
  }

  /** A line in words; a name of a file whose lines are all text has no unit. */
  private record Words(String name, List<String> rest) {
    static Words of(String line) {
      List<String> words = new ArrayList<>(List.of(line.split(BLANK + "+")));
      words.removeIf(String::isEmpty);
      String name = words.isEmpty() ? "" : words.remove(0);
      return new Words(name.endsWith(":") ? name.substring(0, name.length() - 1) : name, words);
    }

    boolean fits() {
      return !name.isEmpty()
          && !LIKE_A_NUMBER.matcher(name).matches()
          && (rest.size() == 1 || rest.size() == 2 && !LIKE_A_NUMBER.matcher(rest.get(1)).matches())
          && numberOf(rest.get(0), false) != null;
    }
  }

  private static void lines(byte[] bytes) {
    List<FlatKeyedText.Line> expected = new ArrayList<>();
    // Of the first line of each name, if that fits.
    Map<String, String> values = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    int all = 0;
    for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\n")) {
      if (line.matches(BLANK + "*")) {
        continue;
      }
      all++;
      Words words = Words.of(line);
      String name = decode(words.name);
      if (names.add(name) && words.fits()) {
        String unit = words.rest.size() == 1 ? "" : decode(words.rest.get(1));
        expected.add(new FlatKeyedText.Line(name, unit));
        values.put(name, words.rest.get(0));
      }
    }
    FlatKeyedText.Content found = FlatKeyedText.read(bytes, bytes.length, name -> false);
    int unfit = all - expected.size();
    require(found.stats().equals(unfit == 0 ? expected : List.of()), found + ", but " + expected);
    require(found.lines() == all && found.unfit() == unfit, found + ", but " + unfit);
    require((found.form() == null) == (unfit == 0), found.toString());

    // Each second one first, so that they are not in the order of the text.
    List<String> mixed = new ArrayList<>();
    int i = 0;
    for (String name : values.keySet()) {
      mixed.add(i++ % 2 == 0 ? 0 : mixed.size(), name);
    }
    int[] slots = new int[mixed.size()];
    Arrays.setAll(slots, slot -> slot);
    Keys rows = Keys.of(mixed.stream().map(PathText::encode).toList());
    FilePlan plan =
        new FilePlan("f", Shape.FLAT_KEYED, rows, Keys.ONE, slots, new boolean[slots.length]);
    FileCells cells = new FileCells(plan, new FileCells.Shared());
    SampleMemory memory = new SampleMemory(slots.length);
    cells.put(bytes, bytes.length, false, memory);
    cells.put(bytes, bytes.length, false, memory);
    require(!cells.isOutdated(), "outdated");
    for (i = 0; i < slots.length; i++) {
      String value = values.get(mixed.get(i));
      check(value, false, memory, i);
      TextCell cell = new TextCell(Shape.FLAT_KEYED, rows, Keys.ONE, i);
      SampleMemory one = new SampleMemory(1);
      cell.put(bytes, bytes.length, false, false, false, one);
      check(value, false, one, 0);
      String read = cell.text(bytes, bytes.length, false).orElseThrow();
      require(read.equals(value), read + ", but " + value);
    }
  }

  private static String decode(String name) {
    return PathText.decode(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void require(boolean condition, String broken) {
    if (!condition) {
      throw new AssertionError(broken);
    }
  }
}
