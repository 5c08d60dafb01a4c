package io.statsfs.core.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Status;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
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
        text.append(word(random));
        text.append(BLANKS.get(random.nextInt(BLANKS.size())));
      }
      if (n % 4 == 0) {
        appendPairs(text, random);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
      try {
        ShapeFuzz.fuzzerTestOneInput(bytes);
      } catch (AssertionError | RuntimeException e) {
        Files.write(Path.of("target", "shape-found"), bytes);
        throw new AssertionError("input " + n + " in target/shape-found: " + text.substring(8), e);
      }
    }
    assertTrue(ShapeFuzz.alike > 10_000, () -> ShapeFuzz.alike + " changed texts were alike");
  }

  private static String word(Random random) {
    return WORDS.get(random.nextInt(random.nextInt(WORDS.size()) + 1));
  }

  /** Most of which have a value for each name. */
  private static void appendPairs(StringBuilder text, Random random) {
    for (int i = random.nextInt(4); i > 0; i--) {
      String key = "abc".charAt(random.nextInt(3)) + ":";
      StringBuilder values = new StringBuilder(key);
      text.append(key);
      for (int k = random.nextInt(5); k > 0; k--) {
        text.append(' ').append("defg".charAt(random.nextInt(4)));
        values.append(' ').append(random.nextInt(3) == 0 ? word(random) : "" + random.nextInt());
      }
      text.append('\n').append(values).append('\n');
    }
  }

  @Test
  void whatWasRememberedOfAHeaderCountsForThatHeaderAlone() {
    Shape shape = Shape.builder().header(Shape.Header.PER_PAIR).rowKeyBeforeColon().build();
    Keys columns = Keys.of(List.of(bytes("c"), bytes("d")));
    FileCells cells = cells(shape, List.of("a", "b"), columns, 0, 1, 2, 3);
    for (int i = 0; i < 2; i++) {
      assertEquals("1 2 4 3", read(cells, 4, "a: c d\na: 1 2\nb: d c\nb: 3 4\n"));
      assertEquals("-1 NOT_A_NUMBER 6 5", read(cells, 4, "a: c d\na: -1 x\nb: d c\nb: 5 6\n"));
      assertFalse(cells.isOutdated());
      assertEquals("8 7 10 9", read(cells, 4, "a: d c\na: 7 8\nb: d c\nb: 9 10"));
      assertEquals(
          "11 12 NOT_A_NUMBER NOT_A_NUMBER",
          read(cells, 4, "a: d c\na: 12 11\nb: d c\nb: 1 2 3\n"));
      assertEquals(
          "NOT_A_NUMBER NOT_A_NUMBER 1 2", read(cells, 4, "a: d c\na: 1\nb: c d\nb: 1 2\n"));
      assertEquals("3 4 1 2", read(cells, 4, "b: c d\nb: 1 2\na: c d\na: 3 4\n"));
      assertEquals("1 2 3 4", read(cells, 4, "a: c c d\na: 1 9 2\nb: c d\nb: 3 4\n"));
      assertEquals("GONE 5 6 GONE", read(cells, 4, "a: d\na: 5\nb: c\nb: 6\n"));
      assertEquals("GONE 7 8 GONE", read(cells, 4, "a: d\na: 7\nb: c\nb: 8\n"));
      assertEquals("GONE GONE 3 4", read(cells, 4, "x: c d\nx: 1 2\nb: c d\nb: 3 4\n"));
      assertTrue(cells.isOutdated());
      assertEquals("1 2 3 4", read(cells, 4, "a: e c d\na: 0 1 2\nb: c d\nb: 3 4\n"));
      assertTrue(cells.isOutdated());
      assertEquals("5 6 7 8", read(cells, 4, "a: e c d\na: 0 5 6\nb: c d\nb: 7 8\n"));
      assertFalse(cells.isOutdated());
    }
  }

  @Test
  void linesThatAreNotPlainAreReadByAllTheRules() {
    Shape behindACell = Shape.builder().rowKeyWord(1).leastColumns(1).uniform().build();
    FileCells cells = cells(behindACell, List.of("a", "b"), Keys.numbers(3), -1, 0, 1, -1, 2, 3);
    assertEquals("5 6 NOT_A_NUMBER NOT_A_NUMBER", read(cells, 4, "1 a 5 6\nx b 7 8\n"));
    assertEquals("5 GONE 7 8", read(cells, 4, "1 a 5\n2 b 7 8\n"));
    FileCells colons =
        cells(Shape.builder().rowKeyBeforeColon().build(), List.of("a", "b"), Keys.ONE, 0, 1);
    assertEquals("6 7", read(colons, 2, "a 5\na : 6\nb:7\n"));
    Shape headed = Shape.builder().header(Shape.Header.ONCE).rowKeyWord(0).leastColumns(1).build();
    Keys columns = Keys.of(List.of(bytes("c"), bytes("d")));
    FileCells partly = cells(headed, List.of("a"), columns, 0, -1);
    assertEquals("1", read(partly, 1, "c d\na 1 2\n"));
    assertTrue(partly.isOutdated());
    assertEquals("1", read(partly, 1, "c d\na 1 2\n"));
    assertFalse(partly.isOutdated());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static FileCells cells(Shape shape, List<String> rows, Keys columns, int... slots) {
    Keys keys = Keys.of(rows.stream().map(ShapedTextTest::bytes).toList());
    boolean[] floats = new boolean[slots.length];
    FilePlan plan = new FilePlan("f", shape, keys, columns, slots, floats);
    return new FileCells(plan, new FileCells.Shared());
  }

  private static String read(FileCells cells, int size, String text) {
    SampleMemory memory = new SampleMemory(size);
    cells.put(bytes(text), text.length(), false, memory);
    StringJoiner values = new StringJoiner(" ");
    for (int i = 0; i < size; i++) {
      boolean isOk = memory.status(i) == Status.OK;
      values.add(isOk ? "" + memory.longValue(i) : memory.status(i).toString());
    }
    return values.toString();
  }
}
