package io.statsfs.core.text;

import io.statsfs.spi.FilePlan;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Divides texts of one {@link Shape} into lines and cells, as {@link FilePlan} says. Knows no keys:
 * sampling, discovery and the reading of one cell look for theirs in what it finds.
 *
 * <pre>{@code
 * begin(text, length, isCut, columns);
 * while (nextLine()) {            // rowText, rowFrom, rowTo, or line
 *   while (nextCell()) {          // column, or columnFrom, columnTo; then from, to
 *   }
 *   if (isBroken()) {             // the line does not have the shape
 *   }
 * }
 * }</pre>
 *
 * <p>A line may be left before its last cell. Allocates only to join a key of two words that is
 * longer than those before. For one thread at a time.
 */
public final class ShapedText {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
  private static final long ONES = 0x0101010101010101L;
  private static final byte[] NOTHING = {};

  /** An integer of so many digits fits. */
  static final int MOST_PLAIN_DIGITS = 18;

  private final Shape shape;
  private final Shape.Heading heading;
  private final boolean isPerPair;
  private final boolean hasWordKey;
  private final boolean hasColonKey;
  private final boolean numbersLines;
  private final Shape.ColumnKey columnKey;
  private final int trailingWords;
  private final int leastColumns;
  private final boolean isUniform;
  private final byte[][] noValue;

  /** By byte: whether it separates words where a shape names no others. */
  private static final boolean[] BLANKS = new boolean[256];

  static {
    for (int i = 0; i < BLANKS.length; i++) {
      BLANKS[i] = NumberText.isSpace((byte) i);
    }
  }

  /** By byte: whether it separates words. */
  private final boolean[] separates;

  private byte[] text = NOTHING;
  private int end;

  /** Where the line is being read. */
  private int at;

  private boolean isBegun;

  /** The number of the line below those that are skipped and the header. */
  private int line;

  private int linesWithoutKey;

  /** How many headings there were. */
  private int section;

  /** The heading above the line. */
  private int headingFrom;

  private int headingTo;

  private byte[] rowText = NOTHING;
  private int rowFrom;
  private int rowTo;
  private byte[] joined = NOTHING;
  private byte[] joinedBefore = NOTHING;

  /** Where the words of the row key begin, which are no cells; -1 if there are none. */
  private int keyAt;

  private int secondKeyAt;

  /** The line has too few words to have any cell. */
  private boolean isTooShort;

  /** Of a pair of lines: where its header is being read, and what of that is no cell. */
  private int headerAt;

  private int headerKeyAt;
  private int headerSecondKeyAt;

  /** Where the pair begins, and where its values do. */
  private int pairAt;

  private int valuesAt;

  /** A line that should be one of a pair and has no other. */
  private boolean isAlone;

  /** Columns beyond this are no cells. */
  private int columns;

  private int column;
  private int columnFrom;
  private int columnTo;
  private int from;
  private int to;
  private long value;
  private boolean isPlain;
  private boolean isBroken;

  /** Whether that is because of the word at hand. */
  private boolean isOddWord;

  /**
   * For the texts of a shape.
   *
   * @param shape the shape
   */
  public ShapedText(Shape shape) {
    this.shape = shape;
    heading = shape.heading();
    isPerPair = shape.header() == Shape.Header.PER_PAIR;
    hasWordKey = shape.rowKey() == Shape.RowKey.WORD;
    hasColonKey = shape.rowKey() == Shape.RowKey.BEFORE_COLON;
    numbersLines = shape.rowKey() == Shape.RowKey.LINE_NUMBER;
    columnKey = shape.columnKey();
    trailingWords = shape.trailingWords();
    leastColumns = shape.leastColumns();
    isUniform = shape.isUniform();
    noValue = new byte[shape.noValue().size()][];
    for (int i = 0; i < noValue.length; i++) {
      noValue[i] = shape.noValue().get(i).getBytes(StandardCharsets.US_ASCII);
    }
    String others = shape.separators();
    separates = others.isEmpty() ? BLANKS : BLANKS.clone();
    for (int i = 0; i < others.length(); i++) {
      if (others.charAt(i) < separates.length) {
        separates[others.charAt(i)] = true;
      }
    }
  }

