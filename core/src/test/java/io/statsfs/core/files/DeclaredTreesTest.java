package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.core.Fs;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trees that users declare, on mounts that this machine has. */
class DeclaredTreesTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private StatsFs.Builder builder() {
    return new StatsFsBuilder(
            List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
        .refreshInterval(Duration.ZERO)
        .layouts(tree.root());
  }

  private void declare(String name, String text) {
    tree.stat(name + ".yaml", text);
  }

  private static List<String> trees(StatsFs fs) {
    return fs.catalog().trees().stream().map(Tree::name).toList();
  }

  @Test
  void aDeclaredTreeIsFoundByDetectionAndByName() {
    declare(
        "file-nr",
        """
        tree: file-nr
        at: {type: proc, path: sys/fs/file-nr}
        file:
          shape: {row: none, trailing-words: any}
          columns: [open, _, limit]
          stats:
            open: {kind: level, unit: "{file}", description: File handles that are allocated.}
        """);
    try (StatsFs detected = builder().build();
        StatsFs named = builder().trees("file-nr").build();
        StatsFs rooted = builder().root(Path.of("/proc/sys/fs/file-nr")).build();
        StatsFs without = builder().withoutTrees("file-nr").build()) {
      assertTrue(trees(detected).containsAll(List.of("file-nr", "vmstat")));
      assertEquals(List.of("file-nr"), trees(named));
      assertEquals(List.of("file-nr"), trees(rooted));
      assertTrue(!trees(without).contains("file-nr"));
      assertEquals(
          List.of("file-nr/open", "file-nr/limit"),
          named.catalog().stats().stream().map(Stat::toString).toList());
      Stat open = named.catalog().get("file-nr", "", "open");
      assertEquals("{file}", open.unit());
      assertEquals(Stat.Kind.LEVEL, open.kind());
      assertTrue(named.readLong(open) > 0);
    }
  }

  @Test
  void whatIsDeclaredReplacesWhatIsShipped() {
    declare(
        "mine", "tree: vmstat\nat: {type: proc, path: vmstat}\nsubsystem: mine\nfile: flat-keyed");
    try (StatsFs fs = builder().trees("vmstat").build()) {
      assertEquals(List.of("vmstat"), trees(fs));
      assertEquals("mine", fs.catalog().sources().get(0).subsystem());
    }
  }

  @Test
  void whatIsWrongIsAProblemOfTheCatalogAndAffectsNothingElse() {
    declare("bad", "tree: bad\nat: {typ: proc}");
    declare("statsfs", "tree: statsfs");
    try (StatsFs fs = builder().trees("vmstat").build()) {
      List<Problem> problems = fs.catalog().problems();
      assertEquals(
          List.of(
              "'at' has no key 'typ'; did you mean 'type'?",
              "the layout statsfs cannot be replaced, so another one is left out"),
          problems.stream().map(p -> p.message().replace("the layout is left out: ", "")).toList());
      assertTrue(problems.get(0).place().endsWith("bad.yaml:2:6"), problems.get(0).place());
      assertEquals(List.of("vmstat"), trees(fs));
    }
  }

  @Test
  void whatIsWrongIsSaidWhereTheTreeIsMissedForIt() {
    declare("bad", "tree: bad\nat: {typ: proc}");
    declare("nowhere", "tree: nowhere\nat: {type: proc, path: no/such/file}");
    String why = "/bad.yaml:2:6: the layout is left out: 'at' has no key 'typ'";
    for (StatsFs.Builder builder :
        List.of(
            builder().trees("bad"),
            builder().withoutTrees("bad"),
            builder().root(Path.of("/proc/vmstat"), "bad"),
            builder().trees("nowhere"))) {
      String message = assertThrows(TreeUnavailableException.class, builder::build).getMessage();
      assertTrue(message.contains(why), message);
      assertTrue(!message.contains("only ["), message);
    }
    assertEquals(
        "There is no tree 'badd'. " + tree.root() + why + "; did you mean 'type'?",
        assertThrows(TreeUnavailableException.class, () -> builder().trees("badd").build())
            .getMessage());
    String similar =
        assertThrows(TreeUnavailableException.class, () -> builder().trees("vm-stat").build())
            .getMessage();
    assertTrue(similar.endsWith("did you mean 'type'? Did you mean 'vmstat'?"), similar);
  }

