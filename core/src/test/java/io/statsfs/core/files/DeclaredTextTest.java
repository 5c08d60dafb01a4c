package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.DeclarationException;
import io.statsfs.trees.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a declaration of one file makes of its text. */
class DeclaredTextTest {
  private static final String SELF_STAT =
      """
      tree: self
      file:
        shape: {skip-through: ")", prefix-words: 1, row: none, least-columns: 3, trailing-words: any}
        columns: [ppid, pgrp, session]
      """;

  private static final String SOFTNET =
      """
      tree: softnet
      file:
        shape: {row: word 3, radix: 16, trailing-words: any}
        rows: {keys: "{cpu}", radix: 16}
        columns: [processed, dropped]
      """;

  private static final String XFS =
      """
      tree: xfs
      file:
        shape: {row: word 0, trailing-words: any}
        tables:
          - row: extent_alloc
            columns: [extents, blocks]
          - row: abt
            columns: [lookups, compares]
          - subsystem: bytes
            row: xpc
            columns: [_, written]
      """;

  private static final String BLKIO =
      """
      tree: blkio
      file:
        shape: {row: words 0 1}
        rows: {keys: "{device} {operation}", exclude: ["Total *", "* Total"]}
        stats:
          bytes: {kind: counter, unit: By}
      """;

  private static final String DISKS =
      """
      tree: disks
      file:
        shape: {row: word 2, uniform: true, least-columns: 5, trailing-words: any}
        rows: "{device}"
        columns: [_, _, reads, merged, sectors]
      """;

  private static final String FORMS =
      """
      tree: f
      file:
        forms:
          - shape: {row: word 2, radix: 16, uniform: true}
            rows: {keys: "{cpu}", radix: 16}
            columns: [a, b]
          - shape: {row: word 0, uniform: true, least-columns: 2}
            rows: "{device}"
            columns: [c, d]
          - shape: {row: word 0, column: before-equals}
            rows: "{device}"
      """;

  private static final String PER_CPU =
      """
      tree: f
      file:
        forms:
          - shape: {row: word 2, radix: 16}
            rows: {keys: "{cpu}", radix: 16}
            columns: [a, b]
          - shape: {row: line-number, per-cpu: true, radix: 16, uniform: true, least-columns: 2}
            rows: "{cpu}"
            columns: [a, b]
      """;

  @AutoClose private final TestTree tree = TestTree.inMemory();
  private final List<String> values = new ArrayList<>();
  private List<String> problems = List.of();

