package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent and a real OpenTelemetry Collector, which passes on what it was sent. */
@Tag("collector")
class CollectorProgramTest {
  private static final String GRPC = "grpc";
  private static final String HTTP = "http/protobuf";

  private OtlpReceiver next;
  private CollectorProgram collector;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException, InterruptedException {
    next = new OtlpReceiver();
    collector = new CollectorProgram(directory, next);
  }

  @AfterEach
  void stop() {
    collector.close();
    next.close();
    assertEquals(List.of(), next.twice());
  }

  private AgentProgram agent(String protocol, String... args) {
    return AgentProgram.start(
        Map.of(
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            protocol,
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            collector.endpoint(protocol)),
        args);
  }

  @ParameterizedTest
  @ValueSource(strings = {GRPC, HTTP})
  void everyValueArrivesExactlyWithTheNameAndAttributesThatAreDocumented(String protocol)
      throws InterruptedException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/7-1/exits", Long.MAX_VALUE).stat("kvm/7-1/vcpu0/exits", 9007199254740993L);
      tree.stat("kvm/7-1/drift", Long.MIN_VALUE).stat("kvm/7-1/vcpu0/drift", -5);
      tree.stat("kvm/7-1/load", "0.1\n").stat("kvm/7-1/vcpu0/load", "-2.5e-3\n");
      tree.stat("kvm/7-1/huge", "18446744073709551615\n").stat("kvm/7-1/state", "RUNNING\n");
      tree.stat("kvm/7-1/guest doorbell", 0).stat("kvm/total", 3).stat("net/eth0/rx_bytes", 12);
      String metrics =
          "METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC Exits.\n\n"
              + "METRIC\nNAME load\nFLAG GAUGE\nTYPE FLOAT\nDESC Load.\n\n";
      tree.schema("kvm/7-1", "LABEL\nvm seven\n\n" + metrics);
      tree.schema("kvm/7-1/vcpu0", "LABEL\nvm seven\nvcpu 0\n\n" + metrics);
      try (AgentProgram agent =
          agent(protocol, "--once", "--counters", "--root", tree.root().toString())) {
        assertEquals(0, agent.exitCode(), agent.toString());
      }
      Await.until(() -> !next.collections().isEmpty(), collector::log);
    }
    assertEquals(
        new TreeMap<>(
            Map.ofEntries(
                Map.entry("statsfs.kvm.exits{vm=\"seven\"}", "sum int 9223372036854775807"),
                Map.entry("statsfs.kvm.exits{vcpu=\"0\",vm=\"seven\"}", "sum int 9007199254740993"),
                Map.entry("statsfs.kvm.drift{vm=\"seven\"}", "int -9223372036854775808"),
                Map.entry("statsfs.kvm.drift{vcpu=\"0\",vm=\"seven\"}", "int -5"),
                Map.entry("statsfs.kvm.load{vm=\"seven\"}", "double 0.1"),
                Map.entry("statsfs.kvm.load{vcpu=\"0\",vm=\"seven\"}", "double -0.0025"),
                Map.entry("statsfs.kvm.huge{vm=\"seven\"}", "double 1.8446744073709552E19"),
                Map.entry("statsfs.kvm.guest_x20_doorbell{vm=\"seven\"}", "int 0"),
                Map.entry("statsfs.kvm.total{subsystem=\"kvm\"}", "int 3"),
                Map.entry("statsfs.net.rx_bytes{device=\"eth0\",subsystem=\"net\"}", "int 12"))),
        new TreeMap<>(next.collections().lastEntry().getValue()));
  }

  @ParameterizedTest
  @ValueSource(strings = {GRPC, HTTP})
  void theCountersOfThisMachinesInterfacesArrive(String protocol)
      throws IOException, InterruptedException {
    InterfaceCounters counters = InterfaceCounters.read();
    try (AgentProgram agent = agent(protocol, "--once", "--include", "net/*")) {
      assertEquals(0, agent.exitCode(), agent.toString());
    }
    Await.until(() -> !next.collections().isEmpty(), collector::log);
    Map<String, String> points = next.collections().lastEntry().getValue();
    counters.assertRead(
        series -> {
          String[] point = points.getOrDefault(series, "no point").split(" ");
          assertEquals("int", point[0], series);
          return point[1];
        });
  }

  @Test
  void aHundredThousandSeriesArriveInEveryInterval() throws InterruptedException {
    final int stats = 50;
    final int sources = 2000;
    Map<String, String> expected = new HashMap<>();
    try (TestTree tree = TestTree.inMemory()) {
      for (int source = 0; source < sources; source++) {
        for (int stat = 0; stat < stats; stat++) {
          long value = source * 1000L + stat;
          tree.stat("kvm/vm" + source + "/stat" + stat, value);
          expected.put(
              "statsfs.kvm.stat" + stat + "{device=\"vm" + source + "\",subsystem=\"kvm\"}",
              "int " + value);
        }
      }
      for (String protocol : List.of(GRPC, HTTP)) {
        next.forget();
        try (AgentProgram agent =
            agent(protocol, "--interval", "10s", "--root", tree.root().toString())) {
          agent.await(
              "three whole collections",
              () -> next.sizes().values().stream().filter(n -> n == expected.size()).count() >= 3);
        }
        List<Long> whole = new ArrayList<>();
        next.collections()
            .forEach(
                (time, points) -> {
                  if (points.size() == expected.size()) {
                    assertEquals(expected, points);
                    whole.add(time);
                  }
                });
        for (int i = 1; i < 3; i++) {
          long seconds = (whole.get(i) - whole.get(i - 1)) / 1_000_000_000;
          assertTrue(seconds < 20, "one was left out: " + next.sizes());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GRPC, HTTP})
  void aCollectorThatIsAwayCostsTheGapAndNothingElse(String protocol)
      throws IOException, InterruptedException {
    try (AgentProgram agent = agent(protocol, "--interval", "1s", "--include", "net/lo/*")) {
      agent.await("the first collections", () -> next.sizes().size() >= 3);
      final long bytes = agent.liveBytes();
      final long threads = agent.threads();
      final long descriptors = agent.descriptors();
      final int lines = agent.err().size();
      collector.stop();
      final long away = System.nanoTime();
      int given = agent.err().size();
      // The SDK gives a request up after five tries.
      agent.await("a failed export", () -> agent.err().size() > given);
      collector.startAgain();
      final long again = System.nanoTime();
      int before = next.sizes().size();
      agent.await("collections again", () -> next.sizes().size() >= before + 3);
      List<Long> times = new ArrayList<>(next.sizes().keySet());
      long gap = times.get(before) - times.get(before - 1);
      System.out.printf(
          "Agent over %s: collector away for %.1f s, no points for %.1f s%n",
          protocol, (again - away) / 1e9, gap / 1e9);
      assertTrue(agent.threads() <= threads + 3, threads + " threads, then " + agent.threads());
      assertTrue(
          agent.descriptors() <= descriptors + 5,
          descriptors + " descriptors, then " + agent.descriptors());
      long now = agent.liveBytes();
      assertTrue(now < bytes + 4_000_000, bytes + " bytes on the heap, then " + now);
      assertTrue(agent.err().size() <= lines + 2, agent.toString());
      assertTrue(agent.err().get(lines).contains("onnect"), agent.toString());
      agent.terminate();
      assertEquals(4, agent.exitCode(), "not all arrived: " + agent);
    }
  }

  @Test
  void theConfigurationIsValidAndAWrongOneIsNot(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path config = ServerProgram.sample("collector/config.yaml");
    assertEquals(0, validate(config));
    Path wrong = directory.resolve("wrong.yaml");
    Files.writeString(wrong, Files.readString(config).replace("limit_mib", "limit_mb"));
    assertFalse(validate(wrong) == 0);
  }

  private static int validate(Path config) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(System.getProperty("collector"), "validate", "--config", "" + config)
            .redirectErrorStream(true)
            .start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }
}
