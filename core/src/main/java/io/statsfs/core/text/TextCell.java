package io.statsfs.core.text;

import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.util.Arrays;
import java.util.Optional;

/** One cell of a file of several values, for those who read it alone. Stateless; allocates. */
public final class TextCell {
  private final Shape shape;
  private final Keys rows;
  private final Keys columns;
  private final int row;
  private final int column;

  /**
   * A cell.
   *
   * @param shape of the texts
   * @param rows the rows that are known
   * @param columns the columns that are known
   * @param number of the cell, row after row
   */
  public TextCell(Shape shape, Keys rows, Keys columns, int number) {
    this.shape = shape;
    this.rows = rows;
    this.columns = columns;
    row = number / columns.size();
    column = number % columns.size();
  }

  /**
   * Stores the value as the only one of a memory.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isCut whether the file may have more
   * @param isFloat whether it is a double
   * @param mayHaveNoValue whether a word of the shape may say that there is no value
   * @param memory where to store
   */
  public void put(
      byte[] text,
      int length,
      boolean isCut,
      boolean isFloat,
      boolean mayHaveNoValue,
      SampleMemory memory) {
    int[] slots = new int[rows.size() * columns.size()];
    Arrays.fill(slots, FilePlan.NOT_WANTED);
    slots[row * columns.size() + column] = 0;
    boolean[] floats = new boolean[slots.length];
    Arrays.fill(floats, isFloat);
    boolean[] noValues = new boolean[slots.length];
    Arrays.fill(noValues, mayHaveNoValue);
    FilePlan plan = new FilePlan("", shape, rows, columns, slots, floats, noValues);
    new FileCells(plan, new FileCells.Shared()).put(text, length, isCut, memory);
  }

  /**
   * The text of the cell.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isCut whether the file may have more
   * @return the word, or all that its line has behind the row's key if the line does not have the
   *     shape; empty if there is no such cell
   */
  public Optional<String> text(byte[] text, int length, boolean isCut) {
    ShapedText lines = new ShapedText(shape);
    if (shape.rowKey() == Shape.RowKey.LINE_NUMBER
        && !isCut
        && rows.size() != lines(lines, text, length)) {
      return Optional.empty();
    }
    lines.begin(text, length, isCut && !shape.isOneLine(), columns.size());
    int inHeader = -1;
    if (shape.header() == Shape.Header.ONCE) {
      for (int word = 0; lines.nextHeaderWord(); word++) {
        if (inHeader < 0 && Arrays.equals(lines.columnKey(), columns.key(column))) {
          inHeader = word;
        }
      }
    }
    while (lines.nextLine()) {
      if (!isRow(lines)) {
        continue;
      }
      String rest = lines.restOfLine();
      String found = null;
      while (lines.nextCell()) {
        if (found == null && isColumn(lines, inHeader)) {
          found = decode(text, lines.from(), lines.to());
        }
      }
      return Optional.ofNullable(lines.isBroken() ? rest : found);
    }
    return Optional.empty();
  }

  private int lines(ShapedText lines, byte[] text, int length) {
    lines.begin(text, length, false, columns.size());
    while (shape.header() == Shape.Header.ONCE && lines.nextHeaderWord()) {
      // The header is passed over.
    }
    while (lines.nextLine()) {
      // Counted.
    }
    return lines.line() + 1;
  }

  private boolean isRow(ShapedText lines) {
    return switch (shape.rowKey()) {
      case NONE -> true;
      case LINE_NUMBER -> lines.line() == row;
      case WORD, BEFORE_COLON -> Arrays.equals(lines.rowKey(), rows.key(row));
    };
  }

  private boolean isColumn(ShapedText lines, int inHeader) {
    return switch (shape.columnKey()) {
      case POSITION -> lines.column() == column;
      case HEADER ->
          shape.header() == Shape.Header.ONCE
              ? lines.column() == inHeader
              : Arrays.equals(lines.columnKey(), columns.key(column));
      case WORD_BEFORE, BEFORE_EQUALS -> Arrays.equals(lines.columnKey(), columns.key(column));
    };
  }

  private static String decode(byte[] text, int from, int to) {
    return PathText.decode(Arrays.copyOfRange(text, from, to));
  }
}
