package io.statsfs.otel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Recognizes where one collection ends and the next one begins, which the SDK does not report. It
 * visits the meters of a collection in the order of a hash, but it makes all calls of a collection
 * in one thread, and each at most once. So a callback that is called again in its thread belongs to
 * another collection. For one thread at a time; after its first collections it allocates nothing.
 */
final class CollectionBoundary {
  /** Threads that collect: one per reader, or a few that serve scrapes. */
  private static final int MAX_THREADS = 32;

  private final List<Caller> callers = new ArrayList<>();

  private static final class Caller {
    long thread;
    int collection;

    /** By callback, the number of the collection that it was called in last. */
    int[] calledIn = {};
  }

  /** Whether this call of a callback is the first one of a collection. */
  boolean begins(int callback) {
    Caller caller = caller(Thread.currentThread().getId());
    if (callback >= caller.calledIn.length) {
      caller.calledIn = Arrays.copyOf(caller.calledIn, callback + 8);
    }
    boolean begins = caller.collection == 0 || caller.calledIn[callback] == caller.collection;
    if (begins) {
      caller.collection++;
    }
    caller.calledIn[callback] = caller.collection;
    return begins;
  }

  /** The one that was used last is the first in the list. */
  private Caller caller(long thread) {
    int i = 0;
    while (i < callers.size() && callers.get(i).thread != thread) {
      i++;
    }
    if (i == 0 && !callers.isEmpty()) {
      return callers.get(0);
    }
    Caller caller;
    if (i < callers.size()) {
      caller = callers.remove(i);
    } else {
      if (i == MAX_THREADS) {
        callers.remove(i - 1);
      }
      caller = new Caller();
      caller.thread = thread;
    }
    callers.add(0, caller);
    return caller;
  }
}
