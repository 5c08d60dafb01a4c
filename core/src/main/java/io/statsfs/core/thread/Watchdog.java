package io.statsfs.core.thread;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Has work done by another thread, and leaves that thread behind if it gets stuck: one that hangs
 * in a system call cannot be cancelled, so it must not be the caller's.
 *
 * <p>The thread is kept for the next work, and ends when there was none for a while. For one caller
 * at a time. Handing work over and back allocates nothing.
 */
public final class Watchdog implements AutoCloseable {

  /** What may get stuck. */
  public interface Work extends Runnable {
    /** Changes while the work makes progress; called by the thread that waits for it. */
    default long progress() {
      return 0;
    }

    /** Called instead of {@link #run} if there is no thread to be had. */
    default void notStarted() {}

    /** Called by the thread that waits, just before the work is left behind or ends after all. */
    default void leaving() {}

    /** Called by the thread of the work if that ends after all when it was left behind. */
    default void returned() {}
  }

  /** Pieces of work that are done one after the other, from one of them on. */
  private static final class Sequence implements Work {
    private static final int LEFT_BEHIND = -1;

    private final List<Work> works;
    private final int from;

    /** Which one is being done. */
    private final AtomicInteger at;

    /** The one that was left behind, or ended just then; none if all were done. */
    private int left = LEFT_BEHIND;

    Sequence(List<Work> works, int from) {
      this.works = works;
      this.from = from;
      at = new AtomicInteger(from);
    }

    /** Where another one has to go on. */
    int next() {
      return left < 0 ? works.size() : left + 1;
    }

    @Override
    public void run() {
      // The first one also if it was left behind before this thread came to it.
      int i = from;
      do {
        works.get(i).run();
      } while (at.compareAndSet(i, i + 1) && ++i < works.size());
    }

    @Override
    public long progress() {
      int i = at.get();
      boolean isAtWork = i >= 0 && i < works.size();
      return isAtWork ? (long) i << Integer.SIZE ^ works.get(i).progress() : i;
    }

    @Override
    public void notStarted() {
      works.subList(from, works.size()).forEach(Work::notStarted);
    }

    @Override
    public void leaving() {
      int last = at.getAndSet(LEFT_BEHIND);
      if (last < works.size()) {
        left = last;
        works.get(last).leaving();
      }
    }

    @Override
    public void returned() {
      if (left >= 0) {
        works.get(left).returned();
      }
    }
  }

  /**
   * How often the work is looked at before it counts as stuck. More than once, since the whole
   * process may have paused for longer than the timeout, for the garbage collector or with the
   * machine. The work must have time to go on after that.
   */
  private static final int LOOKS = 4;

  /** Longer than the usual interval of collections, so that these find the thread still there. */
  private static final long IDLE_NANOS = Duration.ofMinutes(2).toNanos();

  /** A marker in the place of work. */
  private static final Work ENDED = () -> {};

  private static final Work LEFT = () -> {};

  private final String threadName;
  private final long nanosPerLook;
  private @Nullable Worker worker;

  /**
   * @param threadName what the thread is to be called
   * @param timeout how long work may stay where it is
   */
  public Watchdog(String threadName, Duration timeout) {
    this.threadName = threadName;
    nanosPerLook = TimeUnit.NANOSECONDS.convert(timeout) / LOOKS;
  }

