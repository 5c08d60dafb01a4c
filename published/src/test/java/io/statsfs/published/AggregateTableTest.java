package io.statsfs.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.contracts.Outcomes;
import io.statsfs.published.AggregateTable.Line;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Aggregates of all types against a table that was computed independently. */
class AggregateTableTest {
  private static final int DEPTH = 5;

  /** One of each type, with all aggregates. */
  private final Map<ValueType, PublishedGroup> groups = new EnumMap<>(ValueType.class);

  private final PublishedStats stats = PublishedStats.create();
  private final Map<String, String> expected = new TreeMap<>();

  AggregateTableTest() {
    for (ValueType type : ValueType.values()) {
      PublishedValue value = PublishedValue.counter("value", type).build();
      PublishedGroup.Builder group = PublishedGroup.builder().value(value);
      for (Aggregate aggregate : Aggregate.values()) {
        group.aggregate(name(aggregate), aggregate, value);
      }
      groups.put(type, group.build());
    }
  }

  private static String name(Aggregate aggregate) {
    return aggregate.name().toLowerCase(Locale.ROOT);
  }

  /** Each second one a counter, which is never above what a long can be counted up to. */
  private PublishedValues values(ValueType type, long bits, int number) {
    PublishedGroup group = groups.get(type);
    PublishedValue value = group.values().get(0);
    if (number % 2 == 1) {
      return PublishedValues.builder(group).supplier(value, () -> bits).build();
    }
    PublishedValues values = PublishedValues.of(group);
    values.counter(value).add(bits);
    return values;
  }

  private void expect(String source, Line line) {
    for (Aggregate aggregate : Aggregate.values()) {
      expected.put(source + "/" + name(aggregate), line.aggregates().get(aggregate.ordinal()));
    }
  }

  private PublishedSource top(String name, Line line) {
    PublishedSource top = PublishedSource.create(name);
    top.addAggregates(groups.get(line.type()));
    stats.add(top);
    expect(name, line);
    return top;
  }

  private void expectValue(String source, Line line, int number) {
    expected.put(source + "/value", line.values().get(number));
  }

  /** Each value in a source right below. */
  private void flat(String name, Line line) {
    PublishedSource top = top(name, line);
    for (int i = 0; i < line.values().size(); i++) {
      PublishedSource source = PublishedSource.create("s" + i);
      source.add(values(line.type(), line.bits().get(i), i));
      top.add(source);
      expectValue(name + "/s" + i, line, i);
    }
  }

  /** The first value at the source of the aggregates itself, the others up to five levels below. */
  private void nested(String name, Line line) {
    PublishedSource top = top(name, line);
    PublishedSource above = top;
    String path = name;
    for (int i = 0; i < line.values().size(); i++) {
      if (i > 0 && i % DEPTH == 1) {
        above = top;
        path = name;
      }
      if (i > 0) {
        PublishedSource source = PublishedSource.create("s" + i);
        above.add(source);
        above = source;
        path += "/s" + i;
      }
      above.add(values(line.type(), line.bits().get(i), i));
      expectValue(path, line, i);
    }
  }

  @Test
  void aggregatesAreThoseOfTheTable() {
    List<Line> lines = AggregateTable.lines();
    assertTrue(lines.size() > 300, lines.size() + " lines");
    for (int i = 0; i < lines.size(); i++) {
      flat("flat" + i, lines.get(i));
      nested("nested" + i, lines.get(i));
    }
    try (StatsFs fs = StatsFs.builder().backend(stats).refreshInterval(Duration.ZERO).build();
        Sampler sampler = fs.sampler();
        Sampler aggregatesAlone = fs.sampler(StatFilter.name("value").negate())) {
      assertEquals(expected, Outcomes.sample(sampler));
      expected.keySet().removeIf(stat -> stat.endsWith("/value"));
      assertEquals(expected, Outcomes.sample(aggregatesAlone));
      // And read one by one, without a sample.
      Map<String, String> texts = new TreeMap<>();
      fs.catalog().stats().stream()
          .filter(stat -> !stat.name().equals("value"))
          .forEach(stat -> texts.put(stat.toString(), fs.readText(stat)));
      assertEquals(expected, texts);
    }
  }
}
