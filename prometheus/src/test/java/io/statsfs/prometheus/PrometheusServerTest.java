package io.statsfs.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusServerTest {
  /** More than the kernel keeps of a body that nobody reads. */
  private static final int SERIES = 60_000;

  private static final int SLOW_CLIENTS = 2 * Workers.MOST;

  private final TestTree tree = TestTree.inMemory();
  private StatsFs fs;
  private PrometheusExporter exporter;
  private PrometheusServer server;

  @BeforeEach
  void start() throws IOException {
    start(3);
  }

  private void start(int stats) throws IOException {
    for (int i = 0; i < stats; i++) {
      tree.stat("kvm/vm" + i % 1000 + "/stat" + i / 1000, i);
    }
    fs =
        StatsFs.builder()
            .root(tree.settle().root(), Layout.statsfs())
            .refreshInterval(Duration.ZERO)
            .build();
    exporter = PrometheusExporter.builder(fs).ownMetrics(false).build();
    server = PrometheusServer.start(exporter, loopback());
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @AfterEach
  void stop() {
    server.close();
    exporter.close();
    fs.close();
    tree.close();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  private HttpResponse<byte[]> request(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void formatAndCompressionAreWhatTheRequestPrefers() throws Exception {
    HttpResponse<byte[]> text = request("GET", "/metrics");
    assertEquals(200, text.statusCode());
    assertEquals(PrometheusFormat.TEXT.contentType(), header(text, "content-type"));
    assertEquals("", header(text, "content-encoding"));
    String body = new String(text.body(), StandardCharsets.UTF_8);
    assertEquals(3, Scrape.of(body, PrometheusFormat.TEXT).samples().size());
    assertEquals("" + text.body().length, header(text, "content-length"));

    HttpResponse<byte[]> open =
        request(
            "GET",
            "/metrics?x=y",
            "Accept",
            "text/plain;q=0.1",
            "Accept",
            "application/openmetrics-text;version=1.0.0",
            "Accept-Encoding",
            "gzip");
    assertEquals(PrometheusFormat.OPENMETRICS.contentType(), header(open, "content-type"));
    assertEquals("gzip", header(open, "content-encoding"));
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(open.body()))) {
      body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(3, Scrape.of(body, PrometheusFormat.OPENMETRICS).samples().size());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /, 200",
    "HEAD, /, 200",
    "GET, /-/healthy, 200",
    "HEAD, /metrics, 200",
    "GET, /metricsx, 404",
    "GET, /metrics/, 404",
    "GET, /%2e%2e/metrics, 404",
    "POST, /metrics, 405",
    "DELETE, /, 405",
    "HEAD, /x, 404",
  })
  void otherRequestsAreAnsweredToo(String method, String path, int status) throws Exception {
    for (int i = 0; i < 3; i++) {
      HttpResponse<byte[]> response = request(method, path);
      assertEquals(status, response.statusCode());
      assertEquals(method.equals("HEAD"), response.body().length == 0);
    }
  }

  /** A connection for each scrape would cost more than the scrape. */
  @Test
  void connectionsAreKept() throws IOException {
    try (Socket socket = connect("")) {
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[1 << 16];
      for (String path : List.of("/metrics", "/", "/none", "/metrics")) {
        for (String method : List.of("GET", "HEAD")) {
          String request = method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
          socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
          StringBuilder answer = new StringBuilder();
          while (!answer.toString().contains("\r\n\r\n")
              || method.equals("GET") && !answer.toString().endsWith("\n")
              || method.equals("GET") && answer.toString().endsWith("\r\n\r\n")) {
            int count = in.read(bytes);
            assertTrue(count > 0, method + " " + path + ": " + answer);
            answer.append(new String(bytes, 0, count, StandardCharsets.US_ASCII));
          }
          assertTrue(answer.toString().startsWith("HTTP/1.1 "), answer.toString());
        }
      }
    }
  }

  @Test
  void withoutASampleThereIsAnError() throws Exception {
    try (LogCapture log = new LogCapture("io.statsfs.prometheus")) {
      exporter.beforeSample =
          () -> {
            throw new IllegalStateException("no luck");
          };
      assertEquals(500, request("GET", "/metrics").statusCode());
      exporter.beforeSample = () -> {};
      assertEquals(200, request("GET", "/metrics").statusCode());
      assertEquals(1, log.lines().size(), "" + log.lines());
    }
  }

  private Socket connect(String text) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(server.address());
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @ParameterizedTest
  @CsvSource({"0, silent", "1, in the middle of a header", "2, not reading"})
  void clientsThatAreSlowDoNotStopOthers(int kind, String name) throws Exception {
    if (kind == 2) {
      stop();
      start(SERIES);
    }
    String request =
        switch (kind) {
          case 0 -> "";
          case 1 -> "GET /metrics HTTP/1.1\r\nHost: x\r\nX-";
          default -> "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        };
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        slow.add(connect(request));
      }
      for (int i = 0; i < 5; i++) {
        HttpResponse<byte[]> response = request("GET", "/metrics");
        assertEquals(200, response.statusCode(), name);
        String body = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(
            kind == 2 ? SERIES : 3, Scrape.of(body, PrometheusFormat.TEXT).samples().size());
      }
      // Those that were cut off have no body that looks whole.
      if (kind == 2) {
        server.close();
        for (Socket socket : slow) {
          assertFalse(read(socket).endsWith("\r\n0\r\n\r\n"), name);
        }
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static String read(Socket socket) {
    StringBuilder text = new StringBuilder();
    try (InputStream in = socket.getInputStream()) {
      byte[] bytes = new byte[1 << 16];
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        text.append(new String(bytes, 0, count, StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      // The connection was reset.
    }
    return text.toString();
  }

  @Test
  void whoIsReadingAllTheTimeGetsAllOfIt() throws Exception {
    stop();
    start(SERIES);
    try (Socket socket = connect("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
      assertTrue(read(socket).endsWith("\r\n0\r\n\r\n"));
    }
  }

  @Test
  void closingEndsItsThreadsAndFreesThePort() throws Exception {
    assertEquals(200, request("GET", "/metrics").statusCode());
    try (Socket slow = connect("GET /")) {
      assertThrows(IOException.class, () -> PrometheusServer.start(exporter, server.address()));
      server.close();
      server.close();
      Await.until(
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(t -> t.getName().startsWith("statsfs-prometheus")),
          () -> "" + Thread.getAllStackTraces().keySet());
    }
    PrometheusServer.start(exporter, server.address()).close();
  }

  @Test
  void beyondThisMachineAProxyIsAdvised() throws Exception {
    try (LogCapture log = new LogCapture("io.statsfs.prometheus")) {
      PrometheusServer.start(exporter, loopback()).close();
      assertEquals(List.of(), log.lines());
      PrometheusServer.start(exporter, new InetSocketAddress("0.0.0.0", 0)).close();
      assertEquals(1, log.lines().size(), "" + log.lines());
      assertTrue(log.lines().get(0).contains("Put a proxy in front"), "" + log.lines());
    }
  }
}
