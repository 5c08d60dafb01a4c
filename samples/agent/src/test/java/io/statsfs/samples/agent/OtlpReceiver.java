package io.statsfs.samples.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Takes OTLP over HTTP apart: {@code name{key="value"} int 1}, by the time that the SDK gave all
 * points of a collection. It can refuse, or never answer.
 */
final class OtlpReceiver implements AutoCloseable {
  static final int NEVER_ANSWERS = -1;

  private static final String PASSWORD = "receiver";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final NavigableMap<Long, Map<String, String>> collections = new ConcurrentSkipListMap<>();
  private final Map<String, String> metrics = new TreeMap<>();
  private final List<String> twice = new ArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final int answer;

  OtlpReceiver() throws IOException {
    this(200);
  }

  OtlpReceiver(int answer) throws IOException {
    this(answer, HttpServer.create());
  }

  private OtlpReceiver(int answer, HttpServer server) throws IOException {
    this.answer = answer;
    this.server = server;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/metrics", this::receive);
    server.start();
  }

  /** Over TLS, with a certificate of its own, that is receiver.pem in this directory then. */
  static OtlpReceiver withTls(Path directory) throws IOException, InterruptedException {
    Path keys = directory.resolve("keys");
    keytool("-genkeypair -keyalg EC -dname CN=receiver -ext SAN=ip:127.0.0.1", keys);
    keytool("-exportcert -rfc -file " + directory.resolve("receiver.pem"), keys);
    try {
      KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      HttpsServer server = HttpsServer.create();
      server.setHttpsConfigurator(new HttpsConfigurator(context));
      return new OtlpReceiver(200, server);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static void keytool(String command, Path keys) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(System.getProperty("java.home") + "/bin/keytool");
    line.addAll(List.of(command.split(" ")));
    line.addAll(List.of("-alias", "receiver", "-storepass", PASSWORD, "-keystore", "" + keys));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(output);
    }
  }

  String endpoint() {
    return (server instanceof HttpsServer ? "https" : "http")
        + "://127.0.0.1:"
        + server.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    if (answer == NEVER_ANSWERS) {
      return;
    }
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream body =
        gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      keep(ExportMetricsServiceRequest.parseFrom(body));
    }
    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(answer, -1);
    exchange.close();
  }

  private synchronized void keep(ExportMetricsServiceRequest request) {
    request.getResourceMetricsList().stream()
        .flatMap(r -> r.getScopeMetricsList().stream())
        .filter(s -> !isOfItself(s.getScope().getName()))
        .flatMap(s -> s.getMetricsList().stream())
        .forEach(this::keep);
  }

  /** Whether these are metrics of the agent or of the SDK themselves. */
  private static boolean isOfItself(String scope) {
    return scope.startsWith("io.statsfs.") || scope.startsWith("io.opentelemetry.");
  }

  private void keep(Metric metric) {
    boolean sum = metric.hasSum();
    String instrument =
        sum ? metric.getSum().getIsMonotonic() ? "counter" : "up-down counter" : "gauge";
    metrics.put(metric.getName(), instrument + " " + metric.getUnit());
    for (NumberDataPoint point :
        sum ? metric.getSum().getDataPointsList() : metric.getGauge().getDataPointsList()) {
      String series = metric.getName() + attributes(point.getAttributesList());
      String value =
          (sum ? "sum " : "")
              + (point.hasAsInt() ? "int " + point.getAsInt() : "double " + point.getAsDouble());
      Map<String, String> collection =
          collections.computeIfAbsent(point.getTimeUnixNano(), t -> new TreeMap<>());
      if (collection.put(series, value) != null) {
        twice.add(series);
      }
    }
  }

  private static String attributes(List<KeyValue> attributes) {
    TreeMap<String, String> sorted = new TreeMap<>();
    attributes.forEach(a -> sorted.put(a.getKey(), a.getValue().getStringValue()));
    StringBuilder text = new StringBuilder();
    sorted.forEach(
        (key, value) ->
            text.append(text.isEmpty() ? "" : ",").append(key + "=\"").append(value + "\""));
    return "{" + text + "}";
  }

  /**
   * By their times in nanoseconds, the points of each collection that has arrived or is about to.
   */
  synchronized NavigableMap<Long, Map<String, String>> collections() {
    TreeMap<Long, Map<String, String>> copy = new TreeMap<>();
    collections.forEach((time, points) -> copy.put(time, Map.copyOf(points)));
    return copy;
  }

  /** How many points each collection has so far. */
  synchronized NavigableMap<Long, Integer> sizes() {
    TreeMap<Long, Integer> sizes = new TreeMap<>();
    collections.forEach((time, points) -> sizes.put(time, points.size()));
    return sizes;
  }

  /** By their names, the instrument and the unit that each metric had last. */
  synchronized Map<String, String> metrics() {
    return new TreeMap<>(metrics);
  }

  /** Series that came more than once in a collection. */
  synchronized List<String> twice() {
    return List.copyOf(twice);
  }

  synchronized void forget() {
    collections.clear();
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
