package io.statsfs.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is to read of one file, and where each value goes.
 *
 * <p>A text is read like this:
 *
 * <ul>
 *   <li>Lines end with a line feed; the last one may end with the text. Of a text that was cut at
 *       {@link DirectoryPlan#maxBytes} what follows its last line feed is left out. A file of
 *       {@linkplain Shape#isOneLine one line} is read up to {@link #VALUE_BYTES} or the first part
 *       that ends with a line feed; if it is longer, its line does not have the shape.
 *   <li>Blank lines are passed over, unless the number of a line is the key of its row. So are
 *       {@linkplain Shape#heading headings}, whose text is a part of the keys of the rows below,
 *       lines without a key, and lines of a row without a wanted cell. Of several lines with one
 *       key, and of several columns with one key in a line, the first counts.
 *   <li>Where the number of a line is the key of its row, and the text has more or fewer lines than
 *       the plan has rows, each wanted cell is {@link io.statsfs.Status#GONE}, as the numbers mean
 *       something else then; not in a text that was cut.
 *   <li>Of {@link Shape#ENTRIES} it is a directory that is counted; what is none is {@link
 *       io.statsfs.Status#GONE}.
 *   <li>A wanted cell without a text is {@link io.statsfs.Status#GONE}. One whose text is no
 *       number, and each wanted cell of a line that does not have the shape, is {@link
 *       io.statsfs.Status#NOT_A_NUMBER}. One whose text is a word of {@link Shape#noValue} is
 *       {@link io.statsfs.Status#NO_VALUE}, if {@link #mayHaveNoValue} says so.
 * </ul>
 *
 * <p>Immutable; equality is identity.
 */
public final class FilePlan {
  /** What is read of a file of one line at most. */
  public static final int VALUE_BYTES = 4096;

  /** The slot of a cell that is not wanted. */
  public static final int NOT_WANTED = -1;

  private static final boolean[] INTEGER = {false};
  private static final boolean[] FLOAT = {true};
  private static final boolean[] NO_VALUE = {true};

  private final String name;
  private final Shape shape;
  private final Keys rows;
  private final Keys columns;
  private final int[] slots;
  private final boolean[] floats;
  private final boolean @Nullable [] noValues;
  private final int first;

  /**
   * A file.
   *
   * @param name its name in its directory, as {@link io.statsfs.Stat#name()} writes names
   * @param shape how its text is divided
   * @param rows the rows that are known: numbered if the shape has no row key or line numbers
   * @param columns the columns that are known: numbered if the shape has columns by position
   * @param slots for each cell, row after row, its index in the {@link SampleMemory}, or {@link
   *     #NOT_WANTED}. Not copied, and must not be changed
   * @param floats for each cell whether its value is a double. Not copied, and must not be changed
   * @throws IllegalArgumentException if the keys do not fit the shape, or the sizes each other
   */
  public FilePlan(
      String name, Shape shape, Keys rows, Keys columns, int[] slots, boolean[] floats) {
    this(name, shape, rows, columns, slots, floats, null);
  }

  /**
   * A file with cells in which words say that there is no value.
   *
   * @param name as above
   * @param shape as above, with those words
   * @param rows as above
   * @param columns as above
   * @param slots as above
   * @param floats as above
   * @param noValues for each cell whether the words are looked for; null for none. Not copied, and
   *     must not be changed
   * @throws IllegalArgumentException if the keys do not fit the shape, or the sizes each other
   */
  public FilePlan(
      String name,
      Shape shape,
      Keys rows,
      Keys columns,
      int[] slots,
      boolean[] floats,
      boolean @Nullable [] noValues) {
    this.name = Objects.requireNonNull(name, "name");
    this.shape = shape;
    this.rows = rows;
    this.columns = columns;
    this.slots = slots;
    this.floats = floats;
    this.noValues = noValues;
    boolean numbersRows =
        shape.rowKey() == Shape.RowKey.NONE || shape.rowKey() == Shape.RowKey.LINE_NUMBER;
    if (rows.isNumbered() != numbersRows
        || shape.rowKey() == Shape.RowKey.NONE && rows.size() != 1
        || columns.isNumbered() != (shape.columnKey() == Shape.ColumnKey.POSITION)) {
      throw new IllegalArgumentException("Other keys than " + shape + " has");
    }
    int cells = Math.multiplyExact(rows.size(), columns.size());
    if (slots.length != cells
        || floats.length != cells
        || noValues != null && noValues.length != cells) {
      throw new IllegalArgumentException(
          cells + " cells, but " + slots.length + " slots and " + floats.length + " types");
    }
    int some = NOT_WANTED;
    for (int i = 0; i < slots.length && some < 0; i++) {
      some = slots[i];
    }
    first = some;
  }

  /**
   * A file of one value.
   *
   * @param name its name in its directory
   * @param slot the index of its value
   * @param isFloat whether its value is a double
   * @return the plan
   */
  public static FilePlan value(String name, int slot, boolean isFloat) {
    return new FilePlan(
        name, Shape.VALUE, Keys.ONE, Keys.ONE, new int[] {slot}, isFloat ? FLOAT : INTEGER);
  }

  /**
   * A file of one value, or of a word that says that there is none.
   *
   * @param name its name in its directory
   * @param slot the index of its value
   * @param isFloat whether its value is a double
   * @param shape {@link Shape#VALUE} with these words
   * @return the plan
   */
  public static FilePlan value(String name, int slot, boolean isFloat, Shape shape) {
    boolean[] floats = isFloat ? FLOAT : INTEGER;
    return new FilePlan(name, shape, Keys.ONE, Keys.ONE, new int[] {slot}, floats, NO_VALUE);
  }

  /**
   * The file's name in its directory.
   *
   * @return the name, as {@link io.statsfs.Stat#name()} writes names
   */
  public String name() {
    return name;
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
   * The rows that are known.
   *
   * @return their keys
   */
  public Keys rows() {
    return rows;
  }

  /**
   * The columns that are known.
   *
   * @return their keys
   */
  public Keys columns() {
    return columns;
  }

  /**
   * Where the values go.
   *
   * @return for each cell, row after row, its index in the memory or {@link #NOT_WANTED}; must not
   *     be changed
   */
  public int[] slots() {
    return slots;
  }

  /**
   * Where the first wanted value goes. If that is left out the whole file is.
   *
   * @return its index; {@link #NOT_WANTED} if nothing is wanted, so that the file is not read
   */
  public int firstSlot() {
    return first;
  }

  /**
   * Whether the value of a cell is a double.
   *
   * @param cell its number, row after row
   * @return true if so
   */
  public boolean isFloat(int cell) {
    return floats[cell];
  }

  /**
   * Whether a word of {@link Shape#noValue} in a cell says that there is no value.
   *
   * @param cell its number, row after row
   * @return true if so
   */
  public boolean mayHaveNoValue(int cell) {
    return noValues != null && noValues[cell];
  }

  @Override
  public String toString() {
    return name + " (" + shape + ")";
  }
}
