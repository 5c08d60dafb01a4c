package io.statsfs.samples.agent;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for what comes about sooner or later. */
final class Await {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private Await() {}

  static void until(String what, Callable<Boolean> condition, Supplier<?> otherwise)
      throws InterruptedException {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!isTrue(condition)) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " does not come about. " + otherwise.get());
      }
      Thread.sleep(50);
    }
  }

  private static boolean isTrue(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
