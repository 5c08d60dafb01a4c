package io.statsfs.reader.jni;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what happens in its own time. */
final class Await {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private Await() {}

  static void until(BooleanSupplier condition, Supplier<String> what) throws InterruptedException {
    Instant end = Instant.now().plus(TIMEOUT);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("Within " + TIMEOUT + " it did not become so: " + what.get());
      }
      Thread.sleep(10);
    }
  }

  /** Collects garbage until that has had the effect. */
  static void collected(BooleanSupplier condition, Supplier<String> what)
      throws InterruptedException {
    until(
        () -> {
          System.gc();
          return condition.getAsBoolean();
        },
        what);
  }
}
