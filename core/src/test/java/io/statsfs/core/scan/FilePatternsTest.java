package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Command;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Declared files whose names have labels. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FilePatternsTest {
  private static final String PRESSURE = "some avg10=0.00 total=1\nfull avg10=0.00 total=2\n";

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static FileDeclaration pressure(String path) {
    return FileDeclaration.of(
        path,
        Shape.builder().rowKeyWord(0).columnKey(Shape.ColumnKey.BEFORE_EQUALS).build(),
        List.of(TableDeclaration.of(null, Axis.labels("{who}"), Axis.stats("total"), List.of())));
  }

  private static Layout.Builder layout(FileDeclaration... files) {
    return Layout.builder("l").subsystem("s").files(files);
  }

  @Test
  void eachFileThatMatchesIsOne() {
    tree.stat("cpu.pressure", PRESSURE).stat("io.pressure", PRESSURE).stat("cpu.max", 1);
    tree.stat("memory.pressure", "a 1\n").directory("dir.pressure");
    tree.link("link.pressure", Path.of("cpu.pressure"));
    Command.run("mkfifo", tree.path("fifo.pressure").toString());
    tree.settle();
    Layout layout =
        layout(
                pressure("{resource}.pressure"),
                FileDeclaration.flatKeyed("memory.pressure", List.of()),
                FileDeclaration.flatKeyed("{other}.pressure", List.of()))
            .declaredFilesOnly()
            .build();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(
          List.of(
              "s/a", "s/cpu/full/total", "s/cpu/some/total", "s/io/full/total", "s/io/some/total"),
          fs.stats());
      Source some = fs.source("s/cpu/some");
      assertEquals("{resource=cpu, who=some}", some.labels().toString());
      assertEquals(tree.path("cpu.pressure"), FilePaths.of(some));
      assertEquals(Map.of(), fs.source("s").labels());
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("link.pressure -> "), fs.problems()::toString);
      assertEquals(1, fs.fs.readLong(some.stats().get(0)));

      tree.remove("io.pressure").stat("irq.pressure", "full avg10=0.00 total=7\n").settle();
      fs.refresh();
      assertEquals(
          List.of("s/a", "s/cpu/full/total", "s/cpu/some/total", "s/irq/full/total"), fs.stats());
      assertSame(some, fs.source("s/cpu/some"));
    }
  }

  @Test
  void aFileMayBeInADirectoryBelow() {
    tree.stat("pressure/cpu", PRESSURE).stat("pressure/a/b", PRESSURE).stat("other", 3);
    tree.stat("fixed/name", PRESSURE).settle();
    Layout layout =
        layout(pressure("pressure/{resource}"), pressure("fixed/name")).declaredFilesOnly().build();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(List.of("s/cpu/full", "s/cpu/some", "s/full", "s/some"), fs.sources());
      // The directory above does not change by what comes or goes.
      tree.stat("pressure/memory", PRESSURE);
      fs.refresh();
      assertEquals(6, fs.sources().size());
      tree.remove("pressure/memory");
      tree.stat("pressure/io", PRESSURE).remove("pressure/cpu").remove("fixed/name").settle();
      fs.refresh();
      assertEquals(List.of("s/io/full", "s/io/some"), fs.sources());
      assertEquals(List.of(), fs.problems());
      tree.remove("pressure/io").remove("pressure/a/b").settle();
      fs.refresh();
      assertEquals(List.of(), fs.sources());
    }
  }

  @Test
  void noLinkLeadsToDirectoriesOutsideOfTheTree() {
    try (TestTree other = TestTree.inMemory()) {
      other.stat("cpu", PRESSURE);
      tree.link("pressure", other.root()).stat("x", 1).settle();
      Layout layout =
          layout(pressure("pressure/{resource}"), pressure("pressure/cpu"))
              .declaredFilesOnly()
              .build();
      try (Fs fs = new Fs(tree.root(), layout)) {
        assertEquals(List.of(), fs.sources());
      }
    }
  }

  @Test
  void filesAreDeclaredAtAnyDepthBesideDescribedStats() {
    tree.stat("memory.current", 1).stat("a/cpu.pressure", PRESSURE).stat("a/b/memory.current", 2);
    tree.stat("a/b/io.stat", "disk 1\n")
        .stat("a/other", 1)
        .stat("a/b/memory.max", "max\n")
        .settle();
    Layout.Builder layout =
        layout(pressure("{resource}.pressure"), FileDeclaration.flatKeyed("io.stat", List.of()))
            .sources("{cgroup...}");
    List<String> files = List.of("s/a/b/disk", "s/a/cpu/full/total", "s/a/cpu/some/total");
    try (Fs fs = new Fs(tree.root(), layout.declaredFilesOnly().build())) {
      assertEquals(files, fs.stats());
      assertEquals(
          "{cgroup=a, resource=cpu, who=some}", fs.source("s/a/cpu/some").labels().toString());
      assertEquals(List.of(), fs.problems());
    }
    Layout described =
        layout(pressure("{resource}.pressure"), FileDeclaration.flatKeyed("io.stat", List.of()))
            .sources("{cgroup...}")
            .stats(List.of(StatDeclaration.of("memory.current", Stat.Kind.LEVEL, "By", "M.", "")))
            .describedStatsOnly()
            .build();
    try (Fs fs = new Fs(tree.root(), described)) {
      assertEquals(
          List.of(
              "s/a/b/disk",
              "s/a/b/memory.current",
              "s/a/cpu/full/total",
              "s/a/cpu/some/total",
              "s/memory.current"),
          fs.stats().stream().sorted().toList());
      assertEquals(Map.of("cgroup", "a/b"), fs.source("s/a/b").labels());
      tree.stat("a/memory.pressure", PRESSURE).stat("c/memory.current", 3).settle();
      fs.refresh();
      assertEquals(8, fs.stats().size());
    }
  }

  @Test
  void realFilesMatch() {
    FileDeclaration file =
        FileDeclaration.of(
            "net/sockst{rest}",
            Shape.builder().rowKeyBeforeColon().columnKey(Shape.ColumnKey.WORD_BEFORE).build(),
            List.of(
                TableDeclaration.of(
                    null, Axis.labels("{protocol}"), Axis.stats("inuse"), List.of())));
    try (Fs fs = new Fs(Path.of("/proc"), layout(file).declaredFilesOnly().build())) {
      Source tcp = fs.source("s/sockstat/TCP");
      assertEquals("{rest=at, protocol=TCP}", tcp.labels().toString());
      assertTrue(fs.fs.readLong(tcp.stats().get(0)) >= 0);
    }
  }
}
