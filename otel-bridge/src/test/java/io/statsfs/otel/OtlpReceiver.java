package io.statsfs.otel;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** Takes what is exported over OTLP and HTTP apart. */
final class OtlpReceiver implements AutoCloseable {
  private final List<ExportMetricsServiceRequest> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/metrics", this::receive);
    server.start();
  }

  String metricsEndpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/metrics";
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

  /** The last number of each series of the stats, with its kind. */
  Map<String, String> points() {
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
    return points;
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

  @Override
  public void close() {
    server.stop(0);
  }
}
