package io.statsfs.testkit.process;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits in tests for what comes about in its own time. */
public final class Await {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

  private Await() {}

  /**
   * Waits until a condition is true, a minute at most. An interrupt is not heard, and stays.
   *
   * @param condition asked every millisecond; an exception of it is a failure
   * @param otherwise what to say if it does not become true
   * @throws AssertionError if it does not become true
   */
  public static void until(Callable<Boolean> condition, Supplier<?> otherwise) {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!isTrue(condition)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "Within " + TIMEOUT + " it did not come about: " + otherwise.get());
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * The same without more to say.
   *
   * @param condition asked every millisecond
   * @throws AssertionError if it does not become true
   */
  public static void until(Callable<Boolean> condition) {
    until(condition, () -> "waited in vain");
  }

  /**
   * Collects garbage until a condition is true, a minute at most.
   *
   * @param condition the effect of that
   * @param otherwise what to say if there is none
   * @throws AssertionError if there is none
   */
  public static void collected(Callable<Boolean> condition, Supplier<?> otherwise) {
    until(
        () -> {
          System.gc();
          return condition.call();
        },
        otherwise);
  }

  private static boolean isTrue(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