  /**
   * The shape of the texts.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Begins a text.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isCut whether the file may have more; never of a file of one line
   * @param columns how many columns there are if they have numbers; what is beyond is no cell
   */
  public void begin(byte[] text, int length, boolean isCut, int columns) {
    this.text = text;
    this.columns = columns;
    end = length;
    if (isCut) {
      while (end > 0 && text[end - 1] != '\n') {
        end--;
      }
    }
    at = 0;
    line = -1;
    linesWithoutKey = 0;
    section = 0;
    headingFrom = 0;
    headingTo = 0;
    isBegun = false;
    for (int i = shape.skipLines(); i > 0 && at < end; i--) {
      at = lineEnd(at) + 1;
    }
    if (shape.header() == Shape.Header.ONCE) {
      // Its words are cells of which nobody asks the value.
      this.columns = 0;
      keyAt = -1;
      secondKeyAt = -1;
      for (int i = shape.headerWords(); i > 0 && !isAtEnd(blanksEnd(at)); i--) {
        at = wordEnd(blanksEnd(at));
      }
    }
  }

  /** Lets go of the text. */
  public void end() {
    text = NOTHING;
    rowText = NOTHING;
  }

  /**
   * Goes to the next word of the header that all lines have, which must be read to its end before
   * the first line.
   *
   * @return false if there is none
   */
  public boolean nextHeaderWord() {
    columnFrom = blanksEnd(at);
    at = columnFrom;
    if (isAtEnd(at)) {
      isBegun = true;
      return false;
    }
    at = wordEnd(at);
    columnTo = at;
    columns++;
    return true;
  }

  /**
   * Goes to the next line, or pair of lines, that has a key, or that is not blank where lines have
   * none.
   *
   * @return false if there is none
   */
  public boolean nextLine() {
    while (true) {
      if (isBegun) {
        at = lineEnd(at) + 1;
      }
      isBegun = true;
      if (at >= end) {
        return false;
      }
      line++;
      int begin = at;
      at = blanksEnd(at);
      if (!numbersLines && isAtEnd(at)) {
        continue;
      }
      if (heading != Shape.Heading.NONE && readHeading(begin)) {
        continue;
      }
      column = -1;
      isBroken = false;
      isOddWord = false;
      isAlone = false;
      if (headingTo - headingFrom <= Shape.HEADING_BYTES && readKey(begin)) {
        if (isPerPair) {
          pairAt = begin;
          readPair();
        } else if (heading != Shape.Heading.NONE) {
          joinToRow(headingFrom, headingTo, '\n', rowFrom, rowTo);
        }
        return true;
      } else if (!hasWordKey && !hasColonKey) {
        isTooShort = true;
        return true;
      }
      linesWithoutKey++;
    }
  }

  /**
   * Whether lines are a key, and cells where the columns have their places: then {@link #behindKey}
   * finds them, too.
   */
  boolean hasPlainLines() {
    return (hasColonKey || hasWordKey && shape.secondRowKeyWord() < 0)
        && (columnKey == Shape.ColumnKey.POSITION || columnKey == Shape.ColumnKey.HEADER)
        && !isPerPair
        && heading == Shape.Heading.NONE
        && shape.prefixWords() == 0
        && shape.skipThrough() == 0
        && shape.radix() == 10
        && (shape.rowKeyWord() <= 0 || columnKey == Shape.ColumnKey.POSITION);
  }

  /**
   * Whether a plain line that begins with a key has it, if its word ends there, or if the first
   * colon is behind it and blanks.
   *
   * @param key the key of a row
   * @return false if other lines can begin with that, or none
   */
  boolean isWholeKey(byte[] key) {
    boolean isWhole = key.length > 0 && !separates[key[key.length - 1] & 0xff];
    for (int i = 0; i < key.length && isWhole; i++) {
      isWhole = hasColonKey ? key[i] != ':' && key[i] != '\n' : !separates[key[i] & 0xff];
    }
    return isWhole && key[key.length - 1] != ':';
  }

