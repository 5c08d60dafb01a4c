package io.statsfs.contracts;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Opens trees through the reader under test. The parts of {@link ReaderContract} stand in a row
 * below this class, since a class can inherit tests from one other only.
 */
abstract class ReaderTest {

  /** Only the parts of the contract extend this. */
  ReaderTest() {}

  /**
   * The reader under test.
   *
   * @return its name, as {@link StatsFs.Builder#reader(String)} takes it
   */
  protected abstract String reader();

  /** Trees are looked at again only when the test says so. */
  final StatsFs.Builder builder() {
    return StatsFs.builder().reader(reader()).refreshInterval(Duration.ZERO);
  }

  final StatsFs open(TestTree tree) {
    return open(tree.root());
  }

  final StatsFs open(Path root) {
    return builder().root(root).build();
  }

  final StatsFs open(Path root, Layout layout) {
    return builder().root(root, layout).build();
  }

  /** The position of the stat of that path. */
  static int index(Sampler sampler, String path) {
    for (int i = 0; i < sampler.size(); i++) {
      if (sampler.stat(i).toString().equals(path)) {
        return i;
      }
    }
    throw new AssertionError(path + " is not among the " + sampler.size() + " stats");
  }

  /** The outcome of the stat of that path at the last sample. */
  static String outcome(Sampler sampler, String path) {
    return Outcomes.of(sampler, index(sampler, path));
  }

  /**
   * Starts a {@link SamplingProgram} without any right.
   *
   * @param wrapper a program that runs what is behind it
   */
  final ChildJvm unprivileged(Path root, String... wrapper) throws IOException {
    return ChildJvm.of(SamplingProgram.class)
        .unprivileged(wrapper)
        .start(reader(), root.toString());
  }
}
