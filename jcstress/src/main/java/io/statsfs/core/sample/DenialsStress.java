package io.statsfs.core.sample;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statsfs.Stat;
import io.statsfs.core.MemoryBackend;
import io.statsfs.core.backend.Scanners;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What several samplers know of denials. */
public class DenialsStress {
  private abstract static class Shared {
    private final MemoryBackend backend = new MemoryBackend();
    final Stat stat = backend.find();
    final Denials denials = new Denials(new Scanners(List.of(backend)));
  }

  @JCStressTest
  @Outcome(id = "false", expect = ACCEPTABLE, desc = "not before a pause")
  @Outcome(expect = FORBIDDEN, desc = "at once")
  @State
  public static class Due extends Shared {
    @Actor
    public void deny() {
      denials.denied(stat);
    }

    @Actor
    public void ask(Z_Result r) {
      r.r1 = denials.isDue();
    }
  }

  @JCStressTest
  @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "lifted once")
  @Outcome(expect = FORBIDDEN, desc = "denied still, or lifted by both")
  @State
  public static class Lift extends Shared {
    public Lift() {
      denials.denied(stat);
    }

    @Actor
    public void permit() {
      denials.permitted(stat);
    }

    @Actor
    public void permitToo() {
      denials.permitted(stat);
    }

    @Arbiter
    public void afterwards(ZI_Result r) {
      r.r1 = denials.isDenied(stat);
      r.r2 = denials.lifted();
    }
  }
}
