package io.statsfs.core.text;

import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reference implementation that divides a text into cells: with strings and lists, one step after
 * another.
 */
public final class PlainTable {
  private static final Pattern LIKE_A_NUMBER =
      Pattern.compile("[-+]?\\.?[0-9].*|[0-9a-fA-F]{8,}", Pattern.DOTALL);

  private final Shape shape;

  /** The rows in order; the first line of each. */
  public final Map<String, Row> rows = new LinkedHashMap<>();

  /** The columns of the header that all rows have. */
  public final List<String> header = new ArrayList<>();

  /** The keys of lines that are no first ones, but have the shape: once for each cell. */
  public final List<String> repeated = new ArrayList<>();

  /** A line: its cells by column, of those with one key the first. */
  public static final class Row {
    public final Map<String, String> cells = new LinkedHashMap<>();

    /** The columns that it has, perhaps without a cell. */
    public final List<String> columns = new ArrayList<>();

    public boolean isBroken;
    public boolean isAlone;
  }

  /**
   * A text, one char for a byte.
   *
   * @param columns how many there are if they have numbers
   */
  public PlainTable(Shape shape, String text, boolean isCut, int columns) {
    this.shape = shape;
    String whole =
        isCut && !shape.isOneLine() ? text.substring(0, text.lastIndexOf('\n') + 1) : text;
    List<String> lines = new ArrayList<>(Arrays.asList(whole.split("\n", -1)));
    lines.remove(lines.size() - 1);
    if (!whole.isEmpty() && !whole.endsWith("\n")) {
      lines.add(whole.substring(whole.lastIndexOf('\n') + 1));
    }
    int begin = Math.min(lines.size(), shape.skipLines());
    lines = new ArrayList<>(lines.subList(begin, lines.size()));
    if (shape.header() == Shape.Header.ONCE && !lines.isEmpty()) {
      List<String> words = words(lines.remove(0));
      header.addAll(words.subList(Math.min(words.size(), shape.headerWords()), words.size()));
    }
    if (shape.rowKey() != Shape.RowKey.LINE_NUMBER) {
      lines.removeIf(line -> words(line).isEmpty());
    }
    int known = shape.header() == Shape.Header.ONCE ? header.size() : columns;
    if (shape.rowKey() == Shape.RowKey.NONE) {
      Row row = new Row();
      rows.put("", row);
      if (!lines.isEmpty() && !(isCut && shape.isOneLine())) {
        read(row, cellWords(lines.get(0)), known);
      }
      row.isBroken |= lines.size() != 1 || isCut && shape.isOneLine();
      return;
    }
    String heading = "";
    for (int i = 0; i < lines.size(); i++) {
      String newHeading = heading(lines.get(i));
      if (newHeading != null) {
        heading = newHeading;
        continue;
      }
      String key = shape.rowKey() == Shape.RowKey.LINE_NUMBER ? "" + i : key(lines.get(i));
      if (key == null || heading.length() > Shape.HEADING_BYTES) {
        continue;
      } else if (shape.heading() != Shape.Heading.NONE) {
        key = heading + "\n" + key;
      }
      Row row = new Row();
      if (shape.header() != Shape.Header.PER_PAIR) {
        read(row, cellWords(lines.get(i)), known);
      } else if (i + 1 < lines.size() && key.equals(key(lines.get(i + 1)))) {
        readPair(row, cellWords(lines.get(i)), cellWords(lines.get(i + 1)));
        i++;
      } else {
        row.isAlone = true;
        row.isBroken = true;
      }
      if (rows.putIfAbsent(key, row) != null && !row.isBroken) {
        repeated.addAll(Collections.nCopies(row.columns.size(), key));
      }
    }
  }

  private boolean isBlank(char c) {
    return c == ' ' || c >= '\t' && c <= '\r' || shape.separators().indexOf(c) >= 0;
  }

  /** The text of a line that is a heading; null if it is none. */
  private @Nullable String heading(String line) {
    List<String> words = words(line);
    if (shape.heading() == Shape.Heading.NONE || words.isEmpty()) {
      return null;
    }
    int begin = line.indexOf(words.get(0));
    String last = words.get(words.size() - 1);
    String text = line.substring(begin, line.lastIndexOf(last) + last.length());
    if (shape.heading() == Shape.Heading.UNINDENTED) {
      return begin == 0 ? text : null;
    }
    return text.endsWith(":") ? text.substring(0, text.length() - 1) : null;
  }

  private List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (char c : (line + " ").toCharArray()) {
      if (!isBlank(c)) {
        word.append(c);
      } else if (word.length() > 0) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    return words;
  }

  /** What is behind the words that are dropped; null if there are fewer. */
  private @Nullable String withoutPrefix(String line) {
    int i = 0;
    if (shape.skipThrough() != 0) {
      i = line.lastIndexOf(shape.skipThrough()) + 1;
      if (i == 0) {
        return null;
      }
    }
    for (int n = 0; n < shape.prefixWords(); n++) {
      while (i < line.length() && isBlank(line.charAt(i))) {
        i++;
      }
      if (i == line.length()) {
        return null;
      }
      while (i < line.length() && !isBlank(line.charAt(i))) {
        i++;
      }
    }
    return line.substring(i);
  }

