package io.statsfs;

import org.jspecify.annotations.Nullable;

/** Something that was asked for cannot be had. The message says what, why, and what to do. */
public class StatsFsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message what happened, why, and what to do
   */
  public StatsFsException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, why, and what to do
   * @param cause what led to it
   */
  public StatsFsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
