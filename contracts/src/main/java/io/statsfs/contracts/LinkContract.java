package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Part of {@link ReaderContract}: what took the place of a file or directory after it was found. No
 * link leads out of the tree, and only files are opened.
 */
abstract class LinkContract extends FailureContract {

  /** All stats of some samplers and single reads are gone, because no directory is there. */
  private static void assertGone(StatsFs fs, Sampler sampler, String pathPattern, String outcome) {
    Map<String, String> expected = new TreeMap<>(sample(sampler));
    expected.replaceAll((path, value) -> path.matches(pathPattern) ? outcome : value);
    assertEquals(expected, sample(sampler));
    for (Stat stat : fs.catalog().stats()) {
      if (stat.toString().matches(pathPattern)) {
        for (int i = 0; i < 2; i++) {
          boolean asText = i == 0;
          StatReadException e =
              assertThrows(
                  StatReadException.class,
                  () -> {
                    if (asText) {
                      fs.readText(stat);
                    } else {
                      fs.readLong(stat);
                    }
                  });
          assertEquals(Status.GONE, e.status(), e.getMessage());
        }
      }
    }
  }

  @Test
  void aLinkWhereTheDirectoryWasIsNotFollowed() {
    try (TestTree tree = TestTree.inMemory().stat("sub/b/x", 1).stat("sub/b/y", 2);
        TestTree elsewhere = TestTree.inMemory().stat("x", 10).stat("y", 20)) {
      tree.stat("sub/a/x", 3).stat("sub/c/x", 4);
      Map<String, String> expected =
          Map.of("sub/a/x", "3", "sub/b/x", "1", "sub/b/y", "2", "sub/c/x", "4");
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        tree.move("sub/b", "kept");
        for (Path target :
            List.of(
                elsewhere.root(), Path.of("c"), Path.of("../kept"), Path.of("/proc/self/cwd"))) {
          tree.link("sub/b", target);
          assertGone(fs, sampler, "sub/b/.*", "GONE 20");
          tree.remove("sub/b");
          assertGone(fs, sampler, "sub/b/.*", "GONE 2");
        }
        tree.move("kept", "sub/b");
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void aLinkAboveTheDirectoryIsNotFollowed() {
    try (TestTree tree = TestTree.inMemory().stat("sub/dev/part/x", 1).stat("other/x", 2);
        TestTree elsewhere = TestTree.inMemory().stat("dev/part/x", 10).stat("part/x", 20)) {
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(Map.of("sub/dev/part/x", "1", "other/x", "2"), sample(sampler));
        tree.remove("sub/dev").link("sub/dev", elsewhere.root());
        assertGone(fs, sampler, "sub/.*", "GONE 20");
        tree.remove("sub").link("sub", elsewhere.root());
        assertGone(fs, sampler, "sub/.*", "GONE 20");
        tree.remove("sub").stat("sub/dev/part/x", 3);
        assertEquals(Map.of("sub/dev/part/x", "3", "other/x", "2"), sample(sampler));
      }
    }
  }

  @Test
  void aLinkAboveAFileOfManyValuesIsNotFollowed() {
    Layout layout = Layout.builder("l").subsystem("g").flatKeyedFiles("memory.stat").build();
    try (TestTree tree = TestTree.inMemory().stat("a/memory.stat", "x 1\ny 2\n");
        TestTree elsewhere = TestTree.inMemory().stat("memory.stat", "x 10\ny 20\n")) {
      tree.stat("b/memory.stat", "x 3\n");
      try (StatsFs fs = open(tree.root(), layout);
          Sampler sampler = fs.sampler()) {
        Map<String, String> before = sample(sampler);
        assertEquals(3, before.size(), before::toString);
        assertEquals(3, sampler.count(Status.OK));
        tree.move("a", "kept").link("a", elsewhere.root());
        assertGone(fs, sampler, ".*/a/.*", "GONE 20");
        tree.remove("a").move("kept", "a");
        assertEquals(before, sample(sampler));
      }
    }
  }

  @Test
  void theWayToTheRootIsTheUsersAndMayBeLinks() {
    try (TestTree first = TestTree.inMemory().stat("sub/dev/x", 1);
        TestTree second = TestTree.inMemory().stat("sub/dev/x", 2);
        TestTree links = TestTree.inMemory()) {
      first.stat("flat", "a 5\n");
      links.link("way", first.root()).link("to", Path.of("way"));
      try (StatsFs fs = open(links.path("to/sub"));
          Sampler sampler = fs.sampler();
          StatsFs flat = open(links.path("to/flat"), Layout.file("flat"));
          Sampler lines = flat.sampler()) {
        assertEquals(Map.of("dev/x", "1"), sample(sampler));
        assertEquals(1, fs.readLong(fs.catalog().stats().get(0)));
        assertEquals(Map.of("flat/a", "5"), sample(lines));
        assertEquals(5, flat.readLong(flat.catalog().stats().get(0)));
        links.remove("way").link("way", second.root());
        assertEquals(Map.of("dev/x", "2"), sample(sampler));
        links.remove("way");
        assertEquals(Map.of("dev/x", "GONE 2"), sample(sampler));
      }
    }
  }

  @Test
  void linksOfTheLayoutAreFollowedOnlyBeneathThePlaceThatItNames() {
    Layout layout =
        Layout.builder("l")
            .subsystem("net")
            .sources("{device}/statistics")
            .links("../../devices")
            .build();
    try (TestTree tree = TestTree.inMemory().stat("devices/pci/eth0/statistics/x", 1);
        TestTree elsewhere = TestTree.inMemory().stat("eth0/statistics/x", 10)) {
      tree.stat("devices/eth1/statistics/x", 2).stat("devices2/eth0/statistics/x", 3);
      tree.stat("secret/eth0/statistics/x", 20).stat("class/net/real/statistics/x", 4);
      tree.link("class/net/eth0", Path.of("../../devices/pci/eth0"));
      String device = "net/eth0/x";
      try (StatsFs fs = open(tree.path("class/net"), layout);
          Sampler sampler = fs.sampler()) {
        Map<String, String> expected = new TreeMap<>(Map.of(device, "1", "net/real/x", "4"));
        assertEquals(expected, sample(sampler));
        for (Path outside :
            List.of(
                elsewhere.path("eth0"),
                tree.path("secret/eth0"),
                Path.of("../../secret/eth0"),
                Path.of("../../devices2/eth0"),
                Path.of("../../devices/../secret/eth0"),
                Path.of("../.."))) {
          tree.remove("class/net/eth0").link("class/net/eth0", outside);
          String outcome = outside.endsWith("..") ? "GONE 2" : "GONE 20";
          assertGone(fs, sampler, device, outcome);
        }
        // Within the place, however it is reached.
        for (Path inside :
            List.of(
                tree.path("devices/eth1"),
                Path.of("../../secret/../devices/eth1"),
                Path.of("../../devices/eth1"))) {
          tree.remove("class/net/eth0").link("class/net/eth0", inside);
          expected.put(device, "2");
          assertEquals(expected, sample(sampler));
          assertEquals(2, fs.readLong(fs.catalog().get("net", "eth0", "x")));
        }
        // A link of the place itself, and one below it.
        tree.move("devices/eth1", "secret/eth1").link("devices/eth1", tree.path("secret/eth1"));
        assertGone(fs, sampler, device, "GONE 20");
        tree.remove("devices/eth1").move("secret/eth1", "devices/eth1");
        assertEquals(expected, sample(sampler));
        tree.move("devices/eth1/statistics", "kept");
        tree.link("devices/eth1/statistics", tree.path("kept"));
        assertGone(fs, sampler, device, "GONE 20");
        tree.move("class/net/real", "kept2").link("class/net/real", tree.path("kept2"));
        assertGone(fs, sampler, "net/real/x", "GONE 20");
      }
    }
  }

  @Test
  void linksOfSeveralLevelsAreFollowedOnlyBeneathThePlaceThatTheLayoutNames() {
    Layout layout =
        Layout.builder("l")
            .subsystem("hwmon")
            .sources("hwmon{chip}/device")
            .links("../../devices")
            .build();
    try (TestTree tree = TestTree.inMemory().stat("devices/pci/x", 1).stat("secret/x", 3)) {
      tree.directory("class/hwmon").directory("devices/hwmon0").stat("devices/usb/x", 2);
      tree.link("class/hwmon/hwmon0", Path.of("../../devices/hwmon0"));
      tree.link("devices/hwmon0/device", Path.of("../pci"));
      String stat = "hwmon/hwmon0/x";
      try (StatsFs fs = open(tree.path("class/hwmon"), layout);
          Sampler sampler = fs.sampler()) {
        assertEquals(Map.of(stat, "1"), sample(sampler));
        tree.remove("devices/hwmon0/device").link("devices/hwmon0/device", tree.path("secret"));
        assertGone(fs, sampler, stat, "GONE 20");
        tree.remove("devices/hwmon0/device").link("devices/hwmon0/device", Path.of("../usb"));
        assertEquals(Map.of(stat, "2"), sample(sampler));
        assertEquals(2, fs.readLong(fs.catalog().get("hwmon", "hwmon0", "x")));
        tree.move("devices/hwmon0", "secret/hwmon0");
        tree.remove("class/hwmon/hwmon0").link("class/hwmon/hwmon0", tree.path("secret/hwmon0"));
        tree.remove("secret/hwmon0/device").link("secret/hwmon0/device", tree.path("devices/usb"));
        // It leads out of the place, and back into it.
        assertEquals(Map.of(stat, "2"), sample(sampler));
        tree.remove("secret/hwmon0/device").link("secret/hwmon0/device", Path.of(".."));
        assertGone(fs, sampler, stat, "GONE 20");
      }
    }
  }

  @Test
  void nothingButAFileIsOpened() {
    try (TestTree tree = TestTree.inMemory();
        TestTree other = TestTree.inMemory().stat("flat", "a 1\nb 2\n")) {
      distinctValues(tree, 2, 4);
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler();
          Sampler withTimeout = fs.sampler(StatFilter.all(), Duration.ofSeconds(20));
          StatsFs flat = open(other.path("flat"), Layout.file("flat"));
          Sampler lines = flat.sampler()) {
        Map<String, String> all = sample(sampler);
        // Nobody writes to them, so that opening one would take for ever.
        Path fifo = tree.path("sub/dev0/part0/stat1");
        tree.remove("sub/dev0/part0/stat1");
        other.remove("flat");
        Command.run("mkfifo", fifo.toString(), other.path("flat").toString());
        all.replaceAll((path, value) -> fifo.endsWith(Path.of(path)) ? "GONE 6" : value);
        for (int i = 0; i < 3; i++) {
          assertEquals(all, sample(sampler));
          assertEquals(all, sample(withTimeout));
          assertEquals(Map.of("flat/a", "GONE 6", "flat/b", "GONE 6"), sample(lines));
        }
        assertGone(fs, sampler, "sub/dev0/part0/stat1", "GONE 6");
        assertGone(flat, lines, "flat/.*", "GONE 6");
        other.remove("flat").stat("flat", "a 1\nb 3\n");
        assertEquals(Map.of("flat/a", "1", "flat/b", "3"), sample(lines));
      }
    }
  }

  @Test
  void aDeviceIsNotOpened() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a", "1", "sub/b", "2"), sample(sampler));
      // As /dev/null and /dev/zero.
      for (String minor : List.of("3", "5")) {
        tree.remove("sub/a");
        Command.tryTo("make a device", "mknod", tree.path("sub/a").toString(), "c", "1", minor);
        assertGone(fs, sampler, "sub/a", "GONE 6");
      }
    }
  }
}
