package io.statsfs.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatsFs;
import io.statsfs.contracts.Outcomes;
import io.statsfs.metrics.Aggregates;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.prometheus.PrometheusExporter;
import io.statsfs.prometheus.PrometheusFormat;
import io.statsfs.published.AggregateTable.Line;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is published is what the same tree is on statsfs: in catalogs, samples and exports. */
@ExtendWith(StatsFsSimulatorExtension.class)
@Timeout(180)
class SimulatorComparisonTest {
  private static final String VALUE = "value";

  /** Of a set, as the simulator takes its time for each source. */
  private static final int MOST_VALUES = 3;

  private final StatsFsSimulator simulator;
  private final PublishedStats stats = PublishedStats.create();

  SimulatorComparisonTest(StatsFsSimulator simulator) {
    this.simulator = simulator;
  }

  private StatsFs openSimulated() {
    return open(StatsFs.builder().root(simulator.root()));
  }

  private StatsFs openPublished() {
    return open(StatsFs.builder().backend(stats));
  }

  private static StatsFs open(StatsFs.Builder builder) {
    return builder.allowClearing().refreshInterval(Duration.ZERO).build();
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A source of both, with its labels. */
  private PublishedSource source(PublishedSource above, String path, String... labels) {
    String[] words = new String[labels.length / 2 * 3];
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < labels.length / 2; i++) {
      words[3 * i] = "label";
      words[3 * i + 1] = labels[2 * i];
      words[3 * i + 2] = labels[2 * i + 1];
      map.put(labels[2 * i], labels[2 * i + 1]);
    }
    simulator.source(path, words);
    if (above != null) {
      // A schema repeats the labels of the sources above.
      map.keySet().removeAll(above.labels().keySet());
    }
    PublishedSource source = PublishedSource.create(Path.of(path).getFileName().toString(), map);
    if (above == null) {
      stats.add(source);
    } else {
      above.add(source);
    }
    return source;
  }

  private void value(PublishedSource source, String path, PublishedGroup group, String number) {
    PublishedValue value = group.values().get(0);
    String kind = value.kind() == Stat.Kind.COUNTER ? "cumulative" : "floating";
    simulator.stat(
        path + "/" + value.name(),
        name(value.type()),
        kind,
        "value=" + number,
        "desc=" + value.description());
    PublishedValues values = PublishedValues.of(group);
    values
        .counter(value)
        .add(value.type().isSigned() ? Long.parseLong(number) : Long.parseUnsignedLong(number));
    source.add(values);
  }

  private void aggregate(
      PublishedSource source, String path, PublishedGroup group, Aggregate aggregate) {
    PublishedValue value = group.values().get(0);
    boolean isCounter = aggregate == Aggregate.SUM && value.kind() == Stat.Kind.COUNTER;
    simulator.stat(
        path + "/" + value.name(),
        name(value.type()),
        isCounter ? "cumulative" : "floating",
        "aggregate=" + name(aggregate),
        "desc=" + value.description());
    source.addAggregates(group);
  }

  private static PublishedGroup group(PublishedValue value, Aggregate aggregate) {
    return PublishedGroup.builder().value(value).aggregate(aggregate, value).build();
  }

  @Test
  void allTypesAndAggregatesOfManySetsAreTheSame() {
    for (ValueType type : ValueType.values()) {
      List<Line> lines =
          AggregateTable.lines().stream()
              .filter(line -> line.type() == type && line.values().size() <= MOST_VALUES)
              .toList();
      for (Aggregate aggregate : Aggregate.values()) {
        PublishedValue value =
            PublishedValue.level(VALUE, type).description("One of many.").build();
        PublishedGroup group = group(value, aggregate);
        String kind = name(type) + "-" + name(aggregate);
        PublishedSource top = source(null, kind);
        aggregate(top, kind, group, aggregate);
        for (int i = 0; i < lines.size(); i++) {
          add(top, kind + "/" + i, group, aggregate, lines.get(i));
        }
      }
    }
    try (StatsFs simulated = openSimulated();
        StatsFs published = openPublished();
        Sampler ofSimulated = simulated.sampler();
        Sampler ofPublished = published.sampler()) {
      Map<String, String> expected = Outcomes.sample(ofSimulated);
      assertTrue(expected.size() > 3_000, expected.size() + " stats");
      assertEquals(expected, Outcomes.sample(ofPublished));
      assertEquals(describe(simulated), describe(published));
    }
  }

