package io.statsfs.core.thread;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A call that was left behind, whose result somebody asks for who has not waited for it. */
public class GuardedCallStress {

  /** What is not immutable, so that nothing but the call publishes it. */
  private static final class Read {
    int value;

    static Read of(int value) {
      Read read = new Read();
      read.value = value;
      return read;
    }
  }

  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "busy")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "all of the result")
  @Outcome(expect = FORBIDDEN, desc = "not busy, and no result or half of it")
  @State
  public static class Result {
    private final GuardedCall<Read> call = new GuardedCall<>(() -> Read.of(7));

    @Actor
    public void run() {
      call.run();
    }

    @Actor
    public void ask(I_Result r) {
      if (call.isBusy()) {
        r.r1 = -1;
        return;
      }
      try {
        Read read = call.get();
        r.r1 = read == null ? -2 : read.value;
      } catch (IOException e) {
        r.r1 = -3;
      }
    }
  }

  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "busy")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "what was thrown")
  @Outcome(expect = FORBIDDEN, desc = "not busy, and nothing thrown")
  @State
  public static class Failure {
    private static final IOException THROWN = new IOException("7");

    private final GuardedCall<Read> call =
        new GuardedCall<>(
            () -> {
              throw THROWN;
            });

    @Actor
    public void run() {
      call.run();
    }

    @Actor
    public void ask(I_Result r) {
      if (call.isBusy()) {
        r.r1 = -1;
        return;
      }
      try {
        call.get();
      } catch (IOException e) {
        r.r1 = e == THROWN ? 7 : -2;
      }
    }
  }

  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "seen to be done")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "busy for ever")
  @State
  public static class BusyEnds {
    private final GuardedCall<Read> call = new GuardedCall<>(() -> Read.of(7));

    @Actor
    public void waitForIt() {
      while (call.isBusy()) {
        // It is the look that is tested.
      }
    }

    @Signal
    public void run() {
      call.run();
    }
  }
}
