package io.statsfs.reader.nio;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import java.util.List;

/** Reads the stats of one source. */
abstract class SourceReader {
  private final Source source;
  private final List<Stat> stats;
  private int firstIndex;

  SourceReader(SourcePlan plan) {
    source = plan.source();
    stats = plan.stats();
    firstIndex = plan.firstIndex();
  }

  final Source source() {
    return source;
  }

  final List<Stat> stats() {
    return stats;
  }

  final int firstIndex() {
    return firstIndex;
  }

  /** Takes over another plan for the same source, if it is for the same stats. */
  final boolean moveTo(SourcePlan plan) {
    if (!stats.equals(plan.stats())) {
      return false;
    }
    firstIndex = plan.firstIndex();
    return true;
  }

  /** Reads each stat once, except for those that are left out. */
  abstract void sample(SampleMemory memory, Text text);

  /** Whether the last sample showed that the catalog has other stats than the source. */
  abstract boolean isOutdated();

  /** How many files are open. */
  abstract int kept();

  abstract void close();
}
