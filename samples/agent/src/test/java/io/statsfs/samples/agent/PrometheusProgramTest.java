package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OddNames;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent and a real Prometheus that scrapes it every three seconds, within which a busy machine
 * answers.
 */
@Tag("collector")
class PrometheusProgramTest {
  private static final Pattern SAMPLE =
      Pattern.compile("\"value\":\\[[0-9.]+,\"([^\"]*)\"\\]", Pattern.DOTALL);

  private static final String OPENMETRICS_PARSER =
      "import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families;"
          + " print(sum(len(family.samples)"
          + " for family in text_string_to_metric_families(sys.stdin.read())))";

  private static final String MATTER_OF_TASTE = "\\S+ (no help text|use base unit .*|.* should .*)";

  private final int port = ServerProgram.freePort();
  private final int agentPort = ServerProgram.freePort();
  private ServerProgram prometheus;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException, InterruptedException {
    String config = Files.readString(ServerProgram.sample("prometheus/prometheus.yml"));
    assertTrue(config.contains("localhost:9464") && config.contains("15s"), config);
    Path changed = directory.resolve("prometheus.yml");
    Files.writeString(
        changed,
        config
            .replace("localhost:9464", "localhost:" + agentPort)
            .replace("scrape_interval: 15s", "scrape_interval: 3s")
            .replace("scrape_timeout: 10s", "scrape_timeout: 3s"));
    prometheus =
        new ServerProgram(
            directory.resolve("prometheus.log"),
            URI.create("http://127.0.0.1:" + port + "/-/ready"),
            "prometheus",
            "--config.file=" + changed,
            "--web.listen-address=127.0.0.1:" + port,
            "--storage.tsdb.path=" + directory.resolve("data"));
  }

  @AfterEach
  void stop() {
    prometheus.close();
  }

