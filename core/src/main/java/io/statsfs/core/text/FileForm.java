package io.statsfs.core.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.statsfs.Stat;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The forms that files of statistics have: those of {@code /proc}, cgroups and ZFS. A file that
 * nothing declares is read if the whole of its text is of a form that names all of its values
 * ({@link #ofWhole}, {@link FlatKeyedText}). For any other a problem says what it seems to be,
 * which is a guess for people: no value is taken by it.
 */
public enum FileForm {
  /** Two header lines, then as {@code hits 4 178707397}: a type before the value. */
  NAME_TYPE_DATA(
      "'name type data' (a ZFS kstat)", Shape.builder().skipLines(2).rowKeyWord(0).build()),
  /** {@code Tcp: InSegs OutSegs}, then {@code Tcp: 12 13}, as {@code /proc/net/snmp}. */
  HEADER_AND_VALUE_LINES(
      "header and value lines (in pairs, with one name)",
      Shape.builder().header(Shape.Header.PER_PAIR).rowKeyBeforeColon().build()),
  /** {@code some avg10=0.00 total=12}, as {@code /proc/pressure/cpu}. */
  NESTED_KEYED(
      "nested-keyed lines ('KEY SUB=VALUE')",
      Shape.builder().rowKeyWord(0).columnKey(Shape.ColumnKey.BEFORE_EQUALS).build()),
  /** {@code Node 0 MemTotal: 16 kB}, as {@code node0/meminfo}. */
  PREFIXED("prefixed lines (words before the name)"),
  /** {@code TCP: inuse 27 orphan 0}, as {@code /proc/net/sockstat}. */
  ALTERNATING(
      "alternating names and values",
      Shape.builder().rowKeyBeforeColon().columnKey(Shape.ColumnKey.WORD_BEFORE).build()),
  /** A header, then rows, as {@code /proc/interrupts}. */
  NAMED_COLUMNS("named columns (a table with a header)"),
  /** Rows of numbers without a header, as {@code /proc/diskstats}. */
  FIXED_COLUMNS("fixed columns (rows of numbers without a header)"),
  /** One word, as {@code /proc/sys/fs/nr_open}. */
  VALUE("a single value", Shape.VALUE),
  /** {@code MemTotal: 16 kB}, as {@code /proc/meminfo}; recognized by {@link FlatKeyedText}. */
  NAMES_AND_NUMBERS("names and numbers ('NAME NUMBER [UNIT]')"),
  /** Anything else, as {@code /proc/mdstat}. */
  FREE_TEXT("free text");

  /** More lines are not looked at. */
  static final int MOST_LINES = 100;

  /** No more of a line is looked at. */
  static final int MOST_CHARACTERS = 1000;

  private static final String KSTAT = "name type data";
  private static final byte[] NO_KEY = {};

  /** A device in files of cgroups, as {@code 8:0}. */
  private static final Pattern DEVICE = Pattern.compile("[0-9]+:[0-9]+");

  private static final Pattern BLANKS = Pattern.compile("[ \\t-\\r]+");
  private static final Pattern NESTED = Pattern.compile("[^=:]+=.*|[A-Za-z]+:[^:]+");

  private final String words;

  /** Of a whole text; null for forms that do not name all values, or are not recognized here. */
  private final @Nullable Shape shape;

  FileForm(String words) {
    this(words, null);
  }

  FileForm(String words, @Nullable Shape shape) {
    this.words = words;
    this.shape = shape;
  }

  /**
   * Whether a whole text of this form is read without a declaration.
   *
   * @return true if so
   */
  public boolean isRecognized() {
    return shape != null || this == NAMES_AND_NUMBERS;
  }

  /** The form in words, to come behind 'it seems to be'. */
  @Override
  public String toString() {
    return words;
  }

  /**
   * The form that all of a text has: each line has the form, each value is a number and has a name,
   * which does not look like a number, and each name is there once.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param step called for each line
   * @return the form; empty if the text is of none
   */
  public static Optional<FileForm> ofWhole(byte[] text, int length, Runnable step) {
    return Stream.of(values())
        .filter(form -> form.shape != null && form.isOfWhole(text, length, step))
        .findFirst();
  }

  private boolean isOfWhole(byte[] text, int length, Runnable step) {
    ShapedText lines = new ShapedText(Objects.requireNonNull(shape));
    if (this == NAME_TYPE_DATA && !hasHeaderOfKstat(text, length)) {
      return false;
    }
    Set<String> rows = new HashSet<>();
    Set<String> columns = new HashSet<>();
    lines.begin(text, length, false, valueColumn() + 1);
    while (lines.nextLine()) {
      step.run();
      byte[] row = shape.rowKey() == Shape.RowKey.NONE ? NO_KEY : lines.rowKey();
      if (!isName(row) || !rows.add(PathText.decode(row))) {
        return false;
      }
      columns.clear();
      int cells = 0;
      while (lines.nextCell()) {
        byte[] column =
            shape.columnKey() == Shape.ColumnKey.POSITION
                ? new byte[] {(byte) ('a' + cells)}
                : lines.columnKey();
        cells++;
        if (!NumberText.isNumber(text, lines.from(), lines.to(), false)
            || NumberText.isLikeANumber(column, 0, column.length)
            || !columns.add(PathText.decode(column))) {
          return false;
        }
      }
      if (lines.isBroken() || cells <= valueColumn()) {
        return false;
      }
    }
    return lines.linesWithoutKey() == 0 && !rows.isEmpty();
  }

  /** Whether a key can be that of a row: one word, which is no value. */
  private boolean isName(byte[] key) {
    for (byte b : key) {
      if (NumberText.isSpace(b) || b == '=') {
        return false;
      }
    }
    return key == NO_KEY
        || !NumberText.isLikeANumber(key, 0, key.length)
        || this == NESTED_KEYED && DEVICE.matcher(new String(key, ISO_8859_1)).matches();
  }

  private int valueColumn() {
    return this == NAME_TYPE_DATA ? 1 : 0;
  }

  private static boolean hasHeaderOfKstat(byte[] text, int length) {
    String[] lines = new String(text, 0, Math.min(length, MOST_CHARACTERS), ISO_8859_1).split("\n");
    return lines.length > 2 && String.join(" ", BLANKS.split(lines[1].strip())).equals(KSTAT);
  }

  /**
   * How a whole text of this form is read: the keys of its rows are values of a label {@code row},
   * unless they are names of stats. The stat of a single value is {@code value}.
   *
   * @return the declaration
   * @throws IllegalStateException if the form is none of {@link #ofWhole}
   */
  public FileDeclaration declaration() {
    Axis rows =
        switch (this) {
          case VALUE -> Axis.single();
          case NAME_TYPE_DATA -> Axis.stats("*");
          default -> Axis.labels("{row}");
        };
    Axis columns =
        switch (this) {
          case VALUE -> Axis.single();
          case NAME_TYPE_DATA -> Axis.position(valueColumn());
          default -> Axis.stats("*");
        };
    List<StatDeclaration> stats =
        this == VALUE
            ? List.of(StatDeclaration.builder("value", Stat.Kind.LEVEL).build())
            : List.of();
    if (shape == null) {
      throw new IllegalStateException(this + " is not read without a declaration");
    }
    return FileDeclaration.of("", shape, List.of(TableDeclaration.of(null, rows, columns, stats)));
  }

  /**
   * Guesses.
   *
   * @param lines those that are no {@code name value}, at most {@link #MOST_LINES}
   * @param all the lines of the file
   */
  static FileForm of(List<String> lines, int all) {
    List<String[]> rows = new ArrayList<>();
    lines.forEach(line -> rows.add(BLANKS.split(line.strip())));
    if (rows.stream().anyMatch(row -> String.join(" ", row).equals(KSTAT))) {
      return NAME_TYPE_DATA;
    } else if (all == 1 && rows.size() == 1 && rows.get(0).length == 1) {
      return VALUE;
    } else if (hasPairs(rows)) {
      return HEADER_AND_VALUE_LINES;
    } else if (most(rows, FileForm::isNested)) {
      return NESTED_KEYED;
    } else if (most(rows, FileForm::isPrefixed)) {
      return PREFIXED;
    } else if (most(rows, FileForm::isAlternating)) {
      return ALTERNATING;
    } else if (isBelowHeader(rows)) {
      return NAMED_COLUMNS;
    }
    return most(rows, row -> 2 * numbers(row, 0) >= Math.max(4, row.length))
        ? FIXED_COLUMNS
        : FREE_TEXT;
  }

  private static boolean most(List<String[]> rows, Predicate<String[]> form) {
    return !rows.isEmpty() && 2 * rows.stream().filter(form).count() >= rows.size();
  }

  private static boolean hasPairs(List<String[]> rows) {
    for (int i = 1; i < rows.size(); i++) {
      String[] header = rows.get(i - 1);
      String[] values = rows.get(i);
      if (header[0].endsWith(":")
          && header[0].equals(values[0])
          && values.length > 1
          && numbers(header, 1) == 0
          && numbers(values, 1) == values.length - 1) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNested(String[] row) {
    int nested = 0;
    for (String word : row) {
      nested += NESTED.matcher(word).matches() ? 1 : 0;
    }
    return nested > 0 && 2 * nested >= row.length - 1;
  }

  private static boolean isPrefixed(String[] row) {
    for (int i = 1; i < row.length - 1; i++) {
      if (row[i].length() > 1 && row[i].endsWith(":")) {
        return isNumber(row[i + 1]) && row.length <= i + 3;
      }
    }
    return false;
  }

  private static boolean isAlternating(String[] row) {
    for (int i = 1; i < row.length; i++) {
      if (isNumber(row[i]) == (i % 2 == 1)) {
        return false;
      }
    }
    return row.length >= 3 && row.length % 2 == 1 && row[0].endsWith(":");
  }

  /** A line without numbers among the first, and rows that have as many words as each other. */
  private static boolean isBelowHeader(List<String[]> rows) {
    for (int header = 0; header < Math.min(3, rows.size() - 1); header++) {
      int columns = rows.get(header).length;
      if (numbers(rows.get(header), 0) == 0) {
        List<String[]> below = rows.subList(header + 1, rows.size());
        Map<Integer, Integer> lengths = new HashMap<>();
        below.forEach(row -> lengths.merge(row.length, 1, Integer::sum));
        long matching =
            below.stream()
                .filter(
                    row ->
                        numbers(row, 0) >= 2 && 2 * lengths.get(row.length) >= below.size()
                            || row.length > columns && numbers(row, 1, columns + 1) == columns)
                .count();
        if (2 * matching > below.size()) {
          return true;
        }
      }
    }
    return false;
  }

  private static int numbers(String[] row, int from) {
    return numbers(row, from, row.length);
  }

  private static int numbers(String[] row, int from, int to) {
    int numbers = 0;
    for (int i = from; i < to; i++) {
      numbers += isNumber(row[i]) ? 1 : 0;
    }
    return numbers;
  }

  private static boolean isNumber(String word) {
    byte[] bytes = word.getBytes(ISO_8859_1);
    return NumberText.isLikeANumber(bytes, 0, bytes.length);
  }
}
