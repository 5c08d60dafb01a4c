package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclarationTest {
  @Test
  void aPatternHasSetsOfCharacters() {
    KeyPattern partition = KeyPattern.of("sd*[0-9.^]");

    assertFalse(partition.isLiteral());
    assertTrue(partition.matches("sda1") && partition.matches("sda.") && partition.matches("sd^"));
    assertFalse(partition.matches("sda") || partition.matches("sda1x"));
    assertThrows(IllegalArgumentException.class, () -> KeyPattern.of("a[b"));
    assertThrows(IllegalArgumentException.class, () -> KeyPattern.of("a[]"));
    assertThrows(IllegalArgumentException.class, () -> KeyPattern.of("[9-0]"));
    KeyPattern hyphens = KeyPattern.of("[-a][b-][c-e-]?");
    assertTrue(hyphens.matches("-bd\ud83d\ude00") && hyphens.matches("a--."));
    assertFalse(hyphens.matches("b-cx") || hyphens.matches("ab.x") || hyphens.matches("abc"));
  }

  private static final StatDeclaration HITS =
      StatDeclaration.of("hits", Stat.Kind.LEVEL, "", "Hits.", "");

  @Test
  void patternTakesLabelsFromKeys() {
    KeyPattern cpu = KeyPattern.of("cpu{cpu}");
    assertEquals(List.of("cpu"), cpu.labels());
    assertEquals(Map.of("cpu", "12"), cpu.match("cpu12"));
    assertNull(cpu.match("cpu"));
    assertNull(cpu.match("xcpu1"));
    assertEquals(Map.of("a", "x", "b", "y z"), KeyPattern.of("{a}, {b}").match("x, y z"));
    assertEquals("cpu{cpu}", cpu.toString());
  }

  @Test
  void aLabelOfOneValueMatchesThatAlone() {
    KeyPattern third = KeyPattern.of("proc{version=3}");
    assertEquals(List.of("version"), third.labels());
    assertEquals(Map.of("version", "3"), third.match("proc3"));
    assertNull(third.match("proc4"));
    assertNull(third.match("proc33"));
    assertFalse(third.isLiteral());
    assertEquals(Map.of("a", "x.=\\E"), KeyPattern.of("{a=x.=\\E}").match("x.=\\E"));
    assertNull(KeyPattern.of("{a=x.}").match("xy"));
    assertEquals("proc{version=3}", third.toString());
    assertThrows(IllegalArgumentException.class, () -> Axis.labels("{a=1}", "{b=2}"));
    assertEquals(Map.of("a", "2"), Axis.labels("{a=1}", "{a=2}").match("2"));
  }

  @Test
  void patternHasStars() {
    assertTrue(KeyPattern.of("loop*").matches("loop"));
    assertTrue(KeyPattern.of("sd?").matches("sda"));
    assertFalse(KeyPattern.of("sd?").matches("sda1"));
    assertFalse(KeyPattern.of("a.c").matches("abc"));
    assertTrue(KeyPattern.of("a*c").matches("a\n\\Q\\E.c"));
    assertTrue(KeyPattern.of("a.c").isLiteral());
    assertEquals(Map.of(), KeyPattern.of("a.c").match("a.c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "}", "a{}", "{a", "a}b", "{a}{a}", "{a=}", "{=1}", "{a=1}{a}"})
  void patternWithHalfALabelIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> KeyPattern.of(text));
  }

  @Test
  void axisNamesNumbers() {
    Axis columns = Axis.positions("user", "-", "system");
    assertEquals(Optional.of("user"), columns.key(0));
    assertEquals(Optional.empty(), columns.key(1));
    assertEquals(Optional.of("system"), columns.key(2));
    assertEquals(Optional.empty(), columns.key(3));
    assertEquals(Optional.of("7"), Axis.labels("{cpu}").key(7));
  }

  @Test
  void axisLeavesKeysOut() {
    Axis disks = Axis.labels("{device}").excluding("loop*", "ram*");
    assertEquals(Map.of("device", "sda"), disks.match("sda"));
    assertNull(disks.match("loop0"));
    assertEquals(Map.of(), Axis.stats("*").match("anything"));
    assertEquals(List.of("device"), disks.labelKeys());
    assertEquals(List.of(), Axis.single().labelKeys());
  }

  @Test
  void axisHasTheSameLabelsThroughout() {
    assertThrows(IllegalArgumentException.class, () -> Axis.stats("cpu{cpu}"));
    assertThrows(IllegalArgumentException.class, () -> Axis.labels("cpu"));
    assertThrows(IllegalArgumentException.class, () -> Axis.labels("cpu{cpu}", "{node}"));
    assertThrows(IllegalArgumentException.class, Axis::labels);
  }

  @Test
  void tableKnowsWhereNamesOfStatsComeFrom() {
    Axis stats = Axis.stats("*");
    Axis cpus = Axis.labels("CPU{cpu}");
    Axis nodes = Axis.labels("{node}");
    assertThrows(
        IllegalArgumentException.class, () -> TableDeclaration.of(null, stats, stats, List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> TableDeclaration.of(null, nodes, cpus, List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> TableDeclaration.of(null, cpus, Axis.labels("{cpu}"), List.of(HITS)));
    assertEquals(
        List.of("node", "cpu"), TableDeclaration.of(null, nodes, cpus, List.of(HITS)).labelKeys());
  }

  @Test
  void axesFitTheShape() {
    TableDeclaration oneRow =
        TableDeclaration.of(null, Axis.single(), Axis.positions("a"), List.of());
    assertThrows(
        IllegalArgumentException.class,
        () -> FileDeclaration.of("f", Shape.FLAT_KEYED, List.of(oneRow)));
    assertEquals(1, FileDeclaration.of("f", Shape.VALUE, List.of(oneRow)).tables().size());
    Shape nested = Shape.builder().rowKeyWord(0).columnKey(Shape.ColumnKey.BEFORE_EQUALS).build();
    TableDeclaration byPosition =
        TableDeclaration.of(null, Axis.labels("{r}"), Axis.positions("a"), List.of());
    assertThrows(
        IllegalArgumentException.class, () -> FileDeclaration.of("f", nested, List.of(byPosition)));
    assertThrows(IllegalArgumentException.class, () -> FileDeclaration.of("f", nested, List.of()));
  }

  @Test
  void statIsDescribedUnderItsFormerNames() {
    StatDeclaration stalls =
        StatDeclaration.builder("allocstall_*", Stat.Kind.COUNTER)
            .formerNames(List.of("allocstall"))
            .build();
    assertEquals(Stat.Type.INT, stalls.type());
    assertNull(stalls.byDefault());
    assertTrue(stalls.describes("allocstall_dma"));
    assertTrue(stalls.describes("allocstall"));
    assertFalse(stalls.describes("allocstalls"));
  }

  @Test
  void allButTheNameOfAStatCanBeMadeWhenItIsAskedFor() {
    List<StatDeclaration> whole =
        List.of(
            HITS,
            StatDeclaration.builder("misses*", Stat.Kind.COUNTER)
                .type(Stat.Type.FLOAT)
                .unit("s")
                .description("Misses.")
                .document("d")
                .formerNames(List.of("lost"))
                .byDefault(false)
                .noValue(List.of("EINVAL", "none"))
                .build());
    List<Integer> made = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      StatDeclaration expected = whole.get(i);
      StatDeclaration later =
          StatDeclaration.later(
              expected.toString(),
              number -> {
                made.add(number);
                return whole.get(number);
              },
              i);
      assertEquals(expected.toString(), later.toString());
      assertEquals(expected.name(), later.name());
      assertEquals(expected.hashCode(), later.hashCode());
      assertTrue(later.describes(i == 0 ? "hits" : "misses_all"));
      assertEquals(later, later);
      assertEquals(i, made.size());

      assertEquals(expected, later);
      assertEquals(expected.kind(), later.kind());
      assertEquals(expected.type(), later.type());
      assertEquals(expected.unit(), later.unit());
      assertEquals(expected.description(), later.description());
      assertEquals(expected.document(), later.document());
      assertEquals(expected.formerNames(), later.formerNames());
      assertEquals(expected.byDefault(), later.byDefault());
      assertEquals(expected.noValue(), later.noValue());
      assertEquals(expected.noValueWords(), later.noValueWords());
      assertEquals(expected.noValueErrnos(), later.noValueErrnos());
      assertEquals(i + 1, made.size());
      assertEquals(i, made.get(i));
    }
  }

  @Test
  void aNameThatIsNoPatternIsRefusedWhenItIsAskedFor() {
    StatDeclaration half = StatDeclaration.later("a{", number -> HITS, 0);
    assertEquals("a{", half.toString());
    assertThrows(IllegalArgumentException.class, half::name);
  }

  @Test
  void allButThePathOfAFileCanBeMadeWhenItIsAskedFor() {
    FileDeclaration whole = FileDeclaration.flatKeyed("a/{b}.stat", List.of(HITS));
    List<Integer> made = new ArrayList<>();
    FileDeclaration later =
        FileDeclaration.later(
            whole.path(),
            number -> {
              made.add(number);
              return whole;
            },
            7);
    assertEquals("a/{b}.stat", later.path());
    assertEquals("a", later.directory());
    assertEquals(whole.name(), later.name());
    assertEquals(whole.hashCode(), later.hashCode());
    assertEquals(later, later);
    FileDeclaration placed = later.declaredAt("x:1");
    assertEquals("x:1", placed.origin());
    assertEquals(List.of(), made);
    assertEquals(whole.shape(), later.shape());
    assertEquals(whole.tables(), later.tables());
    assertEquals(whole, later);
    assertEquals(List.of(7), made);
    assertEquals(whole.tables(), placed.tables());
  }

  @Test
  void whatWasCheckedBeforeIsTheSameWithoutAnyCheck() {
    StatDeclarations hits = StatDeclarations.of(List.of(HITS));
    Axis keys = Axis.stats("*");
    TableDeclaration table = TableDeclaration.of("sub", keys, Axis.single(), hits).byDefault(false);
    assertEquals(
        table, TableDeclaration.unchecked("sub", Axis.single(), keys, Axis.single(), hits, false));
    FileDeclaration file = FileDeclaration.of("a/b", Shape.FLAT_KEYED, List.of(table));
    assertEquals(file, FileDeclaration.unchecked("a/b", Shape.FLAT_KEYED, List.of(table)));
    // Nothing of these would be taken otherwise.
    TableDeclaration twice =
        TableDeclaration.unchecked(null, Axis.single(), keys, keys, hits, true);
    assertEquals(keys, twice.columns());
    assertThrows(IllegalArgumentException.class, () -> TableDeclaration.of(null, keys, keys, hits));
    assertEquals("a*/b", FileDeclaration.unchecked("a*/b", Shape.VALUE, List.of()).path());
    assertThrows(
        IllegalArgumentException.class, () -> FileDeclaration.of("a*/b", Shape.VALUE, List.of()));
  }

  @Test
  void whatAnythingMatchesHasItsLabel() {
    KeyPattern label = KeyPattern.of("{a}");
    assertArrayEquals(new int[] {0, 2}, label.find("xy"));
    assertNull(label.find(""));
    assertNull(label.match(""));
    assertFalse(label.isLiteral() || label.hasWildcards() || label.matches(""));
    KeyPattern star = KeyPattern.of("*");
    assertArrayEquals(new int[0], star.find("xy"));
    assertArrayEquals(new int[0], star.find(""));
    assertEquals(Map.of(), star.match(""));
    assertTrue(star.hasWildcards() && star.matches("") && !star.isLiteral());
  }

  @Test
  void layoutHasFiles() {
    FileDeclaration file = FileDeclaration.flatKeyed("memory.stat", List.of(HITS));
    Layout layout = Layout.builder("mine").files(file).build();
    assertEquals(List.of(file), layout.files());
    assertFalse(layout.isRootFile());
    assertEquals(List.of(), Layout.statsfs().files());
    assertThrows(IllegalArgumentException.class, () -> Layout.builder("mine").files(file, file));
  }

  @Test
  void aFileMayHaveSeveralForms() {
    FileDeclaration flat = FileDeclaration.flatKeyed("f", List.of(HITS));
    TableDeclaration byColumn =
        TableDeclaration.of(null, Axis.labels("{r}"), Axis.positions("a"), List.of());
    FileDeclaration rows = FileDeclaration.of("f", Shape.FLAT_KEYED, List.of(byColumn));
    FileDeclaration both = flat.or(rows);
    assertEquals(List.of(flat), flat.forms());
    assertEquals(List.of(flat, rows), both.forms());
    assertEquals(List.of(rows, flat, rows), rows.or(both).forms());
    assertEquals(flat.shape(), both.shape());
    assertEquals(flat.tables(), both.tables());
    assertEquals(flat.or(rows), both);
    assertEquals(flat.or(rows).hashCode(), both.hashCode());
    assertFalse(both.equals(flat) || both.equals(rows.or(flat)));
    assertEquals("x:1:1", both.declaredAt("x:1:1").origin());
    assertEquals(2, both.declaredAt("x:1:1").forms().size());
    FileDeclaration other = FileDeclaration.flatKeyed("g", List.of());
    assertThrows(IllegalArgumentException.class, () -> flat.or(other));
    TableDeclaration one = TableDeclaration.of(null, Axis.single(), Axis.single(), List.of(HITS));
    FileDeclaration entries = FileDeclaration.of("f", Shape.ENTRIES, List.of(one));
    assertThrows(IllegalArgumentException.class, () -> flat.or(entries));
    assertThrows(IllegalArgumentException.class, () -> entries.or(flat));
    // Labels of all of them must not be those of directories.
    Layout.Builder layout = Layout.builder("mine").sources("{r}").files(both);
    assertThrows(IllegalStateException.class, layout::build);
  }

  @Test
  void rootMayBeADeclaredFile() {
    FileDeclaration root = FileDeclaration.flatKeyed("", List.of());
    assertTrue(Layout.builder("mine").subsystem("mine").files(root).build().isRootFile());
    FileDeclaration other = FileDeclaration.flatKeyed("a", List.of());
    assertThrows(IllegalArgumentException.class, () -> Layout.builder("mine").files(root, other));
  }
}