  /**
   * Where the next line goes on behind its key and a colon, if that is the key that it probably
   * has. Changes nothing.
   *
   * @param key a key that {@link #isWholeKey}
   * @return the place; -1 if the line has another key, or none, or is blank
   */
  int behindKey(byte[] key) {
    int i = blanksEnd(isBegun ? lineEnd(at) + 1 : at);
    for (int n = hasWordKey ? shape.rowKeyWord() : 0; n > 0; n--) {
      int wordEnd = wordEnd(i);
      if (isUniform && !NumberText.isNumber(text, i, wordEnd, false)) {
        return -1;
      }
      i = blanksEnd(wordEnd);
    }
    int keyEnd = i + key.length;
    if (keyEnd > end || !Arrays.equals(text, i, keyEnd, key, 0, key.length)) {
      return -1;
    }
    if (hasColonKey) {
      i = blanksEnd(keyEnd);
      return i < end && text[i] == ':' ? i + 1 : -1;
    }
    i = keyEnd < end && text[keyEnd] == ':' ? keyEnd + 1 : keyEnd;
    return i >= end || separates[text[i] & 0xff] ? i : -1;
  }

  /**
   * Whether a pair of lines is a key, the names of columns, the same key, and a cell for each name:
   * then {@link #behindHeader} finds such cells, too.
   */
  boolean hasPlainPairs() {
    return isPerPair
        && (hasColonKey || hasWordKey && shape.rowKeyWord() == 0 && shape.secondRowKeyWord() < 0)
        && heading == Shape.Heading.NONE
        && shape.prefixWords() == 0
        && shape.skipThrough() == 0
        && shape.radix() == 10;
  }

  /** The pair of lines at hand up to its values; how long that is. */
  int headerLength() {
    return valuesAt - pairAt;
  }

  /** Copies what {@link #headerLength} is the length of. */
  void copyHeader(byte[] to) {
    System.arraycopy(text, pairAt, to, 0, headerLength());
  }

  /**
   * Where the values of the next pair of lines begin, if all before them is as it was in an earlier
   * text. Changes nothing.
   *
   * @param header what {@link #copyHeader} has copied of that text
   * @param length how long that is
   * @return the place; -1 if something is otherwise
   */
  int behindHeader(byte[] header, int length) {
    int begin = isBegun ? lineEnd(at) + 1 : at;
    int i = begin + length;
    return i <= end
            && (i == end || separates[text[i] & 0xff])
            && Arrays.equals(text, begin, i, header, 0, length)
        ? i
        : -1;
  }

  /**
   * Goes to the next line or pair of lines, which was read without this.
   *
   * @param at a place in it, or in the second line of the pair
   */
  void passLine(int at) {
    this.at = at;
    isBegun = true;
    line++;
  }

  /** Takes in a line that is a heading; false if it is none. The line's first word is at hand. */
  private boolean readHeading(int begin) {
    int to = lineEnd(at);
    while (separates[text[to - 1] & 0xff]) {
      to--;
    }
    boolean isColon = heading == Shape.Heading.COLON;
    if (isColon ? text[to - 1] != ':' : at > begin) {
      return false;
    }
    section++;
    headingFrom = at;
    headingTo = isColon ? to - 1 : to;
    return true;
  }

  /**
   * Goes to the next heading, and passes over the lines between. Not together with {@link
   * #nextLine}.
   *
   * @return false if there is none
   */
  public boolean nextHeading() {
    while (true) {
      if (isBegun) {
        at = lineEnd(at) + 1;
      }
      isBegun = true;
      if (at >= end) {
        return false;
      }
      int begin = at;
      at = blanksEnd(at);
      if (!isAtEnd(at) && readHeading(begin)) {
        return true;
      }
    }
  }

  /**
   * The heading that {@link #nextHeading} has found.
   *
   * @return its bytes
   */
  public byte[] heading() {
    return Arrays.copyOfRange(text, headingFrom, headingTo);
  }

  /** Goes from the beginning of a line to its first cell; false if the line has no key. */
  private boolean readKey(int begin) {
    keyAt = -1;
    secondKeyAt = -1;
    isTooShort = false;
    int i = begin;
    if (shape.skipThrough() != 0) {
      int lineEnd = lineEnd(begin);
      i = lineEnd;
      while (i > begin && text[i - 1] != shape.skipThrough()) {
        i--;
      }
      if (i == begin) {
        at = lineEnd;
        return false;
      }
    }
    for (int n = shape.prefixWords(); n > 0; n--) {
      i = blanksEnd(i);
      if (isAtEnd(i)) {
        at = i;
        return false;
      }
      i = wordEnd(i);
    }
    if (hasWordKey) {
      return readWordKey(i);
    }
    at = i;
    return !hasColonKey || readColonKey(blanksEnd(i));
  }

