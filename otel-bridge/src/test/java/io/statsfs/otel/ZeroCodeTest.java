package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.internal.AutoConfigureUtil;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.OpenFiles;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SDK as an application has it that knows nothing of kernel statistics. */
class ZeroCodeTest {
  /** Held, since the JDK forgets a logger that nobody holds, with its handlers. */
  private static final Logger LOGGER = Logger.getLogger("io.statsfs");

  private static final String PREFIX = "otel.instrumentation.statsfs.";

  private final TestTree tree = TestTree.inMemory();
  private final Map<String, String> properties = new HashMap<>();
  private final Exported exported = new Exported();
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** What the last export brought. */
  private static final class Exported implements MetricExporter {
    private volatile List<MetricData> last = List.of();

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      // The SDK may use its objects again.
      last = List.copyOf(metrics);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    Map<String, String> points() {
      return CollectedMetrics.ofStats(last);
    }
  }

  @BeforeEach
  void setUp() {
    LOGGER.addHandler(handler);
    tree.stat("kvm/7-1/exits", 5).stat("kvm/7-1/halts", 6).stat("kvm/8-1/exits", 7).settle();
    properties.put("otel.traces.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    set("roots", tree.root().toString());
  }

  @AfterEach
  void cleanUp() {
    LOGGER.removeHandler(handler);
    tree.close();
    awaitClosed();
  }

  private void set(String name, String value) {
    properties.put(PREFIX + name, value);
  }

  private AutoConfiguredOpenTelemetrySdkBuilder builder() {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .addPropertiesSupplier(() -> properties)
        .disableShutdownHook();
  }

  private OpenTelemetrySdk sdk() {
    return builder()
        .addMetricExporterCustomizer((exporter, config) -> exported)
        .build()
        .getOpenTelemetrySdk();
  }

  private Map<String, String> export(OpenTelemetrySdk sdk) {
    sdk.getSdkMeterProvider().forceFlush().join(30, TimeUnit.SECONDS);
    return exported.points();
  }

  private Map<String, String> exportOnce() {
    try (OpenTelemetrySdk sdk = sdk()) {
      return export(sdk);
    }
  }

  private static boolean isRefreshing() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(t -> t.getName().equals("statsfs-refresh") && t.isAlive());
  }

