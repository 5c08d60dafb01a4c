package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Tree;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTextTest {

  @ParameterizedTest
  @CsvSource({
    "/sys/class/net, /sys/class/net",
    "/a%20b, /a b",
    "/caf%C3%A9, /caf\u00e9",
    "/caf%E9/x, /caf\\xe9/x",
    "/back%5Cslash, /back\\slash",
    "/not%5Cxe9, /not\\x5cxe9",
    "/%F0%9F%98%80, /\ud83d\ude00"
  })
  void aPathHasTheSameTextInEachLocale(String uri, String text) {
    Path path = Path.of(URI.create("file://" + uri));
    assertEquals(text, PathText.of(path));
    assertEquals(text, PathText.decode(PathText.encode(path)));
    assertEquals(
        text + ": why",
        Problem.builder(Problem.Kind.NO_STATS, "why").path(path).build().toString());
    assertEquals(
        text + " (statsfs on tmpfs)",
        Tree.builder(Layout.statsfs()).root(path).fileSystemType("tmpfs").build().toString());
  }

  @Test
  void namesOfBytesBecomePathsAgain() {
    for (String name : new String[] {"a", "a b%", "\u00e9", "x\\xff", "\\x5cxff", "a\\b", "..."}) {
      Path file = PathText.resolve(Path.of("/tmp"), name);
      assertEquals(name, PathText.nameOf(file));
      assertEquals(Path.of("/tmp"), file.getParent());
    }
  }
}
