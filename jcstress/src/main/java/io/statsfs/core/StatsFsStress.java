package io.statsfs.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statsfs.Catalog;
import io.statsfs.Diagnostics;
import io.statsfs.Registration;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.Status;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.IIZ_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IZ_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** Catalogs, samplers, listeners and closing, with a tree in memory. */
public class StatsFsStress {
  private static final Duration LONG = Duration.ofMinutes(1);

  private abstract static class Opened {
    final MemoryBackend backend = new MemoryBackend();
    final StatsFsImpl fs = backend.open();

    /** 1 if the sample has its value, 0 if it was refused since something is closed. */
    static int sample(Sampler sampler) {
      try {
        sampler.sample();
      } catch (IllegalStateException e) {
        return 0;
      }
      return sampler.status(0) == Status.OK && sampler.longValue(0) == 7 ? 1 : -1;
    }

    /** The version of the new catalog, 0 if the scan was refused since this is closed. */
    final int refreshed() {
      try {
        return (int) fs.refresh().version();
      } catch (IllegalStateException e) {
        return 0;
      }
    }

    final boolean isWellClosed() {
      fs.close();
      return backend.isAllWell();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, true", "1, true"},
      expect = ACCEPTABLE,
      desc = "refused, or a whole sample")
  @Outcome(expect = FORBIDDEN, desc = "a sample of what is closed, or a batch that is not")
  @State
  public static class SampleAndClose extends Opened {
    private final Sampler sampler = fs.sampler(StatFilter.all());

    @Actor
    public void sample(IZ_Result r) {
      r.r1 = sample(sampler);
    }

    @Actor
    public void closeAll() {
      fs.close();
    }

    @Arbiter
    public void afterwards(IZ_Result r) {
      r.r2 = isWellClosed();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, true", "1, true"},
      expect = ACCEPTABLE,
      desc = "refused, or a whole sample")
  @Outcome(expect = FORBIDDEN, desc = "a sample of what is closed, or a batch that is not")
  @State
  public static class SampleWithTimeoutAndClose extends Opened {
    private final Sampler sampler = fs.sampler(StatFilter.all(), LONG);

    @Actor
    public void sample(IZ_Result r) {
      r.r1 = sample(sampler);
    }

    @Actor
    public void closeAll() {
      fs.close();
    }

    @Arbiter
    public void afterwards(IZ_Result r) {
      r.r2 = isWellClosed();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, true", "1, true"},
      expect = ACCEPTABLE,
      desc = "refused, or made and closed")
  @Outcome(expect = FORBIDDEN, desc = "prepared by what is closed, or left open")
  @State
  public static class MakeSamplerAndClose extends Opened {
    /** Kept, since closing closes only those that somebody has. */
    private Sampler sampler;

    @Actor
    public void make(IZ_Result r) {
      try {
        sampler = fs.sampler(StatFilter.all());
        r.r1 = 1;
      } catch (IllegalStateException e) {
        r.r1 = 0;
      }
    }

    @Actor
    public void closeAll() {
      fs.close();
    }

    @Arbiter
    public void afterwards(IZ_Result r) {
      r.r2 = backend.isAllWell();
      Reference.reachabilityFence(sampler);
    }
  }

  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "closed once")
  @Outcome(expect = FORBIDDEN, desc = "left open, or used though closed")
  @State
  public static class CloseAndClose extends Opened {
    private final Sampler sampler = fs.sampler(StatFilter.all());

    @Actor
    public void closeSampler() {
      sampler.close();
    }

    @Actor
    public void closeAll() {
      fs.close();
    }

    @Arbiter
    public void afterwards(Z_Result r) {
      r.r1 = isWellClosed();
    }
  }

  @JCStressTest
  @Outcome(id = "2, 1, true", expect = ACCEPTABLE, desc = "closed afterwards")
  @Outcome(id = "2, 0, true", expect = ACCEPTABLE, desc = "closed in between")
  @Outcome(id = "0, 1, true", expect = ACCEPTABLE, desc = "closed, but for the sampler")
  @Outcome(id = "0, 0, true", expect = ACCEPTABLE, desc = "closed before")
  @Outcome(expect = FORBIDDEN, desc = "a scan or a sample of what is closed")
  @State
  public static class RefreshAndClose extends Opened {
    private final Sampler sampler = fs.sampler(StatFilter.all());

    @Actor
    public void refresh(IIZ_Result r) {
      r.r1 = refreshed();
      r.r2 = sample(sampler);
    }

    @Actor
    public void closeAll() {
      fs.close();
    }

    @Arbiter
    public void afterwards(IIZ_Result r) {
      r.r3 = isWellClosed();
    }
  }

  @JCStressTest
  @Outcome(id = "10", expect = ACCEPTABLE, desc = "each of one catalog and its stats")
  @Outcome(expect = FORBIDDEN, desc = "stats of another catalog than the sampler says")
  @State
  public static class RefreshAndSample extends Opened {
    private static final int TIMES = 10;

    private final Sampler sampler = fs.sampler(StatFilter.all());