  /** Reads a text, once by a sampler and once stat by stat, which must be the same. */
  private void read(String declaration, String text) {
    values.clear();
    tree.stat("file", text).settle();
    try (StatsFs fs =
            new StatsFsBuilder(
                    List.of(
                        new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
                .refreshInterval(Duration.ZERO)
                .root(tree.path("file"), Layouts.parse("test", declaration))
                .build();
        Sampler sampler = fs.sampler()) {
      problems = fs.catalog().problems().stream().map(Problem::message).toList();
      sampler.sample();
      for (int i = 0; i < sampler.size(); i++) {
        Stat stat = sampler.stat(i);
        if (sampler.status(i) == Status.OK) {
          assertEquals(fs.readLong(stat), sampler.longValue(i));
          values.add(stat + " " + sampler.longValue(i) + stat.source().labels());
        } else {
          values.add(stat + " " + sampler.status(i));
        }
      }
    } catch (DeclarationException e) {
      throw new AssertionError(e);
    }
  }

  private void assertNothing() {
    assertEquals(List.of(), values);
    assertEquals(1, problems.size(), problems::toString);
  }

  @Test
  void aNameInBracketsMayHaveBlanksAndBracketsInIt() {
    for (String name : List.of("java", "a b", ") S 1 (", "(", ")")) {
      read(SELF_STAT, "7 (" + name + ") S 10 11 12 13 -1\n");

      assertEquals(List.of("self/ppid 10{}", "self/pgrp 11{}", "self/session 12{}"), values, name);
      assertEquals(List.of(), problems);
    }
  }

  @Test
  void aLineWithoutTheCharacterBehindWhichItBeginsIsOfAnotherForm() {
    read(SELF_STAT, "7 java S 10 11 12 13\n");
    assertNothing();
    read(SELF_STAT, "7 (java\n2) S 10 11 12 13\n");
    assertNothing();
  }

  @Test
  void keysInAnotherBaseAreLabelsInDecimal() {
    read(SOFTNET, "0000000a 00000000 00000000 0000000f\n0000000b 00000001 00000000 00000010 1\n");

    assertEquals(
        List.of(
            "softnet/15/processed 10{cpu=15}",
            "softnet/15/dropped 0{cpu=15}",
            "softnet/16/processed 11{cpu=16}",
            "softnet/16/dropped 1{cpu=16}"),
        values);
    assertEquals(List.of(), problems);
  }

  @Test
  void aKeyThatIsNoNumberOfItsBaseBreaksItsLine() {
    read(SOFTNET, "1 2 3 0f\n1 2 3 +1\n1 2 3 10\n1 2 3 11\n");

    assertEquals(6, values.size());
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith("1 of 4 lines"), problems::toString);
  }

  /** Kernels before 5.10 do not say which CPU a line is of. */
  @Test
  void linesWithoutTheirKeyGiveNothing() {
    read(SOFTNET, "00000001 00000002 00000003\n00000001 00000002 00000003\n");
    assertNothing();
  }

  @Test
  void aRowCanBeATableWhoseColumnsNameStats() {
    read(XFS, "extent_alloc 1 2 3 4\nabt 5 6 7 8\nblk_map 1 x 2\nxpc 9 10 11\nfree text\n");

    assertEquals(
        List.of(
            "bytes/written 10{}",
            "xfs/extents 1{}",
            "xfs/blocks 2{}",
            "xfs/lookups 5{}",
            "xfs/compares 6{}"),
        values);
    assertEquals(List.of(), problems);
  }

  /** A sample takes the first line of a key. */
  @Test
  void aKeyWhoseFirstLineIsBrokenIsNotReadFromAnotherLine() {
    read(DISKS, "8 0 a 1 2 3\n8 1 b 1 x 3\n8 1 b 4 5 6\n8 2 c 7 8 9\n8 3 d 1 1 1\n");

    assertEquals(9, values.size(), values::toString);
    assertTrue(values.stream().noneMatch(value -> value.contains("/b/")), values::toString);
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith("2 of 5 lines"), problems::toString);
  }

  @Test
  void rowsThatAreExcludedOrThatNoTableHasMayLookLikeAnything() {
    read(BLKIO, "8:0 Read 1\n8:0 Write 2\n8:0 Total 3 4\nTotal 5\n");

    assertEquals(
        List.of(
            "blkio/8:0/Read/bytes 1{device=8:0, operation=Read}",
            "blkio/8:0/Write/bytes 2{device=8:0, operation=Write}"),
        values);
    assertEquals(List.of(), problems);
  }

  @Test
  void aLineOfOneThatIsATablesRowIsReported() {
    read(BLKIO, "8:0 Read 1\n8:0 Write 2 3\n8:1 Read 4\n");

    assertEquals(2, values.size());
    assertEquals(1, problems.size());
  }

  @Test
  void aTextOfWhichOnlyTheFirstLineFitsGivesNothing() {
    read("tree: t\nfile: flat-keyed\n", "a 1\nb 1 2\n");
    assertNothing();
    read("tree: t\nfile: flat-keyed\n", "a 1\nb 1 2\nc 3 4\n");
    assertNothing();
    read("tree: t\nfile: {shape: {row: before-colon}}\n", "a: 1\nand then\nsome text 2\n");
    assertNothing();
  }

  @Test
  void aNameAndAWordAreNoNameAndNumber() {
    read("tree: t\nfile: flat-keyed\n", "Name: java\nState: S (sleeping)\nUmask: 0022\nTgid: 7\n");
    assertNothing();
    read("tree: t\nfile: {shape: {row: none}, columns: [a, b]}\n", "some text\n");
    assertNothing();
  }

