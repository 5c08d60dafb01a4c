package io.statsfs.core.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The forms that files of statistics have, to say in a problem what a file seems to be that is not
 * read, or not all of it. A guess from lines that are no {@code name value}; no value is taken by
 * it. The forms are those of {@code /proc}, cgroups and ZFS.
 */
public enum FileForm {
  /** Two header lines, then as {@code hits 4 178707397}: a type before the value. */
  NAME_TYPE_DATA("'name type data' (a ZFS kstat)"),
  /** {@code Tcp: InSegs OutSegs}, then {@code Tcp: 12 13}, as {@code /proc/net/snmp}. */
  HEADER_AND_VALUE_LINES("header and value lines (in pairs, with one name)"),
  /** {@code some avg10=0.00 total=12}, as {@code /proc/pressure/cpu}. */
  NESTED_KEYED("nested-keyed lines ('KEY SUB=VALUE')"),
  /** {@code Node 0 MemTotal: 16 kB}, as {@code node0/meminfo}. */
  PREFIXED("prefixed lines (words before the name)"),
  /** {@code TCP: inuse 27 orphan 0}, as {@code /proc/net/sockstat}. */
  ALTERNATING("alternating names and values"),
  /** A header, then rows, as {@code /proc/interrupts}. */
  NAMED_COLUMNS("named columns (a table with a header)"),
  /** Rows of numbers without a header, as {@code /proc/diskstats}. */
  FIXED_COLUMNS("fixed columns (rows of numbers without a header)"),
  /** One word, as {@code /proc/sys/fs/nr_open}. */
  VALUE("a single value"),
  /** Anything else, as {@code /proc/mdstat}. */
  FREE_TEXT("free text");

  /** More lines are not looked at. */
  static final int MOST_LINES = 100;

  /** No more of a line is looked at. */
  static final int MOST_CHARACTERS = 1000;

  private static final Pattern BLANKS = Pattern.compile("[ \\t-\\r]+");
  private static final Pattern NESTED = Pattern.compile("[^=:]+=.*|[A-Za-z]+:[^:]+");

  private final String words;

  FileForm(String words) {
    this.words = words;
  }

  /** The form in words, to come behind 'it seems to be'. */
  @Override
  public String toString() {
    return words;
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
    if (rows.stream().anyMatch(row -> String.join(" ", row).equals("name type data"))) {
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
    byte[] bytes = word.getBytes(StandardCharsets.ISO_8859_1);
    return NumberText.isLikeANumber(bytes, 0, bytes.length);
  }
}