  /**
   * Has the work done, and waits for it. An interrupted thread waits as well, and stays
   * interrupted.
   *
   * @return true if it is done; false if it was left behind, and whatever it uses with it
   */
  public boolean run(Work work) {
    Worker trusted = handOver(work);
    boolean interrupted = false;
    long progress = work.progress();
    int looks = 0;
    long next = System.nanoTime() + nanosPerLook;
    while (trusted.isAt(work)) {
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
        // Else the next wait would be none.
        interrupted |= Thread.interrupted();
        continue;
      }
      long now = work.progress();
      looks = now == progress ? looks + 1 : 0;
      progress = now;
      next = System.nanoTime() + nanosPerLook;
      if (looks == LOOKS) {
        work.leaving();
        if (trusted.leave(work)) {
          worker = null;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (worker == null) {
      return false;
    }
    trusted.rethrow();
    return true;
  }

  /**
   * Has several pieces of work done by one thread, and waits for them. One that gets stuck is left
   * behind with its thread, and another thread does those that follow; only the work itself knows
   * then that it did not end. What one throws keeps those that follow from being done.
   */
  public void runAll(List<? extends Work> works) {
    // Whoever was left behind comes back to it when the caller's list may have changed.
    List<Work> all = List.copyOf(works);
    int next = 0;
    while (next < all.size()) {
      Sequence rest = new Sequence(all, next);
      run(rest);
      next = rest.next();
    }
  }

  private Worker handOver(Work work) {
    Worker known = worker;
    if (known == null || !known.take(work)) {
      known = new Worker(threadName, work);
      try {
        known.thread.start();
      } catch (Throwable e) {
        worker = null;
        work.notStarted();
        throw e;
      }
      worker = known;
    }
    return known;
  }

  /** Ends the thread and waits for its end, if it is not at work. */
  @Override
  public void close() {
    Worker known = worker;
    worker = null;
    if (known != null && known.end()) {
      DaemonThread.join(known.thread);
    }
  }

  private static final class Worker implements Runnable {
    private final Thread thread;

    /** What is being done, null if nothing is; or how it ended. */
    private final AtomicReference<@Nullable Work> at;

    /** What this has to begin, also when nobody waits for it any more; null once it has. */
    private @Nullable Work next;

    private @Nullable Thread caller = Thread.currentThread();
    private @Nullable Throwable failure;

    Worker(String name, Work work) {
      at = new AtomicReference<>(work);
      next = work;
      thread = DaemonThread.create(name, this);
    }

    boolean isAt(Work work) {
      return at.get() == work;
    }

    /** False if this has ended for want of work. */
    boolean take(Work work) {
      caller = Thread.currentThread();
      next = work;
      if (!at.compareAndSet(null, work)) {
        return false;
      }
      LockSupport.unpark(thread);
      return true;
    }

    /** False if the work is done after all. */
    boolean leave(Work work) {
      boolean left = at.compareAndSet(work, LEFT);
      if (left) {
        // Nobody waits any more, and what hangs for ever must not keep the caller.
        caller = null;
      }
      return left;
    }

    /** False if it is at work. */
    boolean end() {
      boolean ended = at.compareAndSet(null, ENDED);
      if (ended) {
        LockSupport.unpark(thread);
      }
      return ended;
    }

    void rethrow() {
      caller = null;
      Throwable thrown = failure;
      failure = null;
      if (thrown instanceof Error error) {
        throw error;
      } else if (thrown != null) {
        throw (RuntimeException) thrown;
      }
    }

    @Override
    public void run() {
      while (true) {
        Work state = at.get();
        if (state == null) {
          long began = System.nanoTime();
          LockSupport.parkNanos(this, IDLE_NANOS);
          // By whoever thinks that this thread is his; interrupted, it would never park again.
          Thread.interrupted();
          if (System.nanoTime() - began >= IDLE_NANOS) {
            end();
          }
        } else if (state == ENDED) {
          return;
        } else {
          // Maybe left behind before this thread came to it. It returns all the same.
          Work work = Objects.requireNonNull(next);
          next = null;
          if (!finish(work)) {
            return;
          }
        }
      }
    }

    /** Whether somebody waits for what comes next. */
    private boolean finish(Work work) {
      try {
        work.run();
      } catch (Throwable e) {
        failure = e;
      }
      Thread waiting = caller;
      if (at.compareAndSet(work, null)) {
        LockSupport.unpark(waiting);
        return true;
      }
      work.returned();
      return false;
    }
  }
}
