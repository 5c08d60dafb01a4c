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
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusServerTest {
  /** More than the kernel keeps of a body that nobody reads. */
  private static final int SERIES = 60_000;

  private static final int MOST_CONNECTIONS = PrometheusServer.MOST_CONNECTIONS;
  private static final int SLOW_CLIENTS = 2 * MOST_CONNECTIONS;

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

  /** Reads one answer, and returns its head and body. */
  private static String answer(InputStream in, boolean isHead) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      assertTrue(next >= 0, answer.toString());
      answer.append((char) next);
    }
    Matcher length = Pattern.compile("\r\nContent-Length: ([0-9]+)\r\n").matcher(answer);
    if (!isHead) {
      assertTrue(length.find(), answer.toString());
      byte[] body = in.readNBytes(Integer.parseInt(length.group(1)));
      answer.append(new String(body, StandardCharsets.UTF_8));
    }
    return answer.toString();
  }

  /** A connection for each scrape would cost more than the scrape. */
  @Test
  void connectionsAreKept() throws IOException {
    try (Socket socket = connect("")) {
      for (String path : List.of("/metrics", "/", "/none", "/metrics")) {
        for (String method : List.of("GET", "HEAD", "PUT")) {
          write(socket, method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
          String answer = answer(socket.getInputStream(), method.equals("HEAD"));
          assertTrue(answer.startsWith("HTTP/1.1 "), answer);
          assertFalse(answer.contains("Connection: close"), answer);
        }
      }
    }
  }

  @Test
  void requestsThatComeTogetherAreAnsweredOneAfterTheOther() throws IOException {
    String request = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n";
    StringBuilder all = new StringBuilder();
    List<String> paths = List.of("/metrics", "/", "/metrics", "/metrics", "/none");
    for (int i = 0; i < 20; i++) {
      paths.forEach(path -> all.append(request.formatted(path)));
    }
    try (Socket socket = connect(all.toString())) {
      for (int i = 0; i < 20; i++) {
        for (String path : paths) {
          String answer = answer(socket.getInputStream(), false);
          assertEquals(path.equals("/metrics"), answer.contains("statsfs_kvm_stat0{"), answer);
        }
      }
    }
  }

  @Test
  void aRequestMayComeInPieces() throws IOException {
    String request = "\r\nGET /metrics HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(3000) + "\r\n\r\n";
    try (Socket socket = connect("")) {
      socket.setTcpNoDelay(true);
      for (int i = 0; i < request.length(); i++) {
        write(socket, request.substring(i, i + 1));
      }
      assertTrue(answer(socket.getInputStream(), false).contains("statsfs_kvm_stat0{"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "GET / HTTP/2.0|Host: x; 505",
        "GET /; 400",
        "GET  / HTTP/1.1|Host: x; 400",
        "GET / HTTP/1.1; 400",
        "GET / HTTP/1.1|Host : x; 400",
        "GET / HTTP/1.1|Host: x|  continued; 400",
        "G\tT / HTTP/1.1|Host: x; 400",
        "\u0016\u0003\u0001; 400",
        "POST / HTTP/1.1|Host: x|Content-Length: 10; 405",
        "GET / HTTP/1.1|Host: x|Transfer-Encoding: chunked; 200",
        "GET / HTTP/1.1|Host: x|Connection: Keep-Alive, Close; 200",
        "GET / HTTP/1.0; 200",
        "GET http://x/metrics HTTP/1.0; 200",
      })
  void afterWhatCannotGoOnTheConnectionIsClosed(String head, int status) throws IOException {
    try (Socket socket = connect(head.replace("|", "\r\n") + "\r\n\r\nand more\r\n\r\n")) {
      String answer = answer(socket.getInputStream(), false);
      assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
      assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
      assertEquals(head.contains("metrics"), answer.contains("statsfs_kvm_stat0{"), answer);
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  /** Of ten seconds, after which nothing is kept of who does not ask. */
  @Test
  void aRequestHasATime() throws IOException {
    try (Socket silent = connect("");
        Socket slow = connect("GET / HTTP/1.1\r\nHost: x\r\n");
        Socket waiting = connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertTrue(answer(waiting.getInputStream(), false).startsWith("HTTP/1.1 200 "));
      assertEquals(-1, silent.getInputStream().read());
      assertEquals(-1, slow.getInputStream().read());
      write(waiting, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertTrue(answer(waiting.getInputStream(), false).startsWith("HTTP/1.1 200 "));
    }
  }

  @Test
  void aHeadHasABound() throws IOException {
    String field = "X: " + "x".repeat(95) + "\r\n";
    String tooMuch = "GET / HTTP/1.1\r\nHost: x\r\n" + field.repeat(Connection.MAX_HEAD / 100 + 1);
    try (Socket socket = connect(tooMuch)) {
      String answer = answer(socket.getInputStream(), false);
      assertTrue(answer.startsWith("HTTP/1.1 431 "), answer);
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void theDateIsThatOfHttp() {
    assertEquals("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", Connection.date(784_111_777_000L));
  }

  /** Whatever comes, others are answered. */
  @Test
  void bytesOfAnyKindDoNoHarm() throws Exception {
    Random random = new Random(1);
    List<String> parts =
        List.of("GET", " ", "/metrics", " HTTP/1.", "1", "0", "\r\n", "\n", "Host", ":", "x", "\0");
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(30); part >= 0; part--) {
        text.append(parts.get(random.nextInt(parts.size())));
      }
      try (Socket socket = connect(text.toString())) {
        if (random.nextBoolean()) {
          socket.shutdownOutput();
          read(socket);
        }
      } catch (IOException e) {
        // It was refused before all was sent.
      }
    }
    assertEquals(200, request("GET", "/metrics").statusCode());
  }

  /** As Prometheus servers that have the same configuration. */
  @Test
  void scrapesThatComeDuringASampleShareIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger samples = holdSamplesUntil(go);
    String request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    try (Socket first = connect(request)) {
      Await.until(() -> samples.get() == 1, () -> "a sample is taken");
      try (Socket second = connect(request);
          Socket third = connect(request)) {
        go.countDown();
        for (Socket socket : List.of(first, second, third)) {
          assertTrue(answer(socket.getInputStream(), false).contains("statsfs_kvm_stat0{"));
        }
      }
    }
    assertEquals(1, samples.get());
  }

  /** Counts the samples, each of which then waits. */
  private AtomicInteger holdSamplesUntil(CountDownLatch go) {
    AtomicInteger samples = new AtomicInteger();
    exporter.beforeSample =
        () -> {
          samples.incrementAndGet();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    return samples;
  }

  /** As many as the kernel keeps, which are more than are taken in at once. */
  @Test
  void whoComesDuringASampleIsAnsweredAfterIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger samples = holdSamplesUntil(go);
    List<Socket> later = new ArrayList<>();
    try (Socket first = connect("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")) {
      Await.until(() -> samples.get() == 1, () -> "a sample is taken");
      for (int i = 0; i < MOST_CONNECTIONS + 10; i++) {
        later.add(connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      }
      go.countDown();
      for (Socket socket : later) {
        assertTrue(answer(socket.getInputStream(), false).startsWith("HTTP/1.1 200 "));
      }
    } finally {
      for (Socket socket : later) {
        socket.close();
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
    socket.setSoTimeout(60_000);
    socket.connect(server.address());
    write(socket, text);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
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
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed", e);
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
    // Old clients know no chunks: the end of the connection is that of the body.
    try (Socket socket = connect("GET /metrics HTTP/1.0\r\n\r\n")) {
      String answer = read(socket);
      assertFalse(answer.contains("chunked"));
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      assertEquals(SERIES, Scrape.of(body, PrometheusFormat.TEXT).samples().size());
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