  /** Half of the values right below, the others one below the other. */
  private void add(
      PublishedSource top, String path, PublishedGroup group, Aggregate aggregate, Line line) {
    PublishedSource source = source(top, path);
    aggregate(source, path, group, aggregate);
    PublishedSource above = source;
    String place = path;
    for (int i = 0; i < line.values().size(); i++) {
      if (i % 2 == 0) {
        above = source;
        place = path;
      }
      place += "/" + i;
      above = source(above, place);
      value(above, place, group, line.values().get(i));
    }
  }

  /** All that a catalog says of its stats. */
  private static Set<String> describe(StatsFs fs) {
    Set<String> all = new TreeSet<>();
    for (Stat stat : fs.catalog().stats()) {
      all.add(
          String.join(
              " ",
              stat.toString(),
              stat.source().subsystem(),
              stat.source().device(),
              stat.name(),
              stat.kind().toString(),
              stat.type().toString(),
              stat.unit(),
              stat.description(),
              new TreeMap<>(stat.source().labels()).toString()));
    }
    return all;
  }

  /** Two machines with two processors each. */
  private void machines() {
    PublishedValue exits =
        PublishedValue.counter("exits", ValueType.U64).description("Exits of guests.").build();
    PublishedValue halted =
        PublishedValue.level("halted", ValueType.BOOL).description("Whether it is.").build();
    PublishedGroup ofExits = group(exits, Aggregate.SUM);
    PublishedGroup ofHalted = group(halted, Aggregate.MAX);
    PublishedSource kvm = source(null, "kvm");
    aggregate(kvm, "kvm", ofExits, Aggregate.SUM);
    for (int vm = 1; vm <= 2; vm++) {
      String path = "kvm/" + vm + "-11";
      PublishedSource machine = source(kvm, path, "vm", "vm" + vm);
      aggregate(machine, path, ofExits, Aggregate.SUM);
      aggregate(machine, path, ofHalted, Aggregate.MAX);
      for (int cpu = 0; cpu < 2; cpu++) {
        String place = path + "/vcpu" + cpu;
        PublishedSource vcpu = source(machine, place, "vm", "vm" + vm, "vcpu", "" + cpu);
        value(vcpu, place, ofExits, "" + (100 * vm + cpu));
        value(vcpu, place, ofHalted, "" + cpu);
      }
    }
  }

  @Test
  void exportsAreTheSame() {
    machines();
    for (Aggregates aggregates : Aggregates.values()) {
      List<String> expected = export(openSimulated(), aggregates);
      assertTrue(expected.size() >= 3, expected::toString);
      assertEquals(expected, export(openPublished(), aggregates));
    }
  }

  private static List<String> export(StatsFs opened, Aggregates aggregates) {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(reader).build();
    try (StatsFs fs = opened;
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().setMeterProvider(meters).build();
        StatsFsMetrics metrics = metrics(sdk, fs, aggregates)) {
      List<String> points = new ArrayList<>();
      for (MetricData metric : reader.collectAllMetrics()) {
        metric
            .getLongGaugeData()
            .getPoints()
            .forEach(p -> points.add(line(metric, p.getAttributes() + " " + p.getValue())));
        metric
            .getLongSumData()
            .getPoints()
            .forEach(p -> points.add(line(metric, p.getAttributes() + " " + p.getValue())));
      }
      points.removeIf(point -> !point.contains("kvm"));
      points.sort(null);
      return points;
    }
  }

