package io.statsfs.core.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.core.Fs;
import io.statsfs.testkit.TestTree;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stats that two roots have, such as those of a host and of a container. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DuplicateStatsTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private Fs open(String... roots) {
    tree.settle();
    List<Tree> trees =
        Stream.of(roots).map(root -> Fs.tree(tree.path(root), Layout.statsfs())).toList();
    return new Fs(trees, Limits.defaults(), Duration.ZERO);
  }

  @Test
  void statsOfTwoRootsAreAProblemOfTheLaterOne() {
    tree.stat("own/net/lo/rx", 1).stat("own/net/lo/tx", 1).stat("own/kvm/a", 1);
    tree.stat("host/net/lo/rx", 1).stat("host/net/lo/tx", 1).stat("host/net/eth0/rx", 1);
    tree.stat("third/net/lo/rx", 1);
    try (Fs fs = open("own", "host", "third")) {
      assertEquals(7, fs.stats().size());
      assertEquals(
          List.of(
              "2 stats are in "
                  + tree.path("own")
                  + " too, such as net/lo/rx. Open one of the roots alone, or tell such stats"
                  + " apart by their trees",
              "1 stat is in "
                  + tree.path("own")
                  + " too, such as net/lo/rx. Open one of the roots alone, or tell such stats apart by"
                  + " their trees"),
          fs.problems());
      assertEquals(tree.path("host"), fs.catalog().problems().get(0).path().orElseThrow());
      assertEquals(tree.path("third"), fs.catalog().problems().get(1).path().orElseThrow());
      assertEquals(Problem.Kind.DUPLICATE, fs.catalog().problems().get(0).kind());
      assertEquals(2, fs.log.lines().size());
      for (Tree each : fs.catalog().trees()) {
        assertSame(each, fs.catalog().find(each, "net", "lo", "rx").orElseThrow().source().tree());
      }
      Tree first = fs.catalog().trees().get(0);
      assertSame(first, fs.catalog().get("net", "lo", "rx").source().tree());
      assertTrue(fs.catalog().find(first, "net", "eth0", "rx").isEmpty());
      assertTrue(fs.catalog().find("net", "eth0", "rx").isPresent());
      Object before = fs.catalog();
      assertSame(before, fs.refresh());
      tree.remove("host/net/lo").remove("third/net/lo").stat("third/net/x", 1);
      fs.refresh();
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void sameSourceWithOtherStatsIsNone() {
    tree.stat("own/net/lo/rx", 1).stat("host/net/lo/tx", 1);
    try (Fs fs = open("own", "host")) {
      assertEquals(List.of(), fs.problems());
    }
  }

  /** Stats in a root go under its name, which a subsystem may have, too. */
  @Test
  void statMayBeInOneTreeTwice() {
    tree.stat("kvm/a", 1).stat("kvm/kvm/a", 1).stat("kvm/kvm/b", 1);
    try (Fs fs = open("kvm")) {
      assertEquals(
          List.of(
              "1 stat is in this tree twice, such as kvm/a. Open a directory above or below as the"
                  + " root"),
          fs.problems());
    }
  }
}
