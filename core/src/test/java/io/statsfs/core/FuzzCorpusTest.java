package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.core.text.ShapeFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs that fuzzing begins with, and those that once failed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzCorpusTest {
  private static List<Path> inputs(String target) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/fuzz", target))) {
      List<Path> inputs = files.sorted().toList();
      assertTrue(inputs.size() > 5);
      return inputs;
    }
  }

  static List<Path> schema() throws IOException {
    return inputs("schema");
  }

  @ParameterizedTest
  @MethodSource
  void schema(Path input) throws IOException {
    SchemaFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  static List<Path> shape() throws IOException {
    return inputs("shape");
  }

  @ParameterizedTest
  @MethodSource
  void shape(Path input) throws IOException {
    ShapeFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  static List<Path> text() throws IOException {
    return inputs("text");
  }

  @ParameterizedTest
  @MethodSource
  void text(Path input) throws IOException {
    TextFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  static List<Path> tree() throws IOException {
    return inputs("tree");
  }

  @ParameterizedTest
  @MethodSource
  void tree(Path input) throws IOException {
    TreeFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }
}
