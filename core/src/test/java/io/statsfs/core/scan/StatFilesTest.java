package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files of one value that the layout describes, and labels in their names. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatFilesTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static Layout.Builder layout(String... stats) {
    List<StatDeclaration> declared = new ArrayList<>();
    for (String stat : stats) {
      declared.add(StatDeclaration.of(stat, Stat.Kind.COUNTER, "", stat, ""));
    }
    return Layout.builder("l").subsystem("hwmon").stats(declared);
  }

  private static final Layout HWMON =
      layout("temp{sensor}_input", "temp{sensor}_max", "fan{sensor}_input", "power", "in{n}_{p}_x")
          .sources("{chip}")
          .describedStatsOnly()
          .build();

  @Test
  void namesOfFilesHaveLabels() {
    tree.stat("hwmon0/temp1_input", 11)
        .stat("hwmon0/temp1_max", 12)
        .stat("hwmon0/temp12_input", 13);
    tree.stat("hwmon0/fan1_input", 14).stat("hwmon0/power", 15).stat("hwmon0/in0_a_x", 16);
    tree.stat("hwmon0/temp_input", 0).stat("hwmon0/temp1_label", "Core 0\n").settle();
    try (Fs fs = new Fs(tree.root(), HWMON);
        Sampler sampler = fs.fs.sampler()) {
      assertEquals(
          List.of(
              "hwmon/hwmon0/power",
              "hwmon/hwmon0/fan1/fan_input",
              "hwmon/hwmon0/in0_a/in_x",
              "hwmon/hwmon0/temp1/temp_input",
              "hwmon/hwmon0/temp1/temp_max",
              "hwmon/hwmon0/temp12/temp_input"),
          fs.stats());
      assertEquals(List.of(), fs.problems());
      assertEquals(Map.of("chip", "hwmon0"), fs.source("hwmon/hwmon0").labels());
      assertEquals("{chip=hwmon0, n=0, p=a}", fs.source("hwmon/hwmon0/in0_a").labels().toString());
      Source temp = fs.source("hwmon/hwmon0/temp1");
      assertEquals(Map.of("chip", "hwmon0", "sensor", "1"), temp.labels());
      assertEquals(tree.path("hwmon0"), FilePaths.of(temp));
      assertEquals(tree.path("hwmon0/temp1_max"), FilePaths.of(temp.stats().get(1)));
      assertEquals(Stat.Kind.COUNTER, temp.stats().get(0).kind());
      assertEquals("temp{sensor}_input", temp.stats().get(0).description());
      assertEquals(12, fs.fs.readLong(temp.stats().get(1)));

      // A source stays the same while others of its directory come and go.
      tree.remove("hwmon0/fan1_input").stat("hwmon0/temp12_max", 17).settle();
      fs.refresh();
      assertEquals(6, fs.stats().size());
      assertSame(temp, fs.source("hwmon/hwmon0/temp1"));
      assertTrue(fs.stats().contains("hwmon/hwmon0/temp12/temp_max"));
      tree.remove("hwmon0/temp1_input").stat("hwmon0/temp1_input", 18).settle();
      fs.refresh();
      assertSame(temp, fs.source("hwmon/hwmon0/temp1"));
    }
  }

  @Test
  void whatNothingDescribesIsNeverOpened() {
    tree.stat("a/power", 1).stat("a/other", 2).directory("a/temp1_input").stat("a/b/power", 3);
    tree.link("a/temp2_input", Path.of("power")).link("a/link", Path.of("power"));
    Command.run("mkfifo", tree.path("a/fifo").toString(), tree.path("a/temp3_input").toString());
    tree.settle();
    try (Fs fs = new Fs(tree.root(), HWMON)) {
      assertEquals(List.of("hwmon/a/power"), fs.stats());
      // Of links, the one that stands where a stat would be.
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).startsWith("1 symbolic link"), fs.problems()::toString);
    }
    Layout deep = layout("power", "temp{n}_input").describedStatsOnly().build();
    try (Fs fs = new Fs(tree.root(), deep)) {
      assertEquals(List.of("hwmon/a/power", "hwmon/a/b/power"), fs.stats());
    }
  }

  @Test
  void whereNamesAreFewTheDirectoryIsNotListed() {
    Layout few = layout("speed", "mtu").sources("{device}").describedStatsOnly().build();
    tree.stat("eth0/mtu", 1500).stat("eth0/other", 2).stat("eth1/duplex", 0).settle();
    try (Fs fs = new Fs(tree.root(), few)) {
      assertEquals(List.of("hwmon/eth0/mtu"), fs.stats());
      List<Path> listed = new ArrayList<>();
      fs.reader.onList =
          directory -> {
            listed.add(directory);
            return null;
          };
      tree.directory("eth2")
          .stat("eth0/speed", 10)
          .stat("eth1/mtu", 9000)
          .remove("eth0/mtu")
          .settle();
      fs.refresh();
      assertEquals(List.of("hwmon/eth0/speed", "hwmon/eth1/mtu"), fs.stats());
      assertEquals(List.of(), fs.problems());
      assertEquals(List.of(tree.root()), listed);
    }
  }

  @Test
  void manyNamesThatMatchNothingAreNoLimit() {
    for (int i = 0; i < 20_000; i++) {
      tree.stat("hwmon0/temp" + i + "_other", i);
    }
    tree.stat("hwmon0/power", 1).settle();
    try (Fs fs = new Fs(tree.root(), HWMON, Fs.limits(2, 2, 1, 4096))) {
      assertEquals(List.of("hwmon/hwmon0/power"), fs.stats());
      assertEquals(List.of(), fs.problems());
    }
    // Of those that match, the last in order are left out.
    tree.stat("hwmon0/temp7_input", 1).stat("hwmon0/temp70_input", 1).settle();
    try (Fs fs = new Fs(tree.root(), HWMON, Fs.limits(2, 2, 2, 4096))) {
      assertEquals(List.of("hwmon/hwmon0/power", "hwmon/hwmon0/temp70/temp_input"), fs.stats());
      assertTrue(fs.problems().get(0).contains("more entries"), fs.problems()::toString);
    }
  }

  @Test
  void realFilesHaveLabels() {
    Layout layout =
        layout("rx_{what}_errors", "tx_{what}_errors")
            .sources("{device}/statistics")
            .links("../../devices")
            .describedStatsOnly()
            .build();
    try (Fs fs = new Fs(Path.of("/sys/class/net"), layout)) {
      Source source = fs.source("hwmon/lo/rx_crc");
      assertEquals(Map.of("device", "lo", "what", "crc"), source.labels());
      assertEquals("rx_errors", source.stats().get(0).name());
      assertEquals(0, fs.fs.readLong(source.stats().get(0)));
      assertTrue(fs.stats().stream().allMatch(stat -> stat.endsWith("x_errors")));
    }
  }
}
