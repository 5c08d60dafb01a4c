package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeTest {

  @Test
  void beginsAsOneValue() {
    assertEquals(Shape.VALUE, Shape.builder().build());
    assertEquals(Shape.VALUE.hashCode(), Shape.builder().build().hashCode());
    assertEquals(Shape.RowKey.NONE, Shape.VALUE.rowKey());
    assertEquals(-1, Shape.VALUE.rowKeyWord());
    assertEquals(-1, Shape.VALUE.secondRowKeyWord());
    assertEquals(Shape.ColumnKey.POSITION, Shape.VALUE.columnKey());
    assertEquals(Shape.Header.NONE, Shape.VALUE.header());
    assertEquals(1, Shape.VALUE.leastColumns());
    assertEquals(0, Shape.VALUE.trailingWords());
    assertEquals(10, Shape.VALUE.radix());
    assertTrue(Shape.VALUE.isOneLine());
    assertEquals("VALUE", Shape.VALUE.toString());
  }

  @Test
  void keepsWhatItIsTold() {
    Shape shape =
        Shape.builder()
            .skipLines(1)
            .header(Shape.Header.ONCE)
            .headerWords(2)
            .prefixWords(3)
            .rowKeyWords(1, 4)
            .separators("|,")
            .radix(16)
            .leastColumns(5)
            .trailingWords(Shape.ANY)
            .build();
    assertEquals(1, shape.skipLines());
    assertEquals(Shape.Header.ONCE, shape.header());
    assertEquals(Shape.ColumnKey.HEADER, shape.columnKey());
    assertEquals(2, shape.headerWords());
    assertEquals(3, shape.prefixWords());
    assertEquals(Shape.RowKey.WORD, shape.rowKey());
    assertEquals(1, shape.rowKeyWord());
    assertEquals(4, shape.secondRowKeyWord());
    assertEquals("|,", shape.separators());
    assertEquals(16, shape.radix());
    assertEquals(5, shape.leastColumns());
    assertEquals(Shape.ANY, shape.trailingWords());
    assertFalse(shape.isOneLine());
    assertNotEquals(shape, Shape.FLAT_KEYED);
  }

  @Test
  void saysWhatLinesLookLike() {
    assertEquals("KEY VALUE [UNIT]", Shape.FLAT_KEYED.toString());
    assertEquals(
        "pairs of header and value lines: KEY VALUE ...",
        Shape.builder().header(Shape.Header.PER_PAIR).rowKeyWord(0).build().toString());
    assertEquals(
        "KEY: KEY VALUE ...",
        Shape.builder()
            .rowKeyBeforeColon()
            .columnKey(Shape.ColumnKey.WORD_BEFORE)
            .build()
            .toString());
    assertEquals(
        "VALUE VALUE KEY VALUE ...",
        Shape.builder().rowKeyWord(2).trailingWords(Shape.ANY).build().toString());
  }

  @Test
  void columnsOfAHeaderNeedOne() {
    Shape.Builder none = Shape.builder().rowKeyWord(0).columnKey(Shape.ColumnKey.HEADER);
    assertThrows(IllegalStateException.class, none::build);
    Shape.Builder unused =
        Shape.builder().header(Shape.Header.ONCE).columnKey(Shape.ColumnKey.BEFORE_EQUALS);
    assertThrows(IllegalStateException.class, unused::build);
    assertThrows(IllegalStateException.class, Shape.builder().headerWords(1)::build);
  }

  @Test
  void pairsOfLinesNeedAKey() {
    Shape.Builder pairs = Shape.builder().header(Shape.Header.PER_PAIR);
    assertThrows(IllegalStateException.class, pairs::build);
    assertThrows(IllegalStateException.class, pairs.rowKeyLineNumber()::build);
    assertEquals(0, pairs.rowKeyWord(0).build().rowKeyWord());
  }

  @Test
  void onlyLinesWithNumbersAreThoseOfCpus() {
    Shape perCpu = Shape.builder().rowKeyLineNumber().perCpu().build();
    assertTrue(perCpu.isPerCpu() && perCpu.withNoValue(List.of("x")).isPerCpu());
    Shape other = Shape.builder().rowKeyLineNumber().build();
    assertFalse(other.isPerCpu() || other.equals(perCpu));
    assertThrows(IllegalStateException.class, Shape.builder().rowKeyWord(0).perCpu()::build);
  }

  @Test
  void secondWordOfAKeyComesLater() {
    assertThrows(IllegalArgumentException.class, () -> Shape.builder().rowKeyWords(2, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", " ", "\n", "=", "\u00e9", "!#$%&()*+"})
  void separatorsAreSigns(String characters) {
    assertThrows(IllegalArgumentException.class, () -> Shape.builder().separators(characters));
  }

  @Test
  void aColonSeparatesWhereItEndsNoKey() {
    assertEquals(":", Shape.builder().separators(":").build().separators());
    Shape.Builder key = Shape.builder().separators(":").rowKeyBeforeColon();
    assertThrows(IllegalStateException.class, key::build);
  }

  @Test
  void numbersHaveBoundsOfTheirOwn() {
    assertThrows(IllegalArgumentException.class, () -> Shape.builder().radix(2));
    assertThrows(IllegalArgumentException.class, () -> Shape.builder().trailingWords(2));
    assertThrows(IllegalArgumentException.class, () -> Shape.builder().skipLines(-1));
  }
}