  @Test
  void whatWasLookedForIsSaidOfATreeThatIsNamedAndNotFound() {
    declare("path", "tree: path\nat: {type: proc, path: no/such/file}");
    declare("type", "tree: type\nat: {type: [procfs, nofs], path: stat}");
    declare("none", "tree: none\nfile: flat-keyed");
    String message =
        assertThrows(
                TreeUnavailableException.class,
                () -> builder().trees("path", "type", "none").build())
            .getMessage();
    assertEquals(
        "None of the trees [none, path, type] can be opened at a mount of this process: the"
            + " layout has no place, 'at' (none); there is no /proc/no/such/file (path); no file"
            + " system of type procfs or nofs is mounted (type). Mount what is missing, or name a"
            + " root.",
        message);
    declare("directory", "tree: directory\nat: {type: proc, path: sys}\nfile: flat-keyed");
    String notAFile =
        assertThrows(TreeUnavailableException.class, () -> builder().trees("directory").build())
            .getMessage();
    assertTrue(notAFile.endsWith("it is not a file, which layout directory needs."), notAFile);
    try (StatsFs fs = builder().trees("path", "type", "vmstat").build()) {
      assertEquals(
          List.of(
              "the tree path is not found: there is no /proc/no/such/file",
              "the tree type is not found: no file system of type procfs or nofs is mounted"),
          fs.catalog().problems().stream().map(Problem::message).toList());
    }
  }

  /** The kernel leads there by links: self, net, and those of classes to devices. */
  @Test
  void aPlaceMayBeBehindLinksOfTheKernel() {
    declare("io", "tree: io\nat: {type: proc, path: self/io}\nfile: flat-keyed");
    declare("limits", "tree: fds\nat: {type: proc, path: self/fdinfo}\nsources: '{fd}'");
    declare("mine", "tree: mine\nat: {type: proc, path: net/snmp6}\nfile: flat-keyed");
    declare("lo", "tree: lo\nat: {type: sysfs, path: class/net/lo/statistics}\nsubsystem: lo");
    try (StatsFs fs = builder().trees("io", "fds", "mine", "lo").build()) {
      assertEquals(List.of("fds", "io", "lo", "mine"), trees(fs).stream().sorted().toList());
      assertTrue(fs.readLong(fs.catalog().get("io", "", "rchar")) > 0);
      assertTrue(fs.readLong(fs.catalog().get("lo", "", "rx_bytes")) >= 0);
    }
    for (String path : List.of("/proc/self/io", "/proc/" + ProcessHandle.current().pid() + "/io")) {
      try (StatsFs fs = builder().root(Path.of(path)).build()) {
        assertEquals(List.of("io"), trees(fs));
      }
    }
  }

  @Test
  void aTreeWithoutAPlaceThatIsNamedIsWhatRootsAre() {
    declare("copy", "tree: copy\nfile: {shape: {row: none}, columns: [open, _, limit]}");
    declare("other", "tree: other\nfile: flat-keyed");
    tree.stat("here/file-nr", "7\t0\t9\n");
    Path root = tree.path("here/file-nr");
    for (StatsFs.Builder builder :
        List.of(builder().root(root).trees("copy"), builder().root(root, "copy"))) {
      try (StatsFs fs = builder.build()) {
        assertEquals(List.of("copy"), trees(fs));
        assertEquals(List.of(), fs.catalog().problems());
        assertEquals(7, fs.readLong(fs.catalog().get("copy", "", "open")));
      }
    }
    assertEquals(
        "The trees [copy, other] have no place, 'at', so a root can be one of them only: name one.",
        assertThrows(
                TreeUnavailableException.class,
                () -> builder().root(root).trees("copy", "other").build())
            .getMessage());
  }

