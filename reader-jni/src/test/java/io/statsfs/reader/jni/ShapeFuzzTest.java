package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files of random shapes, and the inputs that the fuzzers begin with, by both readers. */
class ShapeFuzzTest {
  private static final long SEED = Long.getLong("statsfs.seed", 20261126);

  @Test
  void inputsOfTheFuzzers() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/c/corpus/table"))) {
      List<Path> inputs = files.sorted().toList();
      assertTrue(inputs.size() > 5);
      for (Path input : inputs) {
        ShapeFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
      }
    }
  }

  @Test
  void randomInputs() {
    Random random = new Random(SEED);
    for (int i = 0; i < 10_000; i++) {
      byte[] input = new byte[40 + i % 360];
      random.nextBytes(input);
      try {
        ShapeFuzz.fuzzerTestOneInput(input);
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + ", input " + i + " of seed " + SEED, e);
      }
    }
  }
}
