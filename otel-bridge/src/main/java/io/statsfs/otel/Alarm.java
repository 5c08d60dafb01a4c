package io.statsfs.otel;

import java.util.concurrent.TimeUnit;

/**
 * Decides when a fault is logged: when it appears first, and when it appears again after it was
 * absent for five minutes. So a fault that lasts, or comes and goes, is one line, and a false alarm
 * does not hide a real one for the life of the process. For one thread at a time.
 */
final class Alarm {
  static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(5);

  private boolean raised;
  private boolean absent;
  private long absentSince;

  /** The fault is present; true if that has to be logged. */
  boolean present(long nanoTime) {
    boolean log = !raised || absent && nanoTime - absentSince >= QUIET_NANOS;
    raised = true;
    absent = false;
    return log;
  }

  /** The fault is not present. */
  void absent(long nanoTime) {
    if (!absent) {
      absent = true;
      absentSince = nanoTime;
    }
  }
}
