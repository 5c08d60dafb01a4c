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
        text.append(WORDS.get(random.nextInt(random.nextInt(WORDS.size()) + 1)));
        text.append(BLANKS.get(random.nextInt(BLANKS.size())));
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
      try {
        ShapeFuzz.fuzzerTestOneInput(bytes);
      } catch (AssertionError | RuntimeException e) {
        Files.write(Path.of("target", "shape-found"), bytes);
        throw new AssertionError("input " + n + " in target/shape-found: " + text.substring(8), e);
      }
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
