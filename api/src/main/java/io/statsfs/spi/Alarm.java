package io.statsfs.spi;

import java.time.Duration;

/**
 * Decides when a fault is logged: when it appears first, and when it appears again after it was
 * absent for five minutes. So a fault that lasts, or comes and goes, is one line, and a false alarm
 * does not hide a real one for the life of the process. For one thread at a time.
 */
public final class Alarm {
  /** How long a fault has to be absent until it is logged again. */
  public static final Duration QUIET = Duration.ofMinutes(5);

  private static final long QUIET_NANOS = QUIET.toNanos();

  private boolean raised;
  private boolean absent;
  private long absentSince;

  /** Of a fault that was never present. */
  public Alarm() {}

  /**
   * The fault is present.
   *
   * @param nanoTime the time, as {@link System#nanoTime()} has it
   * @return true if that has to be logged
   */
  public boolean present(long nanoTime) {
    boolean log = !raised || isQuiet(nanoTime);
    raised = true;
    absent = false;
    return log;
  }

  /**
   * The fault is not present.
   *
   * @param nanoTime the time, as {@link System#nanoTime()} has it
   */
  public void absent(long nanoTime) {
    if (!absent) {
      absent = true;
      absentSince = nanoTime;
    }
  }

  /**
   * Whether the fault was absent for so long that it would be logged again.
   *
   * @param nanoTime the time, as {@link System#nanoTime()} has it
   * @return true if so
   */
  public boolean isQuiet(long nanoTime) {
    return absent && nanoTime - absentSince >= QUIET_NANOS;
  }
}
