package io.statsfs.core.thread;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Work that ends at about the moment when it is left behind, or that is left before it begins. The
 * second thread is the watchdog's own.
 */
public class WatchdogStress {
  private static final int ROUNDS = 20;

  private static final IllegalStateException THROWN = new IllegalStateException("thrown");

  /** How long work takes; from round to round nearer to when it is left. */
  private static volatile long nanos = 100_000;

  private static final class Round implements Watchdog.Work {
    private final AtomicInteger returns = new AtomicInteger();
    private final boolean fails;
    private final long takes = nanos;
    private int value;
    private boolean wasLeft;

    Round(boolean fails) {
      this.fails = fails;
    }

    @Override
    public void run() {
      long began = System.nanoTime();
      while (System.nanoTime() - began < takes) {
        Thread.onSpinWait();
      }
      value = 7;
      if (fails) {
        throw THROWN;
      }
    }

    @Override
    public void returned() {
      returns.incrementAndGet();
    }

    /** Whether it was left, or has given what it should. */
    boolean isRight(Watchdog watchdog) {
      boolean isRight;
      try {
        wasLeft = !watchdog.run(this);
        isRight = wasLeft || value == 7 && !fails;
      } catch (IllegalStateException e) {
        isRight = fails && e == THROWN && value == 7;
      }
      nanos = wasLeft ? takes - takes / 16 : takes + takes / 16 + 1;
      return isRight;
    }

    /** Whether it returned once if it was left, and else never. */
    boolean hasReturned() {
      long began = System.nanoTime();
      while (wasLeft && returns.get() == 0 && System.nanoTime() - began < 10_000_000_000L) {
        Thread.yield();
      }
      return returns.get() == (wasLeft ? 1 : 0);
    }
  }

  @JCStressTest
  @Outcome(id = "20, 20", expect = ACCEPTABLE, desc = "each done, or left and returned once")
  @Outcome(expect = FORBIDDEN, desc = "both, neither, or no result")
  @State
  public static class DoneOrLeft {
    private final Watchdog watchdog = new Watchdog("stress", Duration.ofNanos(50_000));
    private final List<Round> rounds = new ArrayList<>();

    @Actor
    public void caller(II_Result r) {
      for (int i = 0; i < ROUNDS; i++) {
        Round round = new Round(i % 4 == 0);
        rounds.add(round);
        r.r1 += round.isRight(watchdog) ? 1 : 0;
      }
      watchdog.close();
    }

    @Arbiter
    public void afterwards(II_Result r) {
      for (Round round : rounds) {
        r.r2 += round.hasReturned() ? 1 : 0;
      }
    }
  }
}
