package io.statsfs.core.mounts;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Uses channels in a thread that may be interrupted, which closes a channel that is read or
 * written.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  /** What opens channels and closes them again. */
  public interface Action<T> {
    T run() throws IOException;
  }

  /**
   * Runs an action, and again from its beginning if an interrupt ends it. The thread stays
   * interrupted.
   */
  public static <T> T run(Action<T> action) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          return action.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
