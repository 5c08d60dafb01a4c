package io.statsfs.core.thread;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A look that was left behind, by which a sampler sees whether what hangs has been replaced. */
public class LookStress {
  private static final Supplier<Object> THERE = () -> 7;

  private static final Supplier<Object> GONE = () -> null;

  @JCStressTest
  @Outcome(id = "false, -1", expect = ACCEPTABLE, desc = "not back yet")
  @Outcome(id = "true, 7", expect = ACCEPTABLE, desc = "back, with what it saw")
  @Outcome(expect = FORBIDDEN, desc = "back, without what it saw")
  @State
  public static class Seen {
    private final Look look = new Look(List.of(THERE));

    @Actor
    public void look() {
      look.run();
      look.returned();
    }

    @Actor
    public void ask(ZI_Result r) {
      r.r1 = look.hasReturned();
      r.r2 = !r.r1 ? -1 : look.seen() instanceof Integer it && !look.isGone() ? it : -2;
    }
  }

  @JCStressTest
  @Outcome(id = "false, -1", expect = ACCEPTABLE, desc = "not back yet")
  @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "back, and gone after one step")
  @Outcome(expect = FORBIDDEN, desc = "back, and what is gone seems to be there")
  @State
  public static class Gone {
    private final Look look = new Look(List.of(THERE, GONE));

    @Actor
    public void look() {
      look.run();
      look.returned();
    }

    @Actor
    public void ask(ZI_Result r) {
      r.r1 = look.hasReturned();
      r.r2 = !r.r1 ? -1 : look.isGone() && look.seen() == null ? look.stepsDone() : -2;
    }
  }

  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "the step was seen")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "what gets on seems to hang")
  @State
  public static class Progress {
    private final Look look = new Look(List.of(THERE));

    @Actor
    public void watch() {
      while (look.progress() == 0) {
        // It is the look that is tested.
      }
    }

    @Signal
    public void look() {
      look.run();
    }
  }
}