  /** The thread is told to end, and does so in a moment. */
  private static void awaitClosed() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (isRefreshing()) {
      assertTrue(System.nanoTime() < deadline, "a tree was left open");
      Thread.onSpinWait();
    }
  }

  private static String exits(String device) {
    return "statsfs.kvm.exits{device=" + device + ", subsystem=kvm}";
  }

  @Test
  void theStatsAreExportedWithoutCode() {
    try (OpenTelemetrySdk sdk = sdk()) {
      Map<String, String> points = export(sdk);
      assertEquals(3, points.size(), "" + points);
      assertEquals("5", points.get(exits("7-1")));
      tree.stat("kvm/7-1/exits", 6);
      assertEquals("6", export(sdk).get(exits("7-1")));
    }
    assertEquals(List.of(), logged);
  }

  @Test
  void withoutASettingTheStockTreesAreRead() {
    properties.remove(PREFIX + "roots");
    assertTrue(exportOnce().containsKey("statsfs.net.rx_bytes{device=lo}"));
  }

  @Test
  void shuttingDownExportsOnceMoreAndLeavesNothingOpen() {
    Path keptOpen = Path.of("/proc/vmstat");
    set("roots", tree.root() + "," + keptOpen);
    OpenTelemetrySdk sdk = sdk();
    export(sdk);
    assertTrue(isRefreshing());
    assertNotEquals(List.of(), OpenFiles.below(keptOpen));
    tree.stat("kvm/7-1/exits", 50);
    sdk.shutdown().join(30, TimeUnit.SECONDS);
    assertEquals("50", exported.points().get(exits("7-1")));
    awaitClosed();
    assertEquals(List.of(), OpenFiles.below(keptOpen));
  }

  @Test
  void shuttingDownAReaderThatIsNoExporterLeavesNothingOpen() {
    properties.put("otel.metrics.exporter", "prometheus");
    properties.put("otel.exporter.prometheus.port", "0");
    OpenTelemetrySdk sdk = builder().build().getOpenTelemetrySdk();
    assertTrue(isRefreshing());
    sdk.shutdown().join(30, TimeUnit.SECONDS);
    awaitClosed();
  }

  @Test
  void itEndsWithTheLastOfSeveralReaders() {
    properties.put("otel.metrics.exporter", "prometheus,otlp");
    properties.put("otel.exporter.prometheus.port", "0");
    OpenTelemetrySdk sdk = sdk();
    sdk.shutdown().join(30, TimeUnit.SECONDS);
    assertEquals("5", exported.points().get(exits("7-1")));
    awaitClosed();
  }

  @ParameterizedTest
  @CsvSource({
    "otel.instrumentation.statsfs.enabled, false",
    "otel.instrumentation.common.default-enabled, false",
    "otel.sdk.disabled, true",
    "otel.metrics.exporter, none"
  })
  void whatIsNotWantedIsNotOpened(String property, String value) {
    properties.put(property, value);
    try (OpenTelemetrySdk sdk = sdk()) {
      assertFalse(isRefreshing());
      assertEquals(Map.of(), export(sdk));
    }
    assertEquals(List.of(), logged);
  }

  @Test
  void itCanBeEnabledWhereInstrumentationIsNot() {
    properties.put("otel.instrumentation.common.default-enabled", "false");
    set("enabled", "true");
    assertEquals(3, exportOnce().size());
  }

  @Test
  void includeAndExcludeAreListsOfPatterns() {
    tree.stat("kvm/9-1/exits", 8);
    set("include", "kvm/*/exits, kvm/*/halts");
    set("exclude", "kvm/7-*,kvm/9-*");
    assertEquals(Map.of(exits("8-1"), "7"), exportOnce());
  }

  @Test
  void defaultStatsAreExportedAndOthersThatAreNamed() {
    tree.stat(
        "layouts/t.yaml",
        "tree: t\nfile: {shape: flat-keyed, default: false}\n"
            + "stats: {a: {kind: level, default: true}}");
    tree.stat("f", "a 1\nb 2\nc 3\n");
    set("layouts", tree.path("layouts").toString());
    set("trees", "t");
    set("roots", tree.path("f").toString());
    set("own-metrics", "false");
    assertEquals(Set.of("statsfs.t.a{subsystem=t}"), exportOnce().keySet());
    set("include", "t/b");
    assertEquals(Set.of("statsfs.t.b{subsystem=t}"), exportOnce().keySet());
    set("stats", "default");
    assertEquals(
        Set.of("statsfs.t.a{subsystem=t}", "statsfs.t.b{subsystem=t}"), exportOnce().keySet());
    set("stats", "All");
    set("exclude", "t/a");
    assertEquals(
        Set.of("statsfs.t.b{subsystem=t}", "statsfs.t.c{subsystem=t}"), exportOnce().keySet());
    assertEquals(List.of(), logged);
    set("stats", "most");
    exportOnce();
    assertTrue(logged.toString().contains("no stats 'most', only [default, all]"), "" + logged);
  }

  @Test
  void rootsIsAList() {
    try (TestTree other = TestTree.inMemory()) {
      other.stat("xen/1/exits", 9);
      set("roots", tree.root() + "," + other.root());
      assertEquals("9", exportOnce().get("statsfs.xen.exits{device=1, subsystem=xen}"));
    }
  }

  @Test
  void theOtherSettingsAreTaken() {
    tree.schema("kvm/7-1", "METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC Exits.\n\n");
    set("counters", "true");
    set("own-metrics", "false");
    set("reader", "nio");
    set("naming", "statsfs");
    set("read-timeout", "2s");
    set("refresh-interval", "1h");
    try (OpenTelemetrySdk sdk = sdk()) {
      export(sdk);
      Map<String, MetricDataType> types = new TreeMap<>();
      exported.last.forEach(m -> types.put(m.getName(), m.getType()));
      assertEquals(MetricDataType.LONG_SUM, types.get("statsfs.kvm.exits"), "" + types);
      assertFalse(types.containsKey("statsfs.stats"), "" + types);
    }
    assertEquals(List.of(), logged);
  }

  @Test
  void namesAggregatesStatesAndALimitCanBeSet() {
    tree.stat("kvm/exits", 12).stat("kvm/7-1/mode", "HALTED");
    set("naming", "path");
    set("states", "true");
    set("aggregates", "Dropped");
    assertEquals(
        Map.of(
            "kvm/exits{device=7-1}", "5",
            "kvm/exits{device=8-1}", "7",
            "kvm/halts{device=7-1}", "6",
            "kvm/mode{device=7-1, state=HALTED}", "1"),
        exportOnce());
    set("aggregates", "kept");
    set("series-limit", "1");
    assertEquals(
        Map.of(
            "kvm/exits{}", "12",
            "kvm/halts{device=7-1}", "6",
            "kvm/mode{device=7-1, state=HALTED}", "1"),
        exportOnce());
  }

  @Test
  void theNamesOfTheSemanticConventionsCanBeChosen() {
    set("roots", "/sys/class/net");
    set("naming", "semconv");
    Map<String, String> points = exportOnce();
    assertTrue(
        points.containsKey(
            "system.network.io{network.interface.name=lo, network.io.direction=receive}"),
        "" + points);
    assertFalse(points.containsKey("statsfs.net.rx_bytes{device=lo}"), "" + points);
    assertTrue(points.containsKey("statsfs.net.multicast{device=lo}"), "" + points);
  }

  @Test
  void theRefreshIntervalIsTaken() {
    set("refresh-interval", "0");
    try (OpenTelemetrySdk sdk = sdk()) {
      assertEquals(3, export(sdk).size());
      assertFalse(isRefreshing());
    }
  }

  @Test
  void aTimeWithoutAUnitIsTakenAndReported() {
    set("refresh-interval", "1000");
    set("read-timeout", "2s");
    assertEquals(3, exportOnce().size());
    assertEquals(1, logged.size(), "" + logged);
    assertTrue(
        logged.get(0).contains("refresh-interval=1000 has no unit and means 1000 milliseconds"),
        "" + logged);
  }

  @Test
  void aSettingThatDoesNotExistIsReported() {
    System.setProperty(PREFIX + "refresh.intervall", "1s");
    System.setProperty(PREFIX + "own-metrics", "true");
    System.setProperty(PREFIX + "Refresh.Interval", "1s");
    try {
      assertEquals(3, exportOnce().size());
    } finally {
      System.clearProperty(PREFIX + "refresh.intervall");
      System.clearProperty(PREFIX + "own-metrics");
      System.clearProperty(PREFIX + "Refresh.Interval");
    }
    assertEquals(
        List.of("WARNING There is no setting " + PREFIX + "refresh.intervall; it is ignored."),
        logged);
  }

  @Test
  void aListMayComeElementByElementAsSpringHasIt() {
    set("include[0]", "kvm/*/exits");
    set("include[1]", "kvm/*/halts");
    set("exclude[0]", "kvm/7-*");
    assertEquals(Map.of(exits("8-1"), "7"), exportOnce());
    assertEquals(List.of(), logged);
  }

  @Test
  void patternsThatMatchNothingAreReported() {
    set("include", "kvm/*/exits,kvm/9-1/*,net/*");
    set("exclude", "kvm/7-1/halts,xen/*");
    try (OpenTelemetrySdk sdk = sdk()) {
      assertEquals(2, export(sdk).size());
      assertEquals(2, logged.size(), "" + logged);
      assertTrue(
          logged.get(0).contains("matches [kvm/9-1/*, net/*] of " + PREFIX + "include"),
          "" + logged);
      assertTrue(logged.get(1).contains("matches [xen/*] of " + PREFIX + "exclude"), "" + logged);
      export(sdk);
      assertEquals(2, logged.size(), "" + logged);
    }
  }

  @Test
  void thatNothingIsExportedIsReported() {
    set("exclude", "*");
    assertEquals(Map.of(), exportOnce());
    assertEquals(1, logged.size(), "" + logged);
    assertTrue(logged.get(0).contains("no kernel statistics at present"), "" + logged);
    logged.clear();
    tree.remove("kvm").settle();
    set("include", "kvm/*");
    assertEquals(Map.of(), exportOnce());
    assertEquals(
        1, logged.stream().filter(l -> l.contains("no kernel statistics at")).count(), "" + logged);
    assertTrue(logged.stream().anyMatch(l -> l.contains(tree.root().toString())), "" + logged);
  }

  @ParameterizedTest
  @CsvSource({
    "enabled, yes, true or false",
    "counters, 1, true or false",
    "refresh-interval, soon, refresh-interval",
    "refresh-interval, 100us, refresh interval",
    "read-timeout, 1ms, read timeout",
    "naming, upside-down, upside-down",
    "aggregates, some, 'kept, dropped, alone'",
    "series-limit, few, series-limit=few",
    "series-limit, 0, at least 1",
    "reader, none, none",
    "roots, /nowhere, /nowhere"
  })
  void whatCannotBeDoneIsOneLineAndTheApplicationGoesOn(
      String setting, String value, String expected) {
    set(setting, value);
    try (OpenTelemetrySdk sdk = sdk()) {
      sdk.getMeter("application").counterBuilder("orders").build().add(3);
      export(sdk);
      assertEquals(List.of("orders"), exported.last.stream().map(MetricData::getName).toList());
    }
    assertEquals(1, logged.size(), "" + logged);
    assertTrue(logged.get(0).startsWith("WARNING There will be no kernel statistics"), "" + logged);
    assertTrue(logged.get(0).contains(expected), "" + logged);
  }

  /** Spring's {@code ConfigProperties} throw where a value cannot be converted, and say no name. */
  @ParameterizedTest
  @CsvSource({"enabled, abc, true or false", "series-limit, few, a whole number"})
  void anApplicationGoesOnWhereTheGettersOfConfigPropertiesThrow(
      String setting, String value, String expected) {
    set(setting, value);
    AutoConfiguredOpenTelemetrySdkBuilder builder =
        AutoConfigureUtil.setConfigPropertiesCustomizer(builder(), ZeroCodeTest::throwing);
    builder.build().getOpenTelemetrySdk().close();
    assertEquals(
        List.of(
            "WARNING There will be no kernel statistics: Invalid property "
                + PREFIX
                + setting
                + "="
                + value
                + ". Expected "
                + expected
                + "."),
        logged);
  }

  private static ConfigProperties throwing(ConfigProperties config) {
    return (ConfigProperties)
        Proxy.newProxyInstance(
            ZeroCodeTest.class.getClassLoader(),
            new Class<?>[] {ConfigProperties.class},
            (proxy, method, arguments) -> {
              boolean converts = List.of("getBoolean", "getInt").contains(method.getName());
              if (converts && arguments[0].toString().startsWith(PREFIX)) {
                throw new IllegalStateException("cannot convert");
              }
              return method.invoke(config, arguments);
            });
  }

  @Test
  void theCardinalityLimitIsRaised() {
    for (int i = 0; i < 3000; i++) {
      tree.stat("many/" + i + "/exits", i);
    }
    assertEquals(3003, exportOnce().size());
    assertEquals(List.of(), logged);
  }

  @Test
  void theLimitThatTheApplicationSetsHolds() {
    properties.put("otel.java.metrics.cardinality.limit", "3");
    tree.stat("kvm/9-1/exits", 8);
    tree.stat("kvm/9-2/exits", 9);
    Map<String, String> points = exportOnce();
    long series = points.keySet().stream().filter(k -> k.startsWith("statsfs.kvm.exits")).count();
    assertEquals(2, series, "" + points);
    assertFalse(points.containsKey("statsfs.kvm.exits{otel.metric.overflow=true}"), "" + points);
    assertEquals(1, logged.stream().filter(l -> l.contains("are left out")).count(), "" + logged);
  }

  @Test
  void theLimitStaysWhereItIsWithoutKernelStatistics() {
    set("enabled", "false");
    try (OpenTelemetrySdk sdk = sdk()) {
      LongCounter counter = sdk.getMeter("application").counterBuilder("orders").build();
      for (int i = 0; i < 3000; i++) {
        counter.add(1, Attributes.of(AttributeKey.longKey("i"), (long) i));
      }
      export(sdk);
      assertEquals(2000, exported.last.get(0).getData().getPoints().size());
    }
  }

  @Test
  void treesThatAreRegisteredInCodeAreNotCountedTwice() {
    tree.schema("kvm/7-1", "METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC Exits.\n\n");
    set("counters", "true");
    try (OpenTelemetrySdk sdk = sdk();
        StatsFs fs = StatsFs.builder().root(tree.root(), Layout.statsfs()).build();
        StatsFsMetrics metrics = StatsFsMetrics.builder(sdk, fs).countersBySchema().build()) {
      assertEquals("5", export(sdk).get(exits("7-1")));
      assertEquals(1, logged.size(), "" + logged);
      assertTrue(logged.get(0).contains(PREFIX + "enabled=false"), "" + logged);
    }
  }

  @Test
  void thatHoldsForTheGlobalOpenTelemetryToo() {
    GlobalOpenTelemetry.resetForTest();
    try (OpenTelemetrySdk sdk = sdk()) {
      GlobalOpenTelemetry.set(sdk);
      OpenTelemetry global = GlobalOpenTelemetry.get();
      try (StatsFs fs = StatsFs.builder().root(tree.root(), Layout.statsfs()).build();
          StatsFsMetrics metrics = StatsFsMetrics.create(global, fs)) {
        assertEquals(1, logged.size(), "" + logged);
      }
      assertEquals(Map.of(), export(sdk));
    } finally {
      GlobalOpenTelemetry.resetForTest();
    }
  }

  @Test
  void otherTreesMayBeRegisteredInCodeBesides() {
    try (TestTree other = TestTree.inMemory()) {
      other.stat("xen/1/exits", 9);
      try (OpenTelemetrySdk sdk = sdk();
          StatsFs fs = StatsFs.builder().root(other.root(), Layout.statsfs()).build();
          StatsFsMetrics metrics = StatsFsMetrics.create(sdk, fs)) {
        assertEquals(4, export(sdk).size());
      }
    }
    assertEquals(List.of(), logged);
  }
}
