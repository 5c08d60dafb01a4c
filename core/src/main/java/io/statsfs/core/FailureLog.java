package io.statsfs.core;

import io.statsfs.Tree;
import io.statsfs.core.scan.TreeProblem;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Logs each failure once, and again if it comes back after all was well for some minutes.
 *
 * <p>Safe for use by several threads.
 */
final class FailureLog {
  private static final Log LOG = new Log();

  /** What is well for less may be failing now and then, which is logged already. */
  static final Duration RECOVERY = Duration.ofMinutes(5);

  /** Something that fails in another way each time must not be logged for ever. */
  private static final int MAX_FAILURES = 500;

  private final LongSupplier nanoTime;

  /** When what failed was first seen to be well again; nothing while it fails. */
  private final Map<Object, Recovery> failures = new HashMap<>();

  FailureLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  private static final class Recovery {
    boolean began;
    long nanos;
  }

  /** What the problems of trees have in common that are logged as one. */
  private record Cause(Tree tree, String text) {
    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Cause cause && text.equals(cause.text) && tree.equals(cause.tree);
    }

    @Override
    public int hashCode() {
      return text.hashCode() * 31 + tree.hashCode();
    }
  }

  /** Logs one problem of each tree and cause. */
  synchronized void problems(List<TreeProblem> problems) {
    Map<Object, TreeProblem> firsts = new LinkedHashMap<>();
    Map<Object, Integer> counts = new HashMap<>();
    for (TreeProblem problem : problems) {
      Cause cause = new Cause(problem.tree(), problem.cause());
      firsts.putIfAbsent(cause, problem);
      counts.merge(cause, 1, Integer::sum);
    }
    for (Object known : List.copyOf(failures.keySet())) {
      if (known instanceof Cause && !firsts.containsKey(known)) {
        well(known);
      }
    }
    firsts.forEach(
        (cause, first) -> {
          int more = counts.get(cause) - 1;
          failed(
              cause,
              first.problem()
                  + (more == 0 ? "" : " (and " + more + " more like it in Catalog.problems())"));
        });
  }

  /**
   * Logs a failure unless it was logged before.
   *
   * @param what fails
   */
  synchronized void failed(Object what, String message) {
    Recovery recovery = failures.get(what);
    if (recovery == null) {
      if (failures.size() == MAX_FAILURES) {
        return;
      }
      recovery = new Recovery();
      failures.put(what, recovery);
      LOG.warn(message);
      if (failures.size() == MAX_FAILURES) {
        LOG.warn("Further failures are not logged; Catalog.problems() has those of the trees.");
      }
    } else if (isOver(recovery)) {
      LOG.warn(message);
    }
    recovery.began = false;
  }

  /** Says that what may have failed before does not fail now. */
  synchronized void well(Object what) {
    Recovery recovery = failures.get(what);
    if (recovery == null) {
      return;
    }
    if (!recovery.began) {
      recovery.began = true;
      recovery.nanos = nanoTime.getAsLong();
    } else if (isOver(recovery)) {
      failures.remove(what);
    }
  }

  /** Lets go of what cannot fail any more. */
  synchronized void forget(Object what) {
    failures.remove(what);
  }

  private boolean isOver(Recovery recovery) {
    return recovery.began && nanoTime.getAsLong() - recovery.nanos >= RECOVERY.toNanos();
  }
}
