package io.statsfs.metrics.internal;

import io.statsfs.spi.Alarm;
import io.statsfs.spi.PrintableLog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The log of a way out, which is bounded. For one thread at a time. */
public final class ExportLog {
  /** Something that differs each time must not be logged for ever. */
  private static final int MAX_LOGGED = 20;

  private final PrintableLog log;
  private final Set<String> remarks = new HashSet<>();
  private final Map<String, Alarm> failures = new HashMap<>();

  /**
   * Logs somewhere.
   *
   * @param log the log
   */
  public ExportLog(PrintableLog log) {
    this.log = log;
  }

  /**
   * Logs that something failed, and again if it comes back after five minutes.
   *
   * @param message what failed, and why
   */
  public void failure(String message) {
    if (failures.size() == MAX_LOGGED && !failures.containsKey(message)) {
      return;
    }
    if (failures.computeIfAbsent(message, m -> new Alarm()).present(System.nanoTime())) {
      log.warn(message);
    }
  }

  /**
   * Logs something once. Has a bound of its own, so that many remarks do not hide a failure.
   *
   * @param message what was found
   */
  public void remark(String message) {
    if (remarks.size() < MAX_LOGGED && remarks.add(message)) {
      log.warn(message);
    }
  }

  /**
   * Logs a state while it lasts.
   *
   * @param alarm of the state
   * @param message what to log; empty if all is well
   * @param nanoTime the time
   */
  public void state(Alarm alarm, Optional<String> message, long nanoTime) {
    if (message.isEmpty()) {
      alarm.absent(nanoTime);
    } else if (alarm.present(nanoTime)) {
      log.warn(message.get());
    }
  }

  /** A sample was taken, so that what failed before does so no longer. */
  void succeeded(long nanoTime) {
    if (!failures.isEmpty()) {
      for (Alarm alarm : failures.values()) {
        alarm.absent(nanoTime);
      }
    }
  }

  PrintableLog log() {
    return log;
  }
}
