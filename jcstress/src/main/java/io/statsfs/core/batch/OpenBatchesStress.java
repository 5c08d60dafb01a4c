package io.statsfs.core.batch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What a batch holds is freed once, by whoever comes first, and never in a sample. */
public class OpenBatchesStress {

  private static final class Counted extends OpenBatches.Resources {
    final AtomicInteger frees;

    /** Not atomic: only whoever samples may touch it, and whoever frees. */
    int inUse;

    boolean freedInUse;

    Counted() {
      this(new AtomicInteger());
    }

    private Counted(AtomicInteger frees) {
      this.frees = frees;
    }

    /** The same things under another name, as a batch has them that took them over. */
    Counted next() {
      return new Counted(frees);
    }

    @Override
    protected void free() {
      frees.incrementAndGet();
      freedInUse |= inUse != 0;
    }

    /** 1 if it took a sample, 0 if it was closed before. */
    int sample() {
      try {
        beginSample();
      } catch (IllegalStateException e) {
        return 0;
      }
      inUse = 1;
      int during = frees.get();
      inUse = 0;
      endSample();
      return during == 0 ? 1 : -1;
    }

    int freed() {
      return freedInUse ? -1 : frees.get();
    }
  }

  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "closed before the sample")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "closed during the sample, or after it")
  @Outcome(expect = FORBIDDEN, desc = "not freed, freed twice, or freed during the sample")
  @State
  public static class SampleAndClose {
    private final Object owner = new Object();
    private final OpenBatches reader = new OpenBatches();
    private final Counted batch = new Counted();

    public SampleAndClose() {
      reader.add(owner, batch);
    }

    @Actor
    public void sample(II_Result r) {
      r.r1 = batch.sample();
    }

    @Actor
    public void closeReader() {
      reader.close();
    }

    @Arbiter
    public void afterwards(II_Result r) {
      r.r2 = batch.freed();
    }
  }

  @JCStressTest
  @Outcome(
      id = "0, 1",
      expect = ACCEPTABLE,
      desc = "replaced before it could be sampled, or closed")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "replaced after the sample, or not replaced")
  @Outcome(expect = FORBIDDEN, desc = "not freed, freed twice, or freed during the sample")
  @State
  public static class SampleAndReplace {
    private final Object owner = new Object();
    private final OpenBatches reader = new OpenBatches();
    private final Counted batch = new Counted();

    public SampleAndReplace() {
      reader.add(owner, batch);
    }

    @Actor
    public void sample(II_Result r) {
      r.r1 = batch.sample();
    }

    /** As a reader prepares the next batch, which frees what it does not keep. */
    @Actor
    public void replace() {
      try {
        batch.takeOver();
      } catch (IllegalStateException e) {
        return;
      }
      batch.free();
    }

    @Arbiter
    public void afterwards(II_Result r) {
      reader.close();
      r.r2 = batch.freed();
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "by the reader, or what replaced it")
  @Outcome(expect = FORBIDDEN, desc = "not freed, or twice")
  @State
  public static class ReplaceAndClose {
    private final Object owner = new Object();
    private final OpenBatches reader = new OpenBatches();
    private final Counted batch = new Counted();

    public ReplaceAndClose() {
      reader.add(owner, batch);
    }

    @Actor
    public void replace() {
      try {
        batch.takeOver();
      } catch (IllegalStateException e) {
        return;
      }
      try {
        reader.add(owner, batch.next());
      } catch (IllegalStateException e) {
        // Closed meanwhile, and so is what was added.
      }
    }

    @Actor
    public void closeReader() {
      reader.close();
    }

    @Arbiter
    public void afterwards(I_Result r) {
      r.r1 = batch.freed();
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "by the batch or the reader")
  @Outcome(expect = FORBIDDEN, desc = "not freed, or twice")
  @State
  public static class CloseAndClose {
    private final Object owner = new Object();
    private final OpenBatches reader = new OpenBatches();
    private final Counted batch = new Counted();

    public CloseAndClose() {
      reader.add(owner, batch);
    }

    @Actor
    public void closeBatch() {
      batch.close();
    }

    @Actor
    public void closeReader() {
      reader.close();
    }

    @Arbiter
    public void afterwards(I_Result r) {
      r.r1 = batch.freed();
    }
  }

  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "refused, and freed")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "taken in, and freed by the closing")
  @Outcome(expect = FORBIDDEN, desc = "left open for ever")
  @State
  public static class AddAndClose {
    private final Object owner = new Object();
    private final OpenBatches reader = new OpenBatches();
    private final Counted batch = new Counted();

    @Actor
    public void add(II_Result r) {
      try {
        reader.add(owner, batch);
        r.r1 = 1;
      } catch (IllegalStateException e) {
        r.r1 = 0;
      }
    }

    @Actor
    public void closeReader() {
      reader.close();
    }

    @Arbiter
    public void afterwards(II_Result r) {
      r.r2 = batch.freed();
    }
  }
}
