package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.NetworkInterface;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.OpenFiles;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: each descriptor is given back. */
@SuppressWarnings("try") // Closing is what is tested.
abstract class DescriptorContract extends ThreadContract {
  private static final Path NET = Path.of("/sys/class/net");

  /** The descriptors there are. What the first use of the classes opens is not a leak. */
  private List<String> openFiles() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1);
        StatsFs fs = builder().root(tree.root()).root(NET).root(Path.of("/proc/vmstat")).build();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
    }
    return OpenFiles.all();
  }

  @Test
  void closingGivesBackAllDescriptors() {
    try (TestTree tree = TestTree.inMemory()) {
      distinctValues(tree, 10, 10);
      List<String> before = openFiles();
      for (int i = 0; i < 20; i++) {
        try (StatsFs fs =
                builder().root(tree.root()).root(NET).root(Path.of("/proc/vmstat")).build();
            Sampler all = fs.sampler();
            Sampler some = fs.sampler(StatFilter.name("*0"))) {
          for (int s = 0; s < 3; s++) {
            all.sample();
            some.sample();
          }
          assertTrue(all.count(Status.OK) > 100);
        }
        assertEquals(before, OpenFiles.all());
      }
    }
  }

  @Test
  void theStatisticsSayHowManyFilesAreKeptOpen() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1);
        StatsFs fs = builder().root(tree.root()).root(NET, "net_device").build()) {
      try (Sampler sampler = fs.sampler()) {
        assertEquals(0, fs.diagnostics().filesKeptOpen());
        sampler.sample();
        long kept = OpenFiles.all().stream().filter(f -> f.startsWith("/sys/")).distinct().count();
        assertTrue(kept > 0);
        assertEquals(kept, fs.diagnostics().filesKeptOpen());
        assertEquals(0, fs.diagnostics().filesNotKept());
      }
      assertEquals(0, fs.diagnostics().filesKeptOpen());
    }
  }

  @Test
  void closingASamplerGivesBackItsDescriptors() {
    try (StatsFs fs = builder().root(NET).root(Path.of("/proc/vmstat")).build()) {
      List<String> before = openFiles();
      for (int i = 0; i < 20; i++) {
        try (Sampler sampler = fs.sampler()) {
          sampler.sample();
        }
      }
      assertEquals(before, OpenFiles.all());
    }
  }

  @Test
  void closingTheStatsFsGivesBackTheDescriptorsOfItsSamplers() {
    List<String> before = openFiles();
    try (StatsFs fs = open(NET)) {
      Sampler left = fs.sampler();
      left.sample();
      Sampler neverUsed = fs.sampler();
      fs.close();
      assertEquals(before, OpenFiles.all());
      left.close();
      neverUsed.close();
    }
    assertEquals(before, OpenFiles.all());
  }

  @Test
  void samplingAgainAndAgainOpensNoMore() {
    try (TestTree tree = TestTree.inMemory()) {
      distinctValues(tree, 5, 5);
      try (StatsFs fs =
              builder().root(tree.root()).root(NET).root(Path.of("/proc/vmstat")).build();
          Sampler sampler =
              fs.sampler(StatFilter.subsystem("net").negate().or(StatFilter.device("lo")))) {
        sampler.sample();
        List<String> afterOne = OpenFiles.all();
        for (int i = 0; i < 100; i++) {
          sampler.sample();
        }
        // A reader may find out that it needs fewer.
        assertTrue(afterOne.containsAll(OpenFiles.all()), "" + OpenFiles.all());
      }
    }
  }

  @Test
  void failuresLeaveNothingOpen() {
    try (TestTree tree = TestTree.inMemory()) {
      distinctValues(tree, 3, 3);
      List<String> before = openFiles();
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        List<String> healthy = OpenFiles.all();
        tree.stat("sub/dev0/part0/stat0", "text").stat("sub/dev0/part0/stat1", "x".repeat(9000));
        tree.remove("sub/dev0/part0/stat2").directory("sub/dev0/part0/stat2");
        tree.remove("sub/dev1/part1/stat0").link("sub/dev1/part1/stat0", Path.of("/nowhere"));
        for (int i = 0; i < 20; i++) {
          sampler.sample();
          assertEquals(5, sampler.count(Status.OK));
        }
        assertEquals(healthy, OpenFiles.all());
      }
      assertEquals(before, OpenFiles.all());
    }
  }

  @Test
  void whatVanishedIsNotKeptOpenAfterTheRefresh() {
    try (TestTree tree = TestTree.inMemory()) {
      distinctValues(tree, 6, 3);
      List<String> before = openFiles();
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        tree.remove("sub/dev1").remove("sub/dev4");
        sampler.sample();
        assertEquals(6, sampler.count(Status.GONE));
        fs.refresh();
        sampler.sample();
        assertEquals(List.of(), OpenFiles.below(tree.path("sub/dev1")));
        assertEquals(List.of(), OpenFiles.below(tree.path("sub/dev4")));
        tree.stat("sub/dev1/a", 1).move("sub/dev2", "sub/dev9");
        fs.refresh();
        sampler.sample();
        assertEquals(List.of(), OpenFiles.below(tree.path("sub/dev2")));
      }
      assertEquals(before, OpenFiles.all());
    }
  }

  @Test
  void anInterfaceThatVanishedOrWasRenamedIsNotKeptOpen() {
    try (NetworkInterface made = NetworkInterface.create()) {
      List<String> before = openFiles();
      try (StatsFs fs = open(NET);
          Sampler sampler = fs.sampler(StatFilter.device(made.name()));
          Sampler any = fs.sampler(StatFilter.device("st*"))) {
        sampler.sample();
        any.sample();
        assertEquals(sampler.size(), sampler.count(Status.OK));
        Path old = made.statistics();
        made.rename();
        fs.refresh();
        sampler.sample();
        any.sample();
        assertEquals(0, sampler.size());
        assertEquals(List.of(), openStatistics(old));
        made.delete();
        any.sample();
        assertEquals(List.of(), openStatistics(made.statistics()));
      }
      assertEquals(before, OpenFiles.all());
    }
  }

  /** The links of descriptors have the path below {@code /sys/devices}. */
  private static List<String> openStatistics(Path statistics) {
    String device = "/" + statistics.getParent().getFileName() + "/statistics/";
    return OpenFiles.all().stream().filter(open -> open.contains(device)).toList();
  }
}
