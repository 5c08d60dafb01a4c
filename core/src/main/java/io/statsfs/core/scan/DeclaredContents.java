package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.LIMIT_EXCEEDED;
import static io.statsfs.Problem.Kind.MALFORMED;
import static io.statsfs.Problem.Kind.NO_STATS;
import static java.util.stream.Collectors.joining;

import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.ShapedText;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file whose shape and tables are declared. */
final class DeclaredContents implements FileContents {
  /** What samples know of a file must not fill the memory. */
  private static final int MOST_CELLS = 1 << 20;

  /** In a message. */
  private static final int SHOWN_KEYS = 4;

  private final Place place;
  private final Schema shipped;
  private final FileDeclaration file;
  private final List<Schema> declared;
  private final ShapedText lines;
  private final TableKeys rows = new TableKeys();
  private final TableKeys columns = new TableKeys();
  private final Map<String, Schema.Metric> metrics = new HashMap<>();

  /** What was said of lines without the shape, for as long as there are any. */
  private @Nullable Finding broken;

  DeclaredContents(Place place, Schema shipped, FileDeclaration file) {
    this.place = place;
    this.shipped = shipped;
    this.file = file;
    declared = file.tables().stream().map(table -> Schema.of(table.stats())).toList();
    lines = new ShapedText(file.shape());
  }

  @Override
  public Shape shape() {
    return file.shape();
  }

  /** The stats of a table, by the values of its labels. */
  private static final class Groups {
    final Map<List<String>, Group> groups = new LinkedHashMap<>();
  }

  /** A word of a line, until the line is known to have the shape. */
  private record Word(String key, TableKey column) {}

  @Override
  public Found read(byte[] text, int length, boolean isCut, Runnable step) {
    rows.begin();
    columns.begin();
    boolean isOneRow = shape().rowKey() == Shape.RowKey.NONE;
    boolean isOneLine = shape().isOneLine();
    boolean isTooLong = isOneLine && length >= FilePlan.VALUE_BYTES;
    boolean numbersColumns = shape().columnKey() == Shape.ColumnKey.POSITION;
    int known = knownColumns();
    lines.begin(text, length, isCut && !isOneLine, known);
    List<Word> header = new ArrayList<>();
    if (shape().header() == Shape.Header.ONCE) {
      while (lines.nextHeaderWord()) {
        // Of columns with one name the first counts.
        boolean isFirst = !columns.has(PathText.decode(lines.columnKey()));
        Word word = keyedWord();
        header.add(isFirst ? word : new Word("", word.column));
      }
    }
    if (numbersColumns && known < Integer.MAX_VALUE) {
      for (int i = 0; i < known; i++) {
        numberedColumn(i);
      }
    }
    List<Groups> tables = file.tables().stream().map(table -> new Groups()).toList();
    List<Word> words = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int all = 0;
    int without = 0;
    while (lines.nextLine()) {
      step.run();
      all++;
      words.clear();
      String row = rowKey();
      int number = lines.line();
      if (shape().rowKey() == Shape.RowKey.LINE_NUMBER) {
        // Also if it does not have the shape, so that the rows are numbered without a gap.
        rows.of(number, () -> TableKey.of(number));
      } else if (!isOneRow && !seen.add(row)) {
        continue;
      }
      while (lines.nextCell()) {
        words.add(word(header));
      }
      if (lines.isBroken() || isTooLong || isOneRow && all > 1) {
        without++;
        continue;
      } else if (words.isEmpty()) {
        continue;
      }
      TableKey key =
          switch (shape().rowKey()) {
            case NONE -> rows.of(0, () -> TableKey.of(0));
            case LINE_NUMBER -> rows.of(number, () -> TableKey.of(number));
            case WORD, BEFORE_COLON -> {
              byte[] bytes = lines.rowKey();
              yield rows.of(row, () -> TableKey.of(bytes));
            }
          };
      add(row, key, words, tables);
    }
    lines.end();
    return found(tables, all, isOneRow && without > 0 ? all : without, isOneRow && without > 0);
  }

  /** How many columns there are if they have numbers; any number if only the text shows it. */
  private int knownColumns() {
    int known = 0;
    for (TableDeclaration table : file.tables()) {
      if (table.columns().meaning() == Axis.Meaning.SINGLE) {
        known = Math.max(known, Math.max(1, table.columns().names().size()));
      } else if (table.columns().names().isEmpty()) {
        return Integer.MAX_VALUE;
      } else {
        known = Math.max(known, table.columns().names().size());
      }
    }
    return known;
  }

  private TableKey numberedColumn(int number) {
    return columns.of(number, () -> TableKey.of(number));
  }

  private Word keyedWord() {
    byte[] bytes = lines.columnKey();
    String key = PathText.decode(bytes);
    return new Word(key, columns.of(key, () -> TableKey.of(bytes)));
  }

  private Word word(List<Word> header) {
    return switch (shape().columnKey()) {
      case POSITION -> new Word("", numberedColumn(lines.column()));
      case HEADER ->
          shape().header() == Shape.Header.ONCE ? header.get(lines.column()) : keyedWord();
      case WORD_BEFORE, BEFORE_EQUALS -> keyedWord();
    };
  }

  private String rowKey() {
    return switch (shape().rowKey()) {
      case NONE -> "";
      case LINE_NUMBER -> Integer.toString(lines.line());
      case WORD, BEFORE_COLON -> PathText.decode(lines.rowKey());
    };
  }

