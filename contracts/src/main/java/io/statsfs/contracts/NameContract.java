package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.spi.PrintableText;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.LogCapture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Part of {@link ReaderContract}: names are bytes. */
abstract class NameContract extends LinkContract {
  private static final List<String> NAMES =
      List.of(
          "guest doorbell",
          " leading and trailing ",
          "a\nline end",
          "\ttab",
          "back\\slash",
          "not \\x41 an escape",
          "\\x5cxff looks like one",
          "\\xff\\xfe",
          "latin1 \\xe9t\\xe9",
          "cut off \\xc3",
          "surrogate \\xed\\xa0\\x80",
          "\u00e9t\u00e9",
          "\u65e5\u672c\u8a9e",
          "\ud83d\ude00",
          "per%cent%41",
          "-dash",
          "...",
          ".hidden",
          "~",
          "$(name)",
          "quote\"'",
          "glob*?[a]",
          "colon:semi;",
          "#",
          "\u0001\u007f",
          "x".repeat(255),
          "\u00e9".repeat(127) + "y",
          "\\xff".repeat(255));

  @Test
  void statsOfAnyNameAreRead() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = new TreeMap<>();
      for (String name : NAMES) {
        tree.stat("sub/dev/" + name, expected.size());
        expected.put("sub/dev/" + name, Integer.toString(expected.size()));
      }
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        for (String name : NAMES) {
          assertEquals(
              expected.get("sub/dev/" + name),
              fs.readText(fs.catalog().get("sub", "dev", name)),
              name);
        }
        tree.stat("sub/dev/" + NAMES.get(7), 1000).remove("sub/dev/" + NAMES.get(3));
        expected.put("sub/dev/" + NAMES.get(7), "1000");
        expected.put("sub/dev/" + NAMES.get(3), "GONE 2");
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void sourcesOfAnyNameAreRead() {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> expected = new TreeMap<>();
      for (String name : NAMES) {
        for (String source : List.of(name, "sub/" + name, "sub/" + name + "/" + name)) {
          tree.stat(source + "/a", expected.size());
          expected.put(source + "/a", Integer.toString(expected.size()));
        }
      }
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        assertEquals(expected, sample(sampler));
      }
    }
  }

  @Test
  void linesOfAnyNameAreRead() {
    StringBuilder text = new StringBuilder();
    Map<String, String> expected = new TreeMap<>();
    try (TestTree tree = TestTree.inMemory()) {
      for (String name :
          List.of(
              "back\\slash", "per%cent", "a:b", "::", "caf\u00e9", "#", "_1", "x".repeat(3000))) {
        text.append(name).append(' ').append(expected.size()).append('\n');
        expected.put("flat/" + (name.equals("::") ? ":" : name), Integer.toString(expected.size()));
      }
      tree.file("flat", text.toString().getBytes(StandardCharsets.UTF_8));
      try (StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
      }
      tree.file("flat", "\u00e9 5\n\u00ff\u00fe 6\n".getBytes(StandardCharsets.ISO_8859_1));
      try (StatsFs fs = open(tree.path("flat"), Layout.file("flat"));
          Sampler sampler = fs.sampler()) {
        assertEquals(Map.of("flat/\\xe9", "5", "flat/\\xff\\xfe", "6"), sample(sampler));
      }
    }
  }

  @Test
  void treesAtAnyPathAreRead() {
    try (TestTree above = TestTree.inMemory()) {
      for (String name : NAMES) {
        try (TestTree tree = new TestTree(above.path(name)).stat("sub/a", 1).stat("b", 2);
            StatsFs fs = open(tree);
            Sampler sampler = fs.sampler(StatFilter.name("a"))) {
          assertEquals(Map.of("sub/a", "1"), sample(sampler), name);
        }
      }
    }
  }

  /** Line ends forge lines of a log, escapes control terminals, overrides disguise names. */
  private static final List<String> HOSTILE =
      List.of(
          "a\n2026-01-01 SEVERE forged",
          "cr\rforged",
          "clear\u001b[2J",
          "bell\u0007",
          "c1\u0085\u009b31m",
          "del\u007f",
          "separators\u2028\u2029",
          "bidi\u202e\u2066txt",
          "invisible\u200b\ufeff",
          "latin1 \\x85\\x9b");

  @Test
  void nothingThatIsLoggedOrThrownControlsATerminal() {
    for (String name : HOSTILE) {
      try (TestTree tree = TestTree.inMemory();
          LogCapture log = new LogCapture()) {
        tree.stat("sub/" + name + "/" + name, "text of " + name).stat("sub/a", 1);
        tree.schema("sub/" + name, "nonsense " + name + "\n\nLABEL\n" + name + " x\n\n");
        tree.schema("sub", "METRIC\nNAME a\nUNIT " + name + "\nDESC " + name + "\n\n");
        try (StatsFs fs = open(tree)) {
          assertPrintable(fs.catalog().problems().toString());
          assertTrue(!fs.catalog().problems().isEmpty(), name);
          assertPrintable(fs.catalog().problems().get(0).message());
          assertPrintable(fs.catalog().get("sub", "", "a").description());
          assertPrintable(fs.catalog().get("sub", "", "a").unit());
          Stat stat = fs.catalog().get("sub", name, name);
          assertPrintable(thrownBy(() -> fs.readLong(stat)));
          assertPrintable(thrownBy(() -> fs.clear(stat)));
          assertPrintable(thrownBy(() -> fs.catalog().get("sub", name, "none" + name)));
          tree.remove("sub/" + name);
          assertPrintable(thrownBy(() -> fs.readText(stat)));
        }
        for (String root : List.of(name, "sub/" + name)) {
          assertPrintable(thrownBy(() -> open(tree.path(root)).close()));
        }
        tree.stat("dir/" + name + "/x", 1);
        try (StatsFs fs = open(tree.path("dir/" + name))) {
          assertPrintable(fs.toString());
          assertPrintable(fs.catalog().trees().toString());
        }
        assertTrue(!log.lines().isEmpty(), name);
        log.lines().forEach(NameContract::assertPrintable);
      }
    }
  }

  private static String thrownBy(Executable action) {
    return assertThrows(RuntimeException.class, action).getMessage();
  }

  private static void assertPrintable(String text) {
    assertEquals(PrintableText.of(text), text);
  }

  @Test
  void sourcesAreReadAtTheDepthThatTheLimitsAllow() {
    try (TestTree tree = TestTree.inMemory()) {
      StringBuilder path = new StringBuilder("sub");
      Map<String, String> expected = new TreeMap<>();
      for (int depth = 1; depth <= 16; depth++) {
        tree.stat(path + "/a", depth);
        expected.put(path + "/a", Integer.toString(depth));
        path.append('/').append("d".repeat(100)).append(depth);
      }
      try (StatsFs fs = open(tree);
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
      }
    }
  }
}
