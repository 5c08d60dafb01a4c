package io.statsfs;

import org.jspecify.annotations.Nullable;

/** A stat was not cleared. The message says which file, why, and what to do. */
public final class StatClearException extends StatsFsException {
  private static final long serialVersionUID = 1L;

  /**
   * Why a stat was not cleared; later versions may add reasons. Nothing was written, unless it is
   * {@link #FAILED}.
   */
  public enum Reason {
    /** This {@link StatsFs} was opened without {@link StatsFs.Builder#allowClearing()}. */
    NOT_ALLOWED,
    /**
     * The stat is none that can be cleared: a floating one, one of text or decimals, a line of a
     * file of many values, or one of a file system where writing {@code 0} does something else.
     */
    NOT_CLEARABLE,
    /** The stat is not in the present catalog, or its file or source is not there any more. */
    GONE,
    /**
     * The process may not write to the file (EACCES, or EPERM as kernel lockdown answers on
     * debugfs), or nobody may, on a read-only mount (EROFS).
     */
    DENIED,
    /** Reading the file before, or writing it, failed in another way. */
    FAILED
  }

  /** Why the stat was not cleared. */
  private final Reason reason;

  /**
   * With a reason.
   *
   * @param reason why
   * @param message which file, why, and what to do
   * @param cause what led to it
   */
  public StatClearException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /**
   * Why the stat was not cleared.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
