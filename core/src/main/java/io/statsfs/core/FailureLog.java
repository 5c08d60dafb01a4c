package io.statsfs.core;

import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.spi.Alarm;
import io.statsfs.spi.PrintableLog;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs each failure once, and again if it comes back after all was well for some minutes.
 *
 * <p>Safe for use by several threads.
 */
final class FailureLog {
  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  /** Something that fails in another way each time must not be logged for ever. */
  private static final int MAX_FAILURES = 500;

  private final LongSupplier nanoTime;

  private final Map<Object, Alarm> failures = new HashMap<>();

  FailureLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Problems of one tree and cause are logged as one. */
  private record Cause(@Nullable Tree tree, String text) {
    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Cause cause
          && text.equals(cause.text)
          && Objects.equals(tree, cause.tree);
    }

    @Override
    public int hashCode() {
      return text.hashCode() * 31 + Objects.hashCode(tree);
    }
  }

  /** Logs one problem of each tree and cause. */
  synchronized void problems(List<Problem> problems) {
    Map<Object, Problem> firsts = new LinkedHashMap<>();
    Map<Object, Integer> counts = new HashMap<>();
    for (Problem problem : problems) {
      Cause cause = new Cause(problem.tree().orElse(null), problem.cause());
      firsts.putIfAbsent(cause, problem);
      counts.merge(cause, 1, Integer::sum);
    }
    for (Object known : List.copyOf(failures.keySet())) {
      if (known instanceof Cause && !firsts.containsKey(known)) {
        recovered(known);
      }
    }
    firsts.forEach(
        (cause, first) -> {
          int more = counts.get(cause) - 1;
          failed(
              cause,
              first + (more == 0 ? "" : " (and " + more + " more like it in Catalog.problems())"));
        });
  }

  /**
   * Logs a failure unless it was logged before.
   *
   * @param what fails
   */
  synchronized void failed(Object what, String message) {
    Alarm known = failures.get(what);
    Alarm alarm = known;
    if (alarm == null) {
      if (failures.size() == MAX_FAILURES) {
        return;
      }
      alarm = new Alarm();
      failures.put(what, alarm);
    }
    if (alarm.present(nanoTime.getAsLong())) {
      LOG.warn(message);
    }
    if (alarm != known && failures.size() == MAX_FAILURES) {
      LOG.warn("Further failures are not logged; Catalog.problems() has those of the trees.");
    }
  }

  /** Records that something that may have failed before does not fail now. */
  synchronized void recovered(Object what) {
    Alarm alarm = failures.get(what);
    if (alarm != null) {
      long now = nanoTime.getAsLong();
      alarm.absent(now);
      if (alarm.isQuiet(now)) {
        failures.remove(what);
      }
    }
  }

  /** Forgets what cannot fail any more. */
  synchronized void forget(Object what) {
    failures.remove(what);
  }
}
