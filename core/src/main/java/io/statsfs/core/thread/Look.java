package io.statsfs.core.thread;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A look at something, and before it at what holds it, each of which may hang. */
public final class Look extends Attempt {
  private final List<Supplier<@Nullable Object>> steps;
  private volatile int step;
  private @Nullable Object seen;
  private boolean isGone;

  /**
   * A look that was not begun.
   *
   * @param steps from the outermost to what is to be seen. Each gives something that is equal as
   *     long as what is there is the same, null if that is gone, and throws if it cannot be seen
   */
  public Look(List<Supplier<@Nullable Object>> steps) {
    this.steps = steps;
  }

  @Override
  public void run() {
    try {
      for (Supplier<@Nullable Object> next : steps) {
        seen = next.get();
        if (seen == null) {
          isGone = true;
          return;
        }
        step++;
      }
    } catch (RuntimeException | LinkageError e) {
      // It answers, which is enough.
      seen = null;
    }
  }

  @Override
  public long progress() {
    return step;
  }

  /** How many steps did not hang. */
  public int stepsDone() {
    return step;
  }

  /** Whether what was looked at is gone, or what holds it. */
  public boolean isGone() {
    return isGone;
  }

  /** What was seen; null if it is gone or could not be seen. */
  public @Nullable Object seen() {
    return seen;
  }
}