  /** What is there of this machine would be taken for what the copy has. */
  @Test
  void aFileAtThePlaceOfNoTreeIsTheOnlyOneThatIsNamed() {
    declare(
        "file_nr",
        "tree: file_nr\nat: {type: proc, path: sys/fs/file-nr}\n"
            + "file: {shape: {row: none}, columns: [open, _, limit]}");
    tree.stat("here/file-nr", "7\t0\t9\n").settle();
    Path root = tree.path("here/file-nr");
    try (StatsFs fs = builder().root(root).trees("file_nr").build()) {
      assertEquals(List.of("file_nr"), trees(fs));
      assertEquals(List.of(root), fs.catalog().trees().stream().map(t -> t.root().get()).toList());
      assertEquals(7, fs.readLong(fs.catalog().get("file_nr", "", "open")));
    }
    try (StatsFs fs = builder().root(Path.of("/proc/uptime")).trees("file_nr").build()) {
      assertEquals(List.of("file_nr", "uptime"), trees(fs).stream().sorted().toList());
    }
  }

  private List<String> problems(Path root, String declaration) {
    declare("t", declaration);
    try (StatsFs fs = builder().root(root, "t").build()) {
      return fs.catalog().problems().stream()
          .map(p -> p.message().replaceFirst(" \\(declared at .*/t\\.yaml:\\d+:\\d+\\)$", ""))
          .toList();
    }
  }

  @Test
  void whatIsThereIsSaidWhereNothingThatIsDeclaredIs() {
    tree.stat("here/sockstat", "sockets: used 29\nTCP: inuse 27 orphan 0\n").directory("here/x");
    tree.stat("here/x/a/b", "text\n");
    Path file = tree.path("here/sockstat");
    String shape = "tree: t\nfile:\n  shape: {row: before-colon, column: word-before}\n";
    assertEquals(
        List.of(
            "holds no stats: no row is one that layout t declares, rows [tcp{protocol}]; there are"
                + " 2 rows (sockets, TCP)"),
        problems(file, shape + "  rows: 'tcp{protocol}'\n  columns: '*'"));
    assertEquals(
        List.of(
            "holds no stats: no column is one that layout t declares, columns [in_use]; there are"
                + " 3 columns (used, inuse, orphan)"),
        problems(file, shape + "  rows: '{protocol}'\n  columns: [in_use]"));
    assertEquals(
        List.of(
            "holds no stats: no row and no column is one that layout t declares, rows"
                + " [tcp{protocol}] and columns [in_use]; there are 2 rows (sockets, TCP) and 3"
                + " columns (used, inuse, orphan)"),
        problems(file, shape + "  rows: 'tcp{protocol}'\n  columns: [in_use]"));
    assertEquals(
        List.of(
            "holds no stats: no cell is in a row and a column that layout t declares, rows"
                + " [{protocol=TCP}] and columns [used]; there are 2 rows (sockets, TCP) and 3"
                + " columns (used, inuse, orphan)"),
        problems(file, shape + "  rows: '{protocol=TCP}'\n  columns: [used]"));
    assertEquals(
        List.of(
            "holds no stats: there is no file that layout t takes for one, such as cpus, in"
                + " directories {device}/statistic. Check that this is the right root and layout"),
        problems(
            tree.path("here/x"),
            "tree: t\nsources: '{device}/statistic'\nfiles: {cpus: flat-keyed}"));
  }

