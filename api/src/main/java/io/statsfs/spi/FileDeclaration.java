package io.statsfs.spi;

import java.util.List;
import java.util.Objects;

/**
 * A file of several values whose shape is known. Nothing is guessed: a text of another shape gives
 * no value.
 *
 * <p>Immutable; equal if everything is.
 */
public final class FileDeclaration {
  private final String path;
  private final Shape shape;
  private final List<TableDeclaration> tables;

  private FileDeclaration(String path, Shape shape, List<TableDeclaration> tables) {
    this.path = Objects.requireNonNull(path, "path");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.tables = List.copyOf(tables);
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
   * A file.
   *
   * @param path of the file, relative to the directory of a source, or below the root where the
   *     layout names no directories; empty if the root itself is the file
   * @param shape how the text is divided into cells
   * @param tables which cells are stats; at least one
   * @return the file
   * @throws IllegalArgumentException if there is no table, or if an axis does not fit the shape:
   *     the rows are {@linkplain Axis#single single} if, and only if, there is no row key; single
   *     columns, and names of numbers, need columns by position; names of rows line numbers
   */
  public static FileDeclaration of(String path, Shape shape, List<TableDeclaration> tables) {
    return new FileDeclaration(path, shape, tables);
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
        List.of(TableDeclaration.of(null, Axis.stats("*"), Axis.single(), stats)));
  }

  /**
   * Where the file is.
   *
   * @return a path relative to the directory of a source, or to the root; empty for the root itself
   */
  public String path() {
    return path;
  }

  /**
   * How the text is divided into cells.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Which cells are stats.
   *
   * @return at least one table
   */
  public List<TableDeclaration> tables() {
    return tables;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileDeclaration that
        && path.equals(that.path)
        && shape.equals(that.shape)
        && tables.equals(that.tables);
  }

  @Override
  public int hashCode() {
    return Objects.hash(path, shape, tables);
  }

  /** The path and the shape, for people. */
  @Override
  public String toString() {
    return "'" + path + "': " + shape;
  }
}
