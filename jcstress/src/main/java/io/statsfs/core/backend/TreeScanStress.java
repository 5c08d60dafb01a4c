package io.statsfs.core.backend;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.core.MemoryBackend;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The scan of a tree that was left behind and ends while a catalog is made. */
public class TreeScanStress {

  /** One that was scanned, and is scanned again. */
  private static TreeScans.TreeScan begun() {
    MemoryBackend backend = new MemoryBackend();
    TreeScans.TreeScan scan = new TreeScans.TreeScan(backend.trees().get(0), backend);
    scan.begin(10, 10);
    scan.run();
    scan.begin(10, 10);
    return scan;
  }

  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "does not answer, and is as it was")
  @Outcome(id = "2, 2, 1", expect = ACCEPTABLE, desc = "has just ended")
  @Outcome(id = "2, 2, 0", expect = ACCEPTABLE, desc = "has ended")
  @Outcome(expect = FORBIDDEN, desc = "sources and problems of two scans")
  @State
  public static class OneScan {
    private final TreeScans.TreeScan scan = begun();

    @Actor
    public void scan() {
      scan.run();
    }

    @Actor
    public void take(III_Result r) {
      List<Source> sources = new ArrayList<>();
      List<Problem> problems = new ArrayList<>();
      scan.addTo(sources, problems);
      r.r1 = Integer.parseInt(sources.get(0).device());
      r.r2 = Integer.parseInt(problems.get(0).message());
      r.r3 = problems.size() - 1;
    }
  }

  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "the step was seen")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "what gets on seems to hang")
  @State
  public static class Progress {
    private final TreeScans.TreeScan scan = begun();

    @Actor
    public void watch() {
      while (scan.progress() == 0) {
        // It is the look that is tested.
      }
    }

    @Signal
    public void step() {
      scan.step();
    }
  }
}