  private boolean readWordKey(int first) {
    int cells = first;
    int i = blanksEnd(first);
    for (int n = shape.rowKeyWord(); n > 0; n--) {
      i = blanksEnd(wordEnd(i));
    }
    keyAt = i;
    int keyEnd = wordEnd(i);
    rowText = text;
    rowFrom = i;
    rowTo = keyEnd;
    if (shape.rowKeyWord() == 0) {
      cells = keyEnd;
    }
    if (shape.secondRowKeyWord() >= 0 && i < keyEnd) {
      i = blanksEnd(keyEnd);
      for (int n = shape.secondRowKeyWord() - shape.rowKeyWord() - 1; n > 0; n--) {
        i = blanksEnd(wordEnd(i));
      }
      secondKeyAt = i;
      if (isAtEnd(i)) {
        at = i;
        return false;
      }
      joinToRow(keyAt, keyEnd, ' ', i, wordEnd(i));
    }
    if (rowTo > rowFrom && rowText[rowTo - 1] == ':') {
      rowTo--;
    }
    at = rowTo > rowFrom ? cells : i;
    return rowTo > rowFrom;
  }

  /** Makes two parts of the text the key of the row. */
  private void joinToRow(int firstFrom, int firstTo, char between, int secondFrom, int secondTo) {
    int length = firstTo - firstFrom + 1 + secondTo - secondFrom;
    byte[] both = joinedBefore.length < length ? new byte[length * 2] : joinedBefore;
    joinedBefore = joined;
    joined = both;
    System.arraycopy(text, firstFrom, both, 0, firstTo - firstFrom);
    both[firstTo - firstFrom] = (byte) between;
    System.arraycopy(text, secondFrom, both, firstTo - firstFrom + 1, secondTo - secondFrom);
    rowText = both;
    rowFrom = 0;
    rowTo = length;
  }

  private boolean readColonKey(int first) {
    int i = first;
    while (!isAtEnd(i) && text[i] != ':') {
      i++;
    }
    at = i;
    if (isAtEnd(i)) {
      return false;
    }
    rowText = text;
    rowFrom = first;
    rowTo = i;
    while (rowTo > rowFrom && separates[text[rowTo - 1] & 0xff]) {
      rowTo--;
    }
    if (rowTo == rowFrom) {
      return false;
    }
    at = i + 1;
    return true;
  }

  /** Goes from the first line of a pair to the second one, if that has the same key. */
  private void readPair() {
    byte[] key = rowText;
    int keyFrom = rowFrom;
    int keyTo = rowTo;
    headerAt = at;
    headerKeyAt = keyAt;
    headerSecondKeyAt = secondKeyAt;
    int headerEnd = lineEnd(at);
    int next = headerEnd + 1;
    while (next < end && isAtEnd(blanksEnd(next))) {
      next = blanksEnd(next) + 1;
    }
    isAlone =
        next >= end
            || !readKey(next)
            || rowTo - rowFrom != keyTo - keyFrom
            || !equal(key, keyFrom, rowText, rowFrom, keyTo - keyFrom);
    if (isAlone) {
      at = headerEnd;
    }
    valuesAt = at;
    rowText = key;
    rowFrom = keyFrom;
    rowTo = keyTo;
  }

