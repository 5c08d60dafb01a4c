package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.core.Fs;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Command;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Labels that files give the sources beside them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LabelFilesTest {
  private static final Layout HWMON =
      Layout.builder("hwmon")
          .subsystem("hwmon")
          .sources("{device}")
          .label("chip", "name")
          .label("label", "temp{sensor}_label", "fan{sensor}_label", "default_label")
          .exclude("*.bak")
          .stats(
              List.of(
                  StatDeclaration.of("temp{sensor}_input", Stat.Kind.LEVEL, "mCel", "T.", ""),
                  StatDeclaration.of("fan{sensor}_input", Stat.Kind.LEVEL, "", "F.", "")))
          .build();

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private Fs open() {
    tree.settle();
    return new Fs(tree.root(), HWMON);
  }

  @Test
  void theFirstLineIsTheLabel() {
    tree.stat("hwmon0/name", "coretemp\n").stat("hwmon0/temp1_input", 1).stat("hwmon0/other", 2);
    tree.stat("hwmon0/temp1_label", "  Package id 0 \nmore\n").stat("hwmon0/temp2_input", 3);
    tree.stat("hwmon0/temp2_label", "\n").stat("hwmon0/temp3_input", 4);
    tree.stat("hwmon0/fan1_input", 5).stat("hwmon0/fan1_label", "CPU fan");
    tree.stat("hwmon1/temp1_input", 6);
    try (Fs fs = open()) {
      assertEquals(
          List.of(
              "hwmon/hwmon0/other",
              "hwmon/hwmon0/fan1/fan_input",
              "hwmon/hwmon0/temp1/temp_input",
              "hwmon/hwmon0/temp2/temp_input",
              "hwmon/hwmon0/temp3/temp_input",
              "hwmon/hwmon1/temp1/temp_input"),
          fs.stats());
      assertEquals("{device=hwmon0, chip=coretemp}", fs.source("hwmon/hwmon0").labels().toString());
      Source temp = fs.source("hwmon/hwmon0/temp1");
      assertEquals(
          "{device=hwmon0, sensor=1, chip=coretemp, label=Package id 0}", temp.labels().toString());
      assertEquals("CPU fan", fs.source("hwmon/hwmon0/fan1").labels().get("label"));
      for (String sensor : List.of("2", "3")) {
        assertEquals(
            Map.of("device", "hwmon0", "sensor", sensor, "chip", "coretemp"),
            fs.source("hwmon/hwmon0/temp" + sensor).labels());
      }
      assertEquals(
          Map.of("device", "hwmon1", "sensor", "1"), fs.source("hwmon/hwmon1/temp1").labels());
      assertEquals(List.of(), fs.problems());

      // One that comes later is found; one that was read is not read again.
      tree.stat("hwmon0/default_label", "else").stat("hwmon0/temp1_label", "changed").settle();
      fs.refresh();
      assertSame(temp, fs.source("hwmon/hwmon0/temp1"));
      Source other = fs.source("hwmon/hwmon0/temp3");
      assertEquals("else", other.labels().get("label"));
      // Another directory in its place is another life.
      tree.remove("hwmon0").stat("hwmon0/temp1_input", 1).stat("hwmon0/name", "k10temp").settle();
      fs.refresh();
      assertNotSame(temp, fs.source("hwmon/hwmon0/temp1"));
      assertEquals(
          "{device=hwmon0, sensor=1, chip=k10temp}",
          fs.source("hwmon/hwmon0/temp1").labels().toString());
    }
  }

  @Test
  void onlyFilesAreOpenedAndWithinTheTree() {
    tree.stat("a/temp1_input", 1).stat("a/temp2_input", 2).stat("a/temp3_input", 3);
    tree.stat("secret", "no\n").link("a/name", Path.of("../secret"));
    Command.run("mkfifo", tree.path("a/temp1_label").toString());
    Command.run("mkfifo", tree.path("a/default_label").toString());
    tree.directory("a/temp2_label").stat("a/temp3_label", "control").stat("b/temp1_input", 1);
    tree.permissions("a/temp3_label", "-w--w--w-").stat("b/temp1_label", "x\n");
    Command.run("ln", tree.path("a/temp1_label").toString(), tree.path("b/name").toString());
    try (Fs fs = open()) {
      for (String sensor : List.of("1", "2", "3")) {
        assertEquals(
            Map.of("device", "a", "sensor", sensor), fs.source("hwmon/a/temp" + sensor).labels());
      }
      assertEquals(
          Map.of("device", "b", "sensor", "1", "label", "x"), fs.source("hwmon/b/temp1").labels());
    }
  }

  @Test
  void aHostileLabelIsPrintableAndShort() {
    tree.stat("a/temp1_input", 1).stat("a/temp2_input", 2).stat("a/temp3_input", 3);
    tree.file("a/name", "x".repeat(10_000_000).getBytes(StandardCharsets.US_ASCII));
    tree.stat("a/temp1_label", "\u001b[31mred\u202e\tx\u0007\n");
    tree.file("a/temp2_label", new byte[] {'a', (byte) 0xff, 'b', 0, 'c', '\n'});
    tree.stat("a/temp3_label", "\ud83d\udc27".repeat(300)).stat("b/temp1_input", 1);
    tree.stat("b/name", " \t\u0000 x").stat("b/temp1_label", "\\xff \\u0041").settle();
    try (Fs fs = open()) {
      Map<String, String> first = fs.source("hwmon/a/temp1").labels();
      assertEquals("x".repeat(200), first.get("chip"));
      assertEquals("\\u001b[31mred\\u202e\\u0009x\\u0007", first.get("label"));
      assertEquals("a\\xffb", fs.source("hwmon/a/temp2").labels().get("label"));
      assertEquals("\ud83d\udc27".repeat(200), fs.source("hwmon/a/temp3").labels().get("label"));
      Map<String, String> other = fs.source("hwmon/b/temp1").labels();
      assertEquals("{device=b, sensor=1, label=\\x5cxff \\u0041}", other.toString());
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void theFileMayBeNearTheDirectoryWithinTheTree() {
    tree.stat("cpu/cpu0/throttle/count", 1).stat("cpu/cpu0/topology/core_id", "7\n");
    tree.stat("cpu/cpu1/throttle/count", 2).stat("secret/core_id", "no").stat("core_id", "no");
    tree.stat("cpu/cpu0/throttle/max", 3).stat("cpu/cpu1/throttle/max", 4);
    tree.link("cpu/cpu1/topology", tree.path("secret")).settle();
    Layout layout =
        Layout.builder("cpu")
            .subsystem("cpu")
            .sources("cpu{cpu}/throttle")
            .label("core", "../topology/core_id", "../../../core_id", "../../core_id")
            .label("self", "../throttle/other/core_id", "count")
            .build();
    try (Fs fs = new Fs(tree.path("cpu"), layout)) {
      assertEquals(List.of("cpu/cpu0/max", "cpu/cpu1/max"), fs.stats());
      assertEquals(Map.of("cpu", "0", "core", "7", "self", "1"), fs.source("cpu/cpu0").labels());
      assertEquals(Map.of("cpu", "1", "self", "2"), fs.source("cpu/cpu1").labels());
      assertEquals(List.of(), fs.problems());
    }
    tree.stat("cpu/core_id", "8").settle();
    try (Fs fs = new Fs(tree.path("cpu"), layout)) {
      assertEquals("8", fs.source("cpu/cpu1").labels().get("core"));
    }
  }

  @Test
  void whatIsNoNumberIsNoStatOnlyAsItIsALabel() {
    tree.stat("a/temp1_input", 1).stat("a/name", "5").stat("a/temp1_label", "6").settle();
    try (Fs fs = open()) {
      assertEquals(List.of("hwmon/a/temp1/temp_input"), fs.stats());
      assertEquals("5", fs.source("hwmon/a/temp1").labels().get("chip"));
    }
  }

  @Test
  void realFilesGiveLabels() {
    Layout net =
        Layout.builder("net")
            .subsystem("net")
            .sources("{device}")
            .links("../../devices")
            .label("address", "address")
            .label("alias", "ifalias")
            .stats(List.of(StatDeclaration.of("mtu", Stat.Kind.DISCRETE, "By", "M.", "")))
            .describedStatsOnly()
            .build();
    try (Fs fs = new Fs(Path.of("/sys/class/net"), net)) {
      assertEquals(
          Map.of("device", "lo", "address", "00:00:00:00:00:00"), fs.source("net/lo").labels());
      assertTrue(fs.fs.readLong(fs.source("net/lo").stats().get(0)) > 0);
    }
  }
}
