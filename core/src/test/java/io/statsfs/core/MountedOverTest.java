package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatsFs;
import io.statsfs.TreeUnavailableException;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Another file system is mounted over one that behaves as statsfs does. */
@ExtendWith(StatsFsSimulatorExtension.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MountedOverTest {
  private final StatsFsSimulator simulator;

  MountedOverTest(StatsFsSimulator simulator) {
    this.simulator = simulator;
  }

  @BeforeEach
  void makeAStat() {
    simulator.source("kvm").stat("kvm/a", "u64", "cumulative", "value=5");
  }

  private StatsFs open() {
    return StatsFs.builder()
        .root(simulator.root())
        .refreshInterval(Duration.ZERO)
        .requireStatsfs()
        .allowClearing()
        .build();
  }

  private static Stat stat(StatsFs fs) {
    return fs.catalog().get("kvm", "", "a");
  }

  /** A tmpfs with the same stat; its file keeps all digits but the first when 0 is written. */
  private Mounted mountOver() throws IOException, InterruptedException {
    Mounted over = Mounted.tmpfs(simulator.root());
    new TestTree(over.point()).stat("kvm/a", "1084\n").settle();
    return over;
  }

  private void assertUntouched(Path root) throws IOException {
    assertEquals("1084\n", Files.readString(root.resolve("kvm/a")));
  }

  @Test
  void isNoStatsfs() throws Exception {
    try (Mounted over = mountOver()) {
      TreeUnavailableException e = assertThrows(TreeUnavailableException.class, this::open);
      assertEquals(TreeUnavailableException.Reason.NOT_A_TREE, e.reason());
      assertTrue(e.getMessage().contains(over.point() + " is on tmpfs"), e.getMessage());
    }
    open().close();
  }

  @Test
  void isNotReadInItsPlace() throws Exception {
    try (StatsFs fs = open()) {
      assertEquals(1, fs.catalog().stats().size());
      try (Mounted over = mountOver()) {
        Catalog catalog = fs.refresh();
        assertEquals(List.of(), catalog.stats());
        assertEquals(
            List.of(
                over.point()
                    + ": is on tmpfs now, and was opened on fuse.statsfs; nothing is read there"
                    + " until that is mounted again, on top"),
            catalog.problems().stream().map(Object::toString).toList());
      }
      fs.refresh();
      assertEquals(5, fs.readLong(stat(fs)));
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void isNotCleared() throws Exception {
    try (StatsFs fs = open()) {
      Stat stat = stat(fs);
      try (Mounted over = mountOver()) {
        assertThrows(StatClearException.class, () -> fs.clear(stat));
        assertUntouched(over.point());
      }
      fs.clear(stat);
      assertEquals(0, fs.readLong(stat));
    }
  }

  @Test
  void isNotClearedEvenIfItIsNamedAsATree() throws Exception {
    try (Mounted over = mountOver();
        StatsFs fs =
            StatsFs.builder()
                .root(over.point())
                .refreshInterval(Duration.ZERO)
                .allowClearing()
                .build()) {
      StatClearException e = assertThrows(StatClearException.class, () -> fs.clear(stat(fs)));
      assertEquals(StatClearException.Reason.NOT_CLEARABLE, e.reason());
      assertTrue(e.getMessage().contains("it is on tmpfs"), e.getMessage());
      assertUntouched(over.point());
    }
  }

  /**
   * What a mount of a server that died is replaced by: the scan that hangs there stays for ever.
   */
  @Test
  void aTreeThatIsMountedAnewIsScannedThoughAScanOfTheOldOneHangs() throws Exception {
    try (StatsFsSimulator other =
            StatsFsSimulator.start("source kvm", "stat kvm/b u64 cumulative value=7");
        StatsFs fs = open()) {
      assertEquals("[kvm/a]", fs.catalog().stats().toString());
      simulator.source("kvm/vm");
      simulator.hang("kvm");
      try {
        fs.refresh();
        assertTrue(
            fs.catalog().problems().stream().anyMatch(p -> p.message().contains("does not answer")),
            () -> "" + fs.catalog().problems());
        assertEquals("[kvm/a]", fs.catalog().stats().toString());
        fs.refresh(); // In the same mount it is not tried again.
        assertEquals("[kvm/a]", fs.catalog().stats().toString());
        try (Mounted over = Mounted.bind(other.root(), simulator.root())) {
          while (!fs.refresh().stats().toString().equals("[kvm/b]")) {
            Thread.sleep(100);
          }
          assertEquals(List.of(), fs.catalog().problems());
        }
      } finally {
        simulator.heal("kvm");
      }
    }
  }
}