  private @Nullable String key(String line) {
    String rest = withoutPrefix(line);
    if (rest == null) {
      return null;
    }
    if (shape.rowKey() == Shape.RowKey.BEFORE_COLON) {
      int colon = rest.indexOf(':');
      List<String> words = colon < 0 ? List.of() : words(rest.substring(0, colon));
      if (words.isEmpty()) {
        return null;
      }
      int begin = rest.indexOf(words.get(0));
      String last = words.get(words.size() - 1);
      return rest.substring(begin, rest.lastIndexOf(last, colon) + last.length());
    }
    List<String> words = words(rest);
    if (Math.max(shape.rowKeyWord(), shape.secondRowKeyWord()) >= words.size()) {
      return null;
    }
    String key = words.get(shape.rowKeyWord());
    if (shape.secondRowKeyWord() >= 0) {
      key += " " + words.get(shape.secondRowKeyWord());
    }
    key = key.endsWith(":") ? key.substring(0, key.length() - 1) : key;
    return key.isEmpty() ? null : key;
  }

  private List<String> cellWords(String line) {
    String rest = withoutPrefix(line);
    if (rest == null) {
      return List.of();
    } else if (shape.rowKey() == Shape.RowKey.BEFORE_COLON) {
      return words(rest.substring(rest.indexOf(':') + 1));
    }
    List<String> words = words(rest);
    if (shape.secondRowKeyWord() >= 0) {
      words.remove(shape.secondRowKeyWord());
    }
    if (shape.rowKeyWord() >= 0) {
      words.remove(shape.rowKeyWord());
    }
    return words;
  }

  private boolean isNumber(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.ISO_8859_1);
    SampleMemory memory = new SampleMemory(1);
    if (shape.radix() == 10) {
      return NumberText.isNumber(bytes, 0, bytes.length, false);
    }
    NumberText.putDigits(bytes, 0, bytes.length, shape.radix(), false, memory, 0);
    return memory.status(0) == Status.OK;
  }

  private static void add(Row row, String column, String word) {
    row.columns.add(column);
    row.cells.putIfAbsent(column, word);
  }

  private void read(Row row, List<String> words, int known) {
    int cells = 0;
    List<String> trailing = List.of();
    switch (shape.columnKey()) {
      case POSITION, HEADER -> {
        cells = Math.min(words.size(), known);
        for (int i = 0; i < cells; i++) {
          add(row, header.isEmpty() ? "" + i : header.get(i), words.get(i));
        }
        trailing = words.subList(cells, words.size());
      }
      case WORD_BEFORE -> {
        cells = words.size() / 2;
        for (int i = 0; i < cells; i++) {
          add(row, words.get(2 * i), words.get(2 * i + 1));
        }
        trailing = words.subList(2 * cells, words.size());
      }
      case BEFORE_EQUALS -> {
        for (String word : words) {
          if (word.indexOf('=') < 0) {
            row.isBroken = true;
            return;
          }
          cells++;
          add(row, word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
        }
      }
    }
    row.isBroken = cells < shape.leastColumns();
    for (int i = 0; i < cells && shape.isUniform(); i++) {
      row.isBroken |= !isNumber(words.get(i));
    }
    if (shape.trailingWords() != Shape.ANY) {
      row.isBroken |=
          trailing.size() > shape.trailingWords()
              || trailing.stream().anyMatch(word -> LIKE_A_NUMBER.matcher(word).matches());
    }
  }

  private void readPair(Row row, List<String> columns, List<String> words) {
    for (int i = 0; i < Math.min(columns.size(), words.size()); i++) {
      row.cells.putIfAbsent(columns.get(i), words.get(i));
    }
    row.columns.addAll(columns);
    row.isBroken =
        columns.size() != words.size()
            || Math.min(columns.size(), words.size()) < shape.leastColumns();
  }

  /** All columns, in the order in which they come first. */
  public Set<String> columns() {
    Set<String> all = new LinkedHashSet<>(header);
    rows.values().forEach(row -> all.addAll(row.columns));
    return all;
  }

  /** How much of the text a plan with these rows, columns and wanted cells does not know. */
  public int unknownCells(
      Set<String> knownRows,
      Set<String> knownColumns,
      Set<String> wantedRows,
      Set<List<String>> wantedCells) {
    int unknownCells = 0;
    unknownCells +=
        (int) new ArrayList<>(header).stream().filter(c -> !knownColumns.contains(c)).count();
    for (Map.Entry<String, Row> entry : rows.entrySet()) {
      Row row = entry.getValue();
      if (row.isBroken) {
        continue;
      } else if (!knownRows.contains(entry.getKey())) {
        unknownCells += row.columns.size();
      } else if (wantedRows.contains(entry.getKey())
          && shape.columnKey() != Shape.ColumnKey.POSITION) {
        if (shape.header() != Shape.Header.ONCE) {
          unknownCells += (int) row.columns.stream().filter(c -> !knownColumns.contains(c)).count();
        }
        for (String column : row.cells.keySet()) {
          boolean isWanted = wantedCells.contains(List.of(entry.getKey(), column));
          unknownCells += knownColumns.contains(column) && !isWanted ? 1 : 0;
        }
      }
    }
    return unknownCells + (int) repeated.stream().filter(key -> !knownRows.contains(key)).count();
  }

  /** The columns that the text has, as far as rows are looked at. */
  public Set<String> met(Set<String> wantedRows) {
    Set<String> met = new HashSet<>(header);
    rows.forEach(
        (key, row) -> {
          if (wantedRows.contains(key)) {
            met.addAll(row.columns);
          }
        });
    return met;
  }
}
