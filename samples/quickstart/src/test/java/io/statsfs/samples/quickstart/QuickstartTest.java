package io.statsfs.samples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the samples as their readers would, on the class path and on the module path. */
class QuickstartTest {
  private static final String MODULE = "io.statsfs.samples.quickstart";

  @TempDir private Path directory;
  private final BlockingQueue<ExportMetricsServiceRequest> requests = new LinkedBlockingQueue<>();
  private HttpServer receiver;

  @BeforeEach
  void startReceiver() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/v1/metrics",
        exchange -> {
          requests.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void stopReceiver() {
    receiver.stop(0);
  }

  @Test
  void theReadmeShowsTheseSamples() throws IOException {
    String readme = withoutIndent(Files.readString(Path.of("../../README.md")));
    assertTrue(readme.contains(body("Quickstart", "    AutoConfiguredOpenTelemetrySdk.init")));
    assertTrue(readme.contains(body("InCode", "    OpenTelemetrySdk openTelemetry =")));
    assertTrue(readme.contains(body("ForPrometheus", "    try (StatsFs fs = StatsFs.open();")));
    assertTrue(readme.contains(body("PollingLoop", "    StatFilter received =")));
    String published = body("Publishing", "    PublishedValue served =");
    assertTrue(readme.contains(published.substring(0, published.indexOf(";\nSampler sampler"))));
  }

  @Test
  void thePageOfTheSimulatorShowsThisTest() throws IOException {
    String test =
        Files.readString(
            Path.of("src/test/java/io/statsfs/samples/quickstart/SimulatedHostTest.java"));
    String page = Files.readString(Path.of("../../docs/simulator.md"));
    assertTrue(page.contains(test.substring(test.indexOf("@ExtendWith"))));
  }

  /** From a line to the end of its method. */
  private static String body(String sample, String firstLine) throws IOException {
    String source =
        Files.readString(
            Path.of("src/main/java/io/statsfs/samples/quickstart/" + sample + ".java"));
    int start = source.indexOf(firstLine);
    assertTrue(start > 0, firstLine);
    return withoutIndent(source.substring(start, source.indexOf("\n  }\n", start)));
  }

  private static String withoutIndent(String text) {
    return text.replaceAll("(?m)^ +", "");
  }

  @Test
  void withoutCodeTheStatsArriveOverOtlp() throws Exception {
    assertArrives("-cp", System.getProperty("java.class.path"), MODULE + ".Quickstart");
  }

  @Test
  void inCodeTheStatsArriveOverOtlp() throws Exception {
    assertArrives("-cp", System.getProperty("java.class.path"), MODULE + ".InCode");
  }

  @Test
  void onTheModulePathTheStatsArriveOverOtlp() throws Exception {
    // OpenTelemetry's exporter does not name its HTTP client as a module that it needs.
    assertArrives(
        "--add-modules", "okhttp3", "-p", modulePath(), "-m", MODULE + "/" + MODULE + ".InCode");
  }

  @Test
  void thePollingLoopPrintsEachInterface() throws Exception {
    Process process = java("-p", modulePath(), "-m", MODULE + "/" + MODULE + ".PollingLoop", "2");
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), "" + lines);
    assertEquals(2, lines.stream().filter(l -> l.matches("net/lo/rx_bytes \\d+")).count());
  }

  @Test
  void whatIsPublishedIsPrinted() throws Exception {
    Process process = java("-p", modulePath(), "-m", MODULE + "/" + MODULE + ".Publishing");
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), "" + lines);
    assertEquals(
        List.of(
            "shop/longest 1", "shop/served 2", "shop/counter1/served 2", "shop/counter1/waiting 1"),
        lines);
  }

  private void assertArrives(String... run) throws Exception {
    Process process = java(run);
    try {
      ExportMetricsServiceRequest request = requests.poll(60, TimeUnit.SECONDS);
      assertTrue(request != null, Files.readString(directory.resolve("err")));
      List<String> names =
          request.getResourceMetricsList().stream()
              .flatMap(r -> r.getScopeMetricsList().stream())
              .flatMap(s -> s.getMetricsList().stream())
              .map(m -> m.getName())
              .toList();
      assertTrue(names.contains("statsfs.net.rx_bytes"), "" + names);
      assertTrue(names.contains("statsfs.vmstat.pgfault"), "" + names);
    } finally {
      process.destroyForcibly().waitFor();
    }
    // The SDK announces nothing, and neither do we, but for what this machine has mounted, and for
    // how busy it is.
    String ofMachine =
        "(?m)^.* (io\\.statsfs\\.\\S+ warn|\\S+PeriodicMetricReader exportOne)\n"
            + ".*(have no value|tree kvm is left out|Exporter timed out).*\n";
    assertEquals("", Files.readString(directory.resolve("err")).replaceAll(ofMachine, ""));
  }

  private Process java(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-Dotel.metrics.exporter=otlp");
    command.add("-Dotel.traces.exporter=none");
    command.add("-Dotel.logs.exporter=none");
    command.add("-Dotel.exporter.otlp.protocol=http/protobuf");
    command.add(
        "-Dotel.exporter.otlp.endpoint=http://127.0.0.1:" + receiver.getAddress().getPort());
    command.add("-Dotel.metric.export.interval=200");
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(directory.resolve("err").toFile()).start();
  }

  /** What the sample needs at run time, without what the test needs. */
  private static String modulePath() {
    return String.join(
        File.pathSeparator,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(p -> !p.contains("junit") && !p.contains("test-classes"))
            .filter(p -> !p.contains("-proto") && !p.contains("protobuf"))
            .filter(p -> !p.contains("opentest4j") && !p.contains("apiguardian"))
            .toList());
  }
}
