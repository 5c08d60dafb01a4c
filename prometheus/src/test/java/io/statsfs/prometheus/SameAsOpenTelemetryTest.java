package io.statsfs.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.statsfs.Layout;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Naming;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.OddNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The series are those that OpenTelemetry's exporter for Prometheus makes of the bridge. */
class SameAsOpenTelemetryTest {
  private static final int PLENTY = 200_000;

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static String metric(String name, String flag, String more) {
    return "METRIC\nNAME " + name + "\nFLAG " + flag + "\nTYPE INT\nDESC x." + more + "\n\n";
  }

  private StatsFs open() {
    return StatsFs.builder()
        .root(tree.settle().root(), Layout.statsfs())
        .refreshInterval(Duration.ZERO)
        .build();
  }

  private record Both(Scrape ours, Scrape theirs) {
    /** The same numbers, names, types, and units where the format has them. */
    void areEqual() {
      assertEquals(text(theirs.samples()), text(ours.samples()));
      haveEqualNames();
    }

    void haveEqualNames() {
      assertEquals(text(theirs.types()), text(ours.types()));
      assertEquals(theirs.samples().keySet(), ours.samples().keySet());
      // Theirs has units that are no endings of names, which is not OpenMetrics.
      Map<String, String> units = new TreeMap<>(theirs.units());
      units.entrySet().removeIf(e -> !e.getKey().endsWith("_" + e.getValue()));
      assertEquals(text(units), text(ours.units()));
    }

    private static String text(Map<String, ?> map) {
      StringBuilder text = new StringBuilder();
      map.forEach((key, value) -> text.append(key).append(' ').append(value).append('\n'));
      return text.toString();
    }
  }

