package io.statsfs.spi;

import java.util.List;
import java.util.Objects;

/**
 * A file of several values whose shape is known. Nothing is guessed: a text of another shape gives
 * no value.
 *
 * @param path of the file, relative to the directory of a source, or below the root where the
 *     layout names no directories; empty if the root itself is the file
 * @param shape how the text is divided into cells
 * @param tables which cells are stats; at least one
 */
public record FileDeclaration(String path, Shape shape, List<TableDeclaration> tables) {

  /**
   * A file.
   *
   * @param path of the file
   * @param shape how the text is divided into cells
   * @param tables which cells are stats; at least one
   * @throws IllegalArgumentException if there is no table, or if an axis does not fit the shape:
   *     the rows are {@linkplain Axis#single single} if, and only if, there is no row key; single
   *     columns, and names of numbers, need columns by position; names of rows line numbers
   */
  public FileDeclaration {
    Objects.requireNonNull(path, "path");
    tables = List.copyOf(tables);
    if (tables.isEmpty()) {
      throw new IllegalArgumentException("File '" + path + "' has no table");
    }
    boolean isByPosition = shape.columnKey() == Shape.ColumnKey.POSITION;
    for (TableDeclaration table : tables) {
      boolean isSingleRow = table.rows().meaning() == Axis.Meaning.SINGLE;
      if (isSingleRow != (shape.rowKey() == Shape.RowKey.NONE)) {
        throw new IllegalArgumentException("One row and no row key need each other");
      } else if (!isByPosition && table.columns().meaning() == Axis.Meaning.SINGLE) {
        throw new IllegalArgumentException("One column needs columns by position");
      } else if (!isByPosition && !table.columns().names().isEmpty()
          || shape.rowKey() != Shape.RowKey.LINE_NUMBER && !table.rows().names().isEmpty()) {
        throw new IllegalArgumentException("Only numbers can be given names");
      }
    }
  }

  /**
   * A file of {@code NAME NUMBER [UNIT]} lines, all of which are stats.
   *
   * @param path as above
   * @param stats what is known of them; may be empty
   * @return the file
   */
  public static FileDeclaration flatKeyed(String path, List<StatDeclaration> stats) {
    return new FileDeclaration(
        path,
        Shape.FLAT_KEYED,
        List.of(new TableDeclaration(null, Axis.stats("*"), Axis.single(), stats)));
  }
}
