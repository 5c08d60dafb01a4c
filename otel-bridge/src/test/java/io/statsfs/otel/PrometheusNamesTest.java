package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.metrics.PrometheusNames;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the exporter of OpenTelemetry makes of names that become equal there. */
class PrometheusNamesTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static String metric(String name, String flag, String unit) {
    return "METRIC\nNAME " + name + "\nFLAG " + flag + "\nTYPE INT\nDESC x." + unit + "\n\n";
  }

  /** The samples of the stats, without the scope. */
  private List<String> scrape() throws IOException, InterruptedException {
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
                                .setOtelScopeLabelsEnabled(false)
                                .build())
                        .build())
                .build();
        StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), Layout.statsfs())
                .refreshInterval(Duration.ZERO)
                .build();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).countersBySchema().build()) {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertEquals(200, response.statusCode(), response.body());
      return response.body().lines().filter(line -> !line.startsWith("#")).sorted().toList();
    }
  }

  private static List<String> stats(List<String> samples) {
    return samples.stream()
        .filter(line -> !line.matches("target_info.*|statsfs_(stats|sources|files|coll).*"))
        .filter(line -> !line.startsWith("statsfs_schema_cache"))
        .toList();
  }

  @Test
  void labelKeysThatBecomeEqualInTwoSourcesLoseNoMetric() throws Exception {
    tree.stat("kvm/x/n", 1).stat("kvm/y/n", 2).stat("kvm/z/n", 3);
    tree.schema("kvm/x", "LABEL\nvm-id 7\n\n").schema("kvm/y", "LABEL\nvm_id 7\n\n");
    tree.schema("kvm/z", "LABEL\nvm.id 8\n\n");
    assertEquals(
        List.of(
            "statsfs_kvm_n{device=\"x\",subsystem=\"kvm\",vm_id=\"7\"} 1.0",
            "statsfs_kvm_n{device=\"y\",subsystem=\"kvm\",vm_id=\"7\"} 2.0",
            "statsfs_kvm_n{vm_id=\"8\"} 3.0"),
        stats(scrape()));
  }

  @Test
  void labelKeysThatBecomeEqualInOneSourceBothStay() throws Exception {
    tree.stat("kvm/x/n", 1).schema("kvm/x", "LABEL\nvm-id 7\nvm_id 8\nvm__id 9\n\n");
    try (LogCapture log = new LogCapture("io.statsfs.otel")) {
      List<String> samples = stats(scrape());
      assertEquals(1, samples.size(), "" + samples);
      for (String value : List.of("\"7\"", "\"8\"", "\"9\"")) {
        assertTrue(samples.get(0).contains(value), samples.get(0));
      }
      assertTrue(samples.get(0).contains("vm_id=\"8\""), samples.get(0));
      assertEquals(2, log.lines().size(), "" + log.lines());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "__", "9", "ä", "le", "quantile", "__name__", "otel_scope_name"})
  void noLabelKeyLosesAMetric(String key) throws Exception {
    tree.stat("kvm/x/n", 1).stat("kvm/y/n", 2);
    tree.schema("kvm/x", "LABEL\n" + key + " 7\n\n");
    List<String> samples = stats(scrape());
    assertEquals(2, samples.size(), "" + samples);
    assertTrue(samples.stream().anyMatch(line -> line.contains("\"7\"")), "" + samples);
  }

  @Test
  void namesThatBecomeEqualWithOtherKindsOrUnitsBothStay() throws Exception {
    tree.stat("a/x", 1).stat("a/x_total", 2).stat("a/y", 3).stat("a/y_bytes_total", 4);
    tree.stat("a/z", 5).stat("a/z_bytes", 6).stat("a/v", 7).stat("a/v_info", 8);
    tree.stat("a/w", 9).stat("a/w_seconds", 10);
    tree.schema(
        "a",
        metric("x", "CUMULATIVE", "")
            + metric("x_total", "GAUGE", "")
            + metric("y", "GAUGE", "\nUNIT bytes")
            + metric("y_bytes_total", "CUMULATIVE", "")
            + metric("z", "GAUGE", "\nUNIT bytes")
            + metric("z_bytes", "GAUGE", "")
            + metric("w", "GAUGE", "\nUNIT seconds")
            + metric("w_seconds", "GAUGE", "\nUNIT bytes"));
    try (LogCapture log = new LogCapture("io.statsfs.otel");
        LogCapture exporter = new LogCapture("io.opentelemetry")) {
      List<String> values =
          stats(scrape()).stream().map(line -> line.substring(line.indexOf('}') + 2)).toList();
      assertEquals(
          List.of("1.0", "10.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "8.0", "9.0"),
          values.stream().sorted().toList());
      assertTrue(
          log.lines().stream().anyMatch(l -> l.contains("exported as statsfs.a.x_total.gauge")),
          "" + log.lines());
      assertEquals(List.of(), exporter.lines());
    }
  }

  @Test
  void aSubsystemMayBeNamedLikeWhatTheBridgeMeasures() throws Exception {
    tree.stat("schema_cache/hits", 11).stat("schema_cache/size", 12).stat("schema/cache_loads", 13);
    tree.stat("collection/duration", 14);
    try (LogCapture exporter = new LogCapture("io.opentelemetry")) {
      List<String> samples = scrape();
      for (String value : List.of("11.0", "12.0", "13.0", "14.0")) {
        assertEquals(
            1, samples.stream().filter(line -> line.endsWith("} " + value)).count(), "" + samples);
      }
      for (String own :
          List.of(
              "schema_cache_hits_total ", "schema_cache_size ", "collection_duration_seconds ")) {
        assertTrue(samples.stream().anyMatch(l -> l.startsWith("statsfs_" + own)), own + samples);
      }
      assertEquals(List.of(), exporter.lines());
    }
  }

  @Test
  void namesAreThoseOfTheExporter() throws Exception {
    List<String> units =
        List.of("bytes", "seconds", "By/s", "mi/By", "foo", "a/b", "{packet}", "1", "s/By", "Hz");
    StringBuilder schema = new StringBuilder();
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < units.size(); i++) {
      tree.stat("u/n" + i, i);
      schema.append(metric("n" + i, "GAUGE", "\nUNIT " + units.get(i)));
    }
    tree.schema("u", schema.toString());
    try (StatsFs fs = StatsFs.builder().root(tree.settle().root(), Layout.statsfs()).build()) {
      fs.catalog()
          .stats()
          .forEach(
              stat ->
                  expected.add(PrometheusNames.ofMetric("statsfs.u." + stat.name(), stat.unit())));
    }
    TreeSet<String> names = new TreeSet<>();
    stats(scrape()).forEach(line -> names.add(line.substring(0, line.indexOf('{'))));
    assertEquals(expected, names);
  }
}
