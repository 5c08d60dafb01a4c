package io.statsfs.reader.nio;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the stats of one source. */
abstract class SourceReader {
  private final Source source;
  private final List<Stat> stats;
  private final @Nullable SourceDirectory directory;
  private int firstIndex;

  SourceReader(SourcePlan plan) {
    directory = plan.userMade() ? new SourceDirectory(plan.source()) : null;
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

  /** Checks that no link has taken the place of the source's directory, where that can be. */
  final void requireDirectory() throws IOException {
    if (directory != null) {
      directory.require();
    }
  }

  /** Reads each stat once, except for those that are left out. */
  abstract void sample(SampleMemory memory, Text text);

  /** Whether the last sample showed that the catalog has other stats than the source. */
  abstract boolean isOutdated();

  /** How many files are open. */
  abstract int kept();

  abstract void close();
}
