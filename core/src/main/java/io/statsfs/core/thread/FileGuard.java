package io.statsfs.core.thread;

import org.jspecify.annotations.Nullable;

/**
 * Has files read that may hang, in the thread that asks for it. If one does, that thread is left
 * behind, and all that it was doing is begun again by another one.
 */
public interface FileGuard {
  /** For what may hang in a file as in anything else. */
  FileGuard NONE = GuardedCall::run;

  /**
   * Reads a file.
   *
   * @throws LeftBehind if it hung, and what the caller was doing was begun again meanwhile: the
   *     caller must not touch anything any more that whoever does it now may use
   */
  void read(GuardedCall<?> call);

  /** Whether {@link #read} throws, or will if it returns. */
  default boolean isLeftBehind() {
    return false;
  }

  /** What a look at the tree has seen just before; null if there was none, or it failed. */
  default @Nullable Object seen() {
    return null;
  }

  /** Ends what is done by somebody else now. No exception, as nobody should handle it. */
  final class LeftBehind extends Error {
    private static final long serialVersionUID = 1L;

    public LeftBehind() {
      super("begun again by another thread", null, false, false);
    }
  }
}