  @Test
  void aLineThatIsNoLongerNumbersIsReportedAndOthersStay() {
    read("tree: t\nfile: flat-keyed\n", "a 1\nb 2\nc 3\nd max\n");

    assertEquals(List.of("t/a 1{}", "t/b 2{}", "t/c 3{}", "t/d NOT_A_NUMBER"), values);
    assertEquals(1, problems.size());
  }

  /** A name with a blank shifts all columns behind it. */
  @Test
  void aLineWithOneWordMoreThanOthersGivesNoValue() {
    read(DISKS, "8 0 sda 1 2 3\n8 1 my 4 5 6 7\n8 2 sdc 7 8 9\n8 3 a disk 4 5 6\n8 4 sde 1 2 3\n");

    assertEquals(9, values.size());
    assertTrue(
        values.stream().noneMatch(value -> value.contains("my") || value.contains("/a/")),
        values::toString);
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith("2 of 5 lines"), problems::toString);
  }

  @Test
  void columnsThatAKernelAppendsToAllLinesAreLeftAlone() {
    read(DISKS, "8 0 sda 1 2 3 4 5\n8 1 sdb 4 5 6 7 8\n");

    assertEquals(6, values.size());
    assertEquals(List.of(), problems);
  }

  @Test
  void labelsThatAreNumbersAreNoOtherText() {
    read(
        "tree: t\nfile:\n  shape: {row: word 0}\n  rows: \"cpu{cpu:number}\"\n"
            + "  columns: [user]\n",
        "cpu 6\ncpu0 1\ncpuX 2\ncpu12 5\ncpu1a 3\n");

    assertEquals(List.of("t/0/user 1{cpu=0}", "t/12/user 5{cpu=12}"), values);
    assertEquals(List.of(), problems);
  }

  private static final String ZONES =
      """
      tree: zones
      file:
        shape: {headings: unindented, row: word 0, trailing-words: any}
        tables:
          - sections: "Node {node}, zone {zone}"
            rows: [min, low]
          - sections: Total
            row: sum
            columns: [pages]
      """;

  @Test
  void rowsBelowHeadingsHaveTheirLabels() {
    read(
        ZONES,
        "Node 0, zone      DMA\n  pages free 9\n    min   1\n    low   2\n  pagesets\n    cpu: 0\n"
            + "Node 0, zone   Normal\n\n    min   3\n    min   4\nTotal \n  min 5\n  sum: 6\n");

    assertEquals(
        List.of(
            "zones/pages 6{}",
            "zones/0/DMA/min 1{node=0, zone=DMA}",
            "zones/0/DMA/low 2{node=0, zone=DMA}",
            "zones/0/Normal/min 3{node=0, zone=Normal}"),
        values);
    assertEquals(List.of(), problems);
  }

  @Test
  void ofAHeadingThatIsNotDeclaredNoRowIsRead() {
    read(ZONES, "  min 1\nnode 0, zone DMA\n  min 2\nNode 0, zone DMA\n  low 3\n");

    assertEquals(List.of("zones/0/DMA/low 3{node=0, zone=DMA}"), values);
    assertEquals(List.of(), problems);
  }

  @Test
  void headingsAloneAndRowsOfAnotherFormGiveNoValueAndOneProblem() {
    for (String headings : List.of("Node 0, zone DMA\nNode 1, zone DMA\n", "node 0\nnode 1\n")) {
      read(ZONES, headings);
      assertNothing();
    }

    read(ZONES, "Node 0, zone DMA\n  min\n  low x\nNode 1, zone DMA\n  min 1\n");
    assertNothing();
  }

  @Test
  void twoSectionsOfOneHeadingAreReported() {
    read(ZONES, "Node 0, zone DMA\n  min 1\nTotal\nNode 0, zone DMA\n  min 2\n  low 3\n");
    assertEquals(
        List.of("zones/0/DMA/min 1{node=0, zone=DMA}", "zones/0/DMA/low 3{node=0, zone=DMA}"),
        values);
    assertEquals(1, problems.size(), problems::toString);
  }

  @Test
  void linesBelowAHeadingThatIsTooLongAreReported() {
    read(
        ZONES,
        "Node 0, zone " + "x".repeat(1024) + "\n  min 1\nNode 0, zone DMA\n  low 3\n min 4\n");
    assertEquals(2, values.size(), values::toString);
    assertEquals(1, problems.size(), problems::toString);
  }

  @Test
  void aHeadingCanBeALineThatEndsWithAColon() {
    read(
        "tree: done\nfile:\n  shape: {headings: colon, row: before-colon}\n"
            + "  sections: \"{operation}\"\n  rows: \"{type}\"\n  columns: [bytes]\n",
        "read:\nuser :1\nsuper block: 2\nwrite:\nuser : 3\n");

    assertEquals(
        List.of(
            "done/read/super block/bytes 2{operation=read, type=super block}",
            "done/read/user/bytes 1{operation=read, type=user}",
            "done/write/user/bytes 3{operation=write, type=user}"),
        values);
    assertEquals(List.of(), problems);
  }

  /** As the mounts that are not of NFS have none. */
  @Test
  void belowAKnownHeadingThereMayBeNoRowIfRowsAreLabels() {
    String declaration =
        "tree: m\nfile:\n  shape: {headings: unindented, row: word 0}\n"
            + "  sections: \"mount {mount}\"\n  rows: \"{operation}\"\n  columns: [requests]\n";
    read(declaration, "mount a\nmount b\n");
    assertEquals(List.of(), values);
    assertEquals(List.of(), problems);
    read(declaration, "mounts\nmount\n");
    assertNothing();
    read(declaration, "mount a\n READ 1\n");
    assertEquals(List.of("m/a/READ/requests 1{mount=a, operation=READ}"), values);
  }

  @Test
  void aColonSeparatesWordsWhereRowsHaveNoKey() {
    read(
        "tree: port\nfile:\n  shape: {row: none, separators: \":\", trailing-words: any}\n"
            + "  columns: [state]\n",
        "4: ACTIVE\n");
    assertEquals(List.of("port/state 4{}"), values);
  }

  @Test
  void wordsSayThatThereIsNoValue() {
    String declaration =
        "tree: t\nfile: flat-keyed\nstats:\n  limit*: {kind: discrete, no-value: [max, \"-1\"]}\n"
            + "  other: {kind: level}\n";

    read(declaration, "limit_a max\nlimit_b -1\nlimit_c -12\nother -1\n");
    assertEquals(
        List.of("t/limit_a NO_VALUE", "t/limit_b NO_VALUE", "t/limit_c -12{}", "t/other -1{}"),
        values);
    assertEquals(List.of(), problems);

    read(declaration, "limit_a none\nlimit_b 1\nother 2\n");
    assertEquals(List.of("t/limit_a NOT_A_NUMBER", "t/limit_b 1{}", "t/other 2{}"), values);
    assertEquals(1, problems.size());
  }

  @Test
  void aListMayBeEmptyOrHaveOnlyWhatIsExcluded() {
    for (String text : List.of("", "\n", "8:0 Total 7\nTotal 8\n", "Total 0\n")) {
      read(BLKIO, text);

      assertEquals(List.of(), values);
      assertEquals(List.of(), problems);
    }
    read(
        "tree: t\nfile: {shape: {skip-lines: 1, row: word 0}, rows: \"{a}\", columns: [x]}\n",
        "A X\n");
    assertEquals(List.of(), problems);
  }

  /** A text that ends where rows would begin has to begin as the others do. */
  @Test
  void aTextOfAnotherFormThatIsNotLongerThanTheHeaderIsAProblem() {
    String header =
        "tree: t\nfile: {shape: {header: once, row: word 0}, rows: '{p}', columns: [x, y]}";
    String twoLines =
        "tree: t\nfile: {shape: {skip-lines: 2, row: before-colon}, rows: '{p}', columns: [x]}";
    for (String text : List.of("<html>\n", "\0\0\0\n", "{\"a\": 1}\n", "z\n", "a 1")) {
      read(header, text);
      assertNothing();
      read(twoLines, text);
      assertNothing();
    }
    read(header, "x y\n");
    assertEquals(List.of(), problems);
    read(header, "w x\n");
    assertEquals(List.of(), problems);
    read(twoLines, "Inter-| Receive\n face |bytes\n");
    assertEquals(List.of(), problems);
  }

  /** The device is the values with a '/' between. */
  @Test
  void ofTwoSourcesOfOneNameTheFirstIsRead() {
    read(
        "tree: t\nfile:\n  shape: {row: words 0 1}\n  rows: \"{a} {b}\"\n"
            + "  stats: {v: {kind: level}}\n",
        "x/y z 1\nx y/z 2\n");

    assertEquals(List.of("t/x/y/z/v 1{a=x/y, b=z}"), values);
    assertEquals(1, problems.size());
  }

  /** The first line has the header; the last shows that two of one length are needed. */
  @Test
  void linesBelowAHeaderMayHaveToBeUniform() {
    String declaration =
        """
        tree: t
        file:
          shape: {header: once, header-words: 1, row: word 0, uniform: true}
          rows: "{device}"
          columns: [reads, writes]
        """;
    read(declaration, "name reads writes\na 1 2\nb 3 4\n");
    assertEquals(
        List.of(
            "t/a/reads 1{device=a}",
            "t/a/writes 2{device=a}",
            "t/b/reads 3{device=b}",
            "t/b/writes 4{device=b}"),
        values);
    assertEquals(List.of(), problems);
  }

  @Test
  void whatIsLeftOutAsItsKeyIsRepeatedIsReported() {
    String why =
        "has several rows of one key, or columns in a row, such as '%s', which the layout t"
            + " declares; the first one of each key is read (declared at test:2:7)";
    String pairs =
        "tree: t\nfile: {shape: {header: per-pair, row: before-colon}, rows: '{p}', columns: '*'}";
    read(pairs, "A: x\nA: 1\nB: y\nB: 2\nA: z\nA: 3\n");
    assertEquals(List.of("t/A/x 1{p=A}", "t/B/y 2{p=B}"), values);
    assertEquals(List.of(why.formatted("A")), problems);
    read(pairs, "A: x x\nA: 1 2\n");
    assertEquals(List.of("t/A/x 1{p=A}"), values);
    assertEquals(List.of(why.formatted("x")), problems);
    String table =
        "tree: t\nfile: {shape: {header: once, row: word 0}, rows: '{p}', columns: [x, y]}";
    read(table, "x y x\nA 1 2 3\n");
    assertEquals(List.of("t/A/x 1{p=A}", "t/A/y 2{p=A}"), values);
    assertEquals(List.of(why.formatted("x")), problems);
    // What no table has may be there as often as it likes.
    read(
        "tree: t\nfile: {shape: {row: word 0, trailing-words: any}, rows: [a], columns: 0}",
        "b 1\na 2\nb 3\n");
    assertEquals(List.of("t/a 2{}"), values);
    assertEquals(List.of(), problems);
    read(
        "tree: t\nfile: {shape: {header: once, row: word 0}, rows: '{p}', columns: [y]}",
        "x y x\nA 1 2 3\n");
    assertEquals(List.of(), problems);
  }

  @Test
  void ofSeveralFormsTheFirstThatTheWholeTextHasIsRead() {
    read(FORMS, "1 2 a\n3 4 b\n");
    assertEquals(
        List.of("f/10/a 1{cpu=10}", "f/10/b 2{cpu=10}", "f/11/a 3{cpu=11}", "f/11/b 4{cpu=11}"),
        values);
    assertEquals(List.of(), problems);
    read(FORMS, "sda 2 3\nsdb 5 6\n");
    assertEquals(
        List.of(
            "f/sda/c 2{device=sda}",
            "f/sda/d 3{device=sda}",
            "f/sdb/c 5{device=sdb}",
            "f/sdb/d 6{device=sdb}"),
        values);
    assertEquals(List.of(), problems);
    read(FORMS, "sda x=1\n");
    assertEquals(List.of("f/sda/x 1{device=sda}"), values);
    assertEquals(List.of(), problems);
  }

  /** What most lines have, or the first one, may be chance. */
  @Test
  void aTextThatHasNoneOfTheFormsInEachLineGivesNothing() {
    for (String text :
        List.of(
            "sda 2 3\nsdb 5 6\nsdc 7\n",
            "sda 2 3\nsdb 5 6\nsdc x=7\n",
            "sda x=1\nsdb x=2\nsdc\n",
            "sda 2 3\nsda 5 6\n",
            "\0\0\0\0",
            "sda 2 3 4\n")) {
      read(FORMS, text);
      assertNothing();
      assertTrue(
          problems.get(0).endsWith("; nor has it another form that is declared"), problems.get(0));
    }
    // The first form is read as if there were no other.
    read(FORMS, "1 2 a\n3 4 b\n5 6\n");
    assertEquals(4, values.size());
    assertTrue(problems.get(0).startsWith("1 of 3 lines are not"), problems::toString);
  }

  @Test
  void aTextThatGetsAnotherFormIsReadByThatOne() throws DeclarationException {
    tree.stat("file", "1 2 a\n").settle();
    try (StatsFs fs =
            new StatsFsBuilder(
                    List.of(
                        new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
                .refreshInterval(Duration.ZERO)
                .root(tree.path("file"), Layouts.parse("test", FORMS))
                .build();
        Sampler sampler = fs.sampler()) {
      for (String text : List.of("sda 7 8\n", "sda x=7\n", "7 8 b\n")) {
        tree.stat("file", text);
        fs.refresh();
        sampler.sample();
        assertEquals(7, sampler.longValue(0), text);
        assertEquals(sampler.size(), sampler.count(Status.OK), text);
        assertEquals(List.of(), fs.catalog().problems());
      }
    }
  }

  /** A line for each CPU that is on has no word for it, so all have to be on. */
  @Test
  void linesAreThoseOfCpusOnlyIfThereIsOneForEach() {
    String start = "its 2 lines do not say which CPU they are of, and give no value: ";
    read(PER_CPU, "1 f\n2 10\n");
    assertNothing();
    assertTrue(
        problems.get(0).startsWith(start + "no directory above has softirqs"), problems::toString);
    tree.stat("softirqs", "       CPU0   CPU1\n TIMER:  1  2\n");
    read(PER_CPU, "1 f\n2 10\n");
    assertEquals(
        List.of("f/0/a 1{cpu=0}", "f/0/b 15{cpu=0}", "f/1/a 2{cpu=1}", "f/1/b 16{cpu=1}"), values);
    assertEquals(List.of(), problems);
    tree.stat("softirqs", "       CPU0   CPU1   CPU2\n TIMER:  1  2  3\n");
    read(PER_CPU, "1 f\n2 10\n");
    assertNothing();
    assertTrue(
        problems.get(0).startsWith(start) && problems.get(0).contains("softirqs has 3 CPUs"),
        problems::toString);
    for (String holes : List.of("CPU0 CPU2\n", "CPU1 CPU2\n", "\n", "", "a b\n")) {
      tree.stat("softirqs", holes);
      read(PER_CPU, "1 f\n2 10\n");
      assertNothing();
    }
    // Which does not matter where the lines say it.
    read(PER_CPU, "1 f 1\n2 10 3\n");
    assertEquals(4, values.size());
    assertEquals(List.of(), problems);
    tree.remove("softirqs").directory("softirqs");
    read(PER_CPU, "1 f\n2 10\n");
    assertNothing();
  }
}
