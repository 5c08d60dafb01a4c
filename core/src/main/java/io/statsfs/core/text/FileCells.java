package io.statsfs.core.text;

import io.statsfs.Status;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stores the values of a file's texts, one after the other, where the file's plan says.
 *
 * <p>A text that has its rows and columns in the order of the plan costs a comparison for each;
 * other orders one look into a hash table more. What is not wanted is passed over without a look at
 * its words. {@link #put} allocates nothing, unless a header is longer than any before. For one
 * thread at a time.
 */
public final class FileCells {
  private static final int NONE = -1;
  private static final int END = -2;
  private static final int OTHERWISE = -1;
  private static final Keys NO_KEYS = Keys.of(List.of());

  /** Longer headers are not remembered. */
  private static final int MOST_HEADER_BYTES = 1 << 14;

  /** Shared, as most files by far are of one value. */
  private static final boolean[] NO_ROWS = {};

  private static final PairHeader[] NO_PAIRS = {};

  private final FilePlan plan;
  private final ShapedText lines;
  private final KeyTable rows;
  private final KeyTable columns;
  private final int[] slots;
  private final int columnCount;
  private final boolean isSingleRow;
  private final boolean numbersRows;
  private final boolean hasColumnKeys;
  private final boolean hasHeader;

  /** How many cells of a line have to be seen until the rest does not matter; or all of them. */
  private final int leastCells;

  private final boolean isDecimal;

  /** For each row its last wanted column, or NONE. */
  private final int[] lastWanted;

  /** For each row that has a key whether its line may be plain: of that key and of integers. */
  private final boolean[] mayBePlain;

  /** For each row how many of its cells are wanted. */
  private final int[] wantedCells;

  /** How many cells are before the key of a plain line. */
  private final int cellsBeforeKey;

  private final int trailingWords;
  private final int leastColumns;
  private final boolean isUniform;

  /** For each column that has a key whether it is wanted, and how many are. */
  private final boolean[] isColumnWanted;

  private final int wantedColumns;

  /** For each row and column that has a key the number of the last text that had it. */
  private final int[] rowSeenIn;

  private final int[] columnSeenIn;

  /** For each column that has a key the number of the last line that had it. */
  private final int[] columnSeenAt;

  private int texts;
  private int lineNumber;

  /**
   * The columns of the header's words, NONE for those that are not known or repeated: of the header
   * of all lines, or of the pair at hand.
   */
  private int[] headerColumns = {};

  private int headerWords;

  /** For each row what is before the values of its pair of lines. */
  private final @Nullable PairHeader[] pairs;

  private int rowsSeen;
  private int columnsSeen;
  private int expectedColumn;

  /** The cells that are not known or not wanted in the text at hand, and in the one before. */
  private int unknownCells;

  private int unknownCellsBefore;
  private boolean isOutdated;

  /**
   * All that is before the values of a pair of lines, as it was in the text that had it last. What
   * is equal to it, byte by byte, is not taken apart again.
   */
  private static final class PairHeader {
    private byte[] text = {};
    private int length;

    /** For each name the column; NONE if that is not known, or was named before. */
    private int[] columns = {};

    private int names;

    /** The names that are not known or not wanted. */
    private int unknownCells;
  }

  /** What the files of a batch share: one for a thread. */
  public static final class Shared {
    private final Map<Shape, ShapedText> texts = new HashMap<>();
    private final Map<Keys, KeyTable> tables = new IdentityHashMap<>();

    /** Nothing yet. */
    public Shared() {}

    private KeyTable table(Keys keys) {
      return tables.computeIfAbsent(keys.isNumbered() ? NO_KEYS : keys, KeyTable::new);
    }
  }

  /**
   * For the texts of a file.
   *
   * @param plan where its values go
   * @param shared what the files that one thread reads share
   */
  public FileCells(FilePlan plan, Shared shared) {
    this.plan = plan;
    Shape shape = plan.shape();
    lines = shared.texts.computeIfAbsent(shape, ShapedText::new);
    rows = shared.table(plan.rows());
    columns = shared.table(plan.columns());
    slots = plan.slots();
    columnCount = plan.columns().size();
    isSingleRow = shape.rowKey() == Shape.RowKey.NONE;
    numbersRows = plan.rows().isNumbered();
    hasColumnKeys = !plan.columns().isNumbered();
    hasHeader = shape.header() == Shape.Header.ONCE;
    boolean mayLeaveLines =
        shape.trailingWords() == Shape.ANY && !hasColumnKeys && !shape.isUniform();
    leastCells = mayLeaveLines ? shape.leastColumns() : Integer.MAX_VALUE;
    isDecimal = shape.radix() == 10;
    trailingWords = shape.trailingWords();
    leastColumns = shape.leastColumns();
    isUniform = shape.isUniform();
    cellsBeforeKey = Math.max(0, shape.rowKeyWord());
    lastWanted = new int[plan.rows().size()];
    wantedCells = new int[lastWanted.length];
    mayBePlain = numbersRows || !lines.hasPlainLines() ? NO_ROWS : new boolean[lastWanted.length];
    isColumnWanted = new boolean[hasColumnKeys ? columnCount : 0];
    for (int row = 0; row < lastWanted.length; row++) {
      lastWanted[row] = NONE;
      boolean isPlain = mayBePlain.length > 0 && lines.isWholeKey(plan.rows().key(row));
      for (int column = 0; column < columnCount; column++) {
        int cell = row * columnCount + column;
        if (slots[cell] >= 0) {
          lastWanted[row] = column;
          wantedCells[row]++;
          isPlain &= column >= cellsBeforeKey;
          isPlain &= !plan.isFloat(cell) && !plan.mayHaveNoValue(cell);
          if (hasColumnKeys) {
            isColumnWanted[column] = true;
          }
        }
      }
      if (isPlain) {
        mayBePlain[row] = true;
      }
    }
    int wanted = 0;
    for (boolean is : isColumnWanted) {
      wanted += is ? 1 : 0;
    }
    wantedColumns = wanted;
    pairs = lines.hasPlainPairs() ? new PairHeader[lastWanted.length] : NO_PAIRS;
    rowSeenIn = new int[numbersRows ? 0 : lastWanted.length];
    columnSeenIn = new int[isColumnWanted.length];
    columnSeenAt = new int[isColumnWanted.length];
  }

  /**
   * Where the values go.
   *
   * @return the plan that this is for
   */
  public FilePlan plan() {
    return plan;
  }

  /**
   * Stores the values of a text.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isCut whether the file may have more
   * @param memory where to store
   */
  public void put(byte[] text, int length, boolean isCut, SampleMemory memory) {
    texts++;
    unknownCells = 0;
    rowsSeen = 0;
    columnsSeen = 0;
    expectedColumn = 0;
    boolean isOneLine = plan.shape().isOneLine();
    lines.begin(text, length, isCut && !isOneLine, columnCount);
    if (hasHeader) {
      readHeader();
    }
    if (numbersRows) {
      putNothing(0, slots.length, memory);
    }
    if (isSingleRow) {
      putOnlyLine(isCut && isOneLine, memory);
    } else {
      putLines(memory);
    }
    if (!numbersRows && rowsSeen != lastWanted.length) {
      putMissingRows(memory);
    }
    boolean hasOtherLines =
        numbersRows && !isSingleRow && !isCut && lines.line() + 1 != lastWanted.length;
    if (hasOtherLines) {
      // A line came or went, and those behind it have other numbers.
      putNothing(0, slots.length, memory);
    }
    // What is not known may be so for a reason: that counts once, until it changes.
    isOutdated =
        hasOtherLines
            || !isSingleRow && rowsSeen != lastWanted.length
            || columnsSeen != wantedColumns
            || unknownCells != unknownCellsBefore;
    unknownCellsBefore = unknownCells;
    lines.end();
  }

  private void putNothing(int from, int to, SampleMemory memory) {
    for (int cell = from; cell < to; cell++) {
      if (slots[cell] >= 0) {
        memory.putFailure(slots[cell], Status.GONE, 0);
      }
    }
  }

  private void putMissingRows(SampleMemory memory) {
    for (int row = 0; row < lastWanted.length; row++) {
      if (rowSeenIn[row] != texts) {
        putNothing(row * columnCount, (row + 1) * columnCount, memory);
      }
    }
  }

  private void putLines(SampleMemory memory) {
    int expectedRow = 0;
    while (true) {
      if (putPlainLine(expectedRow, memory) || putPlainPair(expectedRow, memory)) {
        expectedRow++;
        continue;
      }
      int row = nextRow(expectedRow);
      if (row == END) {
        return;
      } else if (row == NONE) {
        unknownCells += cellsThatFit();
      } else if (numbersRows || rowSeenIn[row] != texts) {
        expectedRow = row + 1;
        rowsSeen++;
        if (!numbersRows) {
          rowSeenIn[row] = texts;
          putNothing(row * columnCount, (row + 1) * columnCount, memory);
        }
        if (lastWanted[row] != NONE) {
          putLine(row, memory);
        }
      }
    }
  }

  /**
   * Reads the next line if that is as most of them are: with the key that is expected, and with
   * integers of some digits where cells are wanted.
   *
   * @return false if the line is otherwise, or has to be looked at by all the rules; then it is
   *     still the next one
   */
  private boolean putPlainLine(int row, SampleMemory memory) {
    if (row >= mayBePlain.length || !mayBePlain[row] || rowSeenIn[row] == texts) {
      return false;
    }
    int at = lines.behindKey(plan.rows().key(row));
    if (at != OTHERWISE && wantedCells[row] > 0) {
      at = putPlainCells(row, at, memory);
    }
    if (at == OTHERWISE) {
      return false;
    }
    lines.passLine(at);
    rowSeenIn[row] = texts;
    rowsSeen++;
    return true;
  }

  /** The cells behind the key; where they end, or OTHERWISE. */
  private int putPlainCells(int row, int begin, SampleMemory memory) {
    byte[] text = lines.text();
    int end = lines.textEnd();
    int first = row * columnCount;
    int width = hasHeader ? headerWords : columnCount;
    int left = wantedCells[row];
    int notWanted = 0;
    int at = lines.blanksEnd(begin);
    int cell = cellsBeforeKey;
    for (; cell < width && !lines.isAtEnd(at); cell++) {
      int column = hasHeader ? headerColumns[cell] : cell;
      int slot = column == NONE ? NONE : slots[first + column];
      if (slot < 0) {
        notWanted += column == NONE ? 0 : 1;
        if (!isUniform) {
          at = lines.blanksEnd(lines.wordEnd(at));
          continue;
        }
      }
      at = putPlainWord(text, at, end, slot, memory);
      if (at == OTHERWISE) {
        return OTHERWISE;
      }
      if (slot >= 0) {
        left--;
        if (left == 0 && cell + 1 >= leastCells) {
          return at;
        }
      }
      at = lines.blanksEnd(at);
    }
    if (left > 0 || cell < leastColumns) {
      return OTHERWISE;
    }
    if (trailingWords != Shape.ANY && !lines.isAtEnd(at)) {
      int word = at;
      at = lines.wordEnd(word);
      if (trailingWords == 0
          || NumberText.isLikeANumber(text, word, at)
          || !lines.isAtEnd(lines.blanksEnd(at))) {
        return OTHERWISE;
      }
    }
    unknownCells += hasColumnKeys ? notWanted : 0;
    return at;
  }

  /** Where a word ends that is an integer of some digits, or OTHERWISE. Stored if it has a slot. */
  private int putPlainWord(byte[] text, int from, int end, int slot, SampleMemory memory) {
    int at = from;
    long value = 0;
    for (; at < end; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    int digits = at - from;
    if (digits == 0
        || digits > ShapedText.MOST_PLAIN_DIGITS
        || digits > 1 && text[from] == '0'
        || at < end && !lines.separates(text[at])) {
      return OTHERWISE;
    }
    if (slot >= 0) {
      memory.putLong(slot, value);
    }
    return at;
  }

  /**
   * Reads the next pair of lines if its header is that which the row had before, and as {@link
   * #putPlainLine} does.
   */
  private boolean putPlainPair(int row, SampleMemory memory) {
    PairHeader header = row < pairs.length && rowSeenIn[row] != texts ? pairs[row] : null;
    if (header == null) {
      return false;
    }
    int at = lines.behindHeader(header.text, header.length);
    if (at == OTHERWISE) {
      return false;
    }
    byte[] text = lines.text();
    int end = lines.textEnd();
    int first = row * columnCount;
    for (int name = 0; name < header.names; name++) {
      at = lines.blanksEnd(at);
      if (lines.isAtEnd(at)) {
        return false;
      }
      int column = header.columns[name];
      int slot = column == NONE ? NONE : slots[first + column];
      if (slot < 0) {
        at = lines.wordEnd(at);
      } else {
        boolean isPlain = !plan.isFloat(first + column) && !plan.mayHaveNoValue(first + column);
        at = isPlain ? putPlainWord(text, at, end, slot, memory) : OTHERWISE;
        if (at == OTHERWISE) {
          return false;
        }
      }
    }
    if (!lines.isAtEnd(lines.blanksEnd(at))) {
      return false;
    }
    lines.passLine(at);
    rowSeenIn[row] = texts;
    rowsSeen++;
    lineNumber++;
    for (int name = 0; name < header.names; name++) {
      see(header.columns[name]);
    }
    unknownCells += header.unknownCells;
    return true;
  }

  /**
   * Remembers the header of a row that was read to its end, and has a value for each name, if all
   * that is wanted of the row is in it.
   */
  private void remember(int row, int unknownOfLine) {
    int length = lines.headerLength();
    int wanted = 0;
    for (int name = 0; name < headerWords; name++) {
      int column = headerColumns[name];
      wanted += column != NONE && slots[row * columnCount + column] >= 0 ? 1 : 0;
    }
    if (wanted != wantedCells[row] || length > MOST_HEADER_BYTES) {
      return;
    }
    PairHeader header = pairs[row];
    if (header == null) {
      header = new PairHeader();
      pairs[row] = header;
    }
    if (header.text.length < length || header.columns.length < headerWords) {
      header.text = new byte[length];
      header.columns = new int[headerWords];
    }
    lines.copyHeader(header.text);
    header.length = length;
    System.arraycopy(headerColumns, 0, header.columns, 0, headerWords);
    header.names = headerWords;
    header.unknownCells = unknownOfLine;
  }

  private void putOnlyLine(boolean isCut, SampleMemory memory) {
    int ofHeader = unknownCells;
    boolean isOne = lines.nextLine() && !isCut;
    if (isOne) {
      putLine(0, memory);
      isOne = !lines.nextLine();
    }
    if (!isOne) {
      unknownCells = ofHeader;
      breakRow(0, memory);
    }
  }

  /** Goes to the next line; its row, NONE if that is not known, or END. */
  private int nextRow(int expected) {
    if (!lines.nextLine()) {
      return END;
    } else if (!numbersRows) {
      return lines.findRow(rows, expected);
    }
    return lines.line() < lastWanted.length ? lines.line() : NONE;
  }

  /** How many cells a line has that could be stats: none if it does not have the shape. */
  private int cellsThatFit() {
    int cells = 0;
    while (lines.nextCell()) {
      cells++;
    }
    return lines.isBroken() ? 0 : cells;
  }

  private void readHeader() {
    int words = 0;
    lineNumber++;
    while (lines.nextHeaderWord()) {
      int column = lines.findColumn(columns, words);
      putColumn(words++, see(column) ? column : NONE);
      unknownCells += column == NONE ? 1 : 0;
    }
    headerWords = words;
  }

  /** Takes in a column; false if it is not known, or was in this line already. */
  private boolean see(int column) {
    if (column == NONE || columnSeenAt[column] == lineNumber) {
      return false;
    }
    columnSeenAt[column] = lineNumber;
    if (columnSeenIn[column] != texts) {
      columnSeenIn[column] = texts;
      columnsSeen += isColumnWanted[column] ? 1 : 0;
    }
    return true;
  }

  private void putLine(int row, SampleMemory memory) {
    lineNumber++;
    int unknownOfLine = 0;
    int first = row * columnCount;
    int last = lastWanted[row];
    while (lines.nextCell()) {
      int column = lines.column();
      if (hasHeader) {
        column = headerColumns[column];
      } else if (hasColumnKeys) {
        int place = column;
        column = lines.findColumn(columns, expectedColumn);
        unknownOfLine += column == NONE ? 1 : 0;
        boolean isNew = see(column);
        if (pairs.length > 0) {
          putColumn(place, isNew ? column : NONE);
        }
        if (!isNew) {
          continue;
        }
        expectedColumn = column + 1;
      }
      if (column == NONE) {
        continue;
      }
      int slot = slots[first + column];
      if (slot >= 0) {
        put(slot, first + column, memory);
      } else if (hasColumnKeys) {
        unknownOfLine++;
      }
      if (column >= last && column + 1 >= leastCells) {
        return;
      }
    }
    if (!hasHeader && hasColumnKeys && lines.isBroken()) {
      while (lines.nextColumnOfPair()) {
        see(lines.findColumn(columns, expectedColumn));
      }
    }
    if (lines.isBroken()) {
      breakRow(row, memory);
    } else {
      unknownCells += unknownOfLine;
      if (pairs.length > 0) {
        headerWords = lines.column() + 1;
        remember(row, unknownOfLine);
      }
    }
  }

  private void putColumn(int place, int column) {
    if (place == headerColumns.length) {
      headerColumns = Arrays.copyOf(headerColumns, Math.max(columnCount, place * 2 + 4));
    }
    headerColumns[place] = column;
  }

  private void put(int slot, int cell, SampleMemory memory) {
    boolean isFloat = plan.isFloat(cell);
    if (plan.mayHaveNoValue(cell) && lines.isNoValue()) {
      memory.putFailure(slot, Status.NO_VALUE, 0);
    } else if (!isDecimal) {
      NumberText.putDigits(
          lines.text(), lines.from(), lines.to(), plan.shape().radix(), isFloat, memory, slot);
    } else if (lines.isPlain() && !isFloat) {
      memory.putLong(slot, lines.value());
    } else {
      NumberText.put(lines.text(), lines.from(), lines.to(), isFloat, memory, slot);
    }
  }

  private void breakRow(int row, SampleMemory memory) {
    for (int cell = row * columnCount; cell < (row + 1) * columnCount; cell++) {
      if (slots[cell] >= 0) {
        memory.putFailure(slots[cell], Status.NOT_A_NUMBER, 0);
      }
    }
  }

  /**
   * Whether the last text had other rows or columns than the plan. What the plan does not know is
   * reported by the first text that has it, and when its number changes.
   *
   * @return true if so
   */
  public boolean isOutdated() {
    return isOutdated;
  }
}
