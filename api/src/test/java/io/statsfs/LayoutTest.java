package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {

  @Test
  void builderBeginsWithStatsfsWithoutSchemas() {
    Layout layout = Layout.builder("mine").build();
    assertEquals("mine", layout.name());
    assertEquals("mine", layout.toString());
    assertEquals("", layout.homePath());
    assertEquals(Set.of(), layout.homeTypes());
    assertEquals(Optional.empty(), layout.subsystem());
    assertEquals(Optional.empty(), layout.levels());
    assertEquals(Optional.empty(), layout.links());
    assertEquals(Optional.empty(), layout.schemaFile());
    assertEquals(List.of(), layout.stats().all());
    assertTrue(layout.isDefault());
    assertEquals(Set.of(), layout.flatKeyedFiles());
    assertFalse(layout.isRootFile());
  }

  @Test
  void builderKeepsWhatItIsTold() {
    StatDeclaration stat = StatDeclaration.of("a", Stat.Kind.COUNTER, "By", "A.", "");
    Layout layout =
        Layout.builder("mine")
            .home("a/b", "one", "two")
            .subsystem("sub")
            .sources("{bus}/unit/x{a}y{b}")
            .links("../up")
            .schemaFile("about")
            .stats(List.of(stat))
            .byDefault(false)
            .flatKeyedFiles("x", "y")
            .build();
    assertEquals("a/b", layout.homePath());
    assertEquals(List.of("one", "two"), List.copyOf(layout.homeTypes()));
    assertEquals("sub", layout.subsystem().orElseThrow());
    assertEquals(
        List.of("[bus] false", "[] true", "[a, b] false"),
        layout.levels().orElseThrow().stream()
            .map(level -> level.labels() + " " + level.isLiteral())
            .toList());
    assertEquals("[{bus}, unit, x{a}y{b}]", layout.levels().orElseThrow().toString());
    assertEquals(Path.of("../up"), layout.links().orElseThrow());
    assertEquals("about", layout.schemaFile().orElseThrow());
    assertEquals(List.of(stat), layout.stats().all());
    assertFalse(layout.isDefault());
    assertEquals(Set.of("x", "y"), layout.flatKeyedFiles());
    assertThrows(UnsupportedOperationException.class, () -> layout.homeTypes().add("three"));
    assertThrows(UnsupportedOperationException.class, () -> layout.flatKeyedFiles().clear());
  }

  @Test
  void whatIsLeftForLaterIsDeclaredOnceWhenItIsAskedFor() {
    List<String> asked = new ArrayList<>();
    Layout layout =
        Layout.builder("mine")
            .home("memory", "cgroup")
            .controller("memory")
            .byDefault(false)
            .later(
                rest -> {
                  asked.add("rest");
                  rest.subsystem("sub")
                      .metrics(
                          () -> {
                            asked.add("metrics");
                            return List.of();
                          });
                })
            .build();
    assertEquals("mine", layout.toString());
    assertEquals("memory", layout.homePath());
    assertEquals(Set.of("cgroup"), layout.homeTypes());
    assertEquals(Optional.of("memory"), layout.controller());
    assertFalse(layout.isDefault());
    assertEquals(List.of(), asked);
    assertEquals(Optional.of("sub"), layout.subsystem());
    assertEquals(List.of(), layout.stats().all());
    assertEquals(List.of("rest"), asked);
    assertEquals(layout.metrics(), layout.metrics());
    assertEquals(List.of("rest", "metrics"), asked);
  }

  @Test
  void whatIsLeftForLaterIsCheckedThen() {
    Layout layout = Layout.builder("mine").later(rest -> rest.declaredFilesOnly()).build();
    for (int i = 0; i < 2; i++) {
      assertThrows(IllegalStateException.class, layout::files);
    }
  }

  @Test
  void whatWasCheckedBeforeIsNotCheckedAgain() {
    FileDeclaration file = FileDeclaration.flatKeyed("a", List.of());
    Layout.Builder builder = Layout.builder("mine").declaredFilesOnly();
    assertThrows(IllegalStateException.class, builder::build);
    assertThrows(IllegalArgumentException.class, () -> builder.files(file, file));
    Layout layout = builder.unchecked().files(file, file).build();
    assertEquals(List.of(file, file), layout.files());
    assertFalse(layout.isRootFile());
    Layout later = Layout.builder("mine").later(rest -> rest.unchecked().files(file, file)).build();
    assertEquals(List.of(file, file), later.files());
  }

  @Test
  void laterCallsDoNotChangeALayoutThatWasBuilt() {
    Layout.Builder builder = Layout.builder("mine").subsystem("one");
    Layout layout = builder.build();
    builder.subsystem("two").sources("x").rootFile();
    assertEquals("one", layout.subsystem().orElseThrow());
    assertTrue(layout.levels().isEmpty());
    assertFalse(layout.isRootFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a/", "/a", "a//b", "{}", "a/{}/b", "{}x", "{...}"})
  void patternWithAnEmptyLevelIsRefused(String pattern) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Layout.builder("mine").sources(pattern));
    assertTrue(e.getMessage().contains("'" + pattern + "'"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{a", "a}", "{a}{a}", "{a}/x{a}", "{a...}/b", "x{a...}", "a*", "{a}?", "[0-9]"})
  void patternThatIsNoListOfLevelsIsRefused(String pattern) {
    Layout.Builder builder = Layout.builder("mine");
    assertThrows(IllegalArgumentException.class, () -> builder.sources(pattern), pattern);
  }

  @Test
  void levelsMatchNames() {
    List<Layout.Level> levels =
        Layout.builder("mine").sources("node/mc{c}r{r}/{any}/{path...}").build().levels().get();
    assertTrue(levels.get(0).matches("node"));
    assertFalse(levels.get(0).matches("nodes"));
    assertEquals(Map.of(), levels.get(0).match("node"));
    assertTrue(levels.get(1).matches("mc0r11"));
    assertFalse(levels.get(1).matches("mc0r"));
    assertEquals("{c=0, r=11}", String.valueOf(levels.get(1).match("mc0r11")));
    assertTrue(levels.get(2).matches("a\nb"));
    assertFalse(levels.get(2).matches(""));
    assertFalse(levels.get(2).hasAnyDepth());
    assertTrue(levels.get(3).hasAnyDepth());
    assertEquals(Map.of("path", "x"), levels.get(3).match("x"));
    assertEquals("{path...}", levels.get(3).toString());
  }

  @Test
  void linksAreNotFollowedAtAnyDepth() {
    Layout.Builder builder = Layout.builder("mine").sources("a/{b...}").links("..");
    assertThrows(IllegalStateException.class, builder::build);
    assertTrue(builder.sources("a/{b}").build().links().isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{n}", "_{n}", "{n}_{m}", "{a}_x", "b{c}"})
  void labelsOfStatsLeaveANameAndAreNotThoseOfDirectories(String stat) {
    Layout.Builder builder =
        Layout.builder("mine")
            .sources("{a}/b{c}")
            .stats(List.of(StatDeclaration.of(stat, Stat.Kind.LEVEL, "", "", "")));
    assertThrows(IllegalStateException.class, builder::build);
    builder.stats(List.of(StatDeclaration.of("x" + stat, Stat.Kind.LEVEL, "", "", "")));
    boolean isNamed = !stat.contains("a") && !stat.contains("c");
    if (isNamed) {
      assertEquals(1, builder.build().stats().all().size());
    } else {
      assertThrows(IllegalStateException.class, builder::build);
    }
  }

  private static TableDeclaration table(String rows) {
    return TableDeclaration.of(null, Axis.labels(rows), Axis.stats("*"), List.of());
  }

  /** One of the two would be lost. */
  @Test
  void aLabelHasOneOrigin() {
    Shape shape = Shape.builder().rowKeyWord(0).columnKey(Shape.ColumnKey.WORD_BEFORE).build();
    Layout.Builder paths = Layout.builder("x").sources("{path...}").labelsOfPath(".../{path}");
    Layout.Builder rows =
        Layout.builder("x")
            .sources("{cpu}")
            .files(FileDeclaration.of("f", shape, List.of(table("cpu{cpu}"))));
    Layout.Builder rowsOfPath =
        Layout.builder("x")
            .sources("{path...}")
            .labelsOfPath("a/{cpu}", "b/{cpu}")
            .files(FileDeclaration.of("f", shape, List.of(table("cpu{cpu}"))));
    Layout.Builder files =
        Layout.builder("x").sources("{path...}").labelsOfPath("a/{pod}").label("pod", "name");
    for (Layout.Builder layout : List.of(paths, rows, rowsOfPath, files)) {
      assertThrows(IllegalStateException.class, layout::build);
    }
    rows.sources("{node}").build();
    files.labelsOfPath("a/{pod_name}", "b/{pod_name}").build();
  }

  @Test
  void describedStatsAloneExcludeWhatWouldDescribeOrLeaveThemOut() {
    Layout.Builder builder = Layout.builder("mine").subsystem("s").describedStatsOnly();
    assertTrue(builder.build().hasDescribedStatsOnly());
    assertFalse(Layout.statsfs().hasDescribedStatsOnly());
    builder.schemaFile(".schema");
    assertThrows(IllegalStateException.class, builder::build);
    Layout.Builder files =
        Layout.builder("mine").subsystem("s").describedStatsOnly().declaredFilesOnly();
    assertThrows(IllegalStateException.class, files::build);
  }

  @Test
  void excludesArePatternsOfNames() {
    Layout layout = Layout.builder("mine").exclude("table", "state@*", "c?").build();
    for (String name : List.of("table", "state@", "state@8080000", "c1")) {
      assertTrue(layout.excludes(name), name);
    }
    for (String name : List.of("tables", "a table", "state", "c", "c12", "")) {
      assertFalse(layout.excludes(name), name);
    }
    assertFalse(Layout.statsfs().excludes("table"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "a/b", "nested/*", "a/"})
  void patternThatMatchesNoNameIsRefused(String pattern) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Layout.builder("mine").exclude(pattern));
    assertTrue(e.getMessage().contains("'" + pattern + "'"), e.getMessage());
  }

  @Test
  void rootFileNeedsASubsystem() {
    Layout.Builder builder = Layout.builder("mine").rootFile();
    assertThrows(IllegalStateException.class, builder::build);
    assertTrue(builder.subsystem("s").build().isRootFile());
  }

  @Test
  void declaredFilesAloneNeedASubsystem() {
    Layout.Builder builder = Layout.builder("mine").declaredFilesOnly();
    assertThrows(IllegalStateException.class, builder::build);
    assertTrue(builder.subsystem("s").build().hasDeclaredFilesOnly());
    assertFalse(Layout.file("s").hasDeclaredFilesOnly());
  }

  @Test
  void flatKeyedIsAFileUnderItsSubsystem() {
    Layout layout = Layout.file("meminfo");
    assertTrue(layout.isRootFile());
    assertEquals("meminfo", layout.subsystem().orElseThrow());
  }

  @Test
  void statsfsIsFoundUnderEitherName() {
    assertEquals(
        List.of("statsfs", "stats_fs", "fuse.statsfs"), List.copyOf(Layout.statsfs().homeTypes()));
    assertEquals(".schema", Layout.statsfs().schemaFile().orElseThrow());
  }
}
