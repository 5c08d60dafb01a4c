package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.core.Fs;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.DeclarationException;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files without a line, or without one that is declared, of which some are as they should be. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmptyFilesTest {
  private static final String SWAPS =
      "file:\n  shape: {header: once, header-words: 1, row: word 0}\n  rows: '{device}'\n"
          + "  columns: [Size]\n";
  private static final String DISKS =
      "file:\n  shape: {row: word 0}\n  rows: {keys: '{device}', exclude: loop*}\n"
          + "  columns: [_, reads]\n";

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static Layout layout(String yaml) {
    try {
      return Layouts.parse("t.yaml", "tree: t\n" + yaml);
    } catch (DeclarationException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> problems(Path root, String yaml) {
    tree.settle();
    try (Fs fs = new Fs(root, layout(yaml))) {
      return fs.problems();
    }
  }

  @Test
  void rowsThatComeAndGoMayAllBeGone() {
    tree.stat("swaps", "Filename Size\n").stat("empty", "").stat("loops", "loop0 1 2\nloop1 1 2\n");
    assertEquals(List.of(), problems(tree.path("swaps"), SWAPS));
    assertEquals(List.of(), problems(tree.path("empty"), DISKS));
    assertEquals(List.of(), problems(tree.path("loops"), DISKS));
  }

  @Test
  void rowsThatAreNamesOfStatsMayNot() {
    tree.stat("empty", "");
    List<String> problems = problems(tree.path("empty"), "file: flat-keyed\n");
    assertEquals(List.of("has no line, so it gives no stat (declared at t.yaml:2:7)"), problems);
  }

  @Test
  void filesBesideOthersMayBeEmpty() {
    tree.stat("a/empty", "").stat("a/full", "x 1\n").stat("b/empty", "");
    String yaml =
        "sources: '{s}'\nonly-declared-files: true\nfiles: {empty: flat-keyed, full: flat-keyed}\n";
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout(yaml))) {
      assertEquals(List.of("t/a/x"), fs.stats());
      assertEquals(List.of(), fs.problems());
      // Of a tree that has no other.
      tree.remove("a/full");
      fs.refresh();
      assertEquals(List.of(), fs.stats());
      assertEquals(List.of(), fs.problems());
      tree.remove("a/empty").remove("b/empty");
      fs.refresh();
      assertTrue(fs.problems().get(0).startsWith("holds no stats"), fs.problems()::toString);
      tree.stat("b/empty", "y 2\n");
      fs.refresh();
      assertEquals(List.of("t/b/y"), fs.stats());
    }
  }

  /** A cgroup that is idle may be so for ever, and one that begins shows no sign of it. */
  @Test
  void filesThatStayEmptyAreReadLessOften() throws IOException {
    tree.stat("file", "loop 1 2\n").settle();
    Path file = tree.path("file");
    FileTime time = Files.getLastModifiedTime(file);
    int[] scans = new int[4];
    for (int i = 0; i < scans.length; i++) {
      write(file, "loop 1 2\n", time);
      try (Fs fs = new Fs(file, layout(DISKS))) {
        for (int n = 0; n < 60 * i; n++) {
          fs.refresh();
        }
        write(file, "sdab 1 2\n", time);
        while (fs.stats().isEmpty()) {
          fs.refresh();
          scans[i]++;
        }
      }
    }
    assertEquals(1, scans[0]);
    assertTrue(scans[1] > 1 || scans[2] > 1 || scans[3] > 1, Arrays.toString(scans));
    assertTrue(IntStream.of(scans).allMatch(n -> n <= 10), Arrays.toString(scans));
  }

  private static void write(Path file, String text, FileTime time) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, time);
  }

  @Test
  void rowsThatNoTableHasAreStillReported() {
    tree.stat("other", "sda 1 x\n");
    List<String> problems = problems(tree.path("other"), DISKS);
    assertEquals(1, problems.size(), problems::toString);
  }
}
