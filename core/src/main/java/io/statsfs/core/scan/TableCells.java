package io.statsfs.core.scan;

import io.statsfs.spi.Keys;
import io.statsfs.spi.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The rows and columns that a file had when it was looked at last. Immutable. */
public final class TableCells {
  private final Keys rows;
  private final Keys columns;
  private final Map<TableKey, Integer> rowNumbers = new IdentityHashMap<>();
  private final Map<TableKey, Integer> columnNumbers = new IdentityHashMap<>();

  TableCells(Shape shape, List<TableKey> rows, List<TableKey> columns) {
    boolean numbersRows =
        shape.rowKey() == Shape.RowKey.NONE || shape.rowKey() == Shape.RowKey.LINE_NUMBER;
    this.rows = keys(rows, numbersRows, rowNumbers);
    this.columns = keys(columns, shape.columnKey() == Shape.ColumnKey.POSITION, columnNumbers);
  }

  private static Keys keys(
      List<TableKey> keys, boolean areNumbers, Map<TableKey, Integer> numbers) {
    for (TableKey key : keys) {
      numbers.put(key, numbers.size());
    }
    if (areNumbers) {
      return Keys.numbers(keys.size());
    }
    List<byte[]> bytes = new ArrayList<>(keys.size());
    for (TableKey key : keys) {
      bytes.add(Objects.requireNonNull(key.bytes()));
    }
    return Keys.of(bytes);
  }

  /**
   * The rows.
   *
   * @return their keys
   */
  public Keys rows() {
    return rows;
  }

  /**
   * The columns.
   *
   * @return their keys
   */
  public Keys columns() {
    return columns;
  }

  /** The number of a cell, row after row; -1 if the file does not have it any more. */
  int number(TableKey row, TableKey column) {
    Integer rowNumber = rowNumbers.get(row);
    Integer columnNumber = columnNumbers.get(column);
    return rowNumber == null || columnNumber == null
        ? -1
        : rowNumber * columns.size() + columnNumber;
  }
}
