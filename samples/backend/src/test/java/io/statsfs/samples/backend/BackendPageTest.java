package io.statsfs.samples.backend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendPageTest {
  private static final String PACKAGE = "java/io/statsfs/samples/backend/";

  @Test
  void thePageShowsTheseClasses() throws IOException {
    String page = Files.readString(Path.of("../../docs/backends.md"));
    for (String file :
        List.of(
            "main/" + PACKAGE + "QueueBackend.java",
            "main/" + PACKAGE + "QueueScanner.java",
            "main/" + PACKAGE + "QueueBatch.java",
            "test/" + PACKAGE + "QueueBackendTest.java")) {
      String source = Files.readString(Path.of("src", file));
      String shown = source.substring(source.indexOf(classOf(source)));
      assertTrue(page.contains(shown), () -> file + " is another one on the page");
    }
  }

  /** From its first line on, without what it imports. */
  private static String classOf(String source) {
    return source.lines().filter(line -> line.contains("class ")).findFirst().orElseThrow();
  }
}
