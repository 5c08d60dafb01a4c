package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Part of {@link ReaderContract}: files whose shape and tables are declared. */
abstract class TableContract extends CgroupContract {
  private static final Shape PAIRS =
      Shape.builder().header(Shape.Header.PER_PAIR).rowKeyWord(0).build();
  private static final Shape NESTED =
      Shape.builder().rowKeyWord(0).columnKey(Shape.ColumnKey.BEFORE_EQUALS).build();

  /**
   * A file as the kernel writes it, shortened.
   *
   * @param stats its stats and their values, ordered by path
   */
  private record Form(String name, Shape shape, TableDeclaration table, String text, String stats) {
    Layout layout() {
      return TableContract.layout(shape, table);
    }
  }

  private static Layout layout(Shape shape, TableDeclaration... tables) {
    return Layout.builder("t")
        .subsystem("t")
        .files(FileDeclaration.of("", shape, List.of(tables)))
        .build();
  }

  private static TableDeclaration table(Axis rows, Axis columns) {
    return TableDeclaration.of(null, rows, columns, List.of());
  }

  private static final List<Form> FORMS =
      List.of(
          new Form(
              "net/snmp",
              PAIRS,
              table(Axis.labels("{protocol}"), Axis.stats("*")),
              """
              Ip: Forwarding DefaultTTL
              Ip: 1 64
              Tcp: MaxConn InSegs
              Tcp: -1 18446744073709551615
              """,
              "t/Ip/DefaultTTL=64 t/Ip/Forwarding=1 t/Tcp/InSegs=18446744073709551615"
                  + " t/Tcp/MaxConn=-1"),
          new Form(
              "softirqs",
              Shape.builder().header(Shape.Header.ONCE).rowKeyBeforeColon().build(),
              table(Axis.stats("*"), Axis.labels("CPU{cpu}")),
              """
                                  CPU0       CPU2
                        HI:          1          2
                     TIMER:          3          4
              """,
              "t/0/HI=1 t/0/TIMER=3 t/2/HI=2 t/2/TIMER=4"),
          new Form(
              "pressure/cpu",
              NESTED,
              table(Axis.labels("{kind}"), Axis.stats("*")),
              """
              some avg10=0.25 avg60=0.00 total=12
              full avg10=0.00 avg60=0.50 total=3
              """,
              "t/full/avg10=0.0 t/full/avg60=0.5 t/full/total=3 t/some/avg10=0.25 t/some/avg60=0.0"
                  + " t/some/total=12"),
          new Form(
              "io.stat",
              Shape.builder()
                  .rowKeyWord(0)
                  .columnKey(Shape.ColumnKey.BEFORE_EQUALS)
                  .leastColumns(0)
                  .build(),
              table(Axis.labels("{device}"), Axis.stats("*bytes")),
              "8:16\n8:0 rbytes=1 wbytes=2 rios=3\n",
              "t/8:0/rbytes=1 t/8:0/wbytes=2"),
          new Form(
              "net/sockstat",
              Shape.builder().rowKeyBeforeColon().columnKey(Shape.ColumnKey.WORD_BEFORE).build(),
              table(Axis.labels("{protocol}"), Axis.stats("*")),
              "sockets: used 290\nTCP: inuse 27 orphan 0\n",
              "t/TCP/inuse=27 t/TCP/orphan=0 t/sockets/used=290"),
          new Form(
              "net/softnet_stat",
              Shape.builder().rowKeyLineNumber().radix(16).trailingWords(Shape.ANY).build(),
              table(Axis.labels("{cpu}"), Axis.positions("processed", "-", "squeezed")),
              "0000001f 00000000 00000002 00000003\nffffffff 00000000 000000ff 00000001\n",
              "t/0/processed=31 t/0/squeezed=2 t/1/processed=4294967295 t/1/squeezed=255"),
          new Form(
              "loadavg",
              Shape.builder().trailingWords(Shape.ANY).build(),
              table(Axis.single(), Axis.positions("1m", "5m", "15m")),
              "0.02 0.04 0.05 1/497 11947\n",
              "t/15m=0.05 t/1m=0.02 t/5m=0.04"),
          new Form(
              "node/meminfo",
              Shape.builder().prefixWords(2).rowKeyWord(0).trailingWords(1).build(),
              table(Axis.stats("*"), Axis.single()),
              "Node 0 MemTotal:       49368184 kB\nNode 0 HugePages_Total:     0\n",
              "t/HugePages_Total=0 t/MemTotal=49368184"),
          new Form(
              "net/dev",
              Shape.builder()
                  .skipLines(2)
                  .rowKeyBeforeColon()
                  .separators("|")
                  .trailingWords(Shape.ANY)
                  .build(),
              table(Axis.labels("{device}"), Axis.positions("rx_bytes", "rx_packets")),
              "Inter-|   Receive |\n face |bytes packets|bytes\n    lo:   12 3|4\n  eth0:56 7|8\n",
              "t/eth0/rx_bytes=56 t/eth0/rx_packets=7 t/lo/rx_bytes=12 t/lo/rx_packets=3"),
          new Form(
              "buddyinfo",
              Shape.builder().rowKeyWords(1, 3).trailingWords(Shape.ANY).build(),
              TableDeclaration.of(
                  null,
                  Axis.labels("{node}, {zone}"),
                  Axis.labels("{order}").named("-", "-", "0", "1"),
                  List.of(StatDeclaration.of("free", Stat.Kind.LEVEL, "{block}", "", ""))),
              "Node 0, zone      DMA      1      2      3\n",
              "t/0/DMA/0/free=1 t/0/DMA/1/free=2"),
          new Form(
              "keys of any bytes",
              Shape.FLAT_KEYED,
              table(Axis.stats("*"), Axis.single()),
              "a\u00ff 1\n\\x5c 2\nb/c: 3\n",
              "t/\\x5cx5c=2 t/a\\xff=1 t/b/c=3"));

