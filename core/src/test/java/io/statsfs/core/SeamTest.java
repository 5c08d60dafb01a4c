package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files are one backend: what serves all backends does not know them. */
class SeamTest {
  private static final List<String> OF_FILES =
      List.of("files", "scan", "schema", "mounts", "batch");

  @Test
  void whatServesAllBackendsRefersToNoFiles() throws Exception {
    Path core = Path.of(StatsFsImpl.class.getResource("StatsFsImpl.class").toURI()).getParent();
    int seen = 0;
    for (String name : List.of(".", "backend", "sample", "thread")) {
      try (Stream<Path> files = Files.list(core.resolve(name))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          seen++;
          assertEquals(List.of(), references(file), file + " refers to these");
        }
      }
    }
    assertTrue(seen > 20, seen + " classes");
  }

  /** Names of classes stand in class files as they are. */
  private static List<String> references(Path file) throws IOException {
    String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    return OF_FILES.stream().filter(p -> bytes.contains("io/statsfs/core/" + p + "/")).toList();
  }
}
