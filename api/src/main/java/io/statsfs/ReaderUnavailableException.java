package io.statsfs;

import org.jspecify.annotations.Nullable;

/** The reader that was asked for, or any reader at all, cannot be used here. */
public final class ReaderUnavailableException extends StatsFsException {
  private static final long serialVersionUID = 1L;

  /**
   * With a cause.
   *
   * @param message which reader, and what to do
   * @param cause why it cannot be used
   */
  public ReaderUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
