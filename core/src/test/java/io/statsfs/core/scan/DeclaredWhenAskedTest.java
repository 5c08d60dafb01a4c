package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.core.Fs;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.testkit.TestTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Declarations of stats are asked for no more than the name until somebody asks the stat. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeclaredWhenAskedTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  /** The names of those that were made. */
  private final List<String> made = new ArrayList<>();

  /** Counters that are exported only if they are named. */
  private final class Declared implements StatDeclarations {
    private final Map<String, StatDeclaration> byName = new LinkedHashMap<>();

    Declared(String... names) {
      for (int i = 0; i < names.length; i++) {
        byName.put(names[i], StatDeclaration.later(names[i], number -> make(names[number]), i));
      }
    }

    private StatDeclaration make(String name) {
      made.add(name);
      return StatDeclaration.builder(name, Stat.Kind.COUNTER).unit("By").byDefault(false).build();
    }

    @Override
    public List<StatDeclaration> all() {
      return List.copyOf(byName.values());
    }

    @Override
    public StatDeclaration named(String name) {
      return byName.get(name);
    }

    @Override
    public List<StatDeclaration> patterns() {
      return List.of();
    }

    @Override
    public Collection<String> names() {
      return byName.keySet();
    }

    @Override
    public List<String> noValueWords() {
      return List.of();
    }
  }

  private void assertMadeWhenAsked(Layout layout, String device) {
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout)) {
      Stat first = fs.catalog().get("s", device, "a");
      Stat other = fs.catalog().get("s", device, "b");
      fs.refresh();
      assertEquals(List.of(), made);
      assertEquals(Stat.Kind.COUNTER, first.kind());
      assertEquals("By", first.unit());
      assertFalse(first.isDefault());
      assertEquals(List.of("a"), made);
      try (Sampler sampler = fs.fs.sampler(StatFilter.defaults())) {
        assertEquals(0, sampler.size());
      }
      assertEquals(List.of("a", "b"), made);
      assertEquals("By", other.unit());
      assertEquals(List.of("a", "b"), made);
    }
  }

  @Test
  void ofFilesOfOneValue() {
    tree.stat("d/a", 1).stat("d/b", 2);
    Declared stats = new Declared("a", "b", "c");
    assertMadeWhenAsked(
        Layout.builder("t").subsystem("s").sources("{d}").describedStatsOnly().stats(stats).build(),
        "d");
  }

  @Test
  void ofTables() {
    tree.stat("f", "a 1 2\nb 3 4\n");
    TableDeclaration table =
        TableDeclaration.of(null, Axis.stats("*"), Axis.single(), new Declared("a", "b", "c"));
    Shape shape = Shape.builder().rowKeyWord(0).trailingWords(Shape.ANY).build();
    FileDeclaration file = FileDeclaration.of("f", shape, List.of(table.byDefault(false)));
    assertMadeWhenAsked(Layout.builder("t").subsystem("s").files(file).build(), "");
  }

  @Test
  void ofFilesThatAreNotThere() {
    tree.stat("there", "a 1\n").settle();
    List<String> declared = new ArrayList<>();
    List<String> paths = List.of("there", "elsewhere");
    FileDeclaration[] files = new FileDeclaration[paths.size()];
    for (int i = 0; i < files.length; i++) {
      files[i] =
          FileDeclaration.later(
              paths.get(i),
              number -> {
                declared.add(paths.get(number));
                return FileDeclaration.flatKeyed(paths.get(number), List.of());
              },
              i);
    }
    Layout layout = Layout.builder("t").subsystem("s").declaredFilesOnly().files(files).build();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(List.of("s/a"), fs.stats());
      fs.refresh();
      assertEquals(List.of("there"), declared);
    }
  }
}