  private static String line(MetricData metric, String point) {
    return String.join(
        " ",
        metric.getName(),
        metric.getUnit(),
        metric.getType().toString(),
        metric.getDescription(),
        point);
  }

  private static StatsFsMetrics metrics(
      OpenTelemetry openTelemetry, StatsFs fs, Aggregates aggregates) {
    return StatsFsMetrics.builder(openTelemetry, fs)
        .countersBySchema()
        .aggregates(aggregates)
        .build();
  }

  @Test
  void scrapesOfPrometheusAreTheSame() throws IOException {
    machines();
    List<String> expected = scrape(openSimulated());
    assertTrue(expected.size() >= 3, expected::toString);
    assertEquals(expected, scrape(openPublished()));
  }

  private static List<String> scrape(StatsFs opened) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StatsFs fs = opened;
        PrometheusExporter exporter = PrometheusExporter.create(fs)) {
      exporter.write(out, PrometheusFormat.TEXT);
    }
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("kvm"))
        .sorted()
        .toList();
  }

  @Test
  void clearingDoesTheSame() {
    machines();
    try (StatsFs simulated = openSimulated();
        StatsFs published = openPublished();
        Sampler ofSimulated = simulated.sampler();
        Sampler ofPublished = published.sampler()) {
      for (String stat :
          List.of(
              "kvm/1-11/vcpu0/exits",
              "kvm/1-11/vcpu0/halted",
              "kvm/2-11/halted",
              "kvm/2-11/exits",
              "kvm/exits")) {
        assertEquals(clear(simulated, stat), clear(published, stat), stat);
        assertEquals(Outcomes.sample(ofSimulated), Outcomes.sample(ofPublished), stat);
      }
      assertEquals("0", Outcomes.of(ofPublished).get("kvm/exits"));
      assertEquals("1", Outcomes.of(ofPublished).get("kvm/1-11/halted"));
    }
  }

  /** What refuses it. */
  private static String clear(StatsFs fs, String stat) {
    Stat found =
        fs.catalog().stats().stream()
            .filter(its -> its.toString().equals(stat))
            .findFirst()
            .orElseThrow();
    try {
      fs.clear(found);
      return "cleared";
    } catch (StatClearException e) {
      return e.reason().toString();
    }
  }

  @Test
  void sourcesThatComeAndGoAreTheSame() {
    machines();
    PublishedSource kvm = stats.find("kvm").orElseThrow();
    try (StatsFs simulated = openSimulated();
        StatsFs published = openPublished();
        Sampler ofSimulated = simulated.sampler();
        Sampler ofPublished = published.sampler()) {
      assertEquals(Outcomes.sample(ofSimulated), Outcomes.sample(ofPublished));
      simulator.remove("kvm/1-11/vcpu0");
      PublishedSource machine = kvm.find("1-11").orElseThrow();
      assertTrue(machine.remove(machine.find("vcpu0").orElseThrow()));
      // Before a scan, with the aggregates of what is left.
      Map<String, String> expected = Outcomes.sample(ofSimulated);
      expected.replaceAll((stat, outcome) -> outcome.replaceAll("^GONE .*", "GONE 0"));
      assertEquals(expected, Outcomes.sample(ofPublished));
      assertEquals("101", expected.get("kvm/1-11/exits"));
      simulated.refresh();
      published.refresh();
      assertEquals(Outcomes.sample(ofSimulated), Outcomes.sample(ofPublished));
      simulator.remove("kvm/1-11");
      assertTrue(kvm.remove(machine));
      simulated.refresh();
      published.refresh();
      assertEquals(Outcomes.sample(ofSimulated), Outcomes.sample(ofPublished));
      assertEquals(describe(simulated), describe(published));
      assertThrows(NoSuchElementException.class, () -> kvm.read("halted"));
    }
  }
}
