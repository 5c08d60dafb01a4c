package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Status;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.Inode;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.StatReader.Entry;
import io.statsfs.spi.StatReader.EntryType;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What changes between two looks of one scan, at the worst moment for it. */
@ExtendWith(StatsFsSimulatorExtension.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ListingRaceTest {
  private static final String SCHEMA =
      "LABEL\nlife old\n\nMETRIC\nNAME a\nFLAG CUMULATIVE\nTYPE INT\nDESC about a\n\n";

  private final StatsFsSimulator simulator;
  @AutoClose private final TestTree tree = TestTree.inMemory();

  ListingRaceTest(StatsFsSimulator simulator) {
    this.simulator = simulator;
  }

  /** Has something done once, after a directory was looked at and before it is listed. */
  private static void beforeListing(Fs fs, Path directory, Runnable change) {
    fs.reader.onList =
        listed -> {
          if (listed.equals(directory)) {
            fs.reader.onList = other -> null;
            change.run();
          }
          return null;
        };
  }

  /** On statsfs the link count says that a directory holds files only. */
  @Test
  void subdirectoryThatAppearsBeforeAListingIsNoStat() throws InterruptedException {
    simulator.source("kvm/1").stat("kvm/1/a", "u64", "cumulative", "value=2");
    // Else it is young, and listed until two listings agree.
    Thread.sleep(1100);
    try (Fs fs = new Fs(simulator.root());
        var sampler = fs.fs.sampler()) {
      beforeListing(
          fs,
          simulator.path("kvm/1"),
          () ->
              simulator.source("kvm/1/vcpu").stat("kvm/1/vcpu/a", "u64", "cumulative", "value=3"));
      // Every so many it is listed without a sign of change.
      for (int i = 0; i < 20 && fs.stats().size() < 2; i++) {
        fs.refresh();
      }
      assertEquals(List.of("kvm/1/a", "kvm/1/vcpu/a"), fs.stats());
      sampler.sample();
      assertEquals(2, sampler.count(Status.OK));
    }
  }

  @Test
  void directoryThatIsReplacedBeforeItsListingIsTakenForTheNewOne() {
    tree.stat("kvm/1/a", 1).schema("kvm/1", SCHEMA).settle();
    tree.stat("new/b", 1).schema("new", SCHEMA.replace("old", "new"));
    try (Fs fs = new Fs(tree.root())) {
      tree.stat("kvm/1/c", 1);
      beforeListing(fs, tree.path("kvm/1"), () -> tree.move("kvm/1", "old").move("new", "kvm/1"));
      fs.refresh();
      assertEquals(
          List.of("b"),
          fs.source("kvm/1").stats().stream()
              .map(Object::toString)
              .map(s -> s.replace("kvm/1/", ""))
              .toList());
      assertEquals(Map.of("life", "new"), fs.source("kvm/1").labels());
    }
  }

  /** As a reader sees it that says which directory it has listed. */
  @Test
  void listingOfAnotherDirectoryIsNotTakenForThatOfTheOneThatWasLookedAt() throws IOException {
    tree.stat("kvm/1/a", 1).stat("other/b", 1).settle();
    try (Fs fs = new Fs(tree.root())) {
      tree.stat("kvm/1/c", 1);
      List<String> listed = new ArrayList<>();
      fs.reader.onList =
          directory ->
              directory.equals(tree.path("kvm/1"))
                  ? List.of(Entry.of(listed.isEmpty() ? "b" : "c", EntryType.FILE))
                  : null;
      fs.reader.onListed =
          directory -> {
            listed.add(directory.toString());
            return status(listed.size() == 1 ? tree.path("other") : directory);
          };
      fs.refresh();
      assertEquals(2, listed.size());
      assertEquals(List.of("kvm/1/c", "other/b"), fs.stats());
    }
  }

  private static FileStatus status(Path path) {
    try {
      Inode its = Inode.of(path, false);
      return FileStatus.of(
          its.mode(), its.device(), its.number(), its.links(), its.modified(), its.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path of what is below leads elsewhere then. */
  @Test
  void directoryThatIsReplacedByALinkDuringTheScanOfWhatIsBelowShowsNothingFromElsewhere() {
    tree.stat("kvm/1/a", 1).settle();
    try (TestTree elsewhere = TestTree.inMemory();
        Fs fs = new Fs(tree.root())) {
      elsewhere.stat("1/secret", 1).schema("1", SCHEMA).stat("2/secret", 1).settle();
      tree.stat("kvm/1/c", 1);
      beforeListing(
          fs, tree.path("kvm/1"), () -> tree.move("kvm", "aside").link("kvm", elsewhere.root()));
      fs.refresh();
      assertEquals(List.of("aside/1/a", "aside/1/c"), fs.stats());
      assertEquals(0, fs.schemas.loads());
    }
  }

  @Test
  void linkThatIsTurnedRoundDuringTheScanShowsNothingFromElsewhere() {
    tree.stat("devices/lo/statistics/a", 1).directory("class/net").settle();
    tree.link("class/net/lo", tree.path("devices/lo"));
    Layout layout =
        Layout.builder("l")
            .subsystem("net")
            .sources("{device}/statistics")
            .links("../../devices")
            .build();
    try (TestTree elsewhere = TestTree.inMemory();
        Fs fs = new Fs(tree.path("class/net"), layout)) {
      assertEquals(List.of("net/lo/a"), fs.stats());
      elsewhere.stat("statistics/secret", 1).settle();
      tree.stat("devices/lo/statistics/b", 1);
      beforeListing(
          fs,
          tree.path("class/net/lo/statistics"),
          () -> tree.remove("class/net/lo").link("class/net/lo", elsewhere.root()));
      fs.refresh();
      assertEquals(List.of(), fs.stats());
      assertTrue(
          fs.problems().stream().anyMatch(p -> p.contains("holds no stats")),
          fs.problems()::toString);
    }
  }
}
