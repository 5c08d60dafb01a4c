package io.statsfs.core.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShapedTextTest {
  private static final List<String> WORDS =
      List.of(
          "a",
          "b",
          "bb",
          "a:",
          ":",
          "::",
          "b=1",
          "a=",
          "=2",
          "c=x=3",
          "1",
          "0",
          "12",
          "012",
          "0x1f",
          "1.5",
          "-1",
          "18446744073709551615",
          "18446744073709551616",
          "999999999999999999",
          "1000000000000000000",
          "deadbeef",
          "00000000000000000ff",
          "7",
          "17",
          "8",
          "kB",
          "|",
          "a|b",
          "name",
          "\u00e9");
  private static final List<String> BLANKS =
      List.of(" ", " ", " ", "  ", "\t", "\r", "\n", "\n", "\n", "\n ", "\n\n");

  @Test
  void anyTextInAnyShapeIsReadAsInThePlainestWay() throws IOException {
    Random random = new Random(7);
    for (int n = 0; n < 200_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        text.append((char) random.nextInt(256));
      }
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append(WORDS.get(random.nextInt(random.nextInt(WORDS.size()) + 1)));
        text.append(BLANKS.get(random.nextInt(BLANKS.size())));
      }
      byte[] bytes = text.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      try {
        ShapeFuzz.fuzzerTestOneInput(bytes);
      } catch (AssertionError | RuntimeException e) {
        Files.write(Path.of("target", "shape-found"), bytes);
        throw new AssertionError("input " + n + " in target/shape-found: " + text.substring(8), e);
      }
    }
  }
}
