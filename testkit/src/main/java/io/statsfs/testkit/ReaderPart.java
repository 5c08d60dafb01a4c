package io.statsfs.testkit;

import io.statsfs.StatsFs;
import java.nio.file.Path;
import java.time.Duration;

/** What the parts of the contract have in common: opening trees through the reader. */
interface ReaderPart {

  /**
   * The reader under test.
   *
   * @return its name, as {@link StatsFs.Builder#reader(String)} takes it
   */
  String reader();

  /** Describes a tree that is looked at again only when the test says so. */
  private StatsFs.Builder builder() {
    return StatsFs.builder().reader(reader()).refreshInterval(Duration.ZERO);
  }

  /** Opens a tree that lists stats as statsfs does. */
  private StatsFs openTree(Path root) {
    return builder().root(root).build();
  }
}