  private AgentProgram agent(String... args) {
    return AgentProgram.start(
        Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + agentPort),
        Stream.concat(Stream.of("--exporter", "prometheus", "--counters"), Stream.of(args))
            .toArray(String[]::new));
  }

  /** The values that an expression has now. */
  private List<Double> query(String expression) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        ServerProgram.get(
            URI.create(
                "http://127.0.0.1:"
                    + port
                    + "/api/v1/query?query="
                    + URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    assertEquals(200, answer.statusCode(), expression + ": " + answer.body());
    List<Double> values = new ArrayList<>();
    Matcher matcher = SAMPLE.matcher(answer.body());
    while (matcher.find()) {
      values.add(Double.parseDouble(matcher.group(1)));
    }
    return values;
  }

  private void await(String expression, List<Double> values) throws InterruptedException {
    Await.until(
        () -> query(expression).equals(values),
        () -> expression + " = " + values + "; " + targets());
  }

  /** What Prometheus says of the last scrape. */
  private String targets() {
    try {
      return ServerProgram.get(URI.create("http://127.0.0.1:" + port + "/api/v1/targets")).body();
    } catch (IOException | InterruptedException e) {
      return e.toString();
    }
  }

  @Test
  void aCounterHasARateAndWhatVanishedHasAnEnd() throws InterruptedException {
    try (TestTree tree = TestTree.inMemory()) {
      String schema = "METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC Exits.\n\n";
      tree.stat("kvm/7-1/exits", 1).schema("kvm/7-1", schema);
      tree.stat("kvm/8-1/exits", 5).schema("kvm/8-1", schema);
      tree.stat("kvm/7-1/temperature", -3);
      try (AgentProgram agent = agent("--root", tree.root().toString())) {
        await("statsfs_kvm_exits_total{device=\"7-1\"}", List.of(1.0));
        await("statsfs_kvm_exits_total{device=\"8-1\"}", List.of(5.0));
        await("statsfs_kvm_temperature{device=\"7-1\"}", List.of(-3.0));
        tree.stat("kvm/7-1/exits", 1001);
        await("statsfs_kvm_exits_total{device=\"7-1\"}", List.of(1001.0));
        await("rate(statsfs_kvm_exits_total{device=\"7-1\"}[1m]) > bool 0", List.of(1.0));
        tree.remove("kvm/8-1");
        // Without a mark that it ended, a series goes on for five minutes.
        await("statsfs_kvm_exits_total{device=\"8-1\"}", List.of());
        await("statsfs_kvm_exits_total{device=\"7-1\"}", List.of(1001.0));
        assertTrue(agent.err().size() == 1, agent.toString());
      }
      await("up", List.of(0.0));
      await("statsfs_kvm_exits_total", List.of());
    }
  }

  @Test
  void twentyThousandSeriesComeWithOneScrape() throws InterruptedException {
    try (TestTree tree = TestTree.inMemory()) {
      long sum = 0;
      for (int source = 0; source < 1000; source++) {
        for (int stat = 0; stat < 20; stat++) {
          tree.stat("kvm/vm" + source + "/stat" + stat, source + stat);
          sum += source + stat;
        }
      }
      try (AgentProgram agent = agent("--root", tree.root().toString())) {
        agent.await("the first line", () -> !agent.err().isEmpty());
        await("count({__name__=~\"statsfs_kvm_.*\"})", List.of(20_000.0));
        await("sum({__name__=~\"statsfs_kvm_.*\"})", List.of((double) sum));
        await("up", List.of(1.0));
      }
    }
  }

  /** Alone it is served without the SDK, and with the SDK's metrics by its exporter. */
  @ParameterizedTest
  @ValueSource(strings = {"statsfs", "all"})
  void namesThatBecomeEqualInPrometheusStaySeriesOfTheirOwn(String ownMetrics)
      throws InterruptedException {
    try (TestTree tree = TestTree.inMemory()) {
      int value = OddNames.addTo(tree);
      try (AgentProgram agent =
          agent("--root", tree.root().toString(), "--own-metrics", ownMetrics)) {
        agent.await("the first line", () -> !agent.err().isEmpty());
        String all = "{__name__=~\"statsfs_odd.*\"}";
        await("count(" + all + ")", List.of((double) value));
        await("sum(" + all + ")", List.of(value * (value + 1) / 2.0));
        await("up", List.of(1.0));
        assertEquals(1, agent.err().size(), agent.toString());
      }
    }
  }

  private HttpResponse<String> scrape(String accept) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + agentPort + "/metrics"))
                    .header("Accept", accept)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return response;
  }

  private record Result(int exitCode, String output) {}

  private static Result run(String input, String... command)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile("scrape", ".txt");
    try {
      Files.writeString(file, input);
      Process process =
          new ProcessBuilder(command)
              .redirectInput(file.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } finally {
      Files.delete(file);
    }
  }

  private static long samples(String text) {
    return text.lines().filter(line -> !line.startsWith("#")).count();
  }

  /** What promtool finds is a matter of taste, which is the kernel's: exit code 3, and no other. */
  private void isAccepted(String... options) throws IOException, InterruptedException {
    try (AgentProgram agent = agent(options)) {
      agent.await(
          "what is exported", () -> agent.err().stream().anyMatch(l -> l.contains("read by")));
      String text = scrape("*/*").body();
      Result promtool = run(text, "promtool", "check", "metrics");
      assertTrue(
          promtool.exitCode == 0 || promtool.exitCode == 3,
          () -> promtool.exitCode + ": " + promtool.output + text);
      for (String line : promtool.output.lines().toList()) {
        assertTrue(line.matches(MATTER_OF_TASTE), promtool.output);
      }
      String open = scrape("application/openmetrics-text;version=1.0.0").body();
      Result parser = run(open, "/usr/bin/python3", "-c", OPENMETRICS_PARSER);
      assertEquals("" + samples(open), parser.output.strip());
      assertEquals(0, parser.exitCode);
      assertTrue(samples(open) > 30, open);
    }
  }

  @Test
  void itsToolAndTheParserOfOpenMetricsTakeOddNames() throws IOException, InterruptedException {
    try (TestTree tree = TestTree.inMemory()) {
      OddNames.addTo(tree);
      tree.stat("kvm/x/n", 1).schema("kvm/x", "LABEL\nvm-id a\\b\"c\nvm_id 8\nle 1\n9 ä\n\n");
      isAccepted("--root", tree.root().toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"statsfs", "semconv", "hostmetrics", "path"})
  void itsToolAndTheParserOfOpenMetricsTakeAllOfThisMachine(String naming)
      throws IOException, InterruptedException {
    isAccepted("--stats", "all", "--states", "--naming", naming);
  }

  @Test
  void everyExpressionOfTheDashboardHasData() throws IOException, InterruptedException {
    String dashboard = Files.readString(ServerProgram.sample("grafana/statsfs.json"));
    Matcher matcher =
        Pattern.compile("\"(?:expr|query)\": (\"(?:[^\"\\\\]|\\\\.)*\")").matcher(dashboard);
    List<String> expressions = new ArrayList<>();
    while (matcher.find()) {
      String text = matcher.group(1).translateEscapes();
      String expression =
          text.substring(1, text.length() - 1)
              .replaceAll("label_values\\((.*), (\\w+)\\)", "count by ($2) ($1)")
              .replace("$__rate_interval", "1m")
              .replace("$instance", ".*")
              .replace("$device", ".*");
      assertFalse(expression.contains("$"), expression);
      if (!expression.equals("prometheus")) {
        expressions.add(expression);
      }
    }
    assertTrue(expressions.size() > 15, "" + expressions);
    try (AgentProgram agent = agent()) {
      for (String expression : expressions) {
        Await.until(
            () -> !query(expression).isEmpty(),
            () -> expression + " has data; " + agent + targets());
      }
    }
  }

  @Test
  void theConfigurationIsValid() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "promtool",
                "check",
                "config",
                ServerProgram.sample("prometheus/prometheus.yml").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
  }
}
