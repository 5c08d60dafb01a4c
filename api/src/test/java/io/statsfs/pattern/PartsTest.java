package io.statsfs.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PartsTest {
  private static final String[] TEXT = {"a", "b", "0", "-", "/", "_", "\ud83d\ude00"};

  /** A pattern, and the regular expression that it stands for. */
  private static final class Both {
    final Parts.Builder parts = Parts.builder();
    final StringBuilder regex = new StringBuilder();
    int labels;

    void character(String text) {
      text.chars().forEach(c -> parts.character((char) c));
      regex.append(Pattern.quote(text));
    }

    void add(Part part, String same, boolean isLabel) {
      if (isLabel) {
        parts.label(part);
        labels++;
      } else {
        parts.part(part);
      }
      regex.append(isLabel ? "(" : "(?:").append(same).append(')');
    }
  }

  private static Both some(Random random) {
    Both some = new Both();
    for (int i = random.nextInt(7); i > 0; i--) {
      boolean isLabel = random.nextBoolean();
      switch (random.nextInt(8)) {
        case 0 -> some.add(Part.run(any -> true, 1), ".+", isLabel);
        case 1 -> some.add(Part.run(any -> true, 0), ".*", isLabel);
        case 2 -> some.add(Part.run(c -> c == 'a' || c == '0', 1), "[a0]+", isLabel);
        case 3 -> some.add(Part.one(any -> true), ".", isLabel);
        case 4 -> some.add(Part.joined("a0", "-_"), "[a0]+(?:[-_][a0]+)*", isLabel);
        case 5 -> some.add(Part.levels(), "(?:.*/)?", isLabel);
        case 6 -> some.add(Part.text("a-"), "a-", isLabel);
        default -> some.character(TEXT[random.nextInt(TEXT.length)]);
      }
    }
    return some;
  }

  @Test
  void isAsAGreedyRegularExpression() {
    Random random = new Random(7);
    int matching = 0;
    for (int n = 0; n < 5_000; n++) {
      Both both = some(random);
      Parts parts = both.parts.build();
      Pattern pattern = Pattern.compile(both.regex.toString(), Pattern.DOTALL);
      for (int k = 0; k < 20; k++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
          text.append(TEXT[random.nextInt(TEXT.length)]);
        }
        Matcher matcher = pattern.matcher(text);
        List<Integer> expected = matcher.matches() ? new ArrayList<>() : null;
        for (int i = 1; expected != null && i <= both.labels; i++) {
          expected.add(matcher.start(i));
          expected.add(matcher.end(i));
        }
        int[] found = parts.find(text.toString());
        assertEquals(
            expected,
            found == null ? null : Arrays.stream(found).boxed().toList(),
            () -> pattern + " of " + text);
        assertEquals(expected != null, parts.matches(text.toString()));
        matching += expected == null ? 0 : 1;
      }
    }
    assertEquals(true, matching > 2_000, matching + " texts matched");
  }

  /** What looks for the end of each part from each beginning would take years. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void longTextsTakeTimeInProportionToTheirLength() {
    Parts.Builder some = Parts.builder();
    for (int i = 0; i < 4; i++) {
      some.label(Part.run(any -> true, 1)).character('a');
      some.part(Part.run(any -> true, 0)).label(Part.joined("a", "-"));
    }
    Parts parts = some.character('b').build();
    String text = "a".repeat(4 << 20);
    assertNull(parts.find(text));
    assertNull(parts.find(text + "cb"));
    assertEquals(16, parts.find(text + "b").length);
    assertNull(
        Parts.builder().part(Part.levels()).character('b').build().find("/".repeat(4 << 20)));
  }
}
