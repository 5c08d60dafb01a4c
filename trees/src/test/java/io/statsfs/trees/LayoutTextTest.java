package io.statsfs.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTextTest {
  private static Layout read(String text) throws DeclarationException {
    return Layouts.parse("x.yaml", text);
  }

  private static FileDeclaration file(String text) throws DeclarationException {
    return read("tree: t\nfile:\n" + text.indent(2)).files().get(0);
  }

  private static String refused(String text) {
    return assertThrows(DeclarationException.class, () -> read(text)).getMessage();
  }

  @Test
  void aTreeOfOneValueFiles() throws DeclarationException {
    Layout thermal =
        read(
            """
            tree: thermal
            at: {type: sysfs, path: class/thermal}
            sources: "{zone}"
            links: ../../devices/virtual/thermal
            exclude: [trip_*, uevent]
            document: Documentation/ABI/testing/sysfs-class-thermal
            stats:
              "te*": {kind: counter, document: other.rst}
              temp: {kind: level, unit: mCel, description: Temperature of the zone.}
            """);

    assertEquals("thermal", thermal.name());
    assertEquals("class/thermal", thermal.homePath());
    assertEquals(Set.of("sysfs"), thermal.homeTypes());
    assertEquals("{zone}", thermal.levels().orElseThrow().get(0).toString());
    assertEquals(Optional.of(Path.of("../../devices/virtual/thermal")), thermal.links());
    assertEquals(Optional.of("thermal"), thermal.subsystem());
    assertTrue(thermal.excludes("trip_1") && !thermal.excludes("temp"));
    assertTrue(thermal.isDefault());
    assertFalse(thermal.isRootFile());
    StatDeclaration temp = thermal.stats().all().get(0);
    assertEquals("temp", temp.name().toString());
    assertEquals(Stat.Kind.LEVEL, temp.kind());
    assertEquals(Stat.Type.INT, temp.type());
    assertEquals("mCel", temp.unit());
    assertEquals("Temperature of the zone.", temp.description());
    assertEquals("Documentation/ABI/testing/sysfs-class-thermal", temp.document());
    assertNull(temp.byDefault());
    assertEquals("other.rst", thermal.stats().all().get(1).document());
  }

  @Test
  void treeMayBeAtTheCgroupOfTheProcess() throws DeclarationException {
    Layout own = read("tree: t\nat: {type: cgroup, controller: cpu, cgroup: own, path: x}\n");
    assertTrue(own.isOwnCgroup());
    assertEquals(Optional.of("cpu"), own.controller());
    assertEquals("x", own.homePath());
    Layout all = read("tree: t\nat: {type: cgroup2}\n");
    assertFalse(all.isOwnCgroup());
    assertEquals(Optional.empty(), all.controller());
  }

  @Test
  void whatIsNotSaidHasADefault() throws DeclarationException {
    Layout least = read("tree: least");

    assertEquals(Set.of(), least.homeTypes());
    assertEquals(Optional.of("least"), least.subsystem());
    assertEquals(Optional.empty(), least.levels());
    assertEquals(List.of(), least.files());
    assertEquals(Optional.empty(), read("tree: t\nsubsystem: '*'").subsystem());
    assertFalse(read("tree: t\ndefault: false").isDefault());
  }

  @Test
  void levelsAndStatsHavePatterns() throws DeclarationException {
    Layout layout =
        read(
            """
            tree: hwmon
            sources: "x/hwmon{chip}/{rest...}"
            only-described-stats: true
            stats: {"temp{sensor}_input": {kind: level}}
            """);

    assertEquals("[x, hwmon{chip}, {rest...}]", layout.levels().orElseThrow().toString());
    assertTrue(layout.hasDescribedStatsOnly());
    assertEquals(List.of("sensor"), layout.stats().all().get(0).name().labels());
    assertFalse(read("tree: t").hasDescribedStatsOnly());
  }

  @Test
  void labelsHaveFiles() throws DeclarationException {
    Layout layout =
        read(
            """
            tree: hwmon
            sources: "{chip}"
            labels: {name: name, label: ["temp{sensor}_label", type]}
            stats: {"temp{sensor}_input": {kind: level}}
            """);

    assertEquals("{name=[name], label=[temp{sensor}_label, type]}", layout.labelFiles().toString());
    assertEquals(Map.of(), read("tree: t").labelFiles());
    for (String wrong :
        List.of(
            "labels: {a: /b}",
            "labels: {a: b/../c}",
            "labels: {a: ..}",
            "labels: {a: ./b}",
            "labels: {a: b//c}",
            "labels: {a: b/}",
            "labels: {a: '{n}/b'}\nstats: {'x{n}': {kind: level}}",
            "labels: {a: 'b*'}",
            "labels: {a: '{b}'}",
            "labels: name",
            "sources: '{a}'\nlabels: {a: b}",
            "labels: {a: b}\nfile: flat-keyed",
            "labels: {a: b}\nfiles: {c: flat-keyed}",
            "labels: {b: a}\nstats: {'x{b}': {kind: level}}")) {
      assertThrows(DeclarationException.class, () -> read("tree: t\n" + wrong), wrong);
    }
  }

  @Test
  void filesHavePatterns() throws DeclarationException {
    Layout layout = read("tree: t\nfiles: {'a/{x}.stat': flat-keyed, 'a/b.stat': flat-keyed}");

    FileDeclaration file = layout.files().get(0);
    assertEquals("a", file.directory());
    assertEquals("{x}.stat", file.name().toString());
    assertEquals(List.of("x"), file.name().labels());
    assertEquals("b.stat", layout.files().get(1).name().toString());
    for (String path : List.of("{x}/a", "a*", "{x}{x}", "{x")) {
      assertThrows(
          DeclarationException.class,
          () -> read("tree: t\nfiles: {'" + path + "': flat-keyed}"),
          path);
    }
    assertThrows(
        DeclarationException.class,
        () -> read("tree: t\nsources: '{x}'\nfiles: {'{x}.stat': flat-keyed}"));
    assertThrows(
        DeclarationException.class,
        () -> read("tree: t\nfiles: {'{x}': {shape: {row: word 0}, rows: '{x}'}}"));
  }

  @Test
  void aStatHasFormerNames() throws DeclarationException {
    StatDeclaration stat =
        read("tree: t\nstats: {allocstall_normal: {kind: counter, type: float, former:"
                + " allocstall, default: false}}")
            .stats()
            .all()
            .get(0);

    assertTrue(stat.describes("allocstall"));
    assertEquals(Stat.Type.FLOAT, stat.type());
    assertEquals(false, stat.byDefault());
  }

  @Test
  void whatIsExportedByDefaultIsSaidOfStatsTablesAndFiles() throws DeclarationException {
    String tables =
        "{shape: {row: word 0}, %s tables: [{rows: a}, {rows: b, default: %s, stats: {b: {kind:"
            + " level, default: true}}}]}";
    for (boolean first : List.of(true, false)) {
      List<TableDeclaration> read =
          file(tables.formatted(first ? "" : "default: false,", !first)).tables();
      assertEquals(List.of(first, !first), read.stream().map(t -> t.isDefault()).toList());
      assertEquals(true, read.get(1).stats().all().get(0).byDefault());
    }
    assertFalse(file("{shape: flat-keyed, default: false}").tables().get(0).isDefault());
    assertTrue(file("flat-keyed").tables().get(0).isDefault());
  }

  @Test
  void aTableByPosition() throws DeclarationException {
    FileDeclaration file =
        file(
            """
            shape: {row: word 2, least-columns: 3, trailing-words: any}
            rows: {keys: "{device}", exclude: ["loop*", "sd*[0-9]"]}
            columns: [_, _, reads]
            stats:
              reads: {kind: counter, unit: "{operation}"}
            """);

    assertEquals("", file.path());
    assertEquals(
        Shape.builder().rowKeyWord(2).leastColumns(3).trailingWords(Shape.ANY).build(),
        file.shape());
    TableDeclaration table = file.tables().get(0);
    assertEquals(Map.of("device", "sda"), table.rows().match("sda"));
    assertEquals(null, table.rows().match("loop0"));
    assertEquals(null, table.rows().match("sda1"));
    assertEquals(Optional.of("reads"), table.columns().key(2));
    assertEquals(Optional.empty(), table.columns().key(1));
    assertEquals(Axis.Meaning.STATS, table.columns().meaning());
  }

  @Test
  void tablesOfOneFile() throws DeclarationException {
    FileDeclaration file =
        file(
            """
            shape: {row: word 0, trailing-words: any}
            tables:
              - subsystem: cpu
                rows: "cpu{cpu}"
                columns: [user, nice]
              - rows: [ctxt, btime]
            """);

    assertEquals("cpu", file.tables().get(0).subsystem());
    assertEquals(null, file.tables().get(1).subsystem());
    assertEquals(Axis.Meaning.SINGLE, file.tables().get(1).columns().meaning());
    assertEquals(Axis.Meaning.STATS, file.tables().get(1).rows().meaning());
    assertEquals(null, file.tables().get(1).rows().match("intr"));
  }

  @Test
  void oneColumnThatIsNotTheFirst() throws DeclarationException {
    Axis columns = file("shape: {row: word 0}\ncolumns: 2\n").tables().get(0).columns();

    assertEquals(Axis.position(2), columns);
    assertEquals(Axis.Meaning.SINGLE, columns.meaning());
    assertTrue(columns.key(2).isPresent() && columns.key(1).isEmpty());
  }

  @Test
  void aTableWithAHeader() throws DeclarationException {
    TableDeclaration table =
        file("""
                shape: {header: once, row: before-colon}
                rows: "*"
                columns: "CPU{cpu}"
                """)
            .tables()
            .get(0);

    assertEquals(Map.of("cpu", "7"), table.columns().match("CPU7"));
    assertEquals(Axis.Meaning.STATS, table.rows().meaning());
  }

  @Test
  void everyFieldOfAShape() throws DeclarationException {
    assertEquals(
        Shape.builder()
            .skipLines(1)
            .header(Shape.Header.ONCE)
            .headerWords(2)
            .rowKeyWords(0, 2)
            .prefixWords(3)
            .separators("|,")
            .radix(16)
            .leastColumns(4)
            .trailingWords(1)
            .build(),
        file("""
                shape: {skip-lines: 1, header: once, header-words: 2, row: words 0 2,
                  prefix-words: 3, column: header, separators: "|,", radix: 16, least-columns: 4,
                  trailing-words: 1}
                rows: "{a}"
                columns: "*"
                """)
            .shape());
    assertEquals(
        Shape.builder().rowKeyLineNumber().columnKey(Shape.ColumnKey.WORD_BEFORE).build(),
        file("shape: {row: line-number, column: word-before}\nrows: '{n}'\n").shape());
    assertEquals(
        Shape.builder().columnKey(Shape.ColumnKey.BEFORE_EQUALS).build(),
        file("shape: {row: none, column: before-equals}\n").shape());
    FileDeclaration headings =
        file(
            "shape: {headings: unindented, row: word 1}\nsections: 'a {s}'\nrows: '{r}'\n"
                + "columns: [v]\n");
    assertEquals(
        Shape.builder().heading(Shape.Heading.UNINDENTED).rowKeyWord(1).build(), headings.shape());
    assertEquals(List.of("s", "r"), headings.tables().get(0).labelKeys());
    assertEquals(
        Shape.ENTRIES,
        read("tree: t\nfiles: {d: {shape: entries, stats: {a: {kind: level}}}}")
            .files()
            .get(0)
            .shape());
    assertEquals(Shape.FLAT_KEYED, read("tree: t\nfile: flat-keyed").files().get(0).shape());
  }

  @Test
  void formsOfOneFile() throws DeclarationException {
    FileDeclaration file =
        file(
            """
            forms:
              - shape: {row: word 0}
                rows: "{device}"
                columns: [a]
              - flat-keyed
              - shape: {row: line-number, per-cpu: true}
                rows: "{cpu}"
                columns: [b]
            """);

    List<FileDeclaration> forms = file.forms();
    assertEquals(3, forms.size());
    assertEquals(Shape.builder().rowKeyWord(0).build(), file.shape());
    assertEquals(List.of("device"), forms.get(0).tables().get(0).labelKeys());
    assertEquals(Shape.FLAT_KEYED, forms.get(1).shape());
    assertEquals(Shape.builder().rowKeyLineNumber().perCpu().build(), forms.get(2).shape());
    List<Integer> lines =
        forms.stream().map(form -> Integer.parseInt(form.origin().split(":")[1])).toList();
    assertEquals(List.of(lines.get(0), lines.get(0) + 3, lines.get(0) + 4), lines);
  }

  @Test
  void filesBelowASource() throws DeclarationException {
    Layout cgroup =
        read(
            """
            tree: cgroup
            sources: "{path}"
            files:
              memory.stat: flat-keyed
              io.stat:
                shape: {row: word 0, column: before-equals}
                rows: "{device}"
            """);

    assertEquals("memory.stat", cgroup.files().get(0).path());
    assertEquals(List.of("device"), cgroup.files().get(1).tables().get(0).labelKeys());
    assertFalse(cgroup.isRootFile());
  }

  @Test
  void metrics() throws DeclarationException {
    assertEquals(
        List.of(
            MetricDeclaration.builder("semconv", "system.x", Instrument.UP_DOWN_COUNTER)
                .unit("By")
                .description("Two lines are one sentence.")
                .point(
                    Point.sum(
                        List.of(Label.integer("n", "{cpu}"), Label.text("mode", "a")),
                        Term.plus("t/*/a"),
                        Term.minus("t/b")))
                .point(Point.quotient(List.of(), Term.plus("t/c"), Term.plus("t/a")))
                .point(Point.count(List.of(), Term.plus("t/*/a")))
                .point(Point.count(List.of(), Term.plus("t/*/a"), List.of("package", "core")))
                .build()),
        read("""
                tree: t
                metrics:
                  semconv:
                    system.x:
                      instrument: up-down-counter
                      unit: By
                      description: Two lines
                        are one sentence.
                      points:
                        - {labels: {n: {integer: "{cpu}"}, mode: a}, sum: [t/*/a, -t/b]}
                        - {sum: t/a, divided-by: t/c}
                        - {count: t/*/a}
                        - {count: t/*/a, by: [package, core]}
                """)
            .metrics());
  }

  /** What is wrong, and where. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tre: net | x.yaml:1:1: a tree has no key 'tre'; did you mean 'tree'?",
        "tree: t\\nat: {typ: proc} | x.yaml:2:6: 'at' has no key 'typ'; did you mean 'type'?",
        "tree: t\\nat: {} | x.yaml:2:5: expected 'type'",
        "tree: t\\nat: proc | x.yaml:2:5: expected 'at': a mapping of type, path, controller, cgroup,"
            + " but there is 'proc'",
        "tree: t\\nat: {type: cgroup2, cgroup: all} | x.yaml:2:29: expected own, the cgroup of",
        "tree: t\\nat: {type: cgroup2, controller: cpu} | x.yaml:2:5: Only file systems of type"
            + " cgroup, that is v1, have a controller",
        "tree: t\\nat: {type: cgroup, cgroup: own} | x.yaml:2:5: An own cgroup needs the type",
        "tree: t\\nsources: '{c...}'\\nlabels-of-path: [a] | x.yaml:3:18: 'a' has no label",
        "tree: t\\nsources: '{c}'\\nlabels-of-path: '{a}' | x.yaml:3:17: Labels of a path need",
        "tree: t\\nat: {type: [cgroup, cgroup2], cgroup: own} | x.yaml:2:5: An own cgroup needs",
        "tree: t\\nat: {type: proc, path: /net} | x.yaml:2:24: expected a path relative",
        "tree: t\\nat: {type: proc, path: ../net} | x.yaml:2:24: expected a path relative",
        "tree: t\\nlinks: /sys | x.yaml:2:8: expected a path relative to that of the tree",
        "tree: a/b | x.yaml:1:7: expected a name",
        "tree: '..' | x.yaml:1:7: expected a name",
        "tree: [a] | x.yaml:1:7: expected a name of at most 200 characters without /, but there is"
            + " a list",
        "tree: | x.yaml:1:6: expected a name of at most 200 characters without /, but there is"
            + " nothing",
        "at: {type: proc} | x.yaml:1:1: expected 'tree'",
        "tree: t\\ntree: u | x.yaml:2:1: 'tree' is there already, in line 1",
        "tree: t\\ndefault: yes | x.yaml:2:10: expected true or false, but there is 'yes'",
        "tree: t\\nexclude: {type: a} | x.yaml:2:10: Sources of files are not excluded by labels",
        "tree: t\\nbackend: filesystems\\nat: {type: proc} | x.yaml:3:5: ",
        "tree: t\\nexclude: [a/b] | x.yaml:2:11: expected a name",
        "tree: t\\nfile: flat | x.yaml:2:7: expected flat-keyed",
        "tree: t\\nfile: {shape: {row: word}} | x.yaml:2:21: expected none, before-colon",
        "tree: t\\nfile: {shape: {row: word 2000}} | x.yaml:2:21: expected a number from 0 to 999",
        "tree: t\\nfile: {shape: {row: words 2 1}} | x.yaml:2:21: Word 1 is not behind word 2",
        "tree: t\\nfile: {shape: {heade: once}} | x.yaml:2:16: a shape has no key 'heade'; did you"
            + " mean 'header'?",
        "tree: t\\nfile: {shape: {header: twice}} | x.yaml:2:24: 'header' has no value 'twice';"
            + " expected one of none, once, per-pair",
        "tree: t\\nfile: {shape: {column: header}} | x.yaml:2:15: A header, and columns",
        "tree: t\\nfile: {shape: {separators: 'a'}} | x.yaml:2:28: 'a' cannot separate words: letters",
        "tree: t\\nfile: {shape: {separators: '/='}} | x.yaml:2:28: '=' cannot separate words: it",
        "tree: t\\nfile: {shape: {separators: '/ '}} | x.yaml:2:28: ' ' cannot separate words: bl",
        "tree: t\\nfile: {shape: {separators: '/,;.-+([@'}} | x.yaml:2:28: At most 8 characters",
        "tree: t\\nfile: {shape: {row: word 0, separators: ':'}} | x.yaml:2:15: A colon cannot",
        "tree: t\\nfile: {shape: entries, stats: {a: {kind: level}}} | x.yaml:2:7: The number of a",
        "tree: t\\nfiles: {d: entries} | x.yaml:2:12: Neither rows nor columns name stats",
        "tree: t\\nfile:\\n  shape: flat-keyed\\n stats: {} | x.yaml:4:2: no YAML: the line is"
            + " indented by 1, where the lines above have 0 or 2",
        "tree: t\\nfile: {shape: {skip-through: 'é'}} | x.yaml:2:30: 'é' ends nothing",
        "tree: t\\nfile: {shape: {headings: colon}} | x.yaml:2:15: Below headings rows have",
        "tree: t\\nfile: {shape: {headings: colon, row: word 0}} | x.yaml:2:7: Headings and sections",
        "tree: t\\nfile: {shape: {row: word 0}, sections: '{a}'} | x.yaml:2:7: Headings and sections",
        "tree: t\\nfile: {shape: {headings: colon, row: word 0}, sections: [a, b]} |"
            + " x.yaml:2:47: 'a' has other labels than",
        "tree: t\\nfile: {shape: {headings: colon, row: word 0}, sections: '{a}', rows: '{a}',"
            + " columns: [b]} | x.yaml:2:7: A label cannot come from two",
        "tree: t\\nfile: {forms: []} | x.yaml:2:15: expected a list of the forms",
        "tree: t\\nfile: {forms: flat-keyed} | x.yaml:2:15: expected a list of the forms",
        "tree: t\\nfile: {forms: [flat-keyed], rows: a} | x.yaml:2:29: 'rows' belongs into one of",
        "tree: t\\nfile: {form: [flat-keyed]} | x.yaml:2:8: a file has no key 'form'; did you mean"
            + " 'forms'?",
        "tree: t\\nfile: {forms: [{forms: [flat-keyed]}]} | x.yaml:2:17: a file has no key 'forms'",
        "tree: t\\nfile: {forms: [flat-keyed, {rows: a}]} | x.yaml:2:28: expected 'shape'",
        "tree: t\\nfiles: {f: {forms: [flat-keyed, entries]}} | x.yaml:2:33: Neither rows nor",
        "tree: t\\nfile: {shape: {row: word 0, per-cpu: true}} | x.yaml:2:15: Only lines that have",
        "tree: t\\nfile: {shape: {radix: 2}} | x.yaml:2:23: 'radix' has no value '2'",
        "tree: t\\nfile: {shape: {row: word 0}, rows: 'cpu{'} | x.yaml:2:36: 'cpu{' has half",
        "tree: t\\nfile: {shape: {row: word 0}, rows: '[9-0]{a}'} | x.yaml:2:36: '[9-0]' is no set",
        "tree: t\\nfile: {shape: {row: word 0}, columns: [a, b]} | x.yaml:2:7: Rows and",
        "tree: t\\nfile: {shape: {row: word 0}, rows: '{d}', columns: [a, a]} |"
            + " x.yaml:2:56: 'a' is in the list already",
        "tree: t\\nfile: {shape: {header: once, row: word 0}, columns: 1, rows: a} | x.yaml:2:7: Rows and",
        "tree: t\\nfile: {shape: {row: word 0}, rows: {names: [a]}} | x.yaml:2:37: only columns",
        "tree: t\\nfile: flat-keyed\\nsources: a | x.yaml:3:1: a tree that is one file has no",
        "tree: t\\nfile: flat-keyed\\nsubsystem: '*' | x.yaml:3:1: a tree that is one file",
        "tree: t\\nfiles: {/a: flat-keyed} | x.yaml:2:9: expected a path relative",
        "tree: t\\nstats: {a: counter} | x.yaml:2:12: expected a stat: a mapping of kind",
        "tree: t\\nstats: {a: {unit: By}} | x.yaml:2:12: expected 'kind'",
        "tree: t\\nstats: {a: {kind: conter}} | x.yaml:2:19: 'kind' has no value 'conter'; did you"
            + " mean 'counter'?",
        "tree: t\\nstats: {'{a}': {kind: level}} | x.yaml:2:9: expected the name of a stat",
        "tree: t\\nmetrics: {semconv: {m: {instrument: gauge}}} | x.yaml:2:24: expected 'points'",
        "tree: t\\nmetrics: {semconv: {m: {instrument: gauge, points: [{}]}}} | x.yaml:2:53:"
            + " expected either 'sum' or 'count'",
        "tree: t\\nmetrics: {semconv: {m: {instrument: gauge, points: [{sum: t/a, by: b}]}}} |"
            + " x.yaml:2:64: only a 'count' is by labels",
        "tree: t\\nmetrics: {semconv: {m: {instrument: gauge, points: [{sum: a}]}}} |"
            + " x.yaml:2:59: 'a' is not subsystem/device/stat",
        "tree: t\\nfile: {shape: {row: word 2, least-columns: 13}, rows: '{d}', columns:"
            + " [a, _, b]} |"
            + " x.yaml:2:29: 'least-columns' is 13, but 'columns' has 3, so that",
        "tree: t\\nstats: &a {b: {kind: level}} | x.yaml:2:8: anchors (&) and aliases (*)",
        "tree: !!str t | x.yaml:1:7: tags (!) are not read; quote a text that begins so",
        "tree: t\\nfile: !table {shape: flat-keyed} | x.yaml:2:7: tags (!)",
        "tree: t\\nexclude: !all [a] | x.yaml:2:10: tags (!)",
        "%YAML 9.9\\n---\\ntree: t | x.yaml:1:1: no YAML 1.2, as its '%YAML' says",
        "tree: t\\nexclude: *gen | x.yaml:2:10: anchors (&) and aliases (*) are not read; quote",
        "tree: t\\n---\\ntree: u | x.yaml:2:1: a file declares one tree; expected its end",
        "tree: t\\nexclude: [a | x.yaml:2:12: no YAML:",
        "tree: t\\n\\tat: b | x.yaml:2:1: no YAML:",
        "'# nothing' | x.yaml:1:1: the file is empty; expected 'tree: NAME'",
        "- tree | x.yaml:1:1: expected a tree: a mapping of tree"
      })
  void whatIsWrongIsSaidWithItsPlace(String text, String message) {
    String refusal = refused(text.replace("\\n", "\n").replace("\\t", "\t"));

    assertTrue(refusal.startsWith(message), refusal);
  }

  @Test
  void aMessageIsOneLineOfBoundedLength() {
    for (String text :
        List.of(
            "tree: t\ndefault: " + "x".repeat(100_000),
            "tree: t\n" + "x".repeat(1000) + ": y",
            "tree: t\nstats: {a: {kind: " + "y".repeat(100_000) + "}}",
            "tree: t\nat: |\n  a\n  b\n",
            "tree: t\ndefault: \"a\\u0007\\u202eb\"",
            "tree: \"\\x\"\n")) {
      String refusal = refused(text);

      assertTrue(refusal.length() < 600, refusal);
      assertTrue(refusal.matches("x\\.yaml:\\d+:\\d+: [\\x20-\\x7e]+"), refusal);
    }
  }

  private static String ofUnit(String unit) {
    return "tree: t\nstats: {a: {kind: level, unit: \"" + unit + "\"}}";
  }

  @ParameterizedTest
  @CsvSource({
    "KB, KiBy",
    "kB, KiBy",
    "KiB, KiBy",
    "bytes, By",
    "percent, %",
    "degC, Cel",
    "msec, ms",
    "jiffies, {tick}",
    "{sectors}, {sector}",
    "{pages}, {page}"
  })
  void aUnitThatIsNoneIsRefusedWithWhatIsMeant(String unit, String meant) {
    assertEquals(
        "x.yaml:2:26: '" + unit + "' is no unit that is known; did you mean '" + meant + "'?",
        refused(ofUnit(unit)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "By/", "{a", "1 s", "By By"})
  void aTextThatIsNoUnitIsRefused(String unit) {
    assertTrue(refused(ofUnit(unit)).contains("is no unit that is known; expected one of UCUM"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "%",
        "By",
        "KiBy",
        "Mbit/s",
        "By/s",
        "m/s2",
        "s-1",
        "{fan}/min",
        "{bytes}",
        "mCel",
        "{packet}",
        "{tick}",
        "{sector}",
        "{page}",
        "uW",
        "mV",
        "GHz",
        "min",
        "h",
        "d",
        "kW.h"
      })
  void unitsOfUcumAreTaken(String unit) throws DeclarationException {
    assertEquals(unit, read(ofUnit(unit)).stats().all().get(0).unit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- "})
  void nothingIsTooDeep(String level) {
    String refusal = refused("tree: t\nstats: " + level.repeat(20_000));

    assertTrue(refusal.contains("more than 16 levels") || refusal.contains("no YAML"), refusal);
  }

  @Test
  void nothingIsTooMuch() {
    StringBuilder stats = new StringBuilder("tree: t\nstats:\n");
    for (int i = 0; i <= 5000; i++) {
      stats.append("  s").append(i).append(": {kind: level}\n");
    }

    assertEquals("x.yaml:3:3: more than 5000 keys", refused(stats.toString()));
    assertEquals(
        "x.yaml:2:15: more than 16 forms of one file",
        refused("tree: t\nfile: {forms: [" + "flat-keyed, ".repeat(17) + "]}"));
    assertTrue(
        refused("tree: t\nexclude: [" + "a, ".repeat(100_000) + "]")
            .contains("more than 100000 values"));
  }

  @Test
  void aTreeOfAnotherBackend() throws DeclarationException {
    Layout layout =
        read(
            """
            tree: mine
            backend: filesystems
            exclude: {type: [a, "b*"], mountpoint: /var/*}
            stats:
              size: {kind: level, unit: By}
            """);
    assertEquals("filesystems", layout.backend());
    assertEquals("files", read("tree: t").backend());
    assertEquals(
        Map.of("type", List.of("a", "b*"), "mountpoint", List.of("/var/*")),
        layout.excludedLabels());
    assertTrue(
        layout.excludesLabel("type", "bc") && layout.excludesLabel("mountpoint", "/var/a/b"));
    assertFalse(layout.excludesLabel("type", "c") || layout.excludesLabel("device", "a"));
    assertEquals(Optional.of("mine"), layout.subsystem());
  }

  @Test
  void whatIsOfFilesIsOfNoOtherBackend() {
    for (String other :
        List.of(
            "at: {type: proc}",
            "exclude: [a]",
            "sources: '{a}'",
            "file: flat-keyed",
            "kinds-by-mode: true")) {
      String message = refused("tree: t\nbackend: filesystems\n" + other);
      assertTrue(message.contains("nothing of directories and files"), message);
    }
    assertTrue(refused("tree: t\nexclude: {type: a}").contains("not excluded by labels"));
    assertTrue(
        refused("tree: t\nbackend: filesystems\nstats: {'a*': {kind: level}}")
            .contains("without patterns"));
  }
}
