package io.statsfs.trees;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.trees.LayoutCompiler.Written;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledLayoutsTest {
  static final Path SHIPPED = Path.of("src/main/resources/io/statsfs/trees");

  static List<Path> shippedFiles() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static void assertWritten(Written expected, Written written) {
    assertArrayEquals(expected.tables(), written.tables());
    assertArrayEquals(expected.descriptions(), written.descriptions());
  }

  private static List<Layout> read(Written written) {
    return CompiledLayouts.read(written.tables(), written.descriptions());
  }

  @Test
  void theTablesOfTheBuildAreWhatTheYamlSays() throws IOException, DeclarationException {
    List<Layout> layouts = new ArrayList<>();
    for (Path file : shippedFiles()) {
      Layout layout = Layouts.parse(file.toString(), Files.readString(file));
      assertEquals(layout.name() + ".yaml", file.getFileName().toString());
      layouts.add(layout);
    }

    assertWritten(LayoutCompiler.write(layouts), LayoutCompiler.write(Layouts.shipped()));
    assertEquals(
        layouts.stream().map(Layout::name).toList(),
        Layouts.shipped().stream().map(Layout::name).toList());
  }

  /** As that of an application, whose next version may have a jar of the same name. */
  @Test
  void nothingIsOpenOfAClassLoaderThatIsClosed(@TempDir Path directory) throws Exception {
    Path classes = Path.of("target/classes");
    Path jar = directory.resolve("trees.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    URL api = Layout.class.getProtectionDomain().getCodeSource().getLocation();
    URL[] urls = {jar.toUri().toURL(), api};
    try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      Class<?> layouts = loader.loadClass(Layouts.class.getName());
      List<?> shipped = (List<?>) layouts.getMethod("shipped").invoke(null);
      assertEquals(Layouts.shipped().toString(), shipped.toString());
    }
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.filter(Files::isSymbolicLink).toList()) {
        assertFalse(leadsTo(descriptor, jar), jar + " is open");
      }
    }
  }

  private static boolean leadsTo(Path link, Path file) {
    try {
      return Files.isSameFile(link, file);
    } catch (IOException e) {
      // It was closed meanwhile, or has no path.
      return false;
    }
  }

  @Test
  void eachShippedLayoutSaysWhereItIsAndWhatItsStatsMean() {
    for (Layout layout : Layouts.shipped()) {
      // What is mounted of cgroups has them alone.
      boolean hasCgroups = layout.homeTypes().toString().contains("cgroup");
      boolean isOfFiles = layout.backend().equals("files");
      assertEquals(hasCgroups || !isOfFiles, layout.homePath().isEmpty(), layout.name());
      assertEquals(!isOfFiles, layout.homeTypes().isEmpty(), layout.name());
      assertEquals(layout.name(), layout.subsystem().orElseThrow());
      Stream.concat(
              layout.stats().all().stream(),
              layout.files().stream()
                  .flatMap(file -> file.tables().stream())
                  .flatMap(table -> table.stats().all().stream()))
          .forEach(stat -> assertTrue(stat.description().endsWith("."), stat.toString()));
    }
  }

  @Test
  void aFileIsReadToItsEndWhateverItSaysOfItsSize() throws IOException {
    byte[] file = {1, 2, 3, 4, 5};
    for (int available : new int[] {0, 1, 4, 5, 6}) {
      InputStream in =
          new ByteArrayInputStream(file) {
            @Override
            public int available() {
              return available;
            }
          };
      assertArrayEquals(file, CompiledLayouts.all(in), "" + available);
    }
  }

  @Test
  void whatIsTooMuchIsNotWritten() throws IOException {
    for (int count : new int[] {127, 128, 255, 256}) {
      String[] names = new String[count];
      Arrays.setAll(names, i -> "x" + i);
      List<Layout> layouts = List.of(Layout.builder("t").home("a", "proc").exclude(names).build());
      if (count < 256) {
        assertEquals(List.of(names), read(LayoutCompiler.write(layouts)).get(0).excludes());
      } else {
        assertThrows(IOException.class, () -> LayoutCompiler.write(layouts));
      }
    }
  }

  /** Where each begins has 20 bits. */
  @Test
  void textsThatAreTooLongTogetherAreNotWritten() throws IOException {
    List<StatDeclaration> stats = new ArrayList<>();
    int length = 0;
    while (length < 1 << 20) {
      String text = (stats.size() + " ").repeat(4095).substring(0, 4095);
      stats.add(StatDeclaration.of("a" + stats.size(), Stat.Kind.LEVEL, "", text, text));
      length += text.length();
    }
    Layout layout = Layout.builder("t").stats(stats).build();
    assertEquals(stats, read(LayoutCompiler.write(List.of(layout))).get(0).stats().all());
    stats.add(StatDeclaration.of("b", Stat.Kind.LEVEL, "", "one more", ""));
    Layout more = Layout.builder("t").stats(stats).build();
    assertThrows(IOException.class, () -> LayoutCompiler.write(List.of(more)));
  }

  @Test
  void whatHasNoFormHereIsNotWritten() {
    Layout lines = Layout.builder("t").flatKeyedFiles("a").build();
    assertThrows(IOException.class, () -> LayoutCompiler.write(List.of(lines)));
    Layout root = Layout.file("t");
    assertThrows(IOException.class, () -> LayoutCompiler.write(List.of(root)));
  }

  /** As the build has done that. */
  @Test
  void whatIsReadIsNotChecked() throws IOException {
    Layout layout = Layout.builder("t").unchecked().declaredFilesOnly().build();
    assertTrue(read(LayoutCompiler.write(List.of(layout))).get(0).hasDeclaredFilesOnly());
  }

  @Test
  void whatStatsHaveInCommonIsThereOnce() throws IOException {
    StatDeclaration one = StatDeclaration.of("a", Stat.Kind.LEVEL, "{thing}", "A.", "");
    StatDeclaration other = StatDeclaration.of("b", Stat.Kind.LEVEL, "{thing}", "B.", "");
    Layout layout = Layout.builder("t").stats(List.of(one, other)).build();
    List<StatDeclaration> read = read(LayoutCompiler.write(List.of(layout))).get(0).stats().all();
    assertSame(read.get(0).unit(), read.get(1).unit());
  }

  /** The place of a text has its length in 12 bits. */
  @Test
  void aTextThatIsTooLongIsNotWritten() throws IOException {
    for (int length : new int[] {4095, 4096, 8191}) {
      String text = "x".repeat(length);
      StatDeclaration stat = StatDeclaration.of("a", Stat.Kind.LEVEL, "", text, "");
      List<Layout> layouts =
          List.of(Layout.builder("t").home("a", "proc").stats(List.of(stat)).build());
      if (length < 4096) {
        Layout copy = read(LayoutCompiler.write(layouts)).get(0);
        assertEquals(text, copy.stats().all().get(0).description());
      } else {
        assertThrows(IOException.class, () -> LayoutCompiler.write(layouts));
      }
    }
  }

  /** With shapes and metrics that no shipped layout has. */
  @Test
  void allThatCanBeDeclaredIsWritten() throws IOException, DeclarationException {
    Layout layout =
        Layouts.parse(
            "t.yaml",
            """
            tree: t
            default: false
            at: {type: [sysfs, tmpfs], path: a/b}
            sources: "{a}/b"
            links: ../c
            exclude: [x*]
            kinds-by-mode: true
            schema-file: .schema
            document: d
            only-declared-files: true
            files:
              one:
                shape: {skip-lines: 1, header: once, header-words: 2, row: words 0 2,
                  prefix-words: 3, separators: "|", radix: 16, least-columns: 4, trailing-words: 1}
                rows: {keys: "{l}", exclude: e*}
                columns: "*"
                subsystem: s
                stats:
                  z: {kind: discrete, type: float, unit: ms, former: [f, g], default: false}
              two: {shape: {row: line-number, trailing-words: any}, rows: "{n}", columns: [_, q]}
              six: {shape: {row: word 0}, columns: 2}
              three: {shape: {row: before-colon, column: word-before}, rows: "{p}"}
              four: {shape: {column: before-equals}}
              five: flat-keyed
              nine: {shape: entries, stats: {a: {kind: level}}}
              eight: {shape: {headings: colon, row: before-colon}, sections: ["a {h}", "b {h}"], rows: "{r}", columns: [v]}
              seven: {shape: flat-keyed, default: false, stats: {a: {kind: level, default: true}}}
            stats: {a: {kind: level}}
            metrics:
              semconv:
                m:
                  instrument: gauge
                  unit: "1"
                  description: D.
                  points:
                    - {labels: {k: v, i: {integer: "{a}"}}, sum: [t/*/a, -t/b], divided-by: t/c}
                    - {count: t/*/a}
            """);
    Written written = LayoutCompiler.write(List.of(layout));
    List<Layout> read = read(written);

    assertWritten(written, LayoutCompiler.write(read));
    Layout copy = read.get(0);
    assertFalse(copy.isDefault());
    assertTrue(copy.hasKindsByMode());
    assertTrue(copy.hasDeclaredFilesOnly());
    assertEquals(layout.homeTypes(), copy.homeTypes());
    assertEquals(layout.homePath(), copy.homePath());
    assertEquals(layout.links(), copy.links());
    assertEquals(layout.schemaFile(), copy.schemaFile());
    assertEquals(layout.excludes(), copy.excludes());
    assertEquals(layout.backend(), copy.backend());
    assertEquals(layout.excludedLabels(), copy.excludedLabels());
    assertEquals(layout.subsystem(), copy.subsystem());
    assertEquals(layout.levels().toString(), copy.levels().toString());
    assertEquals(layout.metrics(), copy.metrics());
    assertEquals(9, copy.files().size());
    for (int i = 0; i < 9; i++) {
      assertEquals(layout.files().get(i).path(), copy.files().get(i).path());
      assertEquals(layout.files().get(i).shape(), copy.files().get(i).shape());
      assertEquals(layout.files().get(i).tables(), copy.files().get(i).tables());
    }
  }

  @Test
  void cgroupsAreWrittenAndRead() throws IOException, DeclarationException {
    Layout layout =
        Layouts.parse(
            "x.yaml",
            "tree: t\nat: {type: cgroup, controller: cpu, cgroup: own}\n"
                + "sources: '{c...}'\nlabels-of-path: ['a/{x}', '.../{y:hex}']\n");
    Layout copy = read(LayoutCompiler.write(List.of(layout))).get(0);
    assertEquals(List.of("a/{x}", ".../{y:hex}"), copy.labelsOfPath());
    assertEquals(Optional.of("cpu"), copy.controller());
    assertTrue(copy.isOwnCgroup());
  }

  @Test
  void allThatIsSaidOfDirectoriesIsWritten() throws IOException, DeclarationException {
    Layout layout =
        Layouts.parse(
            "t.yaml",
            """
            tree: t
            sources: "a{b}/{c...}"
            only-described-stats: true
            labels: {n: name, l: [label, "x{y}_label"]}
            stats: {"x{y}z": {kind: level}}
            """);
    Written written = LayoutCompiler.write(List.of(layout));
    Layout copy = read(written).get(0);

    assertWritten(written, LayoutCompiler.write(List.of(copy)));
    assertTrue(copy.hasDescribedStatsOnly());
    assertEquals(layout.levels().toString(), copy.levels().toString());
    assertEquals(layout.stats().all(), copy.stats().all());
    assertEquals("{n=[name], l=[label, x{y}_label]}", copy.labelFiles().toString());
  }

  @Test
  void statsAreFoundByTheirNamesAsInAList() throws IOException, DeclarationException {
    for (Path file : shippedFiles()) {
      Layout layout = Layouts.parse(file.toString(), Files.readString(file));
      Layout shipped = Layouts.shipped(layout.name());
      assertSameStats(layout.stats(), shipped.stats());
      for (int i = 0; i < layout.files().size(); i++) {
        for (int k = 0; k < layout.files().get(i).tables().size(); k++) {
          assertSameStats(
              layout.files().get(i).tables().get(k).stats(),
              shipped.files().get(i).tables().get(k).stats());
        }
      }
    }
  }

  private static void assertSameStats(StatDeclarations expected, StatDeclarations stats) {
    assertEquals(Set.copyOf(expected.names()), Set.copyOf(stats.names()));
    for (String name : expected.names()) {
      assertEquals(expected.named(name), stats.named(name), name);
      assertSame(stats.named(name), stats.named(name));
      assertNull(stats.named(name + "x" + name));
    }
    assertEquals(expected.patterns(), stats.patterns());
    assertEquals(expected.noValueWords(), stats.noValueWords());
  }

  /** As many as there are places in a table of hashes, and with equal hashes. */
  @Test
  void namesOfEqualHashesAreFound() throws IOException {
    List<StatDeclaration> stats = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 6; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      stats.add(StatDeclaration.builder(name.toString(), Stat.Kind.LEVEL).build());
      Layout layout = Layout.builder("t").stats(stats).build();
      StatDeclarations read = read(LayoutCompiler.write(List.of(layout))).get(0).stats();
      for (StatDeclaration stat : stats) {
        assertEquals(stat, read.named(stat.toString()));
      }
      assertNull(read.named("AaAaAaAaAaAaAa"));
    }
  }

  @Test
  void aStatThatIsFoundByAFormerNameHasItsOwn() throws IOException {
    StatDeclaration stat =
        StatDeclaration.builder("now", Stat.Kind.LEVEL).formerNames(List.of("then")).build();
    Layout layout = Layout.builder("t").stats(List.of(stat)).build();
    StatDeclarations read = read(LayoutCompiler.write(List.of(layout))).get(0).stats();
    assertEquals("now", read.named("then").toString());
    assertSame(read.named("then"), read.named("now"));
  }

  /** Also where both have the same place in the table. */
  @Test
  void theBeginningOfANameIsAnotherName() throws IOException {
    String name = "a".repeat(32);
    Layout layout =
        Layout.builder("t")
            .stats(List.of(StatDeclaration.builder(name, Stat.Kind.LEVEL).build()))
            .build();
    StatDeclarations read = read(LayoutCompiler.write(List.of(layout))).get(0).stats();
    for (int i = 0; i < name.length(); i++) {
      assertNull(read.named(name.substring(i + 1)));
      assertNull(read.named(name + name.substring(i)));
    }
    assertEquals(name, read.named(name).toString());
  }

  @Test
  void textsOfAllLanguagesAreWritten() throws IOException {
    for (String text : List.of("", "a", "\u00e4", "\u20ac")) {
      StatDeclaration stat = StatDeclaration.of("a", Stat.Kind.LEVEL, "", text, text + text);
      Layout layout = Layout.builder("t" + text).stats(List.of(stat)).build();
      Layout copy = read(LayoutCompiler.write(List.of(layout))).get(0);
      assertEquals(layout.name(), copy.name());
      assertEquals(List.of(stat), copy.stats().all());
    }
  }

  /** In a JVM of its own, whose class path has no YAML parser. */
  @Test
  void shippedLayoutsNeedNoYaml() throws IOException, InterruptedException {
    assertEquals(
        shippedNames()
            + "\n"
            + "x.yaml:1:1: declarations are read by org.snakeyaml:snakeyaml-engine, which is not"
            + " there\n",
        output(WithoutYaml.class));
  }

  /** In a JVM of its own, which reports what it loads. */
  @Test
  void ofTreesThatAreNotOpenedNothingIsMade() throws IOException, InterruptedException {
    String output = output(WithoutYaml.class, "-Xlog:class+load");
    String before = output.substring(0, output.indexOf("\n[" + shippedNames().get(0)));

    assertTrue(before.contains(" io.statsfs.Layout "), before);
    for (String part : List.of("StatDeclaration", "Shape", "KeyPattern", "MetricDeclaration")) {
      assertFalse(before.contains(" io.statsfs.spi." + part + " "), part);
    }
  }

  /** Nor of files before they are read but their paths, and of stats that are found the names. */
  @Test
  void ofFilesAndStatsOnlyTheNameIsMade() throws IOException, InterruptedException {
    String output = output(Found.class, "-Xlog:class+load");
    int path = output.indexOf("\npath memory.usage_in_bytes");
    int row = output.indexOf("\nrow SINGLE");
    String table = " io.statsfs.spi.TableDeclaration ";
    assertTrue(0 < path && path < row, output);
    assertFalse(output.substring(0, path).contains(table), output);
    assertTrue(output.substring(path, row).contains(table), output);
    int found = output.indexOf("\nfound net 24");
    int asked = output.indexOf("\nasked COUNTER");
    assertTrue(0 < found && found < asked, output);
    String before = output.substring(0, found);
    assertTrue(before.contains("\ntables true"), before);
    assertTrue(before.contains(" io.statsfs.spi.StatDeclaration "), before);
    assertFalse(before.contains(" io.statsfs.trees.CompiledDetails "), before);
    // Each would take half a millisecond of an opening, the first one several.
    for (String part : List.of("Layout", "spi.FileDeclaration", "spi.Axis", "spi.KeyPattern")) {
      assertFalse(before.contains(" io.statsfs." + part + "$$Lambda"), before);
    }
    for (String part : List.of("StatDeclaration$Rest", "StatDeclaration$Builder")) {
      assertFalse(before.contains(" io.statsfs.spi." + part + " "), part);
      assertTrue(output.contains(" io.statsfs.spi." + part + " "), part);
    }
  }

  /** The program of that JVM. */
  static final class Found {
    private Found() {}

    public static void main(String... arguments) {
      FileDeclaration file = Layouts.shipped("cgroup_v1_memory").files().get(0);
      System.out.println("path " + file.path());
      System.out.println("row " + file.tables().get(0).rows().meaning());
      int tables = 0;
      for (Layout layout : Layouts.shipped()) {
        for (FileDeclaration each : layout.files()) {
          tables += each.tables().size();
        }
      }
      System.out.println("tables " + (tables > 0));
      StatDeclarations stats = Layouts.shipped("net").stats();
      int found = 0;
      for (String name : stats.names()) {
        found += stats.named(name) == null ? 0 : 1;
      }
      System.out.println("found net " + found);
      System.out.println("asked " + stats.named("rx_bytes").kind());
    }
  }

  private static List<String> shippedNames() throws IOException {
    return shippedFiles().stream()
        .map(file -> file.getFileName().toString().replace(".yaml", ""))
        .toList();
  }

  /** What a program prints whose class path has no YAML parser. */
  private static String output(Class<?> program, String... options)
      throws IOException, InterruptedException {
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("snakeyaml-engine"))
            .reduce((a, b) -> a + File.pathSeparator + b)
            .orElseThrow();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, program.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return output;
  }

  /** The program of that JVM. */
  static final class WithoutYaml {
    private WithoutYaml() {}

    public static void main(String... arguments) {
      System.out.println(new TreesProvider().declared(List.of()).shipped());
      try {
        Layouts.parse("x.yaml", "tree: t");
      } catch (DeclarationException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
