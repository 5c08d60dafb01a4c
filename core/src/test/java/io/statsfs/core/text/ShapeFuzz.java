package io.statsfs.core.text;

import io.statsfs.Status;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Any text in any shape, compared with a reference implementation ({@link PlainTable}). The first
 * bytes choose the shape and what of the text is known and wanted. Run by Jazzer, which calls
 * {@link #fuzzerTestOneInput}, and by {@code FuzzCorpusTest}.
 */
public final class ShapeFuzz {
  private static final int HEAD = 8;

  /** How many changed texts were taken for like the one that they were made of. */
  static int alike;

  private ShapeFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (bytes.length < HEAD) {
      return;
    }
    Shape shape = shape(bytes);
    if (shape == null) {
      return;
    }
    boolean isCut = (bytes[5] & 1) != 0;
    byte[] text = Arrays.copyOfRange(bytes, HEAD, bytes.length);
    boolean isByPosition = shape.columnKey() == Shape.ColumnKey.POSITION;
    int columnCount = isByPosition ? 1 + (bytes[5] >> 1 & 7) : 0;
    String chars = new String(text, StandardCharsets.ISO_8859_1);
    PlainTable plain = new PlainTable(shape, chars, isCut, columnCount);
    // In any order, some left out, and one that the text has not.
    Random random = new Random(bytes[6] << 8 | bytes[7]);
    alike +=
        KnownTextCheck.check(shape, text, isByPosition ? columnCount : 1000, new Random(bytes[7]));
    List<String> rows = some(plain.rows.keySet(), random);
    List<String> columns = some(plain.columns(), random);
    if (shape.rowKey() == Shape.RowKey.NONE) {
      rows = List.of("");
    } else if (shape.rowKey() == Shape.RowKey.LINE_NUMBER) {
      rows = numbers(plain.rows.size() - 1 + random.nextInt(3));
    }
    if (isByPosition) {
      columns = numbers(columnCount);
    }
    check(shape, text, isCut, plain, rows, columns, random);
  }

  private static Shape shape(byte[] bytes) {
    Shape.Builder builder =
        Shape.builder()
            .skipLines(bytes[0] & 1)
            .prefixWords(bytes[0] >> 1 & 1)
            .radix(new int[] {10, 10, 16, 8}[bytes[0] >> 2 & 3])
            .separators((bytes[0] & 16) != 0 ? "|," : "")
            .leastColumns(bytes[1] & 3)
            .trailingWords((bytes[1] >> 2 & 3) % 3 - 1);
    switch (bytes[2] & 7) {
      case 0 -> builder.rowKeyWord(0);
      case 1 -> builder.rowKeyWord(1);
      case 2 -> builder.rowKeyWords(0, 2);
      case 3 -> builder.rowKeyWords(1, 2);
      case 4 -> builder.rowKeyBeforeColon();
      case 5 -> builder.rowKeyLineNumber();
      case 6 -> builder.rowKeyWord(2);
      default -> {}
    }
    if ((bytes[0] & 32) != 0) {
      builder.skipThrough((bytes[3] & 16) != 0 ? ':' : '/');
    }
    if ((bytes[0] & 64) != 0) {
      builder.uniform();
    }
    switch (bytes[3] & 7) {
      case 0, 1 -> builder.header(Shape.Header.ONCE).headerWords(bytes[3] >> 3 & 1);
      case 2, 3 -> builder.header(Shape.Header.PER_PAIR);
      case 4 -> builder.columnKey(Shape.ColumnKey.WORD_BEFORE);
      case 5 -> builder.columnKey(Shape.ColumnKey.BEFORE_EQUALS);
      default -> {}
    }
    builder.heading(Shape.Heading.values()[(bytes[1] >> 5 & 3) % 3]);
    try {
      return builder.build().withNoValue(List.of("1", "max"));
    } catch (IllegalStateException e) {
      return null;
    }
  }

  private static List<String> numbers(int size) {
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < Math.max(1, size); i++) {
      numbers.add("" + i);
    }
    return numbers;
  }

  private static List<String> some(Set<String> all, Random random) {
    List<String> some = new ArrayList<>(new LinkedHashSet<>(all));
    if (random.nextInt(3) == 0) {
      Collections.shuffle(some, random);
    }
    if (random.nextInt(3) == 0) {
      some.removeIf(key -> random.nextInt(4) == 0);
    }
    if (random.nextInt(4) == 0 && !some.contains("none")) {
      some.add("none");
    }
    return some;
  }

  private static Keys keys(List<String> keys, boolean areNumbers) {
    return areNumbers
        ? Keys.numbers(keys.size())
        : Keys.of(keys.stream().map(key -> key.getBytes(StandardCharsets.ISO_8859_1)).toList());
  }

  private static void check(
      Shape shape,
      byte[] text,
      boolean isCut,
      PlainTable plain,
      List<String> rows,
      List<String> columns,
      Random random) {
    int cells = rows.size() * columns.size();
    if (cells > 100_000) {
      return;
    }
    int[] slots = new int[cells];
    boolean[] floats = new boolean[cells];
    boolean[] noValues = new boolean[cells];
    Set<String> wantedRows = new HashSet<>();
    Set<String> wantedColumns = new HashSet<>();
    Set<List<String>> wantedCells = new HashSet<>();
    int wanted = 0;
    int all = random.nextInt(4);
    for (int cell = 0; cell < cells; cell++) {
      boolean isWanted = all == 0 || random.nextInt(4) < all;
      slots[cell] = isWanted ? wanted++ : FilePlan.NOT_WANTED;
      // With others all lines may be plain ones.
      floats[cell] = all < 2 && random.nextInt(5) == 0;
      noValues[cell] = all < 2 && isWanted && (cell & 3) == 3;
      if (isWanted) {
        wantedRows.add(rows.get(cell / columns.size()));
        wantedColumns.add(columns.get(cell % columns.size()));
        wantedCells.add(
            List.of(rows.get(cell / columns.size()), columns.get(cell % columns.size())));
      }
    }
    boolean numbersRows =
        shape.rowKey() == Shape.RowKey.NONE || shape.rowKey() == Shape.RowKey.LINE_NUMBER;
    boolean numbersColumns = shape.columnKey() == Shape.ColumnKey.POSITION;
    Keys rowKeys = keys(rows, numbersRows);
    Keys columnKeys = keys(columns, numbersColumns);
    FilePlan plan = new FilePlan("f", shape, rowKeys, columnKeys, slots, floats, noValues);
    FileCells file = new FileCells(plan, new FileCells.Shared());
    SampleMemory memory = new SampleMemory(wanted);
    putOthers(memory);
    file.put(text, text.length, isCut, memory);
    int unknownCells =
        plain.unknownCells(Set.copyOf(rows), Set.copyOf(columns), wantedRows, wantedCells);
    if (shape.rowKey() == Shape.RowKey.NONE && wantedRows.isEmpty()) {
      // Which no reader reads.
      return;
    }
    // Lines have other numbers where one came or went.
    boolean hasOtherLines =
        shape.rowKey() == Shape.RowKey.LINE_NUMBER && !isCut && plain.rows.size() != rows.size();
    boolean isMissing =
        hasOtherLines
            || shape.rowKey() != Shape.RowKey.NONE && !plain.rows.keySet().containsAll(rows)
            || !numbersColumns && !plain.met(wantedRows).containsAll(wantedColumns);
    require(file.isOutdated() == (isMissing || unknownCells != 0), "outdated", shape, plain);
    for (int round = 0; round < 2; round++) {
      for (int cell = 0; cell < cells; cell++) {
        if (slots[cell] >= 0) {
          String row = rows.get(cell / columns.size());
          String column = columns.get(cell % columns.size());
          check(
              shape,
              hasOtherLines ? null : plain.rows.get(row),
              column,
              floats[cell],
              noValues[cell],
              memory,
              slots[cell],
              plain);
        }
      }
      putOthers(memory);
      file.put(text, text.length, isCut, memory);
      require(file.isOutdated() == isMissing, "outdated again", shape, plain);
    }
    requireSameOfOthers(file, plan, text, isCut, wanted, random);
    for (int cell = 0; cell < Math.min(cells, 200); cell++) {
      PlainTable.Row row = hasOtherLines ? null : plain.rows.get(rows.get(cell / columns.size()));
      String word = row == null ? null : row.cells.get(columns.get(cell % columns.size()));
      String found =
          new TextCell(shape, rowKeys, columnKeys, cell)
              .text(text, text.length, isCut)
              .orElse(null);
      boolean isPlain = row == null || !row.isBroken;
      require(
          !isPlain
              || (word == null
                  ? found == null
                  : PathText.decode(word.getBytes(StandardCharsets.ISO_8859_1)).equals(found)),
          "text " + found + ", but " + word,
          shape,
          plain);
    }
  }

  /** What was read before, such as a header, says nothing of a text that is nearly the same. */
  private static void requireSameOfOthers(
      FileCells file, FilePlan plan, byte[] text, boolean isCut, int wanted, Random random) {
    SampleMemory memory = new SampleMemory(wanted);
    SampleMemory expected = new SampleMemory(wanted);
    for (int other = 0; other < 8 && text.length > 0; other++) {
      byte[] changed = text.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at = random.nextInt(text.length);
        int from = random.nextInt(text.length);
        changed[at] =
            random.nextBoolean() ? text[from] : (byte) "0 \n:a-|9".charAt(random.nextInt(8));
      }
      FileCells fresh = new FileCells(plan, new FileCells.Shared());
      // What is new counts once.
      for (int round = 0; round < 2; round++) {
        putOthers(memory);
        putOthers(expected);
        file.put(changed, changed.length, isCut, memory);
        fresh.put(changed, changed.length, isCut, expected);
        for (int slot = 0; slot < wanted; slot++) {
          if (memory.status(slot) != expected.status(slot)
              || memory.longValue(slot) != expected.longValue(slot)
              || memory.isDouble(slot) != expected.isDouble(slot)
              || memory.isUnsigned(slot) != expected.isUnsigned(slot)) {
            throw new AssertionError(
                "after another text " + memory.longValue(slot) + " in " + plan.shape());
          }
        }
      }
      if (file.isOutdated() != fresh.isOutdated()) {
        throw new AssertionError(
            "outdated after another text " + file.isOutdated() + " in " + plan.shape());
      }
      file.put(text, text.length, isCut, memory);
    }
  }

  /** What no text says, as if it had been sampled before. */
  private static void putOthers(SampleMemory memory) {
    for (int slot = 0; slot < memory.size(); slot++) {
      memory.putLong(slot, -4711);
    }
  }

  private static void check(
      Shape shape,
      PlainTable.Row row,
      String column,
      boolean isFloat,
      boolean mayHaveNoValue,
      SampleMemory memory,
      int slot,
      PlainTable plain) {
    SampleMemory expected = new SampleMemory(1);
    String word = row == null ? null : row.cells.get(column);
    if (row != null && row.isBroken) {
      expected.putFailure(0, Status.NOT_A_NUMBER, 0);
    } else if (word != null && mayHaveNoValue && shape.noValue().contains(word)) {
      expected.putFailure(0, Status.NO_VALUE, 0);
    } else if (word != null && shape.radix() == 10) {
      byte[] bytes = word.getBytes(StandardCharsets.ISO_8859_1);
      NumberText.put(bytes, 0, bytes.length, isFloat, expected, 0);
    } else if (word != null) {
      String digits = shape.radix() == 16 ? "0*[0-9a-fA-F]{1,16}" : "0*(1?[0-7]{1,21})";
      if (word.matches(digits)) {
        expected.putUnsigned(0, Long.parseUnsignedLong(word, shape.radix()));
        if (isFloat) {
          expected.putDouble(0, expected.doubleValue(0));
        }
      } else {
        expected.putFailure(0, Status.NOT_A_NUMBER, 0);
      }
    }
    require(
        memory.status(slot) == expected.status(0)
            && memory.longValue(slot) == expected.longValue(0)
            && Double.compare(memory.doubleValue(slot), expected.doubleValue(0)) == 0
            && memory.isUnsigned(slot) == expected.isUnsigned(0)
            && memory.isDouble(slot) == expected.isDouble(0),
        column + ": " + memory.status(slot) + " " + memory.longValue(slot) + ", but " + word,
        shape,
        plain);
  }

  private static void require(boolean condition, String broken, Shape shape, PlainTable plain) {
    if (!condition) {
      throw new AssertionError(broken + " in " + shape + ", rows " + plain.rows.keySet());
    }
  }
}
