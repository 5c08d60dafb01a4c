package io.statsfs.trees;

import io.statsfs.spi.PrintableText;

/**
 * A text that is no declaration of a tree. The message begins with the file, the line and the
 * column, and says what was expected there.
 */
public final class DeclarationException extends Exception {
  private static final long serialVersionUID = 1L;

  /** For a text to be read by people. */
  private static final int LONGEST = 400;

  /** The line, counted from 1. */
  private final int line;

  /** The column, counted from 1. */
  private final int column;

  /** What is wrong there. */
  private final String fault;

  DeclarationException(YamlNode.Mark mark, String fault) {
    this("", mark.line(), mark.column(), bounded(fault));
  }

  private DeclarationException(String file, int line, int column, String fault) {
    super(file + line + ":" + column + ": " + fault);
    this.line = line;
    this.column = column;
    this.fault = fault;
  }

  /** A line, whatever is in the text that it quotes. */
  private static String bounded(String fault) {
    String line = fault.strip();
    int length = line.length();
    return PrintableText.of(
        length <= LONGEST
            ? line
            : line.substring(0, LONGEST / 2) + " [...] " + line.substring(length - LONGEST / 2));
  }

  /** The same in a file. */
  DeclarationException in(String file) {
    return new DeclarationException(file + ":", line, column, fault);
  }

  /** What is wrong there. */
  String fault() {
    return fault;
  }

  /**
   * The line that is wrong.
   *
   * @return its number, 1 or more
   */
  public int line() {
    return line;
  }

  /**
   * Where in the line what is wrong begins.
   *
   * @return the number of the character, 1 or more
   */
  public int column() {
    return column;
  }
}
