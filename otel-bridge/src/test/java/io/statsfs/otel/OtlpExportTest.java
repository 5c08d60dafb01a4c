package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SDK's exporter and a receiver that takes the protocol apart. */
class OtlpExportTest {
  private final List<ExportMetricsServiceRequest> requests = new CopyOnWriteArrayList<>();
  private HttpServer receiver;

  @BeforeEach
  void startReceiver() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/v1/metrics", this::receive);
    receiver.start();
  }

  @AfterEach
  void stopReceiver() {
    receiver.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream body =
        gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      requests.add(ExportMetricsServiceRequest.parseFrom(body));
    }
    byte[] answer = ExportMetricsServiceResponse.getDefaultInstance().toByteArray();
    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
    exchange.close();
  }

  @Test
  void pointsArriveOverOtlpWithNameUnitAttributesAndExactValue() {
    String endpoint = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/v1/metrics";
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/7-1/exits", 9007199254740993L).stat("kvm/7-1/delta", "-5\n");
      tree.stat("kvm/7-1/state", "RUNNABLE").stat("kvm/7-1/load", "0.5\n");
      tree.schema(
          "kvm/7-1",
          "LABEL\nvm seven\n\nMETRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC Exits.\n\n"
              + "METRIC\nNAME load\nFLAG GAUGE\nTYPE FLOAT\nDESC Load.\n\n");
      try (StatsFs fs = StatsFs.builder().root(tree.root(), Layout.statsfs()).build();
          OpenTelemetrySdk otel =
              OpenTelemetrySdk.builder()
                  .setMeterProvider(
                      SdkMeterProvider.builder()
                          .registerMetricReader(
                              PeriodicMetricReader.builder(
                                      OtlpHttpMetricExporter.builder()
                                          .setEndpoint(endpoint)
                                          .setCompression("gzip")
                                          .build())
                                  .setInterval(Duration.ofHours(1))
                                  .build())
                          .build())
                  .build();
          StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
        assertTrue(otel.getSdkMeterProvider().forceFlush().join(30, TimeUnit.SECONDS).isSuccess());
      }
    }
    Map<String, String> points = new TreeMap<>();
    requests.stream()
        .flatMap(r -> r.getResourceMetricsList().stream())
        .flatMap(r -> r.getScopeMetricsList().stream())
        .filter(s -> s.getScope().getName().equals("io.statsfs"))
        .flatMap(s -> s.getMetricsList().stream())
        .forEach(
            m ->
                m.getGauge()
                    .getDataPointsList()
                    .forEach(p -> points.put(m.getName() + attributes(p), number(p))));
    assertEquals(
        Map.of(
            "statsfs.kvm.exits{vm=seven}", "int 9007199254740993",
            "statsfs.kvm.delta{vm=seven}", "int -5",
            "statsfs.kvm.load{vm=seven}", "double 0.5"),
        points);
  }

  private static String attributes(NumberDataPoint point) {
    Map<String, String> attributes = new TreeMap<>();
    point
        .getAttributesList()
        .forEach(a -> attributes.put(a.getKey(), a.getValue().getStringValue()));
    return attributes.toString();
  }

  private static String number(NumberDataPoint point) {
    return point.hasAsInt() ? "int " + point.getAsInt() : "double " + point.getAsDouble();
  }
}