  @Test
  void theWordForWhichALineDoesNotHaveTheShapeIsSaid() {
    String declaration = "tree: t\nfile:\n  shape: {%s}\n  columns: %s\n";
    Map<List<String>, String> expected =
        Map.of(
            List.of("row: word 0, separators: '/'", "[a, b]\n  rows: '{r}'", "\n0: 1 2/3\n"),
            "'KEY VALUE ...', as the layout t declares; the file gives no value; in line 2 '3'"
                + " comes after the last of 'columns': name it there, or declare 'trailing-words:"
                + " any'",
            List.of("row: word 0, trailing-words: 1", "[a]\n  rows: '{r}'", "0: 1 kB B\n"),
            "'KEY VALUE [UNIT]', as the layout t declares; the file gives no value; in line 1 'B'"
                + " comes after the last of 'columns': name it there, or declare 'trailing-words:"
                + " any'",
            List.of("row: word 0, uniform: true", "[a, b]\n  rows: '{r}'", "x 1 y\n"),
            "'KEY VALUE ...', as the layout t declares; the file gives no value; in line 1 'y' is"
                + " no number",
            List.of("header: once, row: word 0", "'*'\n  rows: '{r}'", "a b\nx 1 2 3\n"),
            "'a header, then KEY VALUE ...', as the layout t declares; the file gives no value; in"
                + " line 2 '3' comes after the last column of the header: check 'header-words', or"
                + " declare 'trailing-words: any'",
            List.of("row: word 0, column: word-before", "'*'\n  rows: '{r}'", "x a 1 b\n"),
            "'KEY KEY VALUE ...', as the layout t declares; the file gives no value; in line 1 'b'"
                + " has no value behind it",
            List.of("column: before-equals", "'*'", "26 N0=26\n"),
            "'KEY=VALUE ...', as the layout t declares; the file gives no value; in line 1 '26' has"
                + " no '=' in it: if all lines begin so, declare 'prefix-words'",
            List.of("row: none", "[a]", "1\n2\n"),
            "'VALUE', as the layout t declares; the file gives no value; 'row: none' is for a file"
                + " of one line");
    expected.forEach(
        (file, message) -> {
          tree.stat("here/f", file.get(2));
          List<String> problems =
              problems(tree.path("here/f"), declaration.formatted(file.get(0), file.get(1)));
          assertEquals(1, problems.size(), problems.toString());
          assertEquals(message, problems.get(0).replaceFirst("^\\d of \\d lines are not ", ""));
        });
  }