    @Actor
    public void refresh() {
      for (int i = 0; i < TIMES; i++) {
        fs.refresh();
      }
    }

    @Actor
    public void sample(I_Result r) {
      for (int i = 0; i < TIMES; i++) {
        long before = fs.scans();
        while (fs.scans() == before && before <= TIMES) {
          // The next catalog follows the next scan.
        }
        boolean isWhole = sample(sampler) == 1;
        String version = Long.toString(sampler.catalog().version());
        r.r1 += isWhole && sampler.stat(0).source().device().equals(version) ? 1 : 0;
      }
    }

    @Arbiter
    public void afterwards(I_Result r) {
      fs.close();
    }
  }

  @JCStressTest
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "scans are counted first")
  @Outcome(expect = FORBIDDEN, desc = "a catalog of a scan that was not counted, or half of one")
  @State
  public static class CatalogAndCounts extends Opened {
    @Actor
    public void refresh() {
      fs.refresh();
    }

    @Actor
    public void look(JJ_Result r) {
      Catalog catalog = fs.catalog();
      while (catalog.version() == 1) {
        catalog = fs.catalog();
      }
      Diagnostics counts = fs.diagnostics();
      String number = Long.toString(catalog.version());
      boolean isWhole =
          catalog.sources().get(0).device().equals(number)
              && catalog.problems().get(0).message().equals(number)
              && !counts.lastScanDuration().isZero();
      r.r1 = isWhole ? catalog.version() : -1;
      r.r2 = counts.scans();
    }

    @Arbiter
    public void afterwards(JJ_Result r) {
      fs.close();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 0"},
      expect = ACCEPTABLE,
      desc = "before the closing, or after it")
  @Outcome(expect = FORBIDDEN, desc = "counts of what is closed")
  @State
  public static class CountAndClose extends Opened {
    private final Sampler sampler = fs.sampler(StatFilter.all());

    public CountAndClose() {
      sampler.sample();
    }

    @Actor
    public void count(JJ_Result r) {
      r.r1 = fs.diagnostics().filesKeptOpen();
    }

    @Actor
    public void sampleAndClose() {
      sampler.sample();
      sampler.close();
    }

    @Arbiter
    public void afterwards(JJ_Result r) {
      r.r2 = fs.diagnostics().filesKeptOpen() + (isWellClosed() ? 0 : 10);
    }
  }

  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing is open")
  @Outcome(expect = FORBIDDEN, desc = "what was counted before the closing")
  @State
  public static class CountTwiceWhatIsClosed extends Opened {
    private final Sampler sampler = fs.sampler(StatFilter.all());

    public CountTwiceWhatIsClosed() {
      sampler.sample();
      fs.diagnostics().filesKeptOpen();
      sampler.close();
    }

    @Actor
    public void count(JJ_Result r) {
      r.r1 = fs.diagnostics().filesKeptOpen();
    }

    @Actor
    public void countToo(JJ_Result r) {
      r.r2 = fs.diagnostics().filesKeptOpen();
    }

    @Arbiter
    public void afterwards(JJ_Result r) {
      fs.close();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, 1, 1", "1, 1, 1"},
      expect = ACCEPTABLE,
      desc = "closed in time, or not")
  @Outcome(
      id = {"0, 0, 1", "1, 0, 1"},
      expect = ACCEPTABLE,
      desc = "added in time, or not")
  @Outcome(expect = FORBIDDEN, desc = "one that stays was not called once")
  @State
  public static class ListenersComeAndGo extends Opened {
    private final AtomicInteger going = new AtomicInteger();
    private final AtomicInteger coming = new AtomicInteger();
    private final AtomicInteger staying = new AtomicInteger();
    private final Registration goes = fs.addListener(catalog -> going.incrementAndGet());

    public ListenersComeAndGo() {
      fs.addListener(catalog -> staying.incrementAndGet());
    }

    @Actor
    public void refresh() {
      fs.refresh();
    }

    @Actor
    public void closeAndAdd() {
      goes.close();
      fs.addListener(catalog -> coming.incrementAndGet());
    }

    @Arbiter
    public void afterwards(III_Result r) {
      r.r1 = going.get();
      r.r2 = coming.get();
      r.r3 = staying.get();
      fs.close();
    }
  }

  @JCStressTest
  @Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "notified of both, the newest among them")
  @Outcome(expect = FORBIDDEN, desc = "a catalog without a notification")
  @State
  public static class TwoRefresh extends Opened {
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger newest = new AtomicInteger();

    public TwoRefresh() {
      fs.addListener(
          catalog -> {
            calls.incrementAndGet();
            newest.accumulateAndGet((int) catalog.version(), Math::max);
          });
    }

    @Actor
    public void refresh() {
      fs.refresh();
    }

    @Actor
    public void refreshToo() {
      fs.refresh();
    }

    @Arbiter
    public void afterwards(II_Result r) {
      r.r1 = calls.get();
      r.r2 = newest.get();
      fs.close();
    }
  }
}
