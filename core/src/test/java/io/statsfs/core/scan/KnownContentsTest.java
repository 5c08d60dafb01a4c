package io.statsfs.core.scan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.core.Fs;
import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.text.KnownText;
import io.statsfs.spi.PathText;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.DeclarationException;
import io.statsfs.trees.Layouts;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is remembered of a text is what another one would be found to hold. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KnownContentsTest {
  private static final String CHARACTERS = "0123456789  \n:=/,-.axm";
  private static final Runnable NOTHING = () -> {};

  @AutoClose private final TestTree tree = TestTree.inMemory();

  /**
   * A declaration of a file.
   *
   * @param text of the file
   * @param other a text that has other numbers
   */
  private record Declared(String declaration, String text, String other) {
    @Override
    public String toString() {
      return declaration.substring(0, declaration.indexOf('\n'));
    }
  }

  static List<Declared> declared() {
    return List.of(
        new Declared(
            """
            tree: stat
            file:
              shape: {row: word 0, trailing-words: any}
              tables:
                - {row: intr, columns: [interrupts]}
                - {subsystem: cpu, rows: {keys: "cpu{cpu}"}, columns: [user, nice]}
            """,
            "cpu 3 4 5\ncpu0 1 2\ncpu1 2 2 7 8 9\nintr 17 3 4 5\nbtime 8\n",
            "cpu 3 4 6\ncpu0 11 2\ncpu1 2   2 70 81 9 4\nintr 178 3 9\nbtime 8\n"),
        new Declared(
            """
            tree: snmp
            file:
              shape: {header: per-pair, row: before-colon}
              rows: "{protocol}"
            """,
            "Ip: A B\nIp: 1 2\nTcp: C\nTcp: -1\n",
            "Ip: A B\nIp: 10 0\nTcp: C\nTcp: 5\n"),
        new Declared(
            """
            tree: pressure
            file:
              shape: {row: word 0, column: before-equals}
              rows: "{share}"
            """,
            "some avg10=0.00 total=5\nfull avg10=1.00 total=5\n",
            "some avg10=10.01 total=0\nfull avg10=0.00 total=15\n"),
        new Declared(
            """
            tree: sockstat
            file:
              shape: {row: before-colon, column: word-before}
              rows: "{protocol}"
            """,
            "TCP: inuse 7 mem 1\nUDP: inuse 1\n",
            "TCP: inuse 71 mem 0\nUDP: inuse  12\n"),
        new Declared(
            """
            tree: disks
            file:
              shape: {row: word 2, uniform: true, least-columns: 4}
              rows: "{device}"
              columns: [_, _, reads, merged]
            """,
            "   8   0 sda 10 11\n   8   1 sda1 20 21\n",
            "   8   0 sda 100 11\n   8  16 sda1 2 0\n"),
        new Declared(
            """
            tree: interrupts
            file:
              shape: {header: once, row: before-colon, trailing-words: any}
              rows: "{irq}"
              columns: "CPU{cpu}"
              stats:
                count: {kind: counter}
            """,
            "      CPU0  CPU1\n 1:    5    6 PCI 7 x\nNMI:   1    1 y\n",
            "      CPU0  CPU1\n 1:   15    6 PCI 70 x\nNMI:   1   10 y\n"),
        new Declared(
            """
            tree: zones
            file:
              shape: {headings: unindented, row: word 0}
              sections: "Node {node}, zone {zone}"
              rows: ["managed", "present"]
            """,
            "Node 0, zone DMA\n  managed 1\n  present 2\nNode 0, zone Normal\n  managed 4\n",
            "Node 0, zone DMA\n  managed 11\n  present 2\nNode 0, zone Normal\n  managed 0\n"),
        new Declared(
            """
            tree: process
            file:
              shape: {skip-through: ")", prefix-words: 1, row: none, least-columns: 2, trailing-words: any}
              columns: [ppid, pgrp]
            """,
            "7 (a) b) S 10 11 12 13\n",
            "7 (a) b) S 101 0 12 13\n"),
        new Declared(
            """
            tree: load
            file:
              shape: {row: none, separators: "/", trailing-words: any}
              columns: [load1, _, threads]
            """,
            "0.17 1/234 13929\n",
            "10.17 3/17 99\n"),
        new Declared(
            """
            tree: softnet
            file:
              shape: {row: word 3, radix: 16, trailing-words: any}
              rows: {keys: "{cpu}", radix: 16}
              columns: [processed, dropped]
            """,
            "0000000a 00000000 00 00000000\n0000000b 00000001 00 0000000a\n",
            "0000001f 00000000 00 00000000\n00000000 00000002 00 0000000a\n"),
        new Declared(
            """
            tree: limits
            file:
              shape: {row: word 0}
              stats:
                a*: {kind: level, no-value: [max, "-1"]}
            """,
            "a1 max\na2 5\na3 -1\n",
            "a1 max\na2 -1\na3 6\n"));
  }

  private static Layout layout(Declared declared) throws DeclarationException {
    return Layouts.parse("test", declared.declaration);
  }

  private static Place place(Layout layout, String device) {
    Tree its = Tree.builder(layout).root(Path.of("/file")).fileSystemType("proc").build();
    return new Place(its, layout.name(), device, Map.of("at", device), 0, 0);
  }

  private static DeclaredForm form(Layout layout, Place place) {
    return new DeclaredForm(
        place,
        new DeclaredStats(layout.stats(), true),
        layout.files().get(0),
        null,
        KnownContents.OfLayout.of(layout),
        0);
  }

  private static DeclaredContents plain(Layout layout, Place place) {
    return new DeclaredContents(
        place, new DeclaredStats(layout.stats(), true), layout.files().get(0), null);
  }

  private static FileContents.Found read(FileContents contents, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return contents.read(bytes, bytes.length, false, NOTHING);
  }

  private static String describe(FileContents.Found found) {
    return names(found.rows())
        + "\n"
        + names(found.columns())
        + "\n"
        + found.groups().stream()
            .map(
                group ->
                    group.place().subsystem()
                        + " "
                        + group.place().device()
                        + group.place().labels()
                        + group.cells().stream()
                            .map(
                                cell ->
                                    " "
                                        + found.rows().indexOf(cell.row())
                                        + ","
                                        + found.columns().indexOf(cell.column())
                                        + cell.name()
                                        + cell.metric().kind()
                                        + cell.metric().noValueWords()
                                        + cell.metric().byDefault())
                            .collect(joining()))
            .collect(joining("\n"))
        + found.problem();
  }

  private static String names(List<TableKey> keys) {
    return keys.stream()
        .map(key -> key.bytes() == null ? "" + key.number() : PathText.decode(key.bytes()))
        .collect(joining(" "));
  }

  @ParameterizedTest
  @MethodSource("declared")
  void ofATextThatDiffersInNumbersAllIsKnown(Declared declared) throws DeclarationException {
    Layout layout = layout(declared);
    Place place = place(layout, "a");
    FileContents.Found first = read(form(layout, place), declared.text);
    assertNull(first.problem());
    assertTrue(!first.groups().isEmpty());

    DeclaredForm contents = form(layout, place);
    FileContents.Found again = read(contents, declared.other);

    assertSame(first.rows(), again.rows());
    assertSame(first.groups().get(0).cells().get(0), again.groups().get(0).cells().get(0));
    assertEquals(describe(first), describe(again));
    String otherwise = describe(read(plain(layout, place), declared.other));
    assertEquals(otherwise, describe(again));
    assertTrue(contents.fits());
    // Which is looked at, and has the same keys.
    FileContents.Found then = read(contents, declared.text);
    assertEquals(first.rows(), then.rows());
    assertEquals(first.columns(), then.columns());
  }

  @ParameterizedTest
  @MethodSource("declared")
  void anyOtherTextIsReadAsIfNothingWereKnown(Declared declared) throws DeclarationException {
    Random random = new Random(3);
    Layout layout = layout(declared);
    Place place = place(layout, "a");
    for (int i = 0; i < 3000; i++) {
      if (i % 10 == 0) {
        read(form(layout, place), declared.text);
      }
      StringBuilder text = new StringBuilder(declared.text);
      for (int n = random.nextInt(3); n >= 0; n--) {
        int at = random.nextInt(text.length());
        int end = random.nextBoolean() ? at : at + 1;
        String by = "" + CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
        text.replace(at, end, random.nextInt(4) == 0 ? "" : by);
      }
      DeclaredContents plain = plain(layout, place);
      DeclaredForm knowing = form(layout, place);

      String its = describe(read(knowing, text.toString()));

      assertEquals(describe(read(plain, text.toString())), its, () -> "of " + text);
      assertEquals(plain.fits(), knowing.fits());
    }
  }

  @Test
  void whatIsKnownServesFilesLikeItInOtherPlaces() throws DeclarationException {
    Declared declared = declared().get(0);
    Layout layout = layout(declared);
    Place place = place(layout, "a");
    FileContents.Found first = read(form(layout, place), declared.text);
    Place other = place(layout, "i"); // Of the same remainder.

    FileContents.Found found = read(form(layout, other), declared.other);

    assertSame(first.rows(), found.rows());
    assertEquals(
        List.of("cpu i/0", "cpu i/1", "stat i"),
        found.groups().stream()
            .map(g -> g.place().subsystem() + " " + g.place().device())
            .sorted()
            .toList());
    assertEquals("i", found.groups().get(0).place().labels().get("at"));
  }

  @Test
  void sourcesThatHaveOneNameInAnotherPlaceAreFoundThere() throws DeclarationException {
    assertSourcesHereAndInOther(2, "other", 1);
  }

  @Test
  void tablesThatAreOneSourceInOnePlaceAloneAreToldApart() throws DeclarationException {
    assertSourcesHereAndInOther(1, "names", 2);
  }

  /**
   * A table of the place's subsystem, {@code names} or {@code other}, and one that names its own.
   */
  private static void assertSourcesHereAndInOther(int here, String subsystem, int inOther)
      throws DeclarationException {
    Layout layout =
        Layouts.parse(
            "test",
            """
            tree: names
            file:
              shape: {row: word 0}
              tables:
                - {row: a, columns: [n]}
                - {subsystem: SUBSYSTEM, row: b, columns: [m]}
            """
                .replace("SUBSYSTEM", subsystem));
    String text = "a 1\nb 2\n";
    Place place = place(layout, "");
    assertEquals(here, read(form(layout, place), text).groups().size());
    Place other = new Place(place.tree(), "other", "", place.labels(), 0, 0);

    FileContents.Found found = read(form(layout, other), text);

    assertEquals(inOther, found.groups().size());
    assertEquals(describe(read(plain(layout, other), text)), describe(found));
  }

  @Test
  void eachStatOfASourceIsThatOfItsOwnTable() throws Exception {
    Layout layout =
        Layouts.parse(
            "test",
            """
            tree: mounts
            file:
              shape: {row: word 0}
              tables:
                - {row: age, columns: [age], stats: {age: {kind: level, unit: s}}}
                - {row: bytes, columns: [read], stats: {read: {kind: counter, unit: By}}}
                - {row: events, columns: [opened], default: false}
            """);
    String text = "age 1\nbytes 2\nevents 3\n";
    Place place = place(layout, "a");
    FileContents.Found first = read(form(layout, place), text);
    assertEquals(1, first.groups().size());
    String its = describe(first);
    List<TableKey> rows = first.rows();
    WeakReference<?> cells = new WeakReference<>(first.groups().get(0).cells());
    first = null;
    while (cells.get() != null) {
      System.gc();
      Thread.sleep(1);
    }

    FileContents.Found again = read(form(layout, place), text);

    assertSame(rows, again.rows());
    assertEquals(its, describe(again));
    assertEquals(
        List.of("s", "By", ""),
        again.groups().get(0).cells().stream().map(cell -> cell.metric().unit()).toList());
  }

  @Test
  void aNumberMayHaveInItWhatALineIsDroppedThrough() throws DeclarationException {
    Layout layout =
        Layouts.parse(
            "test",
            """
            tree: f
            file:
              shape: {skip-through: "-", row: none}
              columns: [a, b]
            """);
    Place place = place(layout, "a");
    assertEquals(2, read(form(layout, place), "x - 5 6\n").groups().get(0).cells().size());
    String other = "x - 5 -6\n";

    FileContents.Found found = read(form(layout, place), other);

    assertEquals(describe(read(plain(layout, place), other)), describe(found));
  }

  @Test
  void longTextsAndProblemsAreNotRemembered() throws DeclarationException {
    Declared declared = declared().get(0);
    Layout layout = layout(declared);
    Place place = place(layout, "a");
    String text = declared.text + "x".repeat(KnownText.MOST_BYTES) + "\n";
    FileContents.Found first = read(form(layout, place), text);
    assertNotSame(first.rows(), read(form(layout, place), text).rows());
    String odd = "cpu0 x\ncpu1 7 8\n";
    first = read(form(layout, place), odd);
    assertNotNull(first.problem());
    assertNotSame(first.rows(), read(form(layout, place), odd).rows());
  }

  @Test
  void aFileThatIsOpenedAgainIsFollowedLikeAnyOther() throws DeclarationException {
    Declared declared = declared().get(4);
    Layout layout = layout(declared);
    tree.stat("file", declared.text).settle();
    try (Fs before = new Fs(tree.path("file"), layout)) {
      assertEquals(2, before.fs.catalog().sources().size());
    }
    tree.stat("file", declared.other).settle();
    try (Fs again = new Fs(tree.path("file"), layout)) {
      StatsFs fs = again.fs;
      List<Source> sources = fs.catalog().sources();
      assertEquals(2, sources.size());
      // A disk comes, and then another one goes.
      tree.stat("file", declared.other + "   8   2 sda2 4 5\n");
      fs.refresh();
      List<Source> more = fs.catalog().sources();
      assertEquals(3, more.size());
      assertTrue(more.containsAll(sources));
      tree.stat("file", "   8   1 sda1 20 21\n   8   2 sda2 4 5\n");
      fs.refresh();
      List<Source> less = fs.catalog().sources();
      assertEquals(2, less.size());
      assertTrue(more.containsAll(less));
    }
  }

  @Test
  void labelsThatThePlaceHasTooAreReadInEachText() throws DeclarationException {
    Layout layout =
        Layouts.parse(
            "test",
            """
            tree: names
            file:
              shape: {row: before-colon}
              rows: "{at}"
              columns: [n]
            """);
    FileContents.Found first = read(form(layout, place(layout, "a")), "b: 1\n");
    assertEquals(1, first.groups().size());

    FileContents.Found again = read(form(layout, place(layout, "a")), "b: 2\n");

    assertNotSame(first.rows(), again.rows());
    assertEquals(describe(first), describe(again));
  }

  @Test
  void linesAreThoseOfCpusOnlyIfThereStillIsOneForEach() throws DeclarationException {
    Layout layout =
        Layouts.parse(
            "test",
            """
            tree: f
            file:
              shape: {row: line-number, per-cpu: true, uniform: true, least-columns: 2}
              rows: "{cpu}"
              columns: [a, b]
            """);
    tree.stat("file", "1 2\n3 4\n").stat("softirqs", "       CPU0   CPU1\n TIMER:  1  2\n");
    for (int i = 0; i < 2; i++) {
      try (Fs fs = new Fs(tree.path("file"), layout)) {
        assertEquals(List.of(), fs.problems());
        assertEquals(2, fs.catalog().sources().size());
      }
    }
    tree.stat("softirqs", "       CPU0   CPU1   CPU2\n TIMER:  1  2  3\n");
    try (Fs fs = new Fs(tree.path("file"), layout)) {
      assertEquals(1, fs.problems().size());
      assertEquals(List.of(), fs.catalog().sources());
    }
  }
}
