package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Limits;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the limits which hold unless others are set fit a heap that is small. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeapLimitsTest {

  /** Opens a tree in a JVM of its own. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] args) {
      try (Fs fs = new Fs(Path.of(args[0]));
          var sampler = fs.fs.sampler()) {
        for (int i = 0; i < 3; i++) {
          fs.refresh();
          sampler.sample();
        }
        System.out.println(fs.catalog().problems());
        System.out.println(Limits.defaults());
        System.out.println(sampler.size() > 1000 && sampler.size() <= Limits.defaults().stats());
      }
    }
  }

  /** Links take no place of their own. */
  private static void fill(Path directory, Path file, int count) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < count; i++) {
      Files.createLink(directory.resolve("a_stat_with_a_name_of_its_own_" + i), file);
    }
  }

  @Test
  void treeThatIsMuchTooLargeIsCut() throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("outside", 1)) {
      fill(tree.path("root/one/directory"), tree.path("outside"), 60_000);
      for (int i = 0; i < 40; i++) {
        fill(tree.path("root/two/directory" + i), tree.path("outside"), 2000);
      }
      for (String root : List.of("root", "root/one", "root/two")) {
        ChildJvm.Result result =
            ChildJvm.of(Opener.class).options("-Xmx16m").run(tree.path(root).toString());
        assertEquals(0, result.exit(), result.toString());
        assertTrue(result.output().endsWith("true\n"), result.output());
        assertTrue(result.output().contains("Raise Limits.stats"), result.output());
      }
    }
  }
}
