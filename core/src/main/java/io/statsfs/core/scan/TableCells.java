package io.statsfs.core.scan;

import io.statsfs.spi.Keys;
import io.statsfs.spi.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows and columns that a file had when it was looked at last. Immutable; put in order when
 * something is sampled of them.
 */
public final class TableCells {
  private final Shape shape;
  private final List<TableKey> rowKeys;
  private final List<TableKey> columnKeys;
  private volatile @Nullable Index index;

  TableCells(Shape shape, List<TableKey> rows, List<TableKey> columns) {
    this.shape = shape;
    rowKeys = rows;
    columnKeys = columns;
  }

  private record Axis(Keys keys, Map<TableKey, Integer> numbers) {
    static Axis of(List<TableKey> keys, boolean areNumbers) {
      Map<TableKey, Integer> numbers = new IdentityHashMap<>();
      for (TableKey key : keys) {
        numbers.put(key, numbers.size());
      }
      if (areNumbers) {
        return new Axis(Keys.numbers(keys.size()), numbers);
      }
      List<byte[]> bytes = new ArrayList<>(keys.size());
      for (TableKey key : keys) {
        bytes.add(Objects.requireNonNull(key.bytes()));
      }
      return new Axis(Keys.of(bytes), numbers);
    }
  }

  private record Index(Axis rows, Axis columns) {}

  /** Two threads may make the same twice. */
  private Index index() {
    Index known = index;
    if (known == null) {
      boolean numbersRows =
          shape.rowKey() == Shape.RowKey.NONE || shape.rowKey() == Shape.RowKey.LINE_NUMBER;
      boolean numbersColumns = shape.columnKey() == Shape.ColumnKey.POSITION;
      known = new Index(Axis.of(rowKeys, numbersRows), Axis.of(columnKeys, numbersColumns));
      index = known;
    }
    return known;
  }

  /**
   * The rows.
   *
   * @return their keys
   */
  public Keys rows() {
    return index().rows.keys;
  }

  /**
   * The columns.
   *
   * @return their keys
   */
  public Keys columns() {
    return index().columns.keys;
  }

  /** The number of a cell, row after row; -1 if the file does not have it any more. */
  int number(TableKey row, TableKey column) {
    Index its = index();
    Integer rowNumber = its.rows.numbers.get(row);
    Integer columnNumber = its.columns.numbers.get(column);
    return rowNumber == null || columnNumber == null
        ? -1
        : rowNumber * columnKeys.size() + columnNumber;
  }
}
