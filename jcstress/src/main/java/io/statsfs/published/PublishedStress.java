package io.statsfs.published;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statsfs.Status;
import io.statsfs.published.SourceView.Place;
import io.statsfs.published.SourceView.StatView;
import io.statsfs.spi.SampleMemory;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Sources and values that are added and removed while others are, and while samples are taken. */
public class PublishedStress {
  private static final PublishedValue VALUE =
      PublishedValue.counter("value", ValueType.U64).build();
  private static final PublishedGroup GROUP =
      PublishedGroup.builder().value(VALUE).aggregate("sum", Aggregate.SUM, VALUE).build();

  /** A source with a value and the sum of it and of all below. */
  private abstract static class Shared {
    final PublishedStats stats = PublishedStats.create();
    final PublishedSource top = PublishedSource.create("top");
    final PublishedSource part = withOne("part");
    final PublishedBatch batch;
    private final SampleMemory memory = new SampleMemory(2);

    Shared() {
      PublishedValues values = PublishedValues.of(GROUP);
      values.counter(VALUE).add(10);
      top.add(values);
      top.addAggregates(GROUP);
      stats.add(top);
      List<StatView> stats =
          SourceView.of(top, this.stats.tree(), Place.of(top)).stats().stream()
              .map(stat -> (StatView) stat)
              .toList();
      batch = new PublishedBatch(this.stats, stats, new int[] {0, 1}, memory);
    }

    static PublishedSource withOne(String name) {
      PublishedSource source = PublishedSource.create(name);
      PublishedValues values = PublishedValues.of(GROUP);
      values.counter(VALUE).add(1);
      source.add(values);
      return source;
    }

    long sampledSum() {
      batch.sample();
      return memory.longValue(0);
    }

    Status sampledValue() {
      batch.sample();
      return memory.status(1);
    }
  }

  @JCStressTest
  @Outcome(id = "10, 11", expect = ACCEPTABLE, desc = "sampled before")
  @Outcome(id = "11, 11", expect = ACCEPTABLE, desc = "sampled after")
  @Outcome(expect = FORBIDDEN, desc = "in part, or not in the next sample")
  @State
  public static class Come extends Shared {
    @Actor
    public void add() {
      top.add(part);
    }

    @Actor
    public void sample(JJ_Result r) {
      r.r1 = sampledSum();
    }

    @Arbiter
    public void afterwards(JJ_Result r) {
      r.r2 = sampledSum();
    }
  }

  @JCStressTest
  @Outcome(id = "11, 10", expect = ACCEPTABLE, desc = "sampled before")
  @Outcome(id = "10, 10", expect = ACCEPTABLE, desc = "sampled after")
  @Outcome(expect = FORBIDDEN, desc = "still in the next sample")
  @State
  public static class Go extends Shared {
    public Go() {
      top.add(part);
    }

    @Actor
    public void remove() {
      top.remove(part);
    }

    @Actor
    public void sample(JJ_Result r) {
      r.r1 = sampledSum();
    }

    @Arbiter
    public void afterwards(JJ_Result r) {
      r.r2 = sampledSum();
    }
  }

  @JCStressTest
  @Outcome(id = "OK, GONE", expect = ACCEPTABLE, desc = "sampled before")
  @Outcome(id = "GONE, GONE", expect = ACCEPTABLE, desc = "sampled after")
  @Outcome(expect = FORBIDDEN, desc = "read in the next sample")
  @State
  public static class Revoke extends Shared {
    @Actor
    public void revoke() {
      top.revoke();
    }

    @Actor
    public void sample(LL_Result r) {
      r.r1 = sampledValue();
    }

    @Arbiter
    public void afterwards(LL_Result r) {
      r.r2 = sampledValue();
    }
  }

  @JCStressTest
  @Outcome(id = "OK, closed", expect = ACCEPTABLE, desc = "sampled before")
  @Outcome(id = "closed, closed", expect = ACCEPTABLE, desc = "closed before")
  @Outcome(expect = FORBIDDEN, desc = "of use once it is closed")
  @State
  public static class Close extends Shared {
    @Actor
    public void close() {
      batch.close();
    }

    @Actor
    public void sample(LL_Result r) {
      r.r1 = outcome();
    }

    @Arbiter
    public void afterwards(LL_Result r) {
      r.r2 = outcome();
    }

    private String outcome() {
      try {
        return sampledValue().toString();
      } catch (IllegalStateException e) {
        return "closed";
      }
    }
  }

  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one of them")
  @Outcome(expect = FORBIDDEN, desc = "below each other, or neither below the other")
  @State
  public static class Cycle {
    private final PublishedSource a = PublishedSource.create("a");
    private final PublishedSource b = PublishedSource.create("b");

    @Actor
    public void below(ZZ_Result r) {
      r.r1 = isAdded(a, b);
    }

    @Actor
    public void above(ZZ_Result r) {
      r.r2 = isAdded(b, a);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one of them")
  @Outcome(expect = FORBIDDEN, desc = "two of one name, or none")
  @State
  public static class Namesakes extends Shared {
    @Actor
    public void add(ZZ_Result r) {
      r.r1 = isAdded(top, part);
    }

    @Actor
    public void addOther(ZZ_Result r) {
      r.r2 = isAdded(top, withOne("part"));
    }
  }

  private static boolean isAdded(PublishedSource to, PublishedSource source) {
    try {
      to.add(source);
      return true;
    } catch (IllegalStateException | IllegalArgumentException e) {
      return false;
    }
  }
}
