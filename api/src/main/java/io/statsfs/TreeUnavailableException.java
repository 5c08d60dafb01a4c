package io.statsfs;

import org.jspecify.annotations.Nullable;

/** A tree cannot be opened. */
public final class TreeUnavailableException extends StatsFsException {
  private static final long serialVersionUID = 1L;

  /** Why a tree cannot be opened. Later versions may add reasons. */
  public enum Reason {
    /** The running kernel has no statsfs. */
    NOT_SUPPORTED,
    /** The kernel has statsfs, but it is not mounted. */
    NOT_MOUNTED,
    /** It is there, but this process may not list it. */
    NOT_READABLE,
    /** There is nothing at the root. */
    NOT_FOUND,
    /**
     * What is at the root is not what the layout needs: a file where a directory is needed, say.
     */
    NOT_A_TREE,
    /**
     * There is no tree of that name. The message has what may be the cause: a layout that was left
     * out, or a name that is like it; else the names that there are.
     */
    UNKNOWN_NAME
  }

  /** Why the tree cannot be opened. */
  private final Reason reason;

  /**
   * With a reason.
   *
   * @param reason why
   * @param message what happened, to which path, and what to do
   * @param cause what led to it
   */
  public TreeUnavailableException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /**
   * Why the tree cannot be opened.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