  private static Both scrape(
      StatsFs fs, Naming naming, boolean counters, boolean scope, PrometheusFormat format)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (OpenTelemetrySdk otel =
        OpenTelemetrySdk.builder()
            .setMeterProvider(
                SdkMeterProvider.builder()
                    .registerMetricReader(
                        PrometheusHttpServer.builder()
                            .setHost("127.0.0.1")
                            .setPort(port)
                            .setOtelScopeLabelsEnabled(scope)
                            .build(),
                        type -> PLENTY)
                    .build())
            .build()) {
      var theirs = StatsFsMetrics.builder(otel, fs).naming(naming).filter(StatFilter.all());
      var ours = PrometheusExporter.builder(fs).naming(naming).filter(StatFilter.all());
      if (counters) {
        theirs.countersBySchema();
        ours.countersBySchema();
      }
      if (scope) {
        ours.scopeLabels();
      }
      try (StatsFsMetrics metrics = theirs.build();
          PrometheusExporter exporter = ours.build()) {
        HttpResponse<String> response =
            Scrape.get(
                URI.create("http://127.0.0.1:" + port + "/metrics"),
                "Accept",
                format.contentType());
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(
            format.contentType(), response.headers().firstValue("content-type").orElse(""));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        exporter.write(out, format);
        return new Both(
            Scrape.of(out.toString(StandardCharsets.UTF_8), format),
            Scrape.of(response.body(), format));
      }
    }
  }

  private Both scrapeStats(boolean counters, PrometheusFormat format)
      throws IOException, InterruptedException {
    try (StatsFs fs = open()) {
      Both both = scrape(fs, Naming.statsfs(), counters, false, format);
      return new Both(both.ours.ofStats(), both.theirs.ofStats());
    }
  }

  @ParameterizedTest
  @EnumSource
  void oddNames(PrometheusFormat format) throws Exception {
    int value = OddNames.addTo(tree);
    Both both = scrapeStats(false, format);
    assertEquals(value, both.ours.samples().size());
    both.areEqual();
    scrapeStats(true, format).areEqual();
  }

  @ParameterizedTest
  @EnumSource
  void kindsUnitsAndDescriptions(PrometheusFormat format) throws Exception {
    List<String> units =
        List.of(
            "bytes",
            "seconds",
            "By/s",
            "mi/By",
            "foo",
            "a/b",
            "{packet}",
            "1",
            "s/By",
            "Hz",
            "ms",
            "KiBy",
            "%",
            "Cel",
            "V",
            "W/m",
            "ns",
            "{sector}");
    StringBuilder schema = new StringBuilder();
    for (int i = 0; i < units.size(); i++) {
      tree.stat("u/n" + i, 7 * i + 1).stat("u/c" + i, 11 * i);
      schema.append(metric("n" + i, "GAUGE", "\nUNIT " + units.get(i)));
      schema.append(metric("c" + i, "CUMULATIVE", "\nUNIT " + units.get(i)));
    }
    tree.stat("a/x", 1).stat("a/x_total", 2).stat("a/y", 3).stat("a/y_bytes_total", 4);
    tree.stat("a/z", 5).stat("a/z_bytes", 6).stat("a/v", 7).stat("a/v_info", 8);
    tree.stat("a/w", 9).stat("a/w_seconds", 10).stat("a/kilobytes", 11);
    tree.schema("u", schema.toString());
    tree.schema(
        "a",
        metric("x", "CUMULATIVE", " \\ \"quoted\"")
            + metric("x_total", "GAUGE", "")
            + metric("y", "GAUGE", "\nUNIT bytes")
            + metric("y_bytes_total", "CUMULATIVE", "")
            + metric("z", "GAUGE", "\nUNIT bytes")
            + metric("z_bytes", "GAUGE", "")
            + metric("w", "GAUGE", "\nUNIT seconds")
            + metric("w_seconds", "GAUGE", "\nUNIT bytes")
            + metric("kilobytes", "GAUGE", "\nUNIT bytes"));
    scrapeStats(false, format).areEqual();
    Both both = scrapeStats(true, format);
    both.areEqual();
    assertTrue(both.ours.types().containsValue("counter"), "" + both.ours.types());
    assertEquals(both.theirs.helps(), both.ours.helps());
  }

  @Test
  void labels() throws Exception {
    tree.stat("kvm/x/n", 1).stat("kvm/y/n", 2).stat("kvm/z/n", 3).stat("kvm/e/n", 4);
    tree.stat("kvm/q/n", 5).stat("kvm/d\\e\"f/m", 6).stat("kvm/l/n", 7);
    tree.schema("kvm/x", "LABEL\nvm-id 7\nvm_id 8\nvm__id 9\n\n");
    tree.schema("kvm/y", "LABEL\nvm_id 7\n\n").schema("kvm/z", "LABEL\nvm.id 8\n\n");
    tree.schema("kvm/l", "LABEL\nle 1\n- 2\nä 3\n9 4\n\n");
    for (PrometheusFormat format : PrometheusFormat.values()) {
      scrapeStats(false, format).areEqual();
    }
  }

  @Test
  void numbers() throws Exception {
    tree.stat("n/max", "9223372036854775807").stat("n/unsigned", "18446744073709551615");
    tree.stat("n/min", "-9223372036854775808").stat("n/decimal", "0.1").stat("n/tiny", "1e-300");
    tree.stat("n/text", "off").stat("n/thousandth", 1).stat("n/large", "1234567890123456789");
    tree.schema("n", metric("thousandth", "GAUGE", "\nUNIT ms"));
    scrapeStats(false, PrometheusFormat.TEXT).areEqual();
  }

  @Test
  void whatTheySayOfThemselves() throws Exception {
    tree.stat("a/b", 1).stat("schema_cache/hits", 11).stat("schema/cache_loads", 13);
    tree.stat("collection/duration", 14);
    try (StatsFs fs = open()) {
      Both both = scrape(fs, Naming.statsfs(), true, false, PrometheusFormat.OPENMETRICS);
      both.theirs.samples().keySet().removeIf(key -> key.startsWith("target_info"));
      both.theirs.types().remove("target");
      both.haveEqualNames();
      assertEquals(both.theirs.helps().keySet(), both.ours.helps().keySet());
    }
  }

  @Test
  void scopes() throws Exception {
    tree.stat("a/b", 1).stat("kvm/x/n", 1);
    tree.schema("kvm/x", "LABEL\ndevice x\n\n");
    try (StatsFs fs = open()) {
      Both both = scrape(fs, Naming.statsfs(), true, true, PrometheusFormat.TEXT);
      both.theirs.samples().keySet().removeIf(key -> key.startsWith("target_info"));
      both.theirs.types().remove("target_info");
      assertEquals(ofAnyVersion(both.theirs), ofAnyVersion(both.ours));
    }
  }

  /** One of them may be in a jar that has a version, and the other in a directory. */
  private static Set<String> ofAnyVersion(Scrape scrape) {
    Set<String> series = new TreeSet<>();
    for (String key : scrape.samples().keySet()) {
      series.add(
          key.replace("io.statsfs.prometheus", "io.statsfs.otel")
              .replaceAll("otel_scope_version=[^,}]+", "otel_scope_version=x"));
    }
    return series;
  }

  private static Set<String> interfaces() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/sys/class/net"))) {
      return all.map(Path::toString).collect(Collectors.toSet());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"statsfs", "semconv", "hostmetrics", "path"})
  void allOfThisMachine(String naming) throws Exception {
    try (StatsFs fs = StatsFs.builder().refreshInterval(Duration.ZERO).build()) {
      for (PrometheusFormat format : PrometheusFormat.values()) {
        Both both;
        Set<String> interfaces;
        do {
          interfaces = interfaces();
          both = scrape(fs, Naming.named(naming), true, false, format);
          // Others may make and delete some meanwhile.
        } while (!interfaces.equals(interfaces()));
        Both stats = new Both(both.ours.ofStats(), both.theirs.ofStats());
        assertTrue(stats.ours.samples().size() > 50, "" + stats.ours.samples().size());
        stats.haveEqualNames();
      }
    }
  }
}
