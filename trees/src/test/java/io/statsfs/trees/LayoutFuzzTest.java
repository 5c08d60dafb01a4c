package io.statsfs.trees;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs that fuzzing begins with, and some changes of the shipped declarations. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LayoutFuzzTest {
  static List<Path> corpus() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/fuzz/layout"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource
  void corpus(Path input) throws IOException {
    LayoutFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  @Test
  void changedDeclarations() throws IOException {
    Random random = new Random(1);
    List<String> texts = new ArrayList<>();
    for (Path file : corpus()) {
      texts.add(Files.readString(file));
    }
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder(texts.get(random.nextInt(texts.size())));
      for (int change = random.nextInt(4); change >= 0; change--) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(6));
        String other = texts.get(random.nextInt(texts.size()));
        int start = random.nextInt(other.length());
        int end = Math.min(other.length(), start + random.nextInt(12));
        text.replace(from, to, other.substring(start, end));
      }
      LayoutFuzz.fuzzerTestOneInput(text.toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