  private void add(String row, TableKey rowKey, List<Word> words, List<Groups> tables) {
    // A cell belongs to the first table that has it, and of columns with one name the first counts.
    Set<TableKey> taken = new HashSet<>();
    for (int t = 0; t < tables.size(); t++) {
      TableDeclaration table = file.tables().get(t);
      String rowName = name(table.rows(), row, rowKey);
      Map<String, String> rowLabels = rowName == null ? null : table.rows().match(rowName);
      if (rowLabels == null) {
        continue;
      }
      for (Word word : words) {
        String columnName = name(table.columns(), word.key, word.column);
        Map<String, String> labels = columnName == null ? null : table.columns().match(columnName);
        boolean isNamed = shape().columnKey() == Shape.ColumnKey.POSITION || !word.key.isEmpty();
        if (labels != null && isNamed && taken.add(word.column)) {
          String name =
              table.rows().meaning() == Axis.Meaning.STATS
                  ? rowName
                  : table.columns().meaning() == Axis.Meaning.STATS
                      ? columnName
                      : table.stats().get(0).name().toString();
          group(tables.get(t), table, rowLabels, labels)
              .cells()
              .add(new CellFound(name, metric(t, name), rowKey, word.column));
        }
      }
    }
  }

  /** The key as its table knows it; null if it is none of the table's. */
  private static @Nullable String name(Axis axis, String text, TableKey key) {
    if (axis.meaning() == Axis.Meaning.SINGLE) {
      boolean isFirst = key.bytes() != null || key.number() == 0;
      return (axis.names().isEmpty() ? isFirst : axis.key(key.number()).isPresent()) ? "" : null;
    }
    return key.bytes() == null ? axis.key(key.number()).orElse(null) : text;
  }

  private Group group(
      Groups groups,
      TableDeclaration table,
      Map<String, String> rowLabels,
      Map<String, String> columnLabels) {
    Map<String, String> labels = new LinkedHashMap<>(place.labels());
    labels.putAll(rowLabels);
    labels.putAll(columnLabels);
    List<String> values = new ArrayList<>(rowLabels.values());
    values.addAll(columnLabels.values());
    return groups.groups.computeIfAbsent(
        values,
        key ->
            new Group(
                place.table(table.subsystem(), key, Collections.unmodifiableMap(labels)),
                new ArrayList<>()));
  }

  private Schema.Metric metric(int table, String name) {
    return metrics.computeIfAbsent(
        table + " " + name,
        key -> {
          Schema.Metric ofTable = declared.get(table).find(name);
          Schema.Metric metric = ofTable == null ? shipped.find(name) : ofTable;
          metric = metric == null ? Schema.Metric.UNKNOWN : metric;
          return metric.byDefault() == null && !file.tables().get(table).isDefault()
              ? metric.withDefault(false)
              : metric;
        });
  }

  private Found found(List<Groups> tables, int all, int without, boolean isNoRow) {
    List<TableKey> rowKeys = rows.all();
    List<TableKey> columnKeys = columns.all();
    if ((long) rowKeys.size() * columnKeys.size() > MOST_CELLS) {
      return new Found(
          List.of(),
          List.of(),
          List.of(),
          new Finding(
              LIMIT_EXCEEDED,
              "too many cells",
              "more than " + MOST_CELLS + " rows times columns; it is not read"));
    }
    List<Group> groups = new ArrayList<>();
    if (!isNoRow) {
      tables.forEach(table -> groups.addAll(table.groups.values()));
    }
    if (without > 0) {
      if (broken == null) {
        broken =
            new Finding(
                MALFORMED,
                "lines of another form",
                without
                    + " of "
                    + all
                    + " lines are not '"
                    + shape()
                    + "', as the layout "
                    + place.tree().layout()
                    + " declares; they give no value");
      }
      return new Found(rowKeys, columnKeys, groups, broken);
    }
    broken = null;
    Finding empty = null;
    if (groups.isEmpty()) {
      empty =
          all == 0
              ? new Finding(MALFORMED, "no line", "has no line, so it gives no stat")
              : new Finding(
                  NO_STATS,
                  "no cell is declared",
                  "holds no stats: no cell is in a row and a column that layout "
                      + place.tree().layout()
                      + " declares, "
                      + file.tables().stream()
                          .map(DeclaredContents::declared)
                          .collect(joining(", or "))
                      + "; there are "
                      + some("rows", rowKeys)
                      + " and "
                      + some("columns", columnKeys));
    }
    return new Found(rowKeys, columnKeys, groups, empty);
  }

  private static String declared(TableDeclaration table) {
    return "rows " + keys(table.rows()) + " and columns " + keys(table.columns());
  }

  private static String keys(Axis axis) {
    if (axis.meaning() == Axis.Meaning.SINGLE) {
      return "by position";
    }
    List<?> keys = axis.names().isEmpty() ? axis.patterns() : axis.names();
    return keys + (axis.excluded().isEmpty() ? "" : " but not " + axis.excluded());
  }

  /** How many keys there are, and the first of them. */
  private static String some(String what, List<TableKey> keys) {
    String first =
        keys.stream()
            .filter(key -> key.bytes() != null)
            .limit(SHOWN_KEYS)
            .map(key -> PathText.decode(Objects.requireNonNull(key.bytes())))
            .collect(joining(", "));
    return keys.size()
        + " "
        + what
        + (first.isEmpty() ? "" : " (" + first + (keys.size() > SHOWN_KEYS ? ", ..." : "") + ")");
  }
}
