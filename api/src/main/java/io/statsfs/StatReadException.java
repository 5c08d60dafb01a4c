package io.statsfs;

import org.jspecify.annotations.Nullable;

/** One value that was asked for by itself could not be read. */
public final class StatReadException extends StatsFsException {
  private static final long serialVersionUID = 1L;

  /** Never {@link Status#OK}. */
  private final Status status;

  /**
   * With a status.
   *
   * @param status why there is no value
   * @param message which file, and why
   * @param cause what led to it
   */
  public StatReadException(Status status, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /**
   * Why there is no value.
   *
   * @return any status but {@link Status#OK}
   */
  public Status status() {
    return status;
  }
}
