package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the agent says, and how it ends, where something does not work. */
class FailuresProgramTest {
  /** Not all of the machine, where others may have mounted what this user may not read. */
  private static final String[] ONCE = {
    "--once", "--root", "/sys/class/net", "--include", "net/lo/rx_bytes"
  };

  /** Exports over OTLP without further tries; returns the only line about it. */
  private static String failure(String protocol, String endpoint) {
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of(
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                protocol,
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                endpoint,
                "OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED",
                "true"),
            ONCE)) {
      assertEquals(1, agent.exitCode(), agent.toString());
      List<String> own = agent.err().stream().filter(l -> l.startsWith("statsfs-agent: ")).toList();
      assertEquals(1, own.size(), agent.toString());
      String address = protocol.equals("grpc") ? endpoint : endpoint + "/v1/metrics";
      assertTrue(own.get(0).contains(" " + address + ": "), own.get(0));
      return own.get(0);
    }
  }

  private static void assertContains(String part, String text) {
    assertTrue(text.contains(part), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http/protobuf"})
  void whereNobodyListensTheCauseAndTheAddressAreReported(String protocol) {
    String line = failure(protocol, "http://127.0.0.1:" + ServerProgram.freePort());
    assertContains("Connection refused", line);
    assertContains("OTEL_EXPORTER_OTLP_ENDPOINT", line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http/protobuf"})
  void anUnknownHostIsNamed(String protocol) {
    assertContains("unknown host none.invalid", failure(protocol, "http://none.invalid:4317"));
  }

  @ParameterizedTest
  @CsvSource({
    "401, HTTP status 401 Unauthorized; OTEL_EXPORTER_OTLP_HEADERS",
    "404, HTTP status 404 Not Found; does OTEL_EXPORTER_OTLP_ENDPOINT",
    "400, HTTP status 400 Bad Request"
  })
  void theAnswerOfAServerIsReported(int status, String words) throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver(status)) {
      assertContains(words, failure("http/protobuf", receiver.endpoint()));
    }
  }

  @Test
  void grpcToAServerOfHttpIsRecognised() throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      assertContains("does the server speak gRPC?", failure("grpc", receiver.endpoint()));
    }
  }

  @Test
  void httpToAServerOfGrpcIsRecognised() throws IOException {
    // An empty frame of settings, which is how a server of HTTP/2 begins.
    byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    try (ServerSocket server = answering(settings)) {
      assertContains("does the server speak HTTP?", failure("http/protobuf", endpoint(server)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http/protobuf"})
  void tlsToAServerWithoutIsRecognised(String protocol) throws IOException {
    try (ServerSocket server =
        answering("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII))) {
      assertContains("TLS failed", failure(protocol, endpoint(server).replace("http", "https")));
    }
  }

  private static String endpoint(ServerSocket server) {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** A server that reads a little, answers always the same, and hangs up. */
  private static ServerSocket answering(byte[] answer) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                  socket.getInputStream().read(new byte[16]);
                  socket.getOutputStream().write(answer);
                  socket.shutdownOutput();
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // Closed by either side.
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "http://127.0.0.1:99999", "http://"})
  void anAddressThatIsNoneGivesOneLine(String endpoint) {
    try (AgentProgram agent =
        AgentProgram.start(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ONCE)) {
      assertEquals(1, agent.exitCode(), agent.toString());
      assertEquals(1, agent.err().size(), agent.toString());
      assertContains(endpoint, agent.err().get(0));
      assertFalse(agent.err().get(0).contains("null"), agent.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 0, Address already in use",
    "none.invalid, 9464, unknown host",
    "192.0.2.1, 9464, Cannot assign requested address",
    "localhost, 65536, a port is at least 0 and at most 65535",
    "localhost, -1, a port is at least 0 and at most 65535"
  })
  void anAddressThatPrometheusCannotBeServedAtGivesOneLine(String host, int port, String why)
      throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int chosen = port == 0 ? taken.getLocalPort() : port;
      try (AgentProgram agent =
          AgentProgram.start(
              Map.of(
                  "OTEL_EXPORTER_PROMETHEUS_HOST",
                  host,
                  "OTEL_EXPORTER_PROMETHEUS_PORT",
                  "" + chosen),
              "--exporter",
              "prometheus",
              "--root",
              "/sys/class/net",
              "--include",
              "net/lo/*")) {
        assertEquals(1, agent.exitCode(), agent.toString());
        assertEquals(1, agent.err().size(), agent.toString());
        assertContains(host + ":" + chosen + ": " + why, agent.err().get(0));
        assertContains("OTEL_EXPORTER_PROMETHEUS_PORT", agent.err().get(0));
      }
    }
  }

  @Test
  void whatOtlpNeedsIsSaidOfOtlpAlone() {
    try (AgentProgram agent =
        AgentProgram.startWritingTo("/dev/full", "--once", "--exporter", "console")) {
      assertEquals(1, agent.exitCode(), agent.toString());
      assertFalse(agent.err().toString().contains("OTLP"), agent.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"OTEL_METRICS_EXPORTER=none", "OTEL_SDK_DISABLED=true"})
  void thatNothingIsExportedIsSaid(String variable) {
    String[] parts = variable.split("=");
    for (String[] args : new String[][] {ONCE, {"--root", "/sys/class/net"}}) {
      try (AgentProgram agent = AgentProgram.start(Map.of(parts[0], parts[1]), args)) {
        assertEquals(1, agent.exitCode(), agent.toString());
        assertEquals(
            List.of("statsfs-agent: nothing is exported: " + parts[0] + " is " + parts[1]),
            agent.err());
      }
    }
  }

  @Test
  void aSilentCollectorHoldsUpTheEndByAFewSecondsOnly() throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver(OtlpReceiver.NEVER_ANSWERS);
        AgentProgram agent =
            AgentProgram.start(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()),
                "--include",
                "net/lo/*")) {
      agent.await("a request", () -> receiver.requests() > 0);
      long began = System.nanoTime();
      agent.terminate();
      assertEquals(4, agent.exitCode(), agent.toString());
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      // 5 on a machine that is not busy.
      assertTrue(took.toSeconds() < 9, "" + took);
      String last = agent.err().get(agent.err().size() - 1);
      assertContains(receiver.endpoint() + "/v1/metrics: no answer in time", last);
    }
  }

  private static final String[][] TO_BE_ENDED = {
    {"--exporter", "console", "--include", "net/lo/*"}, {"--list"}
  };

  @Test
  void whatFailsSinceTheProgramEndsIsNotReported() {
    for (String[] args : TO_BE_ENDED) {
      try (AgentProgram agent = AgentProgram.startMain(EndingProgram.class, args)) {
        assertEquals(128 + 15, agent.exitCode(), agent.toString());
        assertEquals(List.of(), agent.err());
      }
    }
  }

  @Test
  void aSignalDuringTheStartLeavesNoStackTrace() throws InterruptedException {
    for (int millis = 50; millis < 1500; millis += 300) {
      for (String[] args : TO_BE_ENDED) {
        try (AgentProgram agent = AgentProgram.start(args)) {
          Thread.sleep(millis);
          agent.terminate();
          int exitCode = agent.exitCode();
          if (agent.err().contains("Error occurred during initialization of VM")) {
            // JDK 25 itself, which was not yet as far as to run a program.
            continue;
          }
          assertTrue(exitCode == 0 || exitCode == 128 + 15, agent.toString());
          for (String line : agent.err()) {
            assertFalse(line.contains("Exception") || line.contains("\tat "), agent.toString());
          }
        }
      }
    }
  }

  @Test
  void theFirstAnswerToPrometheusHasTheStats() throws InterruptedException {
    try (TestTree tree = TestTree.inMemory()) {
      for (int source = 0; source < 200; source++) {
        for (int stat = 0; stat < 20; stat++) {
          tree.stat("kvm/vm" + source + "/stat" + stat, 1);
        }
      }
      int port = ServerProgram.freePort();
      try (AgentProgram agent =
          AgentProgram.start(
              Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + port),
              "--exporter",
              "prometheus",
              "--root",
              tree.root().toString())) {
        List<HttpResponse<String>> first = new ArrayList<>();
        agent.await(
            "an answer",
            () -> {
              try {
                return first.add(
                    ServerProgram.get(URI.create("http://localhost:" + port + "/metrics")));
              } catch (IOException e) {
                return false;
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
        assertEquals(200, first.get(0).statusCode());
        assertEquals(
            4000, first.get(0).body().lines().filter(l -> l.startsWith("statsfs_kvm_")).count());
      }
    }
  }

  /** With the SDK four of them stopped all others. */
  @ParameterizedTest
  @ValueSource(strings = {"", "GET /metrics HTTP/1.1\r\nHost: x\r\nX-"})
  void clientsThatSendNothingMoreDoNotStopPrometheus(String request)
      throws IOException, InterruptedException {
    int port = ServerProgram.freePort();
    List<Socket> silent = new ArrayList<>();
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + port),
            "--exporter",
            "prometheus",
            "--include",
            "net/lo/*")) {
      agent.await(
          "what is exported", () -> agent.err().stream().anyMatch(l -> l.contains("read by")));
      for (int i = 0; i < 40; i++) {
        Socket socket = new Socket("localhost", port);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        silent.add(socket);
      }
      for (int i = 0; i < 5; i++) {
        HttpResponse<String> answer =
            ServerProgram.get(URI.create("http://localhost:" + port + "/metrics"));
        assertEquals(200, answer.statusCode());
        assertContains("statsfs_net_rx_bytes{device=\"lo\"}", answer.body());
      }
      agent.terminate();
      assertEquals(0, agent.exitCode(), agent.toString());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void whoServesPrometheusToOthersIsAdvisedToUseAProxy() {
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of(
                "OTEL_EXPORTER_PROMETHEUS_HOST",
                "0.0.0.0",
                "OTEL_EXPORTER_PROMETHEUS_PORT",
                "" + ServerProgram.freePort()),
            "--exporter",
            "prometheus",
            "--root",
            "/sys/class/net",
            "--include",
            "net/lo/*")) {
      agent.await("two lines", () -> agent.err().size() == 2);
      assertContains("Put a proxy in front", agent.err().get(0));
    }
  }

  @Test
  void aPortThatIsNoNumberGivesOneLine() {
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "http"), "--exporter", "prometheus")) {
      assertEquals(1, agent.exitCode(), agent.toString());
      assertContains("OTEL_EXPORTER_PROMETHEUS_PORT is no integer: http", last(agent));
    }
  }

  private static String last(AgentProgram agent) {
    return agent.err().get(agent.err().size() - 1);
  }

  @Test
  void rootIsNotToldToRunAsRoot() throws IOException, InterruptedException {
    String[] withoutCapabilities = {
      "setpriv", "--bounding-set=-dac_override,-dac_read_search", "sh", "-c"
    };
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/open", 1).stat("kvm/closed", 2).stat("closed/a", 3);
      Files.setPosixFilePermissions(
          tree.path("kvm/closed"), PosixFilePermissions.fromString("---------"));
      assumeTrue(
          System.getProperty("user.name").equals("root")
              && isDenied(withoutCapabilities, "cat " + tree.path("kvm/closed")),
          "only root can do without capabilities, and with setpriv");
      Files.setPosixFilePermissions(
          tree.path("closed"), PosixFilePermissions.fromString("---------"));
      ProcessBuilder builder = new ProcessBuilder(withoutCapabilities);
      builder
          .command()
          .add(
              System.getProperty("agent.script")
                  + " --once --exporter console --root "
                  + tree.root());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      List<String> err = process.errorReader().lines().toList();
      assertEquals(2, err.size(), "" + err);
      for (String line : err) {
        assertFalse(line.contains("Run as root"), line);
        assertContains("root without the capability CAP_DAC_READ_SEARCH", line);
      }
    }
  }

  private static boolean isDenied(String[] wrapper, String command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(wrapper);
    builder.command().add(command);
    try {
      Process process = builder.redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      return process.waitFor() != 0 && output.contains("Permission denied");
    } catch (IOException e) {
      return false;
    }
  }

  /** A link to a tree is read as what it leads to. */
  @Test
  void aLinkAsRootIsThePlaceThatItLeadsTo() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, String> places =
          new TreeMap<>(
              Map.of("/sys/class/net", "net/lo/rx_bytes", "/proc/vmstat", "vmstat/pgfault"));
      for (Map.Entry<String, String> place : places.entrySet()) {
        Path link =
            Files.createSymbolicLink(
                tree.path(place.getValue().split("/")[0]), Path.of(place.getKey()));
        AgentProgram agent =
            AgentProgram.run("--list", "--root", link.toString(), "--include", place.getValue());
        assertEquals(0, agent.exitCode(), agent.toString());
        assertEquals(1, agent.out().size(), agent.toString());
        assertTrue(
            agent.out().get(0).startsWith(place.getValue() + " COUNTER INT "), agent.toString());
      }
    }
  }
}