  @Test
  void whatCannotBeReadIsSaidAloneAndNotToBeAsItWasIfItWasNeverSeen() {
    // EINVAL: the loopback interface has no speed.
    List<String> problems =
        problems(
            Path.of("/sys/class/net/lo"),
            "tree: t\nonly-declared-files: true\nfiles: {speed: flat-keyed}");
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.get(0).startsWith("cannot be read: "), problems.toString());
    assertTrue(!problems.get(0).contains("seen last"), problems.toString());
  }

  /** As a word that other words are stuck to, where a separator was forgotten. */
  @Test
  void whatIsNamedAndIsNoNumberIsReportedOnceWithItsPlace() {
    tree.stat("here/loadavg", "0.03 0.12 1/345 8812\n").stat("here/f", "a 1 2/3 x/1\nb 4 5/6 7\n");
    String declaration =
        """
        tree: t
        file:
          shape: {row: none%s}
          columns: [load1, load5, running, total, last]
          stats: {load1: {kind: level}, load5: {kind: level}}
        """;
    String copy = tree.path("here/loadavg").toString();
    declare("t", declaration.formatted(""));
    try (StatsFs fs = builder().root(Path.of(copy), "t").build()) {
      for (int i = 0; i < 3; i++) {
        assertEquals(
            List.of(
                "has no number where the layout t names stats: 'running' has '1/345'; check the"
                    + " columns, 'separators' and 'radix' (declared at "
                    + tree.path("t.yaml")
                    + ":3:3)"),
            fs.refresh().problems().stream()
                .filter(problem -> problem.kind() == Problem.Kind.MALFORMED)
                .map(Problem::message)
                .toList());
      }
    }
    assertEquals(List.of(), problems(Path.of(copy), declaration.formatted(", separators: '/'")));
    String rows = "tree: t\nfile:\n  shape: {row: word 0}\n  rows: '{r}'\n  columns: [a, b, c]\n";
    // A number in one line says that it is the right column; patterns name nothing.
    assertEquals(
        List.of(
            "has no number where the layout t names stats: 'b' has '2/3'; check the columns,"
                + " 'separators' and 'radix'"),
        problems(tree.path("here/f"), rows));
    tree.stat("here/f", "k a b\nx 1 y\nz 2 w\n");
    assertEquals(
        List.of(),
        problems(
            tree.path("here/f"),
            "tree: t\nfile:\n  shape: {header: once, header-words: 1, row: word 0}\n"
                + "  rows: '{r}'\n  columns: '*'\n"));
  }

  @Test
  void linesMayHaveNoColumnIfThatIsDeclared() {
    String declaration =
        "tree: t\nfile:\n  shape: {prefix-words: 1, column: before-equals, least-columns: %d}\n"
            + "  columns: 'N{node:number}'\n  stats: {objects: {kind: level}}\n";
    tree.stat("here/f", "0\n");
    assertEquals(List.of(), problems(tree.path("here/f"), declaration.formatted(0)));
    assertEquals(1, problems(tree.path("here/f"), declaration.formatted(1)).size());
  }

  @Test
  void whereLinksMayLeadIsAskedOfWhoDeclaresTheTree() throws IOException {
    tree.stat("here/x/a", 1);
    Files.createSymbolicLink(tree.path("here/y"), Path.of("x"));
    List<String> problems = problems(tree.path("here"), "tree: t\nsources: '{d}'");
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(
        problems
            .get(0)
            .endsWith(
                "layout t follows none there. To follow them, declare the directory that they must"
                    + " lead into, relative to that of the tree, such as 'links: ../devices'"),
        problems.toString());
    assertEquals(List.of(), problems(tree.path("here"), "tree: t\nsources: '{d}'\nlinks: ."));
  }

  @Test
  void filesOfATreeWithTheSameStatsNeedSubsystems() {
    tree.stat("here/cpu", "some 1\n").stat("here/io", "some 2\n");
    assertEquals(
        List.of(
            "1 stat is in this tree twice, such as t/some. Give the files of layout t subsystems of"
                + " their own"),
        problems(
            tree.path("here"),
            "tree: t\nonly-declared-files: true\nfiles: {cpu: flat-keyed, io: flat-keyed}"));
  }

  @Test
  void whatAUserDeclaresAndIsNotThereIsSaidOnce() {
    tree.stat("here/f", "a 1\nbb 2\n");
    String file =
        "tree: t\nfile: {shape: flat-keyed, stats: {a: {kind: level}, %s: {kind: level}}}\n";
    String metric =
        "metrics: {n: {m: {instrument: gauge, points: [{sum: t/%s}, {sum: other/x}]}}}\n";
    declare("t", file.formatted("c") + metric.formatted("d"));
    try (StatsFs fs = builder().root(tree.path("here/f"), "t").build()) {
      assertEquals(
          List.of(
              "the layout t declares what is not there: 'c', 't/d' of m. If this kernel has it,"
                  + " check the names"),
          fs.catalog().problems().stream().map(Problem::message).toList());
      tree.stat("here/f", "a 1\nbb 2\nc 3\nd 4\n");
      fs.refresh();
      assertEquals(List.of(), fs.catalog().problems());
    }
    declare("t", file.formatted("b*") + metric.formatted("a"));
    try (StatsFs fs = builder().root(tree.path("here/f"), "t").build()) {
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void whatIsLikelyMeantIsSaidOfNamesThatAreNotThere() {
    tree.stat("here/f", "0: 1 2\n");
    assertEquals(
        List.of(
            "the layout t declares what is not there: 'nkeyz' (did you mean 'nkeys'?), 'more'. If"
                + " this kernel has it, check the names"),
        problems(
            tree.path("here/f"),
            "tree: t\nfile:\n  shape: {row: word 0}\n  rows: '{user}'\n"
                + "  columns: [usage, nkeys, more]\n"
                + "  stats: {usage: {kind: level}, nkeyz: {kind: level}}"));
  }

  @Test
  void whateverOfADeclarationIsNotThereIsSaid() {
    tree.stat("here/d/f", "a 1\nb 2\n").stat("here/d/temp1_input", 3);
    String declaration =
        """
        tree: t
        sources: "{d}"
        files:
          f:
            shape: {row: word 0}
            tables:
              - rows: [a, c]
              - rows: [b]
                subsystem: u
                stats: {"*": {kind: level}, a: {kind: level}}
          g: flat-keyed
          h: {shape: {row: word 0}, rows: "{h}", columns: [x]}
        stats:
          temp{sensor}_input: {kind: level}
          temp{sensor}_max: {kind: level}
        """;
    assertEquals(
        List.of(
            "the layout t declares what is not there: 'temp{sensor}_max', 'c', 'a', the file 'g',"
                + " 'x'. If this kernel has it, check the names"),
        problems(tree.path("here"), declaration));
  }

  @Test
  void aLabelThatNoFileGivesIsSaid() {
    tree.stat("here/d/name", "x\n").stat("here/d/v", 1);
    String declaration = "tree: t\nsources: '{d}'\nlabels: {chip: name, other: nam}\n";
    assertEquals(
        List.of(
            "the layout t declares what is not there: the label 'other'. If this kernel has it,"
                + " check the names"),
        problems(tree.path("here"), declaration));
  }

  private static List<String> optional(StatsFs fs) {
    return fs.catalog().stats().stream().filter(stat -> !stat.isDefault()).map(Stat::name).toList();
  }

  @Test
  void whatSaysNothingGoesByItsTable() {
    tree.stat("here/f", "a 1\nb 2\nc 3\nd 4\n");
    String stats = "\nstats: {b: {kind: level, default: true}, c: {kind: level}";
    String mine = ", stats: {d: {kind: level, default: true}}";
    String file = "tree: t\nfile: {shape: flat-keyed, default: %s%s}" + stats + "}";
    for (boolean isDefault : List.of(true, false)) {
      declare("t", file.formatted(isDefault, mine));
      try (StatsFs fs = builder().root(tree.path("here/f"), "t").build()) {
        assertEquals(isDefault ? List.of() : List.of("a", "c"), optional(fs));
        try (Sampler defaults = fs.sampler(StatFilter.defaults());
            Sampler all = fs.sampler()) {
          assertEquals(isDefault ? 4 : 2, defaults.size());
          assertEquals(4, all.size());
        }
      }
    }
  }

  @Test
  void filesOfOneValueSayItThemselves() {
    tree.stat("here/d/a", 1).stat("here/d/b", 2);
    declare(
        "t",
        "tree: t\nsources: '{d}'\nstats: {a: {kind: level}, '*': {kind: level, default: false}}");
    try (StatsFs fs = builder().root(tree.path("here"), "t").build()) {
      assertEquals(List.of("b"), optional(fs));
    }
  }

  @Test
  void theSchemaOfAKernelSaysNothingOfIt() {
    tree.stat("here/d/a", 1).stat("here/d/b", 2);
    tree.schema("here/d", "METRIC\nNAME a\nFLAG CUMULATIVE\nTYPE INT\nDESC A.\n\n");
    declare("t", "tree: t\nschema-file: .schema\nstats: {a: {kind: level, default: false}}");
    try (StatsFs fs = builder().root(tree.path("here"), "t").build()) {
      assertEquals(List.of("a"), optional(fs));
      assertEquals(Stat.Kind.COUNTER, fs.catalog().get("t", "d", "a").kind());
    }
  }

  @Test
  void theShippedTreesOfThisMachineAreRead() {
    declare("mine", "tree: mine");
    try (StatsFs fs = builder().trees("stat", "snmp", "softirqs").build()) {
      assertEquals(List.of(), fs.catalog().problems());
      Source cpu = fs.catalog().get("cpu", "0", "user").source();
      assertEquals(Map.of("cpu", "0"), cpu.labels());
      assertTrue(fs.readLong(fs.catalog().get("cpu", "0", "user")) > 0);
      assertTrue(fs.readLong(fs.catalog().get("stat", "", "ctxt")) > 0);
      assertTrue(fs.readLong(fs.catalog().get("snmp", "Ip", "DefaultTTL")) > 0);
      assertEquals("softirqs", fs.catalog().get("softirqs", "0", "TIMER").source().subsystem());
    }
    assertTrue(
        Fs.DETECT.layouts().shipped().stream()
            .anyMatch(layout -> layout.name().equals("softirqs") && !layout.isDefault()));
  }
}
