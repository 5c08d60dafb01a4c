package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.when;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Naming;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class StatsFsMetricsTest {
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemoryMetricReader secondReader = InMemoryMetricReader.create();
  private final SdkMeterProvider provider =
      SdkMeterProvider.builder()
          .registerMetricReader(reader)
          .registerMetricReader(secondReader)
          .build();
  private final OpenTelemetrySdk otel =
      OpenTelemetrySdk.builder().setMeterProvider(provider).build();
  private final TestTree tree = TestTree.inMemory();
  @AutoClose private final LogCapture log = new LogCapture("io.statsfs.otel");

  @AfterEach
  void cleanUp() {
    otel.close();
    tree.close();
  }

  private StatsFs open() {
    return StatsFs.builder()
        .root(tree.settle().root(), Layout.statsfs())
        .refreshInterval(Duration.ZERO)
        .build();
  }

  private Map<String, String> collect() {
    return CollectedMetrics.ofStats(reader.collectAllMetrics());
  }

  private static Set<Path> interfaces() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/sys/class/net"))) {
      return all.collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void everyStatOfThisMachineIsAGaugeWithItsValue() throws IOException {
    Set<Path> interfaces = interfaces();
    // Not what is detected, which may be a statsfs that is simulated here meanwhile.
    try (StatsFs fs =
            StatsFs.builder()
                .root(Path.of("/sys/class/net"))
                .root(Path.of("/proc/vmstat"))
                .refreshInterval(Duration.ZERO)
                .build();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs).filter(StatFilter.all()).build()) {
      Collection<MetricData> collected = reader.collectAllMetrics();
      Map<String, String> points = CollectedMetrics.ofStats(collected);
      // Others may make interfaces and delete them meanwhile.
      interfaces.retainAll(interfaces());
      for (Path device : interfaces) {
        try (Stream<Path> files = Files.list(device.resolve("statistics"))) {
          for (Path file : files.toList()) {
            String name =
                "statsfs.net." + file.getFileName() + "{device=" + device.getFileName() + "}";
            assertTrue(points.containsKey(name), name);
            if (name.contains("errors{device=lo}")) {
              assertEquals(Files.readString(file).strip(), points.get(name), name);
            }
          }
        } catch (NoSuchFileException e) {
          assertFalse(Files.exists(device), e + "");
        }
      }
      for (String line : Files.readAllLines(Path.of("/proc/vmstat"))) {
        String name = "statsfs.vmstat." + line.split(" ")[0] + "{subsystem=vmstat}";
        assertTrue(points.containsKey(name), name);
      }
      MetricData bytes =
          collected.stream()
              .filter(m -> m.getName().equals("statsfs.net.rx_bytes"))
              .findFirst()
              .orElseThrow();
      assertEquals(MetricDataType.LONG_GAUGE, bytes.getType());
      assertEquals("By", bytes.getUnit());
      assertFalse(bytes.getDescription().isEmpty());
    }
  }

  @Test
  void aStatNameIsOneInstrumentAndASourceOneSetOfAttributes() {
    tree.stat("kvm/1-2/exits", 5).stat("kvm/1-2/vcpu0/exits", 2).stat("kvm/1-2/vcpu1/exits", 3);
    tree.schema("kvm/1-2/vcpu1", "LABEL\nvm a\nvcpu 1\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals(
          Map.of(
              "statsfs.kvm.exits{device=1-2, subsystem=kvm}", "5",
              "statsfs.kvm.exits{device=1-2/vcpu0, subsystem=kvm}", "2",
              "statsfs.kvm.exits{vcpu=1, vm=a}", "3"),
          collect());
    }
  }

  @Test
  void valuesThatAreNotOkHaveNoPoint() {
    tree.stat("a/good", 1).stat("a/text", "RUNNABLE").stat("a/empty", "").stat("a/gone", 4);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      tree.remove("a/gone");
      assertEquals(Map.of("statsfs.a.good{subsystem=a}", "1"), collect());
    }
  }

  @Test
  void aVanishedSourceHasNoPointInTheNextCollection() {
    tree.stat("a/x/n", 1).stat("a/y/n", 2);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals(2, collect().size());
      tree.remove("a/y");
      assertEquals(Map.of("statsfs.a.n{device=x, subsystem=a}", "1"), collect());
      fs.refresh();
      assertEquals(Map.of("statsfs.a.n{device=x, subsystem=a}", "1"), collect());
    }
  }

  @Test
  void aNewSourceWithNewNamesIsInTheFirstCollectionAfterItsDiscovery() {
    tree.stat("a/x/n", 1);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      collect();
      tree.stat("a/y/n", 2).stat("a/y/other", 3).stat("b/z/m", 4);
      fs.refresh();
      assertEquals(
          Map.of(
              "statsfs.a.n{device=x, subsystem=a}", "1",
              "statsfs.a.n{device=y, subsystem=a}", "2",
              "statsfs.a.other{device=y, subsystem=a}", "3",
              "statsfs.b.m{device=z, subsystem=b}", "4"),
          collect());
    }
  }

  @Test
  void theRefreshThreadBringsANewSourceByItself() throws InterruptedException {
    tree.stat("a/x/n", 1).settle();
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.root(), Layout.statsfs())
                .refreshInterval(Duration.ofMillis(50))
                .build();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      tree.stat("a/y/other", 7);
      Await.until(() -> "7".equals(collect().get("statsfs.a.other{device=y, subsystem=a}")));
    }
  }

  @Test
  void treesThatAreEmptyAtFirstAreFollowed() {
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals(Map.of(), collect());
      tree.stat("a/n", 1);
      fs.refresh();
      assertEquals(Map.of("statsfs.a.n{subsystem=a}", "1"), collect());
    }
  }

  @Test
  void unsignedValuesBeyondALongMakeTheirStatADouble() {
    tree.stat("a/x/n", "18446744073709551615\n").stat("a/y/n", 5).stat("a/x/other", 1);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals(
          Map.of(
              "statsfs.a.n{device=x, subsystem=a}", "1.8446744073709552E19",
              "statsfs.a.n{device=y, subsystem=a}", "5.0",
              "statsfs.a.other{device=x, subsystem=a}", "1"),
          collect());
    }
  }

  @Test
  void aValueThatGrowsBeyondALongIsMissingOnceAndThenADouble() {
    tree.stat("a/x/n", "9223372036854775807\n").stat("a/y/n", 5);
    try (LogCapture sdk = new LogCapture("io.opentelemetry");
        StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals("9223372036854775807", collect().get("statsfs.a.n{device=x, subsystem=a}"));
      tree.stat("a/x/n", "9223372036854775808\n");
      assertEquals(Map.of("statsfs.a.n{device=y, subsystem=a}", "5"), collect());
      Map<String, String> doubles =
          Map.of(
              "statsfs.a.n{device=x, subsystem=a}",
              "" + 0x1p63,
              "statsfs.a.n{device=y, subsystem=a}",
              "5.0");
      assertEquals(doubles, collect());
      tree.stat("a/x/n", 1).stat("a/z/n", 7);
      fs.refresh();
      assertEquals(
          Map.of(
              "statsfs.a.n{device=x, subsystem=a}", "1.0",
              "statsfs.a.n{device=y, subsystem=a}", "5.0",
              "statsfs.a.n{device=z, subsystem=a}", "7.0"),
          collect());
      assertEquals(List.of(), sdk.lines());
    }
  }

  @Test
  void manyThatGrowBeyondALongAreNeverRecordedTwice() {
    for (int i = 0; i < 6; i++) {
      tree.stat("a/n" + i, i);
    }
    try (LogCapture sdk = new LogCapture("io.opentelemetry");
        StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      for (int i = 0; i < 6; i++) {
        tree.stat("a/n" + i, "9223372036854775808\n");
        // A point that came twice would be an error in there.
        assertEquals(5, collect().size());
        assertEquals(6, CollectedMetrics.ofStats(secondReader.collectAllMetrics()).size());
        assertEquals(6, collect().size());
      }
      assertEquals(List.of(), sdk.lines());
    }
  }

  @Test
  void floatsAndDecimalsComeAsDoubles() {
    tree.stat("a/load", "0.25\n").stat("a/ratio", "3\n");
    tree.schema("a", "METRIC\nNAME ratio\nFLAG GAUGE\nTYPE FLOAT\nDESC x\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals("3.0", collect().get("statsfs.a.ratio{subsystem=a}"));
      assertEquals("0.25", collect().get("statsfs.a.load{subsystem=a}"));
    }
  }

  @Test
  void twoReadersOfOneSdkBothGetEverything() throws InterruptedException {
    tree.stat("a/n", 1).stat("a/m", 2);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      List<Throwable> failures = new ArrayList<>();
      Runnable first = () -> collectOften(reader, failures);
      Runnable second = () -> collectOften(secondReader, failures);
      List<Thread> threads = List.of(new Thread(first), new Thread(second));
      threads.forEach(Thread::start);
      for (int i = 0; i < 50; i++) {
        tree.stat("a/s" + i + "/n", i).stat("a/s" + i + "/name" + i, i);
        fs.refresh();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(List.of(), failures);
      assertEquals(102, collect().size());
    }
  }

  private static void collectOften(InMemoryMetricReader reader, List<Throwable> failures) {
    for (int i = 0; i < 200; i++) {
      Map<String, String> points = CollectedMetrics.ofStats(reader.collectAllMetrics());
      if (!"1".equals(points.get("statsfs.a.n{subsystem=a}"))) {
        synchronized (failures) {
          failures.add(new AssertionError("collection " + i + ": " + points));
        }
      }
    }
  }

  @Test
  void bySchemaACumulativeStatIsACounter() {
    tree.stat("a/c", 7).stat("a/g", 8).stat("a/undescribed", 9);
    tree.schema(
        "a",
        "METRIC\nNAME c\nFLAG CUMULATIVE\nTYPE INT\nDESC A count.\n\n"
            + "METRIC\nNAME g\nFLAG GAUGE\nTYPE INT\nDESC A level.\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).countersBySchema().build()) {
      Map<String, MetricDataType> types = new TreeMap<>();
      reader.collectAllMetrics().stream()
          .filter(m -> m.getInstrumentationScopeInfo().getName().equals("io.statsfs"))
          .forEach(m -> types.put(m.getName() + " " + m.getDescription(), m.getType()));
      assertEquals(
          Map.of(
              "statsfs.a.c A count.", MetricDataType.LONG_SUM,
              "statsfs.a.g A level.", MetricDataType.LONG_GAUGE,
              "statsfs.a.undescribed ", MetricDataType.LONG_GAUGE),
          types);
    }
  }

  @Test
  void oddNamesStayApart() {
    tree.stat("a/guest doorbell", 1).stat("a/guest_doorbell", 2).stat("a/guest.doorbell", 3);
    tree.stat("a/guest-doorbell", 4).stat("a/Guest_doorbell", 5).stat("a/guest\\xff", 6);
    tree.stat("a/guest_x20_doorbell", 7).stat("a/" + "n".repeat(255), 8);
    tree.stat("a/" + "n".repeat(254) + "m", 9).stat("a/line\nend", 10);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      Map<String, String> points = collect();
      assertEquals("1", points.get("statsfs.a.guest_x20_doorbell{subsystem=a}"), "" + points);
      assertEquals("10", points.get("statsfs.a.line_x0a_end{subsystem=a}"));
      assertEquals("7", points.get("statsfs.a.guest_x5f_x20_doorbell{subsystem=a}"));
      assertEquals("3", points.get("statsfs.a.guest_x2e_doorbell{subsystem=a}"));
      List<String> values = new ArrayList<>(points.values());
      values.sort((x, y) -> Integer.compare(Integer.parseInt(x), Integer.parseInt(y)));
      assertEquals(List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"), values);
      assertTrue(points.keySet().stream().allMatch(k -> k.indexOf('{') <= 255));
    }
  }

  @Test
  void sourcesWithEqualLabelsAreToldApart() {
    tree.stat("a/x/n", 1).stat("a/y/n", 2).stat("a/z/n", 3);
    tree.schema("a/x", "LABEL\nvm 1\n\n").schema("a/y", "LABEL\nvm 1\n\n");
    tree.schema("a/z", "LABEL\nvm 2\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals(
          Map.of(
              "statsfs.a.n{device=x, subsystem=a, vm=1}", "1",
              "statsfs.a.n{device=y, subsystem=a, vm=1}", "2",
              "statsfs.a.n{vm=2}", "3"),
          collect());
    }
  }

  @Test
  void namingAttributesAndFilterCanBeSet() {
    tree.stat("a/x/n", 1).stat("a/x/m", 2).stat("b/n", 3);
    try (StatsFs fs = open();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs)
                .filter(StatFilter.subsystem("a"))
                .naming(
                    Naming.statsfs()
                        .withNames(stat -> "my/" + stat.name())
                        .withLabels(source -> Map.of("where", source.device())))
                .ownMetrics(false)
                .build()) {
      assertEquals(
          Map.of("my/n{where=x}", "1", "my/m{where=x}", "2"),
          CollectedMetrics.of(reader.collectAllMetrics()));
    }
  }

  private static Layout cpus(MetricDeclaration... metrics) {
    return Layout.builder("cpus")
        .subsystem("cpu")
        .sources("{cpu}")
        .stats(List.of(StatDeclaration.of("*", Stat.Kind.COUNTER, "ms", "x", "")))
        .metrics(List.of(metrics))
        .build();
  }

  @Test
  void inSemanticConventionsTheInstrumentsAreThoseOfTheConventions() {
    tree.stat("0/user", 250).stat("0/irq", 1).stat("1/user", 50).stat("1/irq", 4);
    Layout layout =
        cpus(
            MetricDeclaration.builder("semconv", "system.cpu.time", Instrument.COUNTER)
                .unit("s")
                .description("Seconds.")
                .point(
                    Point.sum(
                        List.of(
                            Label.integer("cpu.logical_number", "{cpu}"),
                            Label.text("cpu.mode", "user")),
                        Term.plus("cpu/*/user")))
                .build(),
            MetricDeclaration.builder(
                    "semconv", "system.cpu.logical.count", Instrument.UP_DOWN_COUNTER)
                .unit("{cpu}")
                .point(Point.count(List.of(), Term.plus("cpu/*/user")))
                .build());
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), layout)
                .refreshInterval(Duration.ZERO)
                .build();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs).naming(Naming.semconv()).build()) {
      Collection<MetricData> collected = reader.collectAllMetrics();
      Map<String, String> expected =
          Map.of(
              "system.cpu.time{cpu.logical_number=0, cpu.mode=user}", "0.25",
              "system.cpu.time{cpu.logical_number=1, cpu.mode=user}", "0.05",
              "system.cpu.logical.count{}", "2",
              "statsfs.cpu.irq{cpu=0}", "0.001",
              "statsfs.cpu.irq{cpu=1}", "0.004");
      assertEquals(expected, CollectedMetrics.ofStats(collected));
      Map<String, MetricData> byName = new TreeMap<>();
      collected.forEach(metric -> byName.put(metric.getName(), metric));
      MetricData time = byName.get("system.cpu.time");
      assertEquals(
          List.of(true, "s", "Seconds."),
          List.of(time.getDoubleSumData().isMonotonic(), time.getUnit(), time.getDescription()));
      assertEquals(
          Set.of(0L, 1L),
          time.getDoubleSumData().getPoints().stream()
              .map(p -> p.getAttributes().get(AttributeKey.longKey("cpu.logical_number")))
              .collect(Collectors.toSet()));
      assertFalse(byName.get("system.cpu.logical.count").getLongSumData().isMonotonic());
      assertEquals(MetricDataType.DOUBLE_GAUGE, byName.get("statsfs.cpu.irq").getType());
      tree.stat("2/user", 1000);
      fs.refresh();
      assertEquals("3", collect().get("system.cpu.logical.count{}"));
      assertEquals("1.0", collect().get("system.cpu.time{cpu.logical_number=2, cpu.mode=user}"));
    }
  }

  @Test
  void aNamingThatGivesOneNameToAllStillLosesNothing() {
    tree.stat("a/x/n", 1).stat("a/x/m", 2);
    try (StatsFs fs = open();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs)
                .naming(Naming.statsfs().withNames(stat -> "same"))
                .build()) {
      assertEquals(List.of("1", "2"), collect().values().stream().sorted().toList());
    }
  }

  @Test
  void anInvalidNameOrAFailingStrategyFallsBackToTheDefault() {
    tree.stat("a/n", 1).stat("a/m", 2);
    try (StatsFs fs = open();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs)
                .naming(
                    Naming.statsfs()
                        .withNames(
                            stat -> {
                              if (stat.name().equals("m")) {
                                throw new IllegalStateException("no idea");
                              }
                              return "1 bad name";
                            })
                        .withLabels(
                            source -> {
                              throw new IllegalStateException("no idea");
                            }))
                .build()) {
      assertEquals(
          Map.of("statsfs.a.n{subsystem=a}", "1", "statsfs.a.m{subsystem=a}", "2"), collect());
      int lines = log.lines().size();
      collect();
      assertEquals(3, lines, "" + log.lines());
      assertEquals(3, log.lines().size(), "nothing is log.lines() twice");
    }
  }

  @Test
  void anErrorCostsNeitherOtherMetersNorTheApplication() {
    tree.stat("a/n", 1);
    try (StatsFs real = open()) {
      Sampler sampler = spy(real.sampler());
      StatsFs fs = mock(StatsFs.class);
      when(fs.sampler(any(), any())).thenReturn(sampler);
      when(fs.addListener(any())).thenReturn(() -> {});
      otel.getMeter("app").gaugeBuilder("app.gauge").buildWithCallback(m -> m.record(1));
      try (StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).ownMetrics(false).build()) {
        assertEquals("1", collect().get("statsfs.a.n{subsystem=a}"));
        doThrow(new NoClassDefFoundError("gone")).when(sampler).sample();
        for (int i = 0; i < 3; i++) {
          assertEquals(
              Map.of("app.gauge{}", "1.0"), CollectedMetrics.of(reader.collectAllMetrics()));
        }
        doNothing().when(sampler).sample();
        assertEquals("1", collect().get("statsfs.a.n{subsystem=a}"));
      }
      assertEquals(1, log.lines().size(), "" + log.lines());
    }
  }

  @Test
  void itMeasuresItself() {
    tree.stat("a/n", 1).stat("a/text", "x").schema("a", "LABEL\nvm 1\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      reader.collectAllMetrics();
      Map<String, String> points = CollectedMetrics.of(reader.collectAllMetrics());
      assertEquals("1", points.get("statsfs.stats{status=ok}"));
      assertEquals("1", points.get("statsfs.stats{status=not_a_number}"));
      assertEquals("0", points.get("statsfs.stats{status=denied}"));
      assertEquals("1", points.get("statsfs.sources{}"));
      assertEquals("0", points.get("statsfs.files{state=kept_open}"));
      assertEquals("0", points.get("statsfs.files{state=not_kept}"));
      assertTrue(points.containsKey("statsfs.collection.duration{}"));
      assertTrue(Long.parseLong(points.get("statsfs.schema_cache.loads{}")) >= 1);
      assertTrue(points.containsKey("statsfs.schema_cache.size{}"));
      assertTrue(points.containsKey("statsfs.schema_cache.hits{}"));
      assertTrue(points.containsKey("statsfs.schema_cache.load_failures{}"));
      assertTrue(points.containsKey("statsfs.schema_cache.evictions{}"));
    }
  }

  @Test
  void thePageOfMetricsHasTheOwnOnes() throws IOException {
    String page = Files.readString(Path.of("../docs/metrics.md"));
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      List<MetricData> own =
          reader.collectAllMetrics().stream()
              .filter(m -> m.getInstrumentationScopeInfo().getName().equals("io.statsfs.otel"))
              .toList();
      assertTrue(own.size() >= 9, own::toString);
      for (MetricData metric : own) {
        boolean isCounter = metric.getType() == MetricDataType.LONG_SUM;
        String row =
            String.format(
                "| `%s` | %s | %s |",
                metric.getName(), isCounter ? "counter" : "gauge", metric.getUnit());
        assertTrue(page.contains(row), row);
      }
    }
  }

  /** No other stat is sampled, which would cost its reading for nothing. */
  @Test
  void ofConventionalMetricsAloneOnlyTheirStatsAreRead() {
    tree.stat("0/user", 250).stat("0/irq", 1).stat("0/text", "x");
    Layout layout =
        cpus(
            MetricDeclaration.builder("semconv", "system.cpu.time", Instrument.COUNTER)
                .unit("s")
                .point(Point.sum(List.of(), Term.plus("cpu/*/user")))
                .build());
    try (StatsFs fs = StatsFs.builder().root(tree.settle().root(), layout).build();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs).naming(Naming.semconv().conventionalOnly()).build()) {
      Map<String, String> points = CollectedMetrics.of(reader.collectAllMetrics());
      assertEquals("0.25", points.get("system.cpu.time{}"));
      assertEquals("1", points.get("statsfs.stats{status=ok}"));
      assertEquals("0", points.get("statsfs.stats{status=not_a_number}"));
      assertEquals(null, points.get("statsfs.cpu.irq{cpu=0}"));
    }
  }

  @Test
  void closingLeavesNothingBehind() {
    List<String> open = OpenFiles.all();
    // No scan is under way when descriptors are counted.
    try (StatsFs fs = StatsFs.builder().refreshInterval(Duration.ofHours(1)).build()) {
      List<String> ofFs = OpenFiles.all();
      StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs);
      assertFalse(reader.collectAllMetrics().isEmpty());
      assertTrue(OpenFiles.all().size() > ofFs.size(), "sysfs files are kept open");
      metrics.close();
      metrics.close();
      assertEquals(ofFs, OpenFiles.all());
      assertEquals(List.of(), List.copyOf(reader.collectAllMetrics()));
      try (StatsFsMetrics again = StatsFsMetrics.create(otel, fs)) {
        assertFalse(collect().isEmpty());
      }
    }
    assertEquals(open, OpenFiles.all());
  }

  @Test
  void nothingHoldsWhatWasClosed() throws InterruptedException {
    tree.stat("a/n", 1);
    try (StatsFs fs = open()) {
      StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs);
      WeakReference<StatsFsMetrics> reference = new WeakReference<>(metrics);
      metrics.close();
      metrics = null;
      Await.collected(() -> reference.get() == null, () -> "the SDK or the StatsFs still holds it");
    }
  }

  @Test
  void aStatsFsThatIsClosedFirstDoesNoHarm() {
    tree.stat("a/n", 1);
    StatsFs fs = open();
    try (StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      fs.close();
      assertEquals(Map.of(), collect());
      assertEquals(Map.of(), collect());
    }
    assertEquals(1, log.lines().size(), "" + log.lines());
  }

  @Test
  void moreSeriesThanTheSdkTakesAreToldOfBeforeTheyAreLost() {
    for (int i = 0; i < 2000; i++) {
      tree.stat("a/s" + i + "/n", i);
    }
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      collect();
      collect();
      assertEquals(1, log.lines().size(), "" + log.lines());
      assertTrue(log.lines().get(0).startsWith("statsfs.a.n has 2000 series"), log.lines().get(0));
      assertTrue(log.lines().get(0).contains("otel.java.metrics.cardinality.limit"));
    }
  }

  @Test
  void manyNamesCostNoMoreThanTheirBound() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      lines.append("name").append(i).append(' ').append(i).append('\n');
    }
    tree.stat("flat", lines.toString());
    try (StatsFs fs = StatsFs.builder().root(tree.path("flat"), Layout.file("flat")).build();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals(2000, collect().size());
      assertEquals(1, log.lines().size(), "" + log.lines());
      assertTrue(log.lines().get(0).contains("More than 2000 stat names"), log.lines().get(0));
    }
  }

  @Test
  void namesThatComeAndGoKeepTheirSeries() {
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      for (int container = 0; container < 60; container++) {
        for (int i = 0; i < 40; i++) {
          tree.stat("container" + container + "/n" + i, i);
        }
        fs.refresh();
        assertEquals(40, collect().size(), "container " + container);
        tree.remove("container" + container);
      }
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void namesBeyondThoseThatTheSdkCanKeepAreCounted() {
    String[] ending = {""};
    for (int i = 0; i < 2000; i++) {
      tree.stat("a/" + i + "n", i);
    }
    InMemoryMetricReader own = InMemoryMetricReader.create();
    try (OpenTelemetrySdk one =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(own).build())
                .build();
        StatsFs fs = open();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(one, fs)
                .naming(Naming.statsfs().withNames(stat -> "x" + stat.name() + ending[0]))
                .build()) {
      // Other names, as if 2000 stats had gone and others come.
      for (int life = 1; life <= 5; life++) {
        ending[0] = "of" + life;
        tree.remove("a/" + life + "n");
        fs.refresh();
        Map<String, String> points = CollectedMetrics.of(own.collectAllMetrics());
        long names = points.keySet().stream().filter(key -> key.startsWith("x")).count();
        // Of the fifth life, ten are the last of 10,000.
        assertEquals(life < 5 ? 2000 - life : 10, names);
        assertEquals(
            life < 5 ? "0" : "1985", points.get("statsfs.stats.without_series{limit=instruments}"));
        assertEquals(life < 5 ? 0 : 1, log.lines().size(), "" + log.lines());
      }
    }
  }

  @Test
  void attributesAreMadeOnceWhereSourcesCollideToo() {
    Map<String, String> many = new TreeMap<>();
    for (int i = 0; i < 5_000; i++) {
      many.put("key" + i, "" + i);
    }
    for (int i = 0; i < 200; i++) {
      tree.stat("a/x/n" + i, i).stat("a/y/n" + i, i);
    }
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    try (StatsFs fs = open()) {
      long before = threads.getCurrentThreadAllocatedBytes();
      try (StatsFsMetrics metrics =
          StatsFsMetrics.builder(otel, fs)
              .naming(Naming.statsfs().withLabels(source -> many))
              .build()) {
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        // Made for each stat they were 400 times 5,000 keys and values: beyond 50 MB.
        assertTrue(bytes < 20_000_000, bytes + " bytes");
        assertEquals(400, collect().size());
      }
    }
  }

  @Test
  void aSampleThatFailsLeavesNoOldValuesInLaterInstruments() {
    tree.stat("a/n", 1);
    StatsFs fs = open();
    try (StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      tree.stat("a/later", 7);
      fs.refresh();
      assertEquals(2, collect().size());
      fs.close();
      assertEquals(Map.of(), collect());
    }
  }

  @Test
  void theSameRootTwiceIsOneTree() {
    tree.stat("a/n", 10).schema("a", "METRIC\nNAME n\nFLAG CUMULATIVE\nTYPE INT\nDESC x\n\n");
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.root(), Layout.statsfs())
                .root(tree.root(), Layout.statsfs())
                .build();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).countersBySchema().build()) {
      assertEquals(Map.of("statsfs.a.n{subsystem=a}", "10"), collect());
    }
  }

  @Test
  void attributesAreMadeOnceInTheLifeOfASource() {
    tree.stat("a/x/n", 1);
    List<Source> asked = new ArrayList<>();
    try (StatsFs fs = open();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs)
                .naming(
                    Naming.statsfs()
                        .withLabels(
                            source -> {
                              asked.add(source);
                              return Map.of();
                            }))
                .build()) {
      collect();
      collect();
      tree.stat("a/y/n", 2);
      fs.refresh();
      collect();
      assertEquals(
          List.of("a/x", "a/y"), asked.stream().map(Object::toString).toList(), "" + asked);
    }
  }

  @Test
  void byPathANameIsSubsystemAndStatAndTheDeviceAnAttribute() {
    tree.stat("kvm/exits", 1).stat("kvm/1-2/exits", 2).stat("kvm/1-2/vcpu0/guest doorbell", 3);
    tree.stat("9p/x", 4).stat("x/9p", 5).schema("kvm/1-2", "LABEL\nvm 1-2\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).naming(Naming.path()).build()) {
      assertEquals(
          Map.of(
              "kvm/exits{}", "1",
              "kvm/exits{device=1-2}", "2",
              "kvm/guest_x20_doorbell{device=1-2/vcpu0}", "3",
              "x/9p/x{}", "4",
              "x/9p{}", "5"),
          collect());
    }
  }

  @Test
  void aggregatesAreKeptDroppedOrAlone() {
    tree.stat("kvm/exits", 6).stat("kvm/vm1/exits", 3).stat("kvm/vm1/vcpu0/exits", 1);
    tree.stat("kvm/vm1/vcpu1/exits", 2).stat("kvm/vm2/exits", 3).stat("kvm/vm2/own", 8);
    tree.stat("net/eth0/exits", 9);
    assertEquals(List.of("1", "2", "3", "3", "6", "8", "9"), values(Aggregates.KEPT));
    assertEquals(List.of("1", "2", "3", "8", "9"), values(Aggregates.DROPPED));
    assertEquals(List.of("6", "8", "9"), values(Aggregates.ALONE));
  }

  private List<String> values(Aggregates aggregates) {
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).aggregates(aggregates).build()) {
      return collect().values().stream().sorted().toList();
    }
  }

  @Test
  void aStatBecomesAnAggregateWithItsFirstPart() {
    tree.stat("kvm/vm1/exits", 3);
    try (StatsFs fs = open();
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs).aggregates(Aggregates.DROPPED).build()) {
      assertEquals(List.of("3"), List.copyOf(collect().values()));
      tree.stat("kvm/vm1/vcpu0/exits", 2);
      fs.refresh();
      assertEquals(Map.of("statsfs.kvm.exits{device=vm1/vcpu0, subsystem=kvm}", "2"), collect());
      tree.remove("kvm/vm1/vcpu0");
      fs.refresh();
      assertEquals(Map.of("statsfs.kvm.exits{device=vm1, subsystem=kvm}", "3"), collect());
    }
  }

  @Test
  void beyondItsLimitAnInstrumentKeepsTheUppermostSources() {
    tree.stat("kvm/n", 0).stat("kvm/b/n", 1).stat("kvm/b/vcpu0/n", 2).stat("kvm/a/vcpu0/n", 3);
    tree.stat("kvm/c/n", 4).stat("kvm/few", 5);
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).seriesLimit(3).build()) {
      Map<String, String> expected =
          Map.of(
              "statsfs.kvm.n{subsystem=kvm}", "0",
              "statsfs.kvm.n{device=b, subsystem=kvm}", "1",
              "statsfs.kvm.n{device=c, subsystem=kvm}", "4",
              "statsfs.kvm.few{subsystem=kvm}", "5");
      assertEquals(expected, collect());
      assertEquals(expected, collect());
      assertEquals(1, log.lines().size(), "" + log.lines());
      assertTrue(
          log.lines()
              .get(0)
              .startsWith("statsfs.kvm.n has 5 series, of which the 2 of the deepest"),
          log.lines().get(0));
      tree.remove("kvm/c");
      fs.refresh();
      assertEquals("3", collect().get("statsfs.kvm.n{device=a/vcpu0, subsystem=kvm}"));
    }
  }

  @Test
  void enumsAreStatesByOption() {
    tree.stat("kvm/vcpu0/mode", "RUNNABLE").stat("kvm/vcpu0/n", 1);
    tree.stat("kvm/vcpu1/mode", "HALTED").stat("kvm/vcpu2/mode", 7);
    tree.stat("kvm/vcpu3/mode", "x".repeat(65)).stat("kvm/vcpu4/mode", "two\nlines");
    tree.schema("kvm/vcpu1", "LABEL\nstate labelled\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).states().build()) {
      assertEquals(
          Map.of(
              "statsfs.kvm.mode{device=vcpu0, state=RUNNABLE, subsystem=kvm}", "1",
              "statsfs.kvm.mode{stat.state=HALTED, state=labelled}", "1",
              "statsfs.kvm.mode{device=vcpu2, subsystem=kvm}", "7",
              "statsfs.kvm.n{device=vcpu0, subsystem=kvm}", "1"),
          collect());
      tree.stat("kvm/vcpu0/mode", "HALTED");
      Map<String, String> after = collect();
      assertEquals("0", after.get("statsfs.kvm.mode{device=vcpu0, state=RUNNABLE, subsystem=kvm}"));
      assertEquals("1", after.get("statsfs.kvm.mode{device=vcpu0, state=HALTED, subsystem=kvm}"));
      tree.remove("kvm/vcpu0/mode");
      assertEquals(3, collect().size(), "what is gone is in no state");
    }
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertFalse(collect().keySet().stream().anyMatch(key -> key.contains("state=H")));
    }
  }

  @Test
  void anEnumThatRunsThroughManyTextsStaysBounded() {
    tree.stat("kvm/mode", "s0");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).states().build()) {
      for (int i = 0; i < 40; i++) {
        tree.stat("kvm/mode", "s" + i);
        assertEquals(i < 32 ? i + 1 : 0, collect().size());
      }
    }
  }

  @Test
  void aCounterThatBeginsAnewMissesACollectionAndGoesOnAtItsSmallerValue() {
    for (InMemoryMetricReader own :
        List.of(InMemoryMetricReader.create(), InMemoryMetricReader.createDelta())) {
      boolean delta =
          own.getAggregationTemporality(InstrumentType.OBSERVABLE_COUNTER)
              == AggregationTemporality.DELTA;
      String schema = "METRIC\nNAME c\nFLAG CUMULATIVE\nTYPE INT\nDESC A count.\n\n";
      tree.stat("kvm/vm1/c", 70).schema("kvm/vm1", schema).stat("kvm/vm2/x", 1);
      try (OpenTelemetrySdk sdk =
              OpenTelemetrySdk.builder()
                  .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(own).build())
                  .build();
          StatsFs fs = open();
          StatsFsMetrics metrics = StatsFsMetrics.builder(sdk, fs).countersBySchema().build()) {
        List<String> values = new ArrayList<>();
        Runnable collect =
            () ->
                values.add(
                    CollectedMetrics.ofStats(own.collectAllMetrics())
                        .get("statsfs.kvm.c{device=vm1, subsystem=kvm}"));
        collect.run();
        tree.stat("kvm/vm1/c", 90);
        collect.run();
        tree.stat("kvm/vm1/c", 5);
        collect.run();
        tree.stat("kvm/vm1/c", 12);
        collect.run();
        // Another source comes, which changes nothing for this one.
        tree.stat("kvm/vm3/x", 1);
        fs.refresh();
        tree.stat("kvm/vm1/c", 13);
        collect.run();
        // A stat that is new makes another object of the source, but not another counter.
        tree.stat("kvm/vm1/new", 1);
        fs.refresh();
        tree.stat("kvm/vm1/c", 14);
        collect.run();
        // The same name in another life, with looks at the tree in between.
        tree.remove("kvm/vm1");
        fs.refresh();
        tree.stat("kvm/vm1/c", 3).schema("kvm/vm1", schema);
        fs.refresh();
        collect.run();
        tree.stat("kvm/vm1/c", 4);
        collect.run();
        // Away for a whole collection.
        tree.remove("kvm/vm1");
        fs.refresh();
        collect.run();
        tree.stat("kvm/vm1/c", 2).schema("kvm/vm1", schema);
        fs.refresh();
        collect.run();
        assertEquals(
            delta
                ? Arrays.asList("70", "20", null, "12", "1", "1", null, "4", null, "2")
                : Arrays.asList("70", "90", null, "12", "13", "14", null, "4", null, "2"),
            values);
      }
    }
  }

  @Test
  void aCounterThatFallsALittleHasNotBegunAnew() {
    tree.stat("kvm/c", 100_000);
    tree.schema("kvm", "METRIC\nNAME c\nFLAG CUMULATIVE\nTYPE INT\nDESC A count.\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).countersBySchema().build()) {
      List<String> values = new ArrayList<>();
      for (long value : new long[] {100_000, 99_990, 99_995, 100_001, 99_801, 99_802}) {
        tree.stat("kvm/c", value);
        values.add(collect().get("statsfs.kvm.c{subsystem=kvm}"));
      }
      assertEquals(Arrays.asList("100000", "100000", "100000", "100001", null, "99802"), values);
    }
  }

  @Test
  void aCounterOfDoublesIsResetToo() {
    tree.stat("kvm/c", "18446744073709551615\n");
    tree.schema("kvm", "METRIC\nNAME c\nFLAG CUMULATIVE\nTYPE INT\nDESC A count.\n\n");
    try (StatsFs fs = open();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).countersBySchema().build()) {
      assertEquals("1.8446744073709552E19", collect().get("statsfs.kvm.c{subsystem=kvm}"));
      tree.stat("kvm/c", 4);
      assertEquals(Map.of(), collect());
      assertEquals("4.0", collect().get("statsfs.kvm.c{subsystem=kvm}"));
    }
  }
}