  private static boolean equal(byte[] a, int aFrom, byte[] b, int bFrom, int length) {
    for (int i = 0; i < length; i++) {
      if (a[aFrom + i] != b[bFrom + i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Goes to the next cell of the line.
   *
   * @return false if there is none, or if the line is found not to have the shape
   */
  public boolean nextCell() {
    if (isAlone || isTooShort) {
      isBroken = isAlone || leastColumns > 0;
      return false;
    } else if (isPerPair) {
      return nextOfPair();
    }
    return switch (columnKey) {
      case POSITION, HEADER -> nextByNumber();
      case WORD_BEFORE -> nextWithWordBefore();
      case BEFORE_EQUALS -> nextWithEquals();
    };
  }

  private boolean nextByNumber() {
    if (!nextWord()) {
      return endOfLine();
    }
    column++;
    if (column >= columns) {
      return endOfColumns();
    }
    isBroken = isUniform && !(isPlain && shape.radix() == 10) && !isNumber(false);
    isOddWord = isBroken;
    return !isBroken;
  }

  /**
   * Whether the cell is a number in the base of the shape.
   *
   * @return true if so, also if it has an exponent
   */
  public boolean isNumber() {
    return isPlain && shape.radix() == 10 || isNumber(true);
  }

  /**
   * Whether the cell is a word that says that there is no value.
   *
   * @return true if so
   */
  public boolean isNoValue() {
    for (byte[] word : noValue) {
      if (word.length == to - from && equal(word, 0, text, from, word.length)) {
        return true;
      }
    }
    return false;
  }

  private boolean isNumber(boolean isFloat) {
    return shape.radix() == 10
        ? NumberText.isNumber(text, from, to, isFloat)
        : NumberText.isDigits(text, from, to, shape.radix());
  }

  /** What is beyond the last column; false in any case. */
  private boolean endOfColumns() {
    if (trailingWords != Shape.ANY) {
      isBroken = trailingWords == 0 || NumberText.isLikeANumber(text, from, to) || nextWord();
      isOddWord = isBroken;
    }
    isBroken |= column < leastColumns;
    return false;
  }

  private boolean endOfLine() {
    isBroken |= column + 1 < leastColumns;
    return false;
  }

  private boolean nextOfPair() {
    int before = headerAt;
    boolean hasHeader = nextColumnOfPair();
    boolean hasValue = nextWord();
    if (hasHeader && !hasValue) {
      headerAt = before;
    }
    if (hasHeader && hasValue) {
      column++;
      return true;
    }
    isBroken = hasHeader != hasValue;
    return endOfLine();
  }

  /** Goes to the next column of a pair that has more of them than values. */
  boolean nextColumnOfPair() {
    if (!isPerPair || isAlone) {
      return false;
    }
    columnFrom = cellBegin(headerAt, headerKeyAt, headerSecondKeyAt);
    columnTo = wordEnd(columnFrom);
    headerAt = columnTo;
    return columnTo > columnFrom;
  }

  private boolean nextWithWordBefore() {
    if (!nextWord()) {
      return endOfLine();
    }
    columnFrom = from;
    columnTo = to;
    if (!nextWord()) {
      isBroken =
          trailingWords == 0
              || trailingWords > 0 && NumberText.isLikeANumber(text, columnFrom, columnTo);
      isOddWord = isBroken;
      return endOfLine();
    }
    column++;
    return true;
  }

  private boolean nextWithEquals() {
    if (!nextWord()) {
      return endOfLine();
    }
    columnFrom = from;
    int i = from;
    while (i < to && text[i] != '=') {
      i++;
    }
    if (i == to) {
      isBroken = true;
      isOddWord = true;
      return false;
    }
    columnTo = i;
    from = i + 1;
    isPlain = false;
    column++;
    return true;
  }

  /** Goes to the next word that is no part of the row key, and reads it as an integer. */
  private boolean nextWord() {
    int i = cellBegin(at, keyAt, secondKeyAt);
    at = i;
    if (isAtEnd(i)) {
      return false;
    }
    from = i;
    long number = 0;
    boolean digits = true;
    for (; i < end && !separates[text[i] & 0xff]; i++) {
      int digit = text[i] - '0';
      digits &= digit >= 0 && digit <= 9;
      number = number * 10 + digit;
    }
    to = i;
    at = i;
    value = number;
    isPlain = digits && (text[from] != '0' || to == from + 1) && to - from <= MOST_PLAIN_DIGITS;
    return true;
  }

  /**
   * Whether the line has words behind its last cell that nothing depends on, from {@link #from} on.
   * To be asked when {@link #nextCell} has returned false.
   */
  boolean leavesRest() {
    return column >= columns
        && trailingWords == Shape.ANY
        && !isUniform
        && !isPerPair
        && (columnKey == Shape.ColumnKey.POSITION || columnKey == Shape.ColumnKey.HEADER)
        && heading == Shape.Heading.NONE
        && shape.skipThrough() == 0
        && shape.rowKeyWord() <= 0
        && shape.secondRowKeyWord() < 0;
  }

  private int cellBegin(int begin, int key, int secondKey) {
    int i = blanksEnd(begin);
    while (i == key || i == secondKey) {
      i = blanksEnd(wordEnd(i));
      if (isAtEnd(i)) {
        break;
      }
    }
    return i;
  }

  /**
   * Whether the line does not have the shape, as far as its cells were looked at. Complete when
   * {@link #nextCell} has returned false.
   *
   * @return true if so
   */
  public boolean isBroken() {
    return isBroken;
  }

  /**
   * The word because of which the line does not have the shape: one beyond the last column, or one
   * that is no cell.
   *
   * @return the word; null if there is another reason, or none
   */
  public @Nullable String oddWord() {
    return isOddWord ? word() : null;
  }

  /**
   * The word of the cell.
   *
   * @return the word
   */
  public String word() {
    return PathText.decode(Arrays.copyOfRange(text, from, to));
  }

  /**
   * Whether the line is one of a pair, and the other one is missing.
   *
   * @return true if so
   */
  public boolean isAlone() {
    return isAlone;
  }

  /**
   * The number of the line.
   *
   * @return from 0 on, below the lines that are skipped and the header
   */
  public int line() {
    return line;
  }

  /**
   * The number of the section that the line is in.
   *
   * @return how many headings are above the line
   */
  public int section() {
    return section;
  }

  /**
   * How many lines were passed over as they have no key and are not blank.
   *
   * @return the number, so far
   */
  public int linesWithoutKey() {
    return linesWithoutKey;
  }

  /**
   * How many words the line has, those of the key and those beyond the columns among them.
   *
   * @return the number, until the next line; of a pair that of its values
   */
  public int words() {
    int i = at;
    while (i > 0 && text[i - 1] != '\n') {
      i--;
    }
    int words = 0;
    for (i = blanksEnd(i); !isAtEnd(i); i = blanksEnd(wordEnd(i))) {
      words++;
    }
    return words;
  }

  /**
   * The number of the cell in its line.
   *
   * @return from 0 on
   */
  public int column() {
    return column;
  }

  int findRow(KeyTable rows, int expected) {
    return rows.find(rowText, rowFrom, rowTo, expected);
  }

  int findColumn(KeyTable columns, int expected) {
    return columns.find(text, columnFrom, columnTo, expected);
  }

  /**
   * The key of the row, behind that of its heading.
   *
   * @return its bytes; not for lines without a key
   */
  public byte[] rowKey() {
    return Arrays.copyOfRange(rowText, rowFrom, rowTo);
  }

  /**
   * The key of the column.
   *
   * @return its bytes; not for columns by position
   */
  public byte[] columnKey() {
    return Arrays.copyOfRange(text, columnFrom, columnTo);
  }

  /**
   * What the line has behind the row's key, or in a pair behind that of its values.
   *
   * @return the text, without the blanks around
   */
  String restOfLine() {
    return PathText.decode(Arrays.copyOfRange(text, at, lineEnd(at))).strip();
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Whether the word is digits that {@link #value} has, and needs no other look. */
  boolean isPlain() {
    return isPlain;
  }

  long value() {
    return value;
  }

  byte[] text() {
    return text;
  }

  /** Where the text ends. */
  int textEnd() {
    return end;
  }

  /** By byte: whether it separates words. Not to be changed. */
  boolean[] separators() {
    return separates;
  }

  /** Whether a byte separates words. */
  boolean separates(byte b) {
    return separates[b & 0xff];
  }

  boolean isAtEnd(int i) {
    return i >= end || text[i] == '\n';
  }

  int wordEnd(int begin) {
    int i = begin;
    while (i < end && !separates[text[i] & 0xff]) {
      i++;
    }
    return i;
  }

  /** Stays within the line. */
  int blanksEnd(int begin) {
    int i = begin;
    while (i < end && separates[text[i] & 0xff] && text[i] != '\n') {
      i++;
    }
    return i;
  }

  /** The next line feed, or the end of the text. */
  int lineEnd(int begin) {
    int i = begin;
    if (i < end && text[i] == '\n') {
      return i;
    }
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(text, i) ^ LINE_FEEDS;
      long found = word - ONES & ~word & ONES << 7;
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    while (i < end && text[i] != '\n') {
      i++;
    }
    return i;
  }
}
