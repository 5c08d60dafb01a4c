package io.statsfs.reader.nio;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** What a sample's thread shows to others, and what several batches share. */
public class NioReaderStress {

  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "the next file was seen")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "what gets on seems to hang")
  @State
  public static class PositionIsSeen {
    private final Text text = new Text(2);

    @Actor
    public void watch() {
      while (text.position() == 0) {
        // It is the look that is tested.
      }
    }

    @Signal
    public void sample() {
      text.moveTo(1);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0, 0", "0, 1, 0"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @Outcome(expect = FORBIDDEN, desc = "both, or one was lost")
  @State
  public static class Budget {
    private final DescriptorBudget budget = new DescriptorBudget(1);

    @Actor
    public void one(III_Result r) {
      r.r1 = budget.take() ? 1 : 0;
    }

    @Actor
    public void another(III_Result r) {
      r.r2 = budget.take() ? 1 : 0;
    }

    @Arbiter
    public void afterwards(III_Result r) {
      r.r3 = budget.left();
    }
  }
}
