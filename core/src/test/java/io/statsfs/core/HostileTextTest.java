package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.schema.SchemaParser;
import io.statsfs.spi.PathText;
import io.statsfs.testkit.TestTree;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Texts that somebody made to do harm: ten million bytes take a second or two, and memory in
 * proportion. What is quadratic runs into the time limit.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTextTest {
  private static final int LARGE = 10_000_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What is written again and again, each time perhaps with another number. */
  enum Hostile {
    LABEL(n -> "LABEL\n"),
    METRIC(n -> "METRIC\n"),
    NAME(n -> "NAME x\n"),
    BLANK_LINE(n -> "\n"),
    ONE_LINE(n -> "x"),
    ONE_LINE_OF_BLANKS(n -> " "),
    NUL(n -> "\0"),
    NO_UTF_8(n -> "\\xff"),
    ONE_CHARACTER_BEYOND_LATIN_THEN_NO_UTF_8(n -> n == 0 ? "\u2192" : "\\xff"),
    CUT_CHARACTERS(n -> "\\xe2\\x86"),
    ESCAPES(n -> "\\x5cxff"),
    BACKSLASHES(n -> "\\\\"),
    SHORTEST_METRICS(n -> "METRIC\nNAME " + Integer.toString(n, 36) + "\n"),
    METRICS_OF_ONE_NAME(n -> "METRIC\nNAME x\n\n"),
    METRICS_WITHOUT_AN_END(n -> "METRIC\nNAME " + n + "\nFLAG GAUGE\nDESC "),
    ONE_DESCRIPTION_OF_MANY_LINES(n -> n == 0 ? "METRIC\nNAME x\nDESC d\n" : "y\n"),
    SHORTEST_LABELS(n -> n == 0 ? "LABEL\n" : Integer.toString(n, 36) + " v\n"),
    LABELS_OF_ONE_KEY(n -> n == 0 ? "LABEL\n" : "k " + n + "\n"),
    METRICS_WHOSE_NAMES_COLLIDE(n -> "METRIC\nNAME " + colliding(n) + "\n"),
    LABELS_WHOSE_KEYS_COLLIDE(n -> n == 0 ? "LABEL\n" : colliding(n) + " v\n");

    private final IntFunction<String> piece;

    Hostile(IntFunction<String> piece) {
      this.piece = piece;
    }

    byte[] text(int length) {
      StringBuilder text = new StringBuilder(length + 100);
      for (int n = 0; text.length() < length; n++) {
        text.append(piece.apply(n));
      }
      return Arrays.copyOf(PathText.encode(text.toString()), length);
    }
  }

  /** Names of one {@link String#hashCode}, since "Aa" and "BB" have the same. */
  private static String colliding(int n) {
    StringBuilder name = new StringBuilder("x");
    for (int bit = 0; bit < 19; bit++) {
      name.append((n >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return name.toString();
  }

  @Test
  void namesCollideIndeed() {
    assertEquals(colliding(0).hashCode(), colliding(77_777).hashCode());
  }

  private static long bytesToParse(byte[] text) {
    THREADS.getCurrentThreadAllocatedBytes();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Schema schema = SchemaParser.parse(PathText.decode(text), false);
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(schema.dropped().size() <= SchemaParser.MAX_DROPPED);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void schemaTakesMemoryInProportionToItsText(Hostile hostile) {
    long half = bytesToParse(hostile.text(LARGE / 2));
    long whole = bytesToParse(hostile.text(LARGE));
    System.out.println(hostile + ": bytes allocated per byte of a schema: " + whole / LARGE);
    // Tables and builders double when they are full, so that the step can be larger than the
    // text's.
    assertTrue(whole <= 3 * half, whole + " after " + half);
    assertTrue(whole <= 40L * LARGE, "" + whole);
  }

  @Test
  void fileWhoseNamesCollideIsTakenIn() {
    StringBuilder text = new StringBuilder();
    int lines = 0;
    for (; text.length() < LARGE / 10; lines++) {
      text.append(colliding(lines)).append(" 1\n");
    }
    try (TestTree tree =
            TestTree.inMemory().file("flat", text.toString().getBytes(StandardCharsets.UTF_8));
        Fs fs =
            new Fs(
                tree.path("flat"),
                Layout.file("flat"),
                Limits.builder().fileBytes(LARGE).build())) {
      // A loaded machine may need more than the timeout for a file, and takes it in later.
      for (int i = 0; i < 20 && fs.catalog().stats().isEmpty(); i++) {
        fs.refresh();
      }
      assertEquals(lines, fs.catalog().stats().size());
    }
  }
}
