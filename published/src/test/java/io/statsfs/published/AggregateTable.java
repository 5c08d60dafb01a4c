package io.statsfs.published;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** What a program that shares nothing with this library computes of sets of values. */
final class AggregateTable {
  private static final String FILE = "aggregates.txt";

  private AggregateTable() {}

  /** A set of values, and their aggregates in the order of {@link Aggregate}, as text. */
  record Line(ValueType type, List<String> values, List<String> aggregates) {
    /** As the bits of a long. */
    List<Long> bits() {
      return values.stream()
          .map(type.isSigned() ? Long::parseLong : Long::parseUnsignedLong)
          .toList();
    }
  }

  static List<Line> lines() {
    try (InputStream in = AggregateTable.class.getResourceAsStream(FILE);
        BufferedReader text =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return text.lines().filter(line -> !line.startsWith("#")).map(AggregateTable::line).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Line line(String text) {
    List<String> cells = Stream.of(text.split("\\|")).map(String::strip).toList();
    return new Line(
        ValueType.valueOf(cells.get(0)),
        cells.get(1).isEmpty() ? List.of() : List.of(cells.get(1).split(" ")),
        cells.subList(2, cells.size()));
  }
}
