package io.statsfs.spi;

import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * How the text of a file is divided into cells, each of which has the key of its row and that of
 * its column.
 *
 * <p>Words are separated by white space and by the {@linkplain Builder#separators separators}; a
 * line ends with a line feed. All numbers of words and lines begin with 0. A line that does not
 * have the shape gives no value, and changes no value of another line.
 *
 * <pre>{@code
 * // Tcp: InSegs OutSegs
 * // Tcp: 12 13
 * Shape snmp = Shape.builder()
 *     .header(Shape.Header.PER_PAIR).rowKeyWord(0).columnKey(Shape.ColumnKey.HEADER)
 *     .build();
 * }</pre>
 *
 * <p>Immutable; equal if everything is.
 */
public final class Shape {
  /** As {@link #trailingWords()}: whatever is beyond the last known column is left alone. */
  public static final int ANY = -1;

  /** How many bytes a heading has at most. Below one that is longer lines have no key. */
  public static final int HEADING_BYTES = 1024;

  /** The file holds one value, and white space around it. */
  public static final Shape VALUE = builder().build();

  /** {@code KEY VALUE} lines, perhaps with a colon behind the key and a unit behind the value. */
  public static final Shape FLAT_KEYED = builder().rowKeyWord(0).trailingWords(1).build();

  /**
   * There is no text: what has the name is a directory, and its only cell the number of its
   * entries. Of the file descriptors of this process, {@code /proc/self/fd}, those that are open
   * for the counting alone do not count.
   */
  public static final Shape ENTRIES = builder().entries().build();

  private static final int MOST_SEPARATORS = 8;

  /** Which lines name the columns. */
  public enum Header {
    /** None. */
    NONE,
    /** The first line after those that are skipped. */
    ONCE,
    /**
     * Lines come in pairs with the same row key: the first line names the columns, the second has
     * the values. Both must have the same number of words.
     */
    PER_PAIR
  }

  /** What the key of a row is. */
  public enum RowKey {
    /** There is one row: the only line that is not blank. */
    NONE,
    /** A word of the line, or two, joined with a blank. One colon at its end is dropped. */
    WORD,
    /**
     * The line up to its first colon, without the blanks around. The words follow the colon, even
     * without a blank between.
     */
    BEFORE_COLON,
    /**
     * The number of the line below those that are skipped and the header, blank lines counted. Only
     * for files in which the kernel prints every possible index, so that their number stands still:
     * a text of more or fewer lines than there were gives no value until the file was looked at.
     */
    LINE_NUMBER
  }

  /** What the key of a column is. */
  public enum ColumnKey {
    /**
     * The number of the word in its line, without those that are skipped or part of the row key.
     */
    POSITION,
    /** The word of the header at the same place. */
    HEADER,
    /** The word before, as in {@code inuse 27 orphan 0}. */
    WORD_BEFORE,
    /** The part of the word before its first {@code =}, as in {@code avg10=0.00}. */
    BEFORE_EQUALS
  }

  /** Which lines are headings, each of which begins a section of rows. */
  public enum Heading {
    /** None; all rows are of one section. */
    NONE,
    /** Those that do not begin with a blank, while the rows of their section do. */
    UNINDENTED,
    /** Those that end with a colon, which is no part of the heading. */
    COLON
  }

  private final int skipLines;
  private final Heading heading;
  private final Header header;
  private final int headerWords;
  private final RowKey rowKey;
  private final int rowKeyWord;
  private final int secondRowKeyWord;
  private final int prefixWords;
  private final char skipThrough;
  private final ColumnKey columnKey;
  private final String separators;
  private final int radix;
  private final int leastColumns;
  private final int trailingWords;
  private final boolean isUniform;
  private final boolean isPerCpu;
  private final boolean isEntries;
  private final List<String> noValue;

  private Shape(Builder builder) {
    skipLines = builder.skipLines;
    heading = builder.heading;
    header = builder.header;
    headerWords = builder.headerWords;
    rowKey = builder.rowKey;
    rowKeyWord = builder.rowKeyWord;
    secondRowKeyWord = builder.secondRowKeyWord;
    prefixWords = builder.prefixWords;
    skipThrough = builder.skipThrough;
    columnKey = builder.columnKey;
    separators = builder.separators;
    radix = builder.radix;
    leastColumns = builder.leastColumns;
    trailingWords = builder.trailingWords;
    isUniform = builder.isUniform;
    isPerCpu = builder.isPerCpu;
    isEntries = builder.isEntries;
    noValue = List.of();
  }

  private Shape(Shape other, List<String> noValue) {
    skipLines = other.skipLines;
    heading = other.heading;
    header = other.header;
    headerWords = other.headerWords;
    rowKey = other.rowKey;
    rowKeyWord = other.rowKeyWord;
    secondRowKeyWord = other.secondRowKeyWord;
    prefixWords = other.prefixWords;
    skipThrough = other.skipThrough;
    columnKey = other.columnKey;
    separators = other.separators;
    radix = other.radix;
    leastColumns = other.leastColumns;
    trailingWords = other.trailingWords;
    isUniform = other.isUniform;
    isPerCpu = other.isPerCpu;
    isEntries = other.isEntries;
    this.noValue = List.copyOf(noValue);
  }

  /**
   * This shape with words that say that there is no value, in the cells of which a plan says so.
   *
   * @param words the words, {@code max} for one, in ASCII and without blanks; a number is compared
   *     as it is written. They take the place of those that this shape has
   * @return another shape
   */
  public Shape withNoValue(Collection<String> words) {
    return new Shape(this, words.stream().distinct().sorted().toList());
  }

  /**
   * Begins a shape: that of a file with one value, until something else is said.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * How many lines at the beginning are passed over.
   *
   * @return 0 or more
   */
  public int skipLines() {
    return skipLines;
  }

  /**
   * Which lines are headings. The key of a row is then that of the heading above it, without the
   * blanks around, a line feed, and its own. Rows above the first heading have an empty one.
   *
   * @return their kind; NONE unless {@link #rowKey} is BEFORE_COLON, or WORD with one word, and
   *     {@link #header} is NONE
   */
  public Heading heading() {
    return heading;
  }

  /**
   * Which lines name the columns.
   *
   * @return not NONE if, and only if, {@link #columnKey} is HEADER
   */
  public Header header() {
    return header;
  }

  /**
   * How many words at the beginning of the header name no column but the keys of the rows.
   *
   * @return 0 or more; 0 unless {@link #header} is ONCE
   */
  public int headerWords() {
    return headerWords;
  }

  /**
   * What the key of a row is.
   *
   * @return its kind
   */
  public RowKey rowKey() {
    return rowKey;
  }

  /**
   * Which word is the key of the row, after those that are dropped.
   *
   * @return its number, or -1 if {@link #rowKey} is not WORD
   */
  public int rowKeyWord() {
    return rowKeyWord;
  }

  /**
   * Which word is the second part of the key.
   *
   * @return its number, which is greater than {@link #rowKeyWord}, or -1 if there is none
   */
  public int secondRowKeyWord() {
    return secondRowKeyWord;
  }

  /**
   * How many words at the beginning of each line, the header of {@link Header#ONCE} excepted, are
   * dropped.
   *
   * @return 0 or more
   */
  public int prefixWords() {
    return prefixWords;
  }

  /**
   * The character up to whose last place in a line everything is dropped, before words are counted:
   * {@code )} in {@code /proc/self/stat}, where the name of a process stands in brackets and may
   * have blanks and brackets in it. A line without that character has no key and no cells. Not for
   * the header of {@link Header#ONCE}.
   *
   * @return the character; 0 if nothing is dropped
   */
  public char skipThrough() {
    return skipThrough;
  }

  /**
   * What the key of a column is.
   *
   * @return its kind
   */
  public ColumnKey columnKey() {
    return columnKey;
  }

  /**
   * The characters that separate words as white space does.
   *
   * @return at most 8 ASCII characters; empty for white space alone
   */
  public String separators() {
    return separators;
  }

  /**
   * The base of the numbers. Those of base 10 are written as {@link io.statsfs.Status#NOT_A_NUMBER}
   * says; those of 8 and 16 are digits alone, leading zeros among them, of at most 64 bits.
   *
   * @return 8, 10 or 16
   */
  public int radix() {
    return radix;
  }

  /**
   * How many cells a line has at least.
   *
   * @return 0 or more
   */
  public int leastColumns() {
    return leastColumns;
  }

  /**
   * How many words a line may have behind its last known column. Where the number is limited these
   * must not look like numbers, as {@code kB} does not.
   *
   * @return 0, 1 or {@link #ANY}
   */
  public int trailingWords() {
    return trailingWords;
  }

  /**
   * Whether lines are rows of numbers alone, of one length. A line does not have the shape if a
   * cell of a known column is no number, or, when the file is looked at, if the line has more words
   * than the shortest one. So a key with a blank in it, behind which all columns are shifted, gives
   * no value.
   *
   * @return true if so
   */
  public boolean isUniform() {
    return isUniform;
  }

  /**
   * Whether the lines are the CPUs that are on, in their order. Which one a line is of is known
   * only where all possible CPUs are on. So when the file is looked at, it gives no value unless it
   * has a line for each possible CPU, which are the columns of {@code softirqs} of the same procfs.
   *
   * @return true if so
   */
  public boolean isPerCpu() {
    return isPerCpu;
  }

  /**
   * Whether it is a directory, whose entries are counted.
   *
   * @return true of {@link #ENTRIES} alone
   */
  public boolean isEntries() {
    return isEntries;
  }

  /**
   * Words that say that there is no value.
   *
   * @return the words, sorted; may be empty
   */
  public List<String> noValue() {
    return noValue;
  }

  /**
   * Whether the file is one line, so that reading may end with the first one.
   *
   * @return true if there is one row, no header, and no line to skip
   */
  public boolean isOneLine() {
    return rowKey == RowKey.NONE && header == Header.NONE && skipLines == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that
        && skipLines == that.skipLines
        && heading == that.heading
        && header == that.header
        && headerWords == that.headerWords
        && rowKey == that.rowKey
        && rowKeyWord == that.rowKeyWord
        && secondRowKeyWord == that.secondRowKeyWord
        && prefixWords == that.prefixWords
        && skipThrough == that.skipThrough
        && columnKey == that.columnKey
        && separators.equals(that.separators)
        && radix == that.radix
        && leastColumns == that.leastColumns
        && trailingWords == that.trailingWords
        && isUniform == that.isUniform
        && isPerCpu == that.isPerCpu
        && isEntries == that.isEntries
        && noValue.equals(that.noValue);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        skipLines,
        heading,
        header,
        headerWords,
        rowKey,
        rowKeyWord,
        secondRowKeyWord,
        prefixWords,
        skipThrough,
        columnKey,
        separators,
        radix,
        leastColumns,
        trailingWords,
        isUniform,
        isPerCpu,
        isEntries,
        noValue);
  }

  /** The shape in words that a problem can say of a file: what one of its lines looks like. */
  @Override
  public String toString() {
    if (isEntries) {
      return "the number of entries";
    }
    StringBuilder text = new StringBuilder();
    if (heading != Heading.NONE) {
      text.append("headings, and below each ");
    }
    if (header == Header.ONCE) {
      text.append("a header, then ");
    } else if (header == Header.PER_PAIR) {
      text.append("pairs of header and value lines: ");
    }
    if (skipThrough != 0) {
      text.append("... ").append(skipThrough).append(' ');
    }
    for (int i = 0; i < prefixWords; i++) {
      text.append("WORD ");
    }
    switch (rowKey) {
      case WORD -> {
        for (int i = 0; i <= Math.max(rowKeyWord, secondRowKeyWord); i++) {
          text.append(i == rowKeyWord || i == secondRowKeyWord ? "KEY " : "VALUE ");
        }
      }
      case BEFORE_COLON -> text.append("KEY: ");
      case LINE_NUMBER, NONE -> {}
    }
    text.append(
        switch (columnKey) {
          case POSITION, HEADER -> "VALUE";
          case WORD_BEFORE -> "KEY VALUE";
          case BEFORE_EQUALS -> "KEY=VALUE";
        });
    if (text.length() > "VALUE".length()) {
      text.append(trailingWords == 1 ? " [UNIT]" : " ...");
    }
    return text.toString();
  }

  /** Declares a shape. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private int skipLines;
    private Heading heading = Heading.NONE;
    private Header header = Header.NONE;
    private int headerWords;
    private RowKey rowKey = RowKey.NONE;
    private int rowKeyWord = -1;
    private int secondRowKeyWord = -1;
    private int prefixWords;
    private char skipThrough;
    private ColumnKey columnKey = ColumnKey.POSITION;
    private String separators = "";
    private int radix = 10;
    private int leastColumns = 1;
    private int trailingWords;
    private boolean isUniform;
    private boolean isPerCpu;
    private boolean isEntries;

    private Builder() {}

    private Builder entries() {
      isEntries = true;
      return this;
    }

    /**
     * Passes over lines at the beginning, blank ones counted. Default: none.
     *
     * @param lines how many
     * @return this
     */
    public Builder skipLines(int lines) {
      skipLines = requireNotNegative(lines, "lines");
      return this;
    }

    /**
     * Says that lines are headings, each of which begins a section of rows. Default: there is none.
     *
     * @param which which lines
     * @return this
     */
    public Builder heading(Heading which) {
      heading = Objects.requireNonNull(which, "which");
      return this;
    }

    /**
     * Says that lines name the columns, which makes {@link ColumnKey#HEADER} the key of columns.
     *
     * @param which which lines
     * @return this
     */
    public Builder header(Header which) {
      header = Objects.requireNonNull(which, "which");
      columnKey = which == Header.NONE ? ColumnKey.POSITION : ColumnKey.HEADER;
      return this;
    }

    /**
     * Says how many words at the beginning of the header, as {@code #subsys_name} of {@code
     * /proc/cgroups}, name no column. Default: none.
     *
     * @param words how many
     * @return this
     */
    public Builder headerWords(int words) {
      headerWords = requireNotNegative(words, "words");
      return this;
    }

    /**
     * Says that a word is the key of the row.
     *
     * @param word its number
     * @return this
     */
    public Builder rowKeyWord(int word) {
      rowKey = RowKey.WORD;
      rowKeyWord = requireNotNegative(word, "word");
      secondRowKeyWord = -1;
      return this;
    }

    /**
     * Says that two words, joined with one blank, are the key of the row.
     *
     * @param first the number of the first
     * @param second that of the second
     * @return this
     * @throws IllegalArgumentException if the second does not come behind the first
     */
    public Builder rowKeyWords(int first, int second) {
      rowKeyWord(first);
      if (second <= first) {
        throw new IllegalArgumentException("Word " + second + " is not behind word " + first);
      }
      secondRowKeyWord = second;
      return this;
    }

    /**
     * Says that the line up to its first colon is the key of the row.
     *
     * @return this
     */
    public Builder rowKeyBeforeColon() {
      return rowKey(RowKey.BEFORE_COLON);
    }

    /**
     * Says that the number of the line is the key of the row.
     *
     * @return this
     */
    public Builder rowKeyLineNumber() {
      return rowKey(RowKey.LINE_NUMBER);
    }

    private Builder rowKey(RowKey key) {
      rowKey = key;
      rowKeyWord = -1;
      secondRowKeyWord = -1;
      return this;
    }

    /**
     * Drops words at the beginning of each line, such as {@code Node 0}. Default: none.
     *
     * @param words how many
     * @return this
     */
    public Builder prefixWords(int words) {
      prefixWords = requireNotNegative(words, "words");
      return this;
    }

    /**
     * Drops of each line all up to the last place of a character. Default: nothing.
     *
     * @param last the character
     * @return this
     * @throws IllegalArgumentException if it is a blank, a control character or not ASCII
     */
    public Builder skipThrough(char last) {
      if (last <= ' ' || last >= 0x7f) {
        throw new IllegalArgumentException(
            "'" + last + "' ends nothing that is dropped: only printable characters of ASCII do");
      }
      skipThrough = last;
      return this;
    }

    /**
     * Says what the key of a column is. Default: its position, or the header where there is one.
     *
     * @param key its kind
     * @return this
     */
    public Builder columnKey(ColumnKey key) {
      columnKey = Objects.requireNonNull(key, "key");
      return this;
    }

    /**
     * Names characters that separate words as white space does. Default: none.
     *
     * @param characters at most 8 of ASCII, in any order
     * @return this
     * @throws IllegalArgumentException if there are more, or one is a letter, a digit, a blank, a
     *     control character, {@code =} or not ASCII
     */
    public Builder separators(String characters) {
      if (characters.length() > MOST_SEPARATORS) {
        throw new IllegalArgumentException(
            "At most " + MOST_SEPARATORS + " characters separate words, not '" + characters + "'");
      }
      for (int i = 0; i < characters.length(); i++) {
        char c = characters.charAt(i);
        if (c <= ' ' || c >= 0x7f || c == '=' || Character.isLetterOrDigit(c)) {
          throw new IllegalArgumentException(
              "'" + c + "' cannot separate words: " + whyNoSeparator(c));
        }
      }
      separators = characters;
      return this;
    }

    private static String whyNoSeparator(char c) {
      if (c == '=') {
        return "it ends the key of a column, by 'before-equals'";
      } else if (Character.isLetterOrDigit(c)) {
        return "letters and digits are parts of keys and numbers";
      }
      return c == ' '
          ? "blanks do in any case"
          : "only printable characters of ASCII do, such as '/', '|' or ','";
    }

    /**
     * Sets the base of the numbers. Default: 10.
     *
     * @param base 8, 10 or 16
     * @return this
     * @throws IllegalArgumentException if it is another one
     */
    public Builder radix(int base) {
      if (base != 8 && base != 10 && base != 16) {
        throw new IllegalArgumentException("No numbers of base " + base + " are read");
      }
      radix = base;
      return this;
    }

    /**
     * Sets how many cells a line has at least. Default: 1.
     *
     * @param cells how many
     * @return this
     */
    public Builder leastColumns(int cells) {
      leastColumns = requireNotNegative(cells, "cells");
      return this;
    }

    /**
     * Sets how many words a line may have behind its last known column. Default: none.
     *
     * @param words 0, 1 or {@link #ANY}
     * @return this
     * @throws IllegalArgumentException if it is another number
     */
    public Builder trailingWords(int words) {
      if (words < ANY || words > 1) {
        throw new IllegalArgumentException("Trailing words are 0, 1 or ANY, not " + words);
      }
      trailingWords = words;
      return this;
    }

    /**
     * Says that lines are rows of numbers alone, of one length. Default: they are not.
     *
     * @return this
     */
    public Builder uniform() {
      isUniform = true;
      return this;
    }

    /**
     * Says that the lines are the CPUs that are on, in their order. Default: they are something
     * else.
     *
     * @return this
     */
    public Builder perCpu() {
      isPerCpu = true;
      return this;
    }

    /**
     * Ends the declaration.
     *
     * @return the shape
     * @throws IllegalStateException if columns have the keys of a header and there is none, or the
     *     other way round; if there are header words without {@link Header#ONCE}; or if pairs of
     *     lines have no key; if there are headings, and rows have another key than one word or what
     *     is before a colon, or there is a header; if lines are uniform and columns have keys
     *     beside their values; if lines are those of CPUs and rows have another key than their
     *     number; or if what is dropped ends with a character that separates words
     */
    public Shape build() {
      if (columnKey == ColumnKey.HEADER != (header != Header.NONE)) {
        throw new IllegalStateException(
            "A header, and columns that are named by it, need each other");
      } else if (headerWords > 0 && header != Header.ONCE) {
        throw new IllegalStateException("Only the header of all lines has words without a column");
      } else if (header == Header.PER_PAIR
          && (rowKey == RowKey.NONE || rowKey == RowKey.LINE_NUMBER)) {
        throw new IllegalStateException("Pairs of lines need a key in both");
      } else if (heading != Heading.NONE
          && (header != Header.NONE
              || secondRowKeyWord >= 0
              || rowKey != RowKey.WORD && rowKey != RowKey.BEFORE_COLON)) {
        throw new IllegalStateException(
            "Below headings rows have the key 'word N' or 'before-colon', and no header");
      } else if (isUniform
          && (header == Header.PER_PAIR
              || columnKey == ColumnKey.WORD_BEFORE
              || columnKey == ColumnKey.BEFORE_EQUALS)) {
        throw new IllegalStateException("Only rows of numbers alone are uniform");
      } else if (isPerCpu && rowKey != RowKey.LINE_NUMBER) {
        throw new IllegalStateException("Only lines that have numbers can be those of CPUs");
      } else if (separators.indexOf(':') >= 0
          && (rowKey == RowKey.WORD || rowKey == RowKey.BEFORE_COLON)) {
        throw new IllegalStateException(
            "A colon cannot separate words, as it ends the key of a row, by 'word N' or"
                + " 'before-colon'");
      } else if (separators.indexOf(skipThrough) >= 0) {
        throw new IllegalStateException(
            "'" + skipThrough + "' cannot both end what is dropped and separate words");
      }
      return new Shape(this);
    }

    private static int requireNotNegative(int number, String name) {
      if (number < 0) {
        throw new IllegalArgumentException(name + " must not be negative, but is " + number);
      }
      return number;
    }
  }
}
