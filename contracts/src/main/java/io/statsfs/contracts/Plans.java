package io.statsfs.contracts;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import java.util.ArrayList;
import java.util.List;

/** Plans for tests that ask a reader themselves, without a sampler. */
public final class Plans {

  private Plans() {}

  /**
   * Reads all stats of a source that is a directory of one file per value, of which files may be
   * kept open.
   *
   * @param source the source
   * @param firstIndex the index of its first stat; the others follow
   * @return the plan
   */
  public static List<DirectoryPlan> of(Source source, int firstIndex) {
    List<FilePlan> files = new ArrayList<>();
    for (Stat stat : source.stats()) {
      files.add(FilePlan.value(stat.name(), firstIndex + files.size(), false));
    }
    return List.of(
        DirectoryPlan.builder(source, source.path().orElseThrow(), files)
            .root(source.tree().root().orElseThrow())
            .links(source.tree().layout().links().orElse(null))
            .keepOpen(true)
            .build());
  }
}
