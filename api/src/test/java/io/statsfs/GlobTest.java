package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', a, false",
    "*, '', true",
    "*, anything at/all, true",
    "?, '', false",
    "?, a, true",
    "?, ab, false",
    "rx_*, rx_bytes, true",
    "rx_*, rx_, true",
    "rx_*, tx_rx_, false",
    "*_bytes, rx_bytes, true",
    "*_bytes, rx_bytes_, false",
    "net/*/rx_*, net/eth0/rx_bytes, true",
    "a*b*c, aXbXbc, true",
    "a*b*c, aXcXb, false",
    "**, '', true",
    "*?*, '', false",
    "[a], a, false",
    "[a], '[a]', true",
    "a.b, axb, false",
    "\\*, \\anything, true",
    "A, a, false"
  })
  void starIsAnythingAndQuestionMarkIsOne(String glob, String text, boolean matches) {
    assertEquals(matches, Glob.matches(glob, text));
  }

  @Test
  void randomGlobsAgreeWithRegularExpressions() {
    Random random = new Random(17);
    String[] letters = {"a", "b", "/", "\n", "\\", "😀", "."};
    int matches = 0;
    for (int n = 0; n < 300_000; n++) {
      StringBuilder glob = new StringBuilder();
      StringBuilder regex = new StringBuilder();
      for (int i = random.nextInt(7); i > 0; i--) {
        int kind = random.nextInt(6);
        String letter = letters[random.nextInt(random.nextBoolean() ? 2 : letters.length)];
        glob.append(kind < 2 ? "*" : kind == 2 ? "?" : letter);
        regex.append(kind < 2 ? ".*" : kind == 2 ? "." : Pattern.quote(letter));
      }
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i > 0; i--) {
        text.append(letters[random.nextInt(random.nextBoolean() ? 2 : letters.length)]);
      }
      boolean expected = Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(text).matches();
      assertEquals(
          expected,
          Glob.matches(glob.toString(), text.toString()),
          () -> "'" + glob + "' on '" + text + "'");
      matches += expected ? 1 : 0;
    }
    assertTrue(matches > 30_000);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyStarsDoNotTakeExponentialTime() {
    assertTrue(!Glob.matches("*a".repeat(100) + "b", "a".repeat(10_000)));
  }
}
