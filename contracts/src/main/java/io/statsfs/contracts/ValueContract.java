package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: what the text of a file means, and which stats are read. */
abstract class ValueContract extends TableContract {
  private static final String NONE = "NOT_A_NUMBER 0";

  /** Samples one file per text, all in one source, and compares each outcome. */
  private void assertOutcomes(String schema, Map<String, String> outcomeOfText) {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = new TreeMap<>();
      Map<String, String> texts = new HashMap<>();
      tree.schema("sub/dev", schema);
      outcomeOfText.forEach(
          (text, outcome) -> {
            String path = "sub/dev/stat" + expected.size();
            tree.stat(path, text);
            texts.put(path, text);
            expected.put(path, outcome);
          });
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler), () -> "the texts are " + texts);
        assertEquals(expected, sample(sampler), () -> "again, the texts are " + texts);
      }
    }
  }

  @Test
  void filesWithLabelsInTheirNamesAreReadAsStatsOfOtherNames() {
    Layout layout =
        Layout.builder("hwmon")
            .subsystem("hwmon")
            .sources("{chip}")
            .stats(
                List.of(
                    StatDeclaration.of("temp{sensor}_input", Stat.Kind.LEVEL, "mCel", "T.", ""),
                    StatDeclaration.of("temp{sensor}_max", Stat.Kind.LEVEL, "mCel", "M.", ""),
                    StatDeclaration.of("power", Stat.Kind.LEVEL, "uW", "P.", "")))
            .describedStatsOnly()
            .build();
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("a/temp1_input", 1).stat("a/temp1_max", 2).stat("a/temp2_input", 3);
      tree.stat("a/temp2_max", "text\n").stat("a/power", 5).stat("a/other", 6);
      try (StatsFs fs = open(tree.root(), layout);
          Sampler sampler = fs.sampler()) {
        Map<String, String> expected =
            new TreeMap<>(
                Map.of(
                    "hwmon/a/power", "5",
                    "hwmon/a/temp1/temp_input", "1",
                    "hwmon/a/temp1/temp_max", "2",
                    "hwmon/a/temp2/temp_input", "3",
                    "hwmon/a/temp2/temp_max", "NOT_A_NUMBER 0"));
        assertEquals(expected, sample(sampler));
        assertEquals(3, fs.readLong(fs.catalog().get("hwmon", "a/temp2", "temp_input")));
        assertEquals("text", fs.readText(fs.catalog().get("hwmon", "a/temp2", "temp_max")));
        tree.stat("a/temp1_input", 10).stat("a/temp2_max", 4).remove("a/temp1_max");
        expected.put("hwmon/a/temp1/temp_input", "10");
        expected.put("hwmon/a/temp1/temp_max", "GONE 2");
        expected.put("hwmon/a/temp2/temp_max", "4");
        assertEquals(expected, sample(sampler));
        // The sampler goes on with what is the same, whatever became of its neighbours.
        tree.stat("a/temp10_input", 7);
        fs.refresh();
        expected.remove("hwmon/a/temp1/temp_max");
        expected.put("hwmon/a/temp10/temp_input", "7");
        try (Sampler next = fs.sampler()) {
          assertEquals(expected, sample(next));
        }
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void integersFromTheLowestSignedToTheHighestUnsigned() {
    assertOutcomes(
        "",
        Map.of(
            "0\n", "0",
            "1\n", "1",
            "1084\n", "1084",
            "-128\n", "-128",
            "9223372036854775807\n", "9223372036854775807",
            "9223372036854775808\n", "9223372036854775808",
            "18446744073709551615\n", "18446744073709551615",
            "-9223372036854775808\n", "-9223372036854775808",
            "4294967296\n", "4294967296"));
  }

  @Test
  void integersThatDoNotFitIn64BitsAreNoNumbers() {
    assertOutcomes(
        "",
        Map.of(
            "18446744073709551616\n",
            NONE,
            "-9223372036854775809\n",
            NONE,
            "99999999999999999999\n",
            NONE,
            "184467440737095516150\n",
            NONE,
            "1" + "0".repeat(300) + "\n",
            NONE));
  }

  @Test
  void theFormsThatAnIntegerMayHave() {
    assertOutcomes(
        "",
        Map.of(
            "5",
            "5",
            " 5 \n",
            "5",
            "\t5\r\n",
            "5",
            "5\n\n",
            "5",
            "\n5\n",
            "5",
            "+5\n",
            "5",
            "-0\n",
            "0",
            " ".repeat(4000) + "5\n",
            "5"));
  }

  @Test
  void hexadecimalIntegersAreWhatTheyDenote() {
    assertOutcomes(
        "",
        Map.of(
            "0x0",
            "0",
            "0x1303\n",
            "4867",
            " 0X1f\n",
            "31",
            "0x00000000DeadBeef\n",
            "3735928559",
            "0xffffffffffffffff",
            "18446744073709551615",
            "0x12345678901234567\n",
            NONE,
            "-0x1\n",
            NONE,
            "0x\n",
            NONE,
            "0x1g\n",
            NONE,
            "1303h\n",
            NONE));
  }

  /** They are octal, hexadecimal, or no number at all. */
  @Test
  void decimalNumbersHaveNoLeadingZeros() {
    assertOutcomes(
        "",
        Map.of(
            "0000000000000400\n", NONE,
            "0022\n", NONE,
            "00", NONE,
            "-01\n", NONE,
            "00.5\n", NONE,
            "0.5\n", "double 0.5",
            "0\n", "0"));
  }

  @Test
  void decimalsAreDoublesWithoutASchema() {
    assertOutcomes(
        "",
        Map.of(
            "2.5\n", "double 2.5",
            "-0.25\n", "double -0.25",
            "3.0", "double 3.0",
            "1e3\n", NONE,
            "0e12\n", NONE,
            "1.5E-3\n", NONE,
            "0.1\n", "double 0.1",
            "123456789012345678901.5\n", "double 1.2345678901234568E20",
            "3.141592653589793238462643383\n", "double 3.141592653589793"));
  }

  @Test
  void statsThatTheSchemaCallsFloatAreDoublesAlwaysAndOnlyThey() {
    StringBuilder schema = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      schema.append("METRIC\nNAME stat").append(i).append("\nFLAG GAUGE\nTYPE FLOAT\nDESC d\n\n");
    }
    assertOutcomes(
        schema.toString(),
        Map.of(
            "3\n", "double 3.0",
            "-3\n", "double -3.0",
            "2.75\n", "double 2.75",
            "1e3\n", "double 1000.0",
            "1.5E-3\n", "double 0.0015",
            "0xffffffffffffffff\n", "double 1.8446744073709552E19",
            "003\n", NONE,
            "18446744073709551615\n", "double 1.8446744073709552E19",
            "1e400\n", NONE,
            "RUNNABLE", NONE));
    try (TestTree tree =
            TestTree.inMemory()
                .schema("sub", "METRIC\nNAME b\nFLAG GAUGE\nTYPE FLOAT\nDESC d\n\n")
                .stat("sub/a", 1)
                .stat("sub/b", 2)
                .stat("sub/c", 3);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a", "1", "sub/b", "double 2.0", "sub/c", "3"), sample(sampler));
    }
  }

  @Test
  void whatIsNoNumberSaysSo() {
    Map<String, String> outcomes = new HashMap<>();
    for (String text :
        List.of(
            "",
            "\n",
            " ",
            "RUNNABLE",
            "RUNNABLE\n",
            "-",
            "+",
            "--1",
            "+-1",
            "1-",
            "- 1",
            "1 2\n",
            "12 kB\n",
            "12kB\n",
            "1_000\n",
            "1,5\n",
            "1.\n",
            ".5\n",
            "1.5.5\n",
            "1e\n",
            "e5\n",
            "1e400\n",
            "inf\n",
            "nan\n",
            "NaN\n",
            "Infinity\n",
            "1f\n",
            "1d\n",
            "1L\n",
            "12\0\n",
            "\0",
            "\u0661\n",
            "\uff11\n")) {
      outcomes.put(text, NONE);
    }
    assertOutcomes("", outcomes);
  }

  @Test
  void severalLinesAreNoNumber() {
    assertOutcomes(
        "",
        Map.of(
            "1\n2\n", NONE,
            "1\n2", NONE,
            "1\n\n2\n", NONE,
            "1\ntext\n", NONE,
            "text\n1\n", NONE,
            "name 1\nother 2\n", NONE));
  }

  @Test
  void textsOf4096BytesAndMoreAreNoNumbers() {
    assertOutcomes(
        "",
        Map.of(
            " ".repeat(4094) + "7",
            "7",
            " ".repeat(4095) + "7",
            NONE,
            " ".repeat(4096) + "7",
            NONE,
            "1".repeat(5000) + "\n",
            NONE,
            "7" + " ".repeat(5000),
            NONE,
            "7\n" + " ".repeat(5000),
            NONE,
            "7\n" + "x".repeat(100_000),
            NONE,
            "x".repeat(100_000),
            NONE));
  }

  @Test
  void aShortValueAfterALongOneHasNothingOfIt() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("sub/a", "9999999999").stat("sub/b", "1").stat("sub/c", "").stat("sub/d", "1.75");
      tree.stat("sub/e", "2");
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(
            Map.of(
                "sub/a", "9999999999",
                "sub/b", "1",
                "sub/c", NONE,
                "sub/d", "double 1.75",
                "sub/e", "2"),
            sample(sampler));
        tree.stat("sub/a", "1").stat("sub/d", "text").stat("sub/c", "3");
        assertEquals(
            Map.of("sub/a", "1", "sub/b", "1", "sub/c", "3", "sub/d", NONE, "sub/e", "2"),
            sample(sampler));
      }
    }
  }

  @Test
  void eachValueNamesItsOwnFile() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = distinctValues(tree, 7, 5);
      tree.stat("sub/own", 1000).stat("other/own", 1001);
      expected.put("sub/own", "1000");
      expected.put("other/own", "1001");
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        for (int i = 0; i < sampler.size(); i++) {
          assertEquals(fs.readLong(sampler.stat(i)), sampler.longValue(i));
        }
      }
    }
  }

  /** A number of its own in each file; what a sample must find. */
  static Map<String, String> distinctValues(TestTree tree, int sources, int stats) {
    Map<String, String> expected = new TreeMap<>();
    for (int s = 0; s < sources; s++) {
      for (int i = 0; i < stats; i++) {
        String path = "sub/dev" + s + "/part" + s % 3 + "/stat" + i;
        int value = 1 + s * stats + i;
        tree.stat(path, value);
        expected.put(path, Integer.toString(value));
      }
    }
    return expected;
  }

  @Test
  void twentyThousandStatsInFiveHundredSources() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = distinctValues(tree, 500, 40);
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(20_000, sampler.size());
        assertEquals(expected, sample(sampler));
        for (int s = 0; s < 500; s += 7) {
          tree.remove("sub/dev" + s);
          String prefix = "sub/dev" + s + "/";
          expected.replaceAll((path, value) -> path.startsWith(prefix) ? "GONE 2" : value);
        }
        assertEquals(expected, sample(sampler));
        fs.refresh();
        expected.values().removeIf("GONE 2"::equals);
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void onlyTheStatsThatTheFilterWantsAreRead() {
    try (TestTree tree = TestTree.inMemory();
        TestTree elsewhere = TestTree.inMemory()) {
      Map<String, String> all = distinctValues(tree, 6, 4);
      tree.stat("two/dev1/part1/stat1", 500).schema("two/dev1/part1", "LABEL\ncolour red\n\n");
      all.put("two/dev1/part1/stat1", "500");
      try (StatsFs fs = open(tree)) {
        assertOutcomes(fs, StatFilter.all(), all, "");
        assertOutcomes(fs, StatFilter.subsystem("two"), all, "two/.*");
        assertOutcomes(fs, StatFilter.device("dev[1]*"), all, "none");
        assertOutcomes(fs, StatFilter.device("dev1*"), all, ".*/dev1/.*");
        assertOutcomes(fs, StatFilter.name("stat?"), all, ".*/stat.");
        assertOutcomes(fs, StatFilter.name("stat2"), all, ".*/stat2");
        assertOutcomes(fs, StatFilter.path("sub/*/stat3"), all, "sub/.*/stat3");
        assertOutcomes(fs, StatFilter.label("colour", "r*"), all, "two/.*");
        assertOutcomes(
            fs, StatFilter.name("stat1").and(StatFilter.device("dev5*")), all, ".*dev5/.*stat1");
        assertOutcomes(
            fs, StatFilter.name("stat0").or(StatFilter.device("dev3*")), all, ".*dev3/.*|.*/stat0");
        assertOutcomes(fs, StatFilter.name("stat0").negate(), all, ".*/stat[1-9]");
        assertOutcomes(fs, StatFilter.all().negate(), all, "none");
      }
      // A file that is not wanted is not opened, which a symbolic link would not survive.
      tree.stat("sub/kept", 7).stat("sub/unwanted", 8);
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler(StatFilter.path("sub/kept"))) {
        tree.remove("sub/unwanted").link("sub/unwanted", elsewhere.root());
        assertEquals(Map.of("sub/kept", "7"), sample(sampler));
      }
    }
  }

  private static void assertOutcomes(
      StatsFs fs, StatFilter filter, Map<String, String> all, String regex) {
    Map<String, String> expected = new TreeMap<>(all);
    expected.keySet().removeIf(path -> !regex.isEmpty() && !path.matches(regex));
    try (Sampler sampler = fs.sampler(filter)) {
      assertEquals(expected, sample(sampler));
    }
  }

  @Test
  void anEmptyTreeHasNothingToSample() {
    try (TestTree tree = TestTree.inMemory();
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of(), sample(sampler));
      assertEquals(0, sampler.size());
      assertThrows(IndexOutOfBoundsException.class, () -> sampler.status(0));
      assertThrows(IndexOutOfBoundsException.class, () -> sampler.longValue(0));
    }
  }

  @Test
  void positionsBeyondTheStatsAreRefused() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      for (int index : new int[] {-1, 2, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.stat(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.status(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.errno(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.longValue(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.doubleValue(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.isUnsigned(index));
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.isDouble(index));
      }
    }
  }

  @Test
  void allIsGoneBeforeTheFirstSample() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/dev/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("sub/a", "GONE 0", "sub/dev/b", "GONE 0"), Outcomes.of(sampler));
      assertEquals(2, sampler.count(Status.GONE));
      assertEquals(Map.of("sub/a", "1", "sub/dev/b", "2"), sample(sampler));
    }
  }

  @Test
  void valuesStayUntilTheNextSample() {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/dev/b", 2);
        StatsFs fs = open(tree);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      tree.stat("sub/a", 10).remove("sub/dev").stat("sub/new/c", 3);
      fs.refresh();
      try (Sampler other = fs.sampler()) {
        other.sample();
      }
      assertEquals(Map.of("sub/a", "1", "sub/dev/b", "2"), Outcomes.of(sampler));
      assertEquals(Map.of("sub/a", "10", "sub/new/c", "3"), sample(sampler));
    }
  }

  @Test
  void aFileOfManyValues() throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("memory.stat", FLAT)) {
      try (StatsFs fs = open(tree.path("memory.stat"), Layout.file("mem"));
          Sampler sampler = fs.sampler()) {
        Map<String, String> expected = new TreeMap<>();
        FLAT_OUTCOMES.forEach((name, outcome) -> expected.put("mem/" + name, outcome));
        assertEquals(expected, sample(sampler));
        // In the order of the lines.
        List<String> names = new ArrayList<>();
        for (int i = 0; i < sampler.size(); i++) {
          names.add(sampler.stat(i).name());
        }
        List<String> lines = new ArrayList<>(FLAT_OUTCOMES.keySet());
        assertEquals(lines.size(), names.size());
        assertEquals("anon", names.get(0));
        assertEquals("last", names.get(names.size() - 1));
        // Without a line end, and with nothing in it.
        Files.writeString(tree.path("memory.stat"), FLAT.stripTrailing());
        assertEquals(expected, sample(sampler));
        Files.writeString(tree.path("memory.stat"), "");
        expected.replaceAll((name, outcome) -> "GONE 0");
        assertEquals(expected, sample(sampler));
      }
    }
  }

  private static final String FLAT =
      """
      anon 4096
      file 18446744073709551615
      kernel_stack -12
      ratio 2.5
      MemTotal:       8000 kB
      HugePages_Total:       0
      tabbed\t33
      becomes 1
      last 77
      """;

  private static final Map<String, String> FLAT_OUTCOMES =
      Map.of(
          "anon", "4096",
          "file", "18446744073709551615",
          "kernel_stack", "-12",
          "ratio", "double 2.5",
          "MemTotal", "8000",
          "HugePages_Total", "0",
          "tabbed", "33",
          "becomes", "1",
          "last", "77");

  @Test
  void aSubsetOfAFileOfManyValues() {
    try (TestTree tree = TestTree.inMemory().stat("memory.stat", FLAT);
        StatsFs fs = open(tree.path("memory.stat"), Layout.file("mem"));
        Sampler some = fs.sampler(StatFilter.name("file").or(StatFilter.name("l*")));
        Sampler last = fs.sampler(StatFilter.name("last"));
        Sampler first = fs.sampler(StatFilter.name("anon"))) {
      for (int i = 0; i < 2; i++) {
        assertEquals(Map.of("mem/file", "18446744073709551615", "mem/last", "77"), sample(some));
        assertEquals(Map.of("mem/last", "77"), sample(last));
        assertEquals(Map.of("mem/anon", "4096"), sample(first));
      }
    }
  }

  @Test
  void aLargeFileOfManyValues() {
    StringBuilder text = new StringBuilder();
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      text.append("a_rather_long_name_").append(i).append(' ').append(i * 3L).append('\n');
      expected.put("big/a_rather_long_name_" + i, Long.toString(i * 3L));
    }
    try (TestTree tree = TestTree.inMemory().stat("big", text.toString());
        StatsFs fs = open(tree.path("big"));
        Sampler sampler = fs.sampler()) {
      assertEquals(expected, sample(sampler));
      assertEquals(expected, sample(sampler));
    }
  }

  @Test
  void aLineThatIsCutAtTheLimitIsLeftOut() {
    // 455 lines of 9 bytes, and the beginning of one more: 4095 + "a".
    StringBuilder text = new StringBuilder();
    Map<String, String> whole = new TreeMap<>();
    for (int i = 0; i < 455; i++) {
      text.append(String.format("a%03d %d%n", i, 100 + i));
      whole.put(String.format("flat/a%03d", i), Integer.toString(100 + i));
    }
    Limits limits = Limits.builder().depth(16).sources(1000).stats(1000).fileBytes(4096).build();
    for (int shift = 1; shift <= 12; shift++) {
      String cut = "o".repeat(shift) + " 0\n" + text + "z 123456789\n";
      try (TestTree tree = TestTree.inMemory().stat("flat", cut);
          StatsFs fs =
              builder().root(tree.path("flat"), Layout.file("flat")).limits(limits).build();
          Sampler sampler = fs.sampler()) {
        for (Map.Entry<String, String> outcome : sample(sampler).entrySet()) {
          String name = outcome.getKey();
          assertEquals(whole.getOrDefault(name, "0"), outcome.getValue(), name);
        }
        assertTrue(sampler.size() > 450);
        tree.stat("flat", "x" + cut);
        for (Map.Entry<String, String> outcome : sample(sampler).entrySet()) {
          String name = outcome.getKey();
          String value = whole.getOrDefault(name, "0");
          assertTrue(List.of(value, "GONE 0").contains(outcome.getValue()), outcome::toString);
        }
        for (Stat stat : fs.catalog().stats()) {
          try {
            assertEquals(
                whole.getOrDefault(stat.toString(), "0"), Long.toString(fs.readLong(stat)));
          } catch (StatReadException e) {
            assertEquals(Status.GONE, e.status());
          }
        }
      }
    }
  }

  @Test
  void filesOfManyValuesBesideFilesOfOne() {
    Layout layout =
        Layout.builder("cgroup").subsystem("cgroup").flatKeyedFiles("memory.stat").build();
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("pids.current", 1).stat("memory.stat", "anon 2\nfile 3\n");
      tree.stat("a.slice/pids.current", 4).stat("a.slice/memory.stat", "anon 5\nfile 6\n");
      try (StatsFs fs = open(tree.root(), layout);
          Sampler sampler = fs.sampler()) {
        assertEquals(
            Map.of(
                "cgroup/pids.current", "1",
                "cgroup/memory.stat/anon", "2",
                "cgroup/memory.stat/file", "3",
                "cgroup/a.slice/pids.current", "4",
                "cgroup/a.slice/memory.stat/anon", "5",
                "cgroup/a.slice/memory.stat/file", "6"),
            sample(sampler));
      }
    }
  }
}