  @TestFactory
  List<DynamicTest> filesOfEachShapeAreRead() {
    return FORMS.stream()
        .map(form -> DynamicTest.dynamicTest(form.name, () -> read(form)))
        .toList();
  }

  private void read(Form form) {
    try (TestTree tree = TestTree.inMemory()) {
      tree.file("f", form.text.getBytes(StandardCharsets.ISO_8859_1)).settle();
      try (StatsFs fs = open(tree.path("f"), form.layout());
          Sampler sampler = fs.sampler()) {
        assertEquals(List.of(), fs.catalog().problems());
        sampler.sample();
        assertEquals(form.stats, values(sampler));
        for (int i = 0; i < sampler.size(); i++) {
          String text = fs.readText(sampler.stat(i));
          assertEquals(sampler.isDouble(i), text.contains("."));
          if (sampler.isDouble(i)) {
            assertEquals(sampler.doubleValue(i), fs.readDouble(sampler.stat(i)));
          } else {
            assertEquals(sampler.longValue(i), fs.readLong(sampler.stat(i)));
          }
        }
      }
    }
  }

  private static String values(Sampler sampler) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      values.put(sampler.stat(i).toString(), value(sampler, i));
    }
    StringJoiner joined = new StringJoiner(" ");
    values.forEach((stat, value) -> joined.add(stat + "=" + value));
    return joined.toString();
  }

  private static String value(Sampler sampler, int i) {
    if (sampler.status(i) != Status.OK) {
      return sampler.status(i).toString();
    } else if (sampler.isDouble(i)) {
      return Double.toString(sampler.doubleValue(i));
    }
    return sampler.isUnsigned(i)
        ? Long.toUnsignedString(sampler.longValue(i))
        : Long.toString(sampler.longValue(i));
  }

  @Test
  void filesOfOnePatternAreReadEach() {
    Layout layout =
        Layout.builder("t")
            .subsystem("t")
            .sources("cpu{cpu}")
            .files(
                FileDeclaration.of(
                    "pressure/{resource}.now",
                    NESTED,
                    List.of(table(Axis.labels("{who}"), Axis.stats("total")))),
                FileDeclaration.flatKeyed("{other}.stat", List.of()))
            .declaredFilesOnly()
            .build();
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("cpu0/pressure/io.now", "some total=1\nfull total=2\n");
      tree.stat("cpu0/pressure/cpu.now", "some total=3\n").stat("cpu0/m.stat", "x 4\n");
      tree.stat("cpu1/m.stat", "x 5\n").stat("cpu1/other", "y 6\n");
      try (StatsFs fs = open(tree.root(), layout);
          Sampler sampler = fs.sampler()) {
        Map<String, String> expected =
            new TreeMap<>(
                Map.of(
                    "t/cpu0/io/some/total", "1",
                    "t/cpu0/io/full/total", "2",
                    "t/cpu0/cpu/some/total", "3",
                    "t/cpu0/m/x", "4",
                    "t/cpu1/m/x", "5"));
        assertEquals(expected, Outcomes.sample(sampler));
        assertEquals(
            Map.of("cpu", "0", "resource", "io", "who", "some"),
            fs.catalog().get("t", "cpu0/io/some", "total").source().labels());
        tree.stat("cpu0/pressure/io.now", "some total=10\nfull total=2\n");
        tree.remove("cpu0/pressure/cpu.now").remove("cpu1/m.stat");
        expected.put("t/cpu0/io/some/total", "10");
        expected.put("t/cpu0/cpu/some/total", "GONE 2");
        expected.put("t/cpu1/m/x", "GONE 2");
        assertEquals(expected, Outcomes.sample(sampler));
      }
    }
  }

  @Test
  void severalTablesOfOneFileAreSeveralSources() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", "cpu  3 0 9 7\ncpu0 1 0 4 5\ncpu1 2 0 5 2\nintr 12 0 3\nctxt 8\n").settle();
      try (StatsFs fs = open(tree.path("f"), ProcTables.STAT);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        assertEquals(
            "cpu/0/idle=5 cpu/0/nice=0 cpu/0/system=4 cpu/0/user=1 cpu/1/idle=2 cpu/1/nice=0"
                + " cpu/1/system=5 cpu/1/user=2 stat/ctxt=8 stat/intr=12",
            values(sampler));
        Stat user = fs.catalog().get("cpu", "1", "user");
        assertEquals(Map.of("cpu", "1"), user.source().labels());
        assertEquals("{tick}", user.unit());
        assertEquals(Stat.Kind.COUNTER, user.kind());
        assertEquals(tree.path("f"), user.path().orElseThrow());
      }
    }
  }

  @Test
  void rowsComeAndGoAndTheOthersStayTheSameSources() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", "cpu0 1 0\ncpu1 2 0\n").settle();
      try (StatsFs fs = open(tree.path("f"), ProcTables.STAT);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        Source first = fs.catalog().get("cpu", "0", "user").source();
        Source second = fs.catalog().get("cpu", "1", "user").source();
        tree.stat("f", "cpu0 5 0\ncpu2 6 0\n");
        sampler.sample();
        assertEquals("cpu/0/nice=0 cpu/0/user=5 cpu/1/nice=GONE cpu/1/user=GONE", values(sampler));
        fs.refresh();
        sampler.sample();
        assertEquals("cpu/0/nice=0 cpu/0/user=5 cpu/2/nice=0 cpu/2/user=6", values(sampler));
        assertSame(first, fs.catalog().get("cpu", "0", "user").source());
        tree.stat("f", "cpu1 7 0\ncpu0 5 0\ncpu2 6 0\n");
        fs.refresh();
        sampler.sample();
        assertEquals(
            "cpu/0/nice=0 cpu/0/user=5 cpu/1/nice=0 cpu/1/user=7 cpu/2/nice=0 cpu/2/user=6",
            values(sampler));
        assertSame(first, fs.catalog().get("cpu", "0", "user").source());
        assertNotSame(second, fs.catalog().get("cpu", "1", "user").source());
      }
    }
  }

  @Test
  void columnsComeAndGo() {
    Form softirqs = FORMS.get(1);
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", "  CPU0 CPU1\nHI: 1 2\n").settle();
      try (StatsFs fs = open(tree.path("f"), softirqs.layout());
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        assertEquals("t/0/HI=1 t/1/HI=2", values(sampler));
        tree.stat("f", "  CPU1 CPU3\nHI: 5 6\n");
        sampler.sample();
        assertEquals("t/0/HI=GONE t/1/HI=5", values(sampler));
        fs.refresh();
        sampler.sample();
        assertEquals("t/1/HI=5 t/3/HI=6", values(sampler));
      }
    }
  }

  /** As in {@code io.stat}, where neither the size nor a time shows that anything is new. */
  @Test
  void cellsOfARowThatIsKnownAreFoundWhenTheyCome() throws IOException {
    Shape mayBeBare =
        Shape.builder()
            .rowKeyWord(0)
            .columnKey(Shape.ColumnKey.BEFORE_EQUALS)
            .leastColumns(0)
            .build();
    Layout layout = layout(mayBeBare, table(Axis.labels("{device}"), Axis.stats("*")));
    try (TestTree tree = TestTree.inMemory()) {
      writeUnnoticed(tree, "8:0 r=1 w=2\n8:16        \n");
      tree.settle();
      try (StatsFs fs = open(tree.path("f"), layout);
          Sampler sampler = fs.sampler()) {
        refreshAndSample(fs, sampler);
        assertEquals("t/8:0/r=1 t/8:0/w=2", values(sampler));
        for (String row : List.of("r=3    ", "r=3 w=4")) {
          writeUnnoticed(tree, "8:0 r=1 w=2\n8:16 " + row + "\n");
          refreshAndSample(fs, sampler);
          String found = row.strip().replaceAll("(\\w)=", " t/8:16/$1=").replaceAll(" +", " ");
          assertEquals("t/8:0/r=1 t/8:0/w=2" + found, values(sampler));
        }
      }
    }
  }

  /** Two samples before, as one may report once what is odd in any text. */
  private static void refreshAndSample(StatsFs fs, Sampler sampler) {
    sampler.sample();
    fs.refresh();
    sampler.sample();
    fs.refresh();
    sampler.sample();
  }

  private static void writeUnnoticed(TestTree tree, String text) throws IOException {
    tree.stat("f", text);
    Files.setLastModifiedTime(tree.path("f"), FileTime.fromMillis(1_000_000_000_000L));
  }

  @Test
  void aTableThatIsRemovedComesAgainWithOtherRowsAsOtherSources() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("cpus", "cpu0 1 2\ncpu1 3 4\n").stat("other", "x 5\n").stat("value", 6).settle();
      FileDeclaration cpus = ProcTables.STAT.files().get(0);
      Layout layout =
          Layout.builder("t")
              .subsystem("t")
              .files(
                  FileDeclaration.of("cpus", cpus.shape(), cpus.tables()),
                  FileDeclaration.flatKeyed("other", List.of()))
              .build();
      String others = " t/value=6 t/x=5";
      try (StatsFs fs = open(tree.root(), layout);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        String first = "cpu/0/nice=2 cpu/0/user=1 cpu/1/nice=4 cpu/1/user=3";
        assertEquals(first + others, values(sampler));
        Source cpu = fs.catalog().get("cpu", "0", "user").source();
        Source other = fs.catalog().get("t", "", "x").source();
        tree.remove("cpus");
        sampler.sample();
        assertEquals(first.replaceAll("=\\d", "=GONE") + others, values(sampler));
        fs.refresh();
        sampler.sample();
        assertEquals(others.strip(), values(sampler));
        tree.stat("cpus", "cpu2 7 8\ncpu0 9 1\n");
        fs.refresh();
        sampler.sample();
        String second = "cpu/0/nice=1 cpu/0/user=9 cpu/2/nice=8 cpu/2/user=7";
        assertEquals(second + others, values(sampler));
        assertNotSame(cpu, fs.catalog().get("cpu", "0", "user").source());
        assertSame(other, fs.catalog().get("t", "", "x").source());
        // And while nobody looks.
        tree.remove("cpus").stat("cpus", "cpu0 1 2\ncpu1 3 4\n");
        fs.refresh();
        sampler.sample();
        assertEquals(first + others, values(sampler));
        // A directory in its place is none.
        tree.remove("cpus").directory("cpus");
        sampler.sample();
        assertEquals(sampler.size() - 2, sampler.count(Status.GONE), () -> values(sampler));
        fs.refresh();
        sampler.sample();
        assertEquals(others.strip(), values(sampler));
      }
    }
  }

  @Test
  void aLineOfAnotherFormGivesNoValueAndOneProblem() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", "Ip: A B\nIp: 1 2\nTcp: C D\nTcp: 3 4\n").settle();
      try (StatsFs fs = open(tree.path("f"), FORMS.get(0).layout());
          Sampler sampler = fs.sampler()) {
        tree.stat("f", "Ip: A B\nIp: 1 2 3\nTcp: C D\nTcp: 3 x\n");
        sampler.sample();
        assertEquals(
            "t/Ip/A=NOT_A_NUMBER t/Ip/B=NOT_A_NUMBER t/Tcp/C=3 t/Tcp/D=NOT_A_NUMBER",
            values(sampler));
        assertEquals("x", fs.readText(fs.catalog().get("t", "Tcp", "D")));
        assertEquals("1 2 3", fs.readText(fs.catalog().get("t", "Ip", "A")));
        fs.refresh();
        Problem problem = fs.catalog().problems().get(0);
        assertEquals(1, fs.catalog().problems().size());
        assertTrue(problem.message().contains("pairs of header and value lines"), problem::message);
        assertTrue(fs.catalog().find("t", "Ip", "A").isEmpty());
        tree.stat("f", "Ip: A B\nIp: 1 2\nTcp: C D\nTcp: 3 4\n");
        fs.refresh();
        sampler.sample();
        assertEquals("t/Ip/A=1 t/Ip/B=2 t/Tcp/C=3 t/Tcp/D=4", values(sampler));
        assertEquals(List.of(), fs.catalog().problems());
      }
    }
  }

  /** Those behind it have other numbers then, such as when a CPU was switched off. */
  @Test
  void whereALineCameOrWentNoneHasAValueUntilTheFileWasLookedAt() {
    Form softnet =
        FORMS.stream()
            .filter(form -> form.name().equals("net/softnet_stat"))
            .findFirst()
            .orElseThrow();
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", "1 0 2\n3 0 4\n5 0 6\n").settle();
      try (StatsFs fs = open(tree.path("f"), softnet.layout());
          Sampler sampler = fs.sampler(StatFilter.name("processed"))) {
        Stat first = fs.catalog().get("t", "0", "processed");
        sampler.sample();
        assertEquals("t/0/processed=1 t/1/processed=3 t/2/processed=5", values(sampler));
        for (String text :
            List.of(
                "1 0 2\n5 0 6\n",
                "1 0 2\n",
                "1 0 2\n9 0 9\n3 0 4\n5 0 6\n",
                "1 0 2\n\n3 0 4\n5\n")) {
          tree.stat("f", text);
          for (int i = 0; i < 2; i++) {
            sampler.sample();
            assertEquals(
                "t/0/processed=GONE t/1/processed=GONE t/2/processed=GONE", values(sampler));
          }
          StatReadException e = assertThrows(StatReadException.class, () -> fs.readLong(first));
          assertEquals(Status.GONE, e.status());
          assertThrows(StatReadException.class, () -> fs.readText(first));
        }
        tree.stat("f", "7 0 2\n5 0 6\n");
        fs.refresh();
        sampler.sample();
        assertEquals("t/0/processed=7 t/1/processed=5", values(sampler));
      }
    }
  }

  @Test
  void nothingOfATextIsGuessed() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", "free text here\nand there\n").settle();
      try (StatsFs fs = open(tree.path("f"), FORMS.get(2).layout());
          Sampler sampler = fs.sampler()) {
        assertEquals(List.of(), fs.catalog().sources());
        assertEquals(1, fs.catalog().problems().size(), fs.catalog().problems()::toString);
        // As soon as there is something to read it is found, though no sample reads the file.
        tree.stat("f", "some total=1\n");
        fs.refresh();
        sampler.sample();
        assertEquals("t/some/total=1", values(sampler));
      }
    }
  }

  @Test
  void aTextThatIsCutEndsWithItsLastWholeLine() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      text.append("cpu").append(i).append(" 123456 7\n");
    }
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", text.toString()).settle();
      Limits limits = Limits.builder().fileBytes(4096).build();
      try (StatsFs fs = builder().root(tree.path("f"), ProcTables.STAT).limits(limits).build();
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        long whole = text.substring(0, 4096).chars().filter(c -> c == '\n').count();
        assertEquals(whole, fs.catalog().sources().size());
        assertEquals(sampler.size(), sampler.count(Status.OK));
      }
    }
  }

  @Test
  void aFileOfAMegabyteIsRead() {
    StringBuilder text = new StringBuilder();
    int rows = 0;
    while (text.length() < 900_000) {
      text.append("cpu").append(rows).append(' ').append(rows).append(" 0\n");
      rows++;
    }
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("f", text.toString()).settle();
      try (StatsFs fs = open(tree.path("f"), ProcTables.STAT);
          Sampler sampler = fs.sampler(stat -> stat.name().equals("user"))) {
        sampler.sample();
        assertEquals(rows, sampler.size());
        assertEquals(rows, sampler.count(Status.OK));
        for (int i = 0; i < rows; i += 997) {
          assertEquals(sampler.stat(i).source().device(), "" + sampler.longValue(i));
        }
      }
    }
  }

  @Test
  void declaredFilesAloneAreLookedUpBelowADirectory() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("a", "x 1\n").stat("b/c", "y 2\n").stat("other", 3).stat("b/other", 4).settle();
      Layout layout =
          Layout.builder("t")
              .subsystem("t")
              .declaredFilesOnly()
              .files(
                  FileDeclaration.flatKeyed("a", List.of()),
                  FileDeclaration.flatKeyed("b/c", List.of()),
                  FileDeclaration.flatKeyed("later", List.of()))
              .build();
      try (StatsFs fs = open(tree.root(), layout);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        assertEquals("t/x=1 t/y=2", values(sampler));
        assertEquals(List.of(), fs.catalog().problems());
        tree.stat("later", "z 5\n").remove("a");
        fs.refresh();
        sampler.sample();
        assertEquals("t/y=2 t/z=5", values(sampler));
      }
    }
  }

  @Test
  void filesOfTheProcessAreReadByWayOfNet() {
    FileDeclaration snmp = ProcTables.SNMP_MIB.files().get(0);
    assumeTrue(Files.isReadable(Path.of("/proc/net/snmp")), "no /proc/net/snmp");
    Layout layout =
        Layout.builder("t")
            .home("", "proc")
            .subsystem("t")
            .declaredFilesOnly()
            .files(
                FileDeclaration.of("net/snmp", snmp.shape(), snmp.tables()),
                FileDeclaration.flatKeyed("vmstat", List.of()))
            .build();
    try (StatsFs fs = open(Path.of("/proc"), layout);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      assertTrue(sampler.size() > 100, fs.catalog()::toString);
      assertEquals(sampler.size(), sampler.count(Status.OK));
      assertTrue(fs.catalog().find("t", "Tcp", "InSegs").isPresent());
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  /** Reads a real file in the plainest way: a value for the path of each stat. */
  private interface Plain {
    void read(List<String> lines, BiConsumer<String, String> values);
  }

  /** A level, such as {@code procs_running}, may have gone and come back, but not each time. */
  private void compareWith(Path file, Layout layout, Plain plain) throws IOException {
    assumeTrue(Files.isReadable(file), "this kernel has no " + file);
    try (StatsFs fs = open(file, layout);
        Sampler sampler = fs.sampler()) {
      Map<String, String> differing = sampleAndFindWhatDiffers(sampler, file, plain);
      for (int i = 0; i < 10 && !differing.isEmpty(); i++) {
        differing.keySet().retainAll(sampleAndFindWhatDiffers(sampler, file, plain).keySet());
      }
      assertEquals(Map.of(), differing);
    }
  }

  /** Stats that had the same value before and after the sample, and another one in it. */
  private static Map<String, String> sampleAndFindWhatDiffers(
      Sampler sampler, Path file, Plain plain) throws IOException {
    Map<String, String> before = read(file, plain);
    sampler.sample();
    Map<String, String> after = read(file, plain);
    Map<String, String> differing = new TreeMap<>();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < sampler.size(); i++) {
      String stat = sampler.stat(i).toString();
      found.add(stat);
      assertEquals(Status.OK, sampler.status(i), stat);
      String text = before.get(stat);
      if (text.equals(after.get(stat)) && !text.equals(value(sampler, i))) {
        differing.put(stat, text + ", but " + value(sampler, i));
      }
    }
    assertEquals(before.keySet(), new TreeSet<>(found));
    return differing;
  }

  private static Map<String, String> read(Path file, Plain plain) throws IOException {
    Map<String, String> values = new TreeMap<>();
    plain.read(Files.readAllLines(file, StandardCharsets.ISO_8859_1), values::put);
    return values;
  }

  @Test
  void realStatIsReadAsItIs() throws IOException {
    List<String> modes =
        List.of("user nice system idle iowait irq softirq steal guest guest_nice".split(" "));
    compareWith(
        Path.of("/proc/stat"),
        ProcTables.STAT,
        (lines, values) -> {
          for (String line : lines) {
            String[] words = line.split(" +");
            if (words[0].matches("cpu[0-9]+")) {
              for (int i = 1; i < words.length && i <= modes.size(); i++) {
                values.accept("cpu/" + words[0].substring(3) + "/" + modes.get(i - 1), words[i]);
              }
            } else if (!words[0].equals("cpu")) {
              values.accept("stat/" + words[0], words[1]);
            }
          }
        });
  }

  @Test
  void realSnmpIsReadAsItIs() throws IOException {
    compareWith(
        Path.of("/proc/net/snmp"),
        ProcTables.SNMP_MIB,
        (lines, values) -> {
          for (int i = 0; i < lines.size(); i += 2) {
            String[] names = lines.get(i).split(" ");
            String[] words = lines.get(i + 1).split(" ");
            for (int k = 1; k < names.length; k++) {
              values.accept("snmp/" + names[0].replace(":", "") + "/" + names[k], words[k]);
            }
          }
        });
  }

  @Test
  void realDiskstatsAreReadAsTheyAre() throws IOException {
    List<String> names =
        List.of(
            ("reads reads_merged sectors_read read_time writes writes_merged sectors_written"
                    + " write_time in_flight io_time weighted_io_time discards discards_merged"
                    + " sectors_discarded discard_time flushes flush_time")
                .split(" "));
    String leftOut = "(loop|z?ram|fd|(h|s|v|xv)d[a-z]+|nvme\\d+n\\d+p|mmcblk\\d+p)\\d+";
    Path file = Path.of("/proc/diskstats");
    assumeTrue(
        Files.isReadable(file)
            && Files.readAllLines(file).stream()
                .anyMatch(line -> !line.trim().split(" +")[2].matches(leftOut)),
        "no disks here");
    compareWith(
        file,
        ProcTables.DISKSTATS,
        (lines, values) -> {
          for (String line : lines) {
            String[] words = line.trim().split(" +");
            for (int i = 3; i < words.length && !words[2].matches(leftOut); i++) {
              values.accept("diskstats/" + words[2] + "/" + names.get(i - 3), words[i]);
            }
          }
        });
  }

  @Test
  void realSoftirqsAreReadAsTheyAre() throws IOException {
    compareWith(
        Path.of("/proc/softirqs"),
        ProcTables.SOFTIRQS,
        (lines, values) -> {
          String[] cpus = lines.get(0).trim().split(" +");
          for (String line : lines.subList(1, lines.size())) {
            String[] words = line.trim().split(":? +");
            for (int i = 0; i < cpus.length; i++) {
              values.accept("softirqs/" + cpus[i].substring(3) + "/" + words[0], words[i + 1]);
            }
          }
        });
  }
}
