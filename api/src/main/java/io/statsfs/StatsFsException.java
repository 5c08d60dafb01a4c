package io.statsfs;

import io.statsfs.spi.PrintableText;
import org.jspecify.annotations.Nullable;

/**
 * Something that was asked for cannot be done. The message says what, why, and what to do. It is
 * made {@linkplain PrintableText printable}, whatever names are in it; that of a cause need not be.
 */
public class StatsFsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message what happened, why, and what to do
   */
  public StatsFsException(String message) {
    super(PrintableText.of(String.valueOf(message)));
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, why, and what to do
   * @param cause what led to it
   */
  public StatsFsException(String message, @Nullable Throwable cause) {
    super(PrintableText.of(String.valueOf(message)), cause);
  }
}
