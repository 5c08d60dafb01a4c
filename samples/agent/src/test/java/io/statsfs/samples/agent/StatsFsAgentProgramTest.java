package io.statsfs.samples.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.spi.PrintableText;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.NetworkInterface;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatsFsAgentProgramTest {
  /** A name that would do things to a terminal. */
  private static final String CONTROLS =
      "a\n2026 forged\r\u001b[2J\u0007\u0085\u202e\ufeff\\x9b\u00e9";

  private static Map<String, String> points(List<String> lines) {
    Map<String, String> points = new TreeMap<>();
    for (String line : lines) {
      assertTrue(line.matches("[A-Za-z][^{]*\\{([^=]+=\"[^\"]*\",?)*} [-0-9.E]+"), line);
      int blank = line.lastIndexOf(' ');
      assertEquals(null, points.put(line.substring(0, blank), line.substring(blank + 1)), line);
    }
    return points;
  }

  @Test
  void onceToTheConsolePrintsEveryStatOfThisMachineSorted() throws IOException {
    InterfaceCounters counters = InterfaceCounters.read();
    AgentProgram agent = AgentProgram.run("--once", "--exporter", "console", "--stats", "all");
    assertEquals(0, agent.exitCode());
    // Where debugfs is mounted, KVM's stats are found, and denied under lockdown or to this user.
    assertTrue(
        agent.err().stream()
            .allMatch(l -> l.contains("stats have no value") || l.contains("the tree kvm is left")),
        agent.toString());
    assertEquals(agent.out().stream().sorted().toList(), agent.out());
    Map<String, String> points = points(agent.out());
    counters.assertRead(series -> points.getOrDefault(series, "no value"));
    for (String line : Files.readAllLines(Path.of("/proc/vmstat"))) {
      String series = "statsfs.vmstat." + line.split(" ")[0] + "{subsystem=\"vmstat\"}";
      assertTrue(points.containsKey(series), series);
    }
  }

  /** The first example of docs/layouts.md, as it stands there. */
  @Test
  void theDeclarationOfTheDocumentationGivesTheValuesOfItsFile(@TempDir Path layouts)
      throws IOException {
    String page = Files.readString(Path.of("../../docs/layouts.md"));
    int begin = page.indexOf("```yaml\n") + "```yaml\n".length();
    Files.writeString(
        layouts.resolve("file-nr.yaml"), page.substring(begin, page.indexOf("```", begin)));
    Files.writeString(layouts.resolve("other.yaml"), "tree: other\nfiel: flat-keyed\n");
    AgentProgram agent =
        AgentProgram.run("--layouts", layouts.toString(), "--tree", "file_nr", "--list");
    // Settings of the kernel are there for the first read alone.
    byte[] text = new byte[100];
    int length;
    try (InputStream in = Files.newInputStream(Path.of("/proc/sys/fs/file-nr"))) {
      length = in.read(text);
    }
    String limit = new String(text, 0, length, US_ASCII).strip().split("\\s+")[2];
    // The other one is left out.
    assertEquals(1, agent.exitCode(), agent.toString());
    assertEquals(2, agent.out().size(), agent.toString());
    assertEquals(
        "file_nr/limit DISCRETE INT " + limit + " {file}: File handles there may be.",
        agent.out().get(1));
    assertTrue(
        agent
            .out()
            .get(0)
            .matches("file_nr/open LEVEL INT \\d+ \\{file}: File handles that are allocated\\."),
        agent.toString());
    assertTrue(
        agent.err().stream()
            .anyMatch(
                line ->
                    line.contains(
                        "other.yaml:2:1: the layout is left out: a tree has no key 'fiel'; did you"
                            + " mean 'file'?")),
        agent.toString());
    AgentProgram unknown = AgentProgram.run("--layouts", layouts.toString(), "--tree", "fil-nr");
    assertEquals(1, unknown.exitCode());
    assertTrue(unknown.toString().contains("There is no tree 'fil-nr'. "), unknown.toString());
    assertTrue(unknown.toString().contains("other.yaml:2:1: the layout"), unknown.toString());
    Files.delete(layouts.resolve("other.yaml"));
    assertEquals(
        0,
        AgentProgram.run("--layouts", layouts.toString(), "--tree", "file_nr", "--list")
            .exitCode());
    Path file = layouts.resolve("file-nr.yaml");
    Files.writeString(file, Files.readString(file).replace("{row: none}", "{rows: none}"));
    AgentProgram wrong =
        AgentProgram.run("--layouts", layouts.toString(), "--tree", "file_nr", "--list");
    assertEquals(1, wrong.exitCode());
    assertEquals(1, wrong.err().size(), wrong.toString());
    String printed = last(wrong).replace(file.toString(), "layouts/file-nr.yaml");
    assertTrue(page.contains("\n" + printed + "\n"), printed);
  }

  @Test
  void defaultStatsAreExportedAndOthersThatAreNamed(@TempDir Path directory) throws IOException {
    Path layouts = Files.createDirectory(directory.resolve("layouts"));
    Files.writeString(
        layouts.resolve("t.yaml"),
        "tree: t\nfile: {shape: flat-keyed, default: false}\n"
            + "stats: {a: {kind: level, default: true}, b: {kind: level, unit: By, description: B.}}");
    String file = Files.writeString(directory.resolve("f"), "a 1\nb 2\nc 3\n").toString();
    List<String> options =
        List.of("--layouts", layouts.toString(), "--tree", "t", "--root", file, "--list");
    String a = "t/a LEVEL INT 1";
    String b = "t/b LEVEL INT 2 By (optional): B.";
    String c = "t/c LEVEL INT 3 (optional)";
    Map<List<String>, List<String>> expected =
        Map.of(
            List.of(), List.of(a, b, c),
            List.of("--include", "t/b"), List.of(b),
            List.of("--include", "t/b", "--stats", "default"), List.of(a, b),
            List.of("--stats", "default"), List.of(a),
            List.of("--stats", "all", "--exclude", "t/a"), List.of(b, c));
    expected.forEach(
        (more, lines) -> {
          List<String> all = new ArrayList<>(options);
          all.addAll(more);
          AgentProgram agent = AgentProgram.run(all.toArray(String[]::new));
          assertEquals(lines, agent.out(), agent.toString());
        });
    List<String> once = new ArrayList<>(options.subList(0, 6));
    once.addAll(List.of("--once", "--exporter", "console", "--own-metrics", "none"));
    AgentProgram agent = AgentProgram.run(once.toArray(String[]::new));
    assertEquals(
        List.of("statsfs.t.a{subsystem=\"t\"}"),
        List.copyOf(points(agent.out()).keySet()),
        agent.toString());
  }

  @Test
  void theNamingChoosesNames() {
    AgentProgram agent =
        AgentProgram.run(
            "--once",
            "--exporter",
            "console",
            "--root",
            "/sys/class/net",
            "--include",
            "net/lo/*_bytes",
            "--naming",
            "semconv",
            "--own-metrics",
            "none");
    assertEquals(
        List.of(
            "system.network.io{network.interface.name=\"lo\",network.io.direction=\"receive\"}",
            "system.network.io{network.interface.name=\"lo\",network.io.direction=\"transmit\"}"),
        points(agent.out()).keySet().stream().sorted().toList(),
        agent.toString());
  }

  @Test
  void includeAndExcludeChooseStats() {
    AgentProgram agent =
        AgentProgram.run(
            "--once",
            "--exporter",
            "console",
            "--include",
            "net/lo/*",
            "--include",
            "vmstat/pg*",
            "--exclude",
            "*_errors");
    List<String> stats =
        points(agent.out()).keySet().stream()
            .filter(s -> s.startsWith("statsfs.net.") || s.startsWith("statsfs.vmstat."))
            .toList();
    assertTrue(stats.contains("statsfs.net.rx_bytes{device=\"lo\"}"));
    assertTrue(stats.contains("statsfs.vmstat.pgfault{subsystem=\"vmstat\"}"));
    assertTrue(
        stats.stream()
            .allMatch(s -> s.contains("device=\"lo\"") || s.startsWith("statsfs.vmstat.pg")));
    assertTrue(stats.stream().noneMatch(s -> s.contains("_errors")));
  }

  @Test
  void statesAggregatesAndTheLimitOfSeriesAreTaken() {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/exits", 3).stat("kvm/1/exits", 1).stat("kvm/2/exits", 2);
      tree.stat("kvm/1/mode", "HALTED").settle();
      String root = tree.root().toString();
      AgentProgram agent =
          AgentProgram.run(
              "--root",
              root,
              "--once",
              "--exporter",
              "console",
              "--states",
              "--aggregates",
              "dropped");
      assertEquals(
          Map.of(
              "statsfs.kvm.exits{device=\"1\",subsystem=\"kvm\"}", "1",
              "statsfs.kvm.exits{device=\"2\",subsystem=\"kvm\"}", "2",
              "statsfs.kvm.mode{device=\"1\",state=\"HALTED\",subsystem=\"kvm\"}", "1"),
          kvm(agent));
      try (AgentProgram limited =
          AgentProgram.start(
              Map.of("OTEL_JAVA_METRICS_CARDINALITY_LIMIT", "2"),
              "--root",
              root,
              "--once",
              "--exporter",
              "console")) {
        assertEquals(0, limited.exitCode());
        assertEquals(Map.of("statsfs.kvm.exits{subsystem=\"kvm\"}", "3"), kvm(limited));
      }
    }
  }

  private static Map<String, String> kvm(AgentProgram agent) {
    Map<String, String> points = points(agent.out());
    points.keySet().removeIf(series -> !series.startsWith("statsfs.kvm."));
    return points;
  }

  @Test
  void listPrintsWhatThereIsWithItsValueOrStatus() {
    AgentProgram agent =
        AgentProgram.run("--list", "--root", "/sys/class/net", "--include", "net/lo/rx_bytes");
    assertEquals(1, agent.out().size(), agent.toString());
    assertTrue(
        agent.out().get(0).matches("net/lo/rx_bytes COUNTER INT \\d+ By: Data received .*"),
        agent.toString());
    assertEquals(List.of(), agent.err());
    assertEquals(0, agent.exitCode());
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/a", -5).stat("kvm/b", "18446744073709551615\n").stat("kvm/c", "0.5\n");
      tree.stat("kvm/d", "HALTED\n");
      tree.schema("kvm", "METRIC\nNAME c\nFLAG GAUGE\nTYPE FLOAT\nUNIT s\nDESC (null)\n\n");
      assertEquals(
          List.of(
              "kvm/a LEVEL INT -5",
              "kvm/b LEVEL INT 18446744073709551615",
              "kvm/c LEVEL FLOAT 0.5 s",
              "kvm/d LEVEL INT NOT_A_NUMBER"),
          AgentProgram.run("--list", "--root", tree.root().toString()).out());
    }
  }

  @Test
  void noStatIsAFailureThatSaysWhy() {
    try (TestTree tree = TestTree.inMemory()) {
      String root = tree.root().toString();
      for (String[] args :
          new String[][] {{"--list"}, {"--once", "--exporter", "console", "--own-metrics=none"}}) {
        List<String> command = new ArrayList<>(List.of(args));
        command.addAll(List.of("--root", root));
        AgentProgram agent = AgentProgram.run(command.toArray(String[]::new));
        assertEquals(1, agent.exitCode(), agent.toString());
        assertEquals(List.of(), agent.out());
        assertTrue(last(agent).contains("there is no stat in [" + root), agent.toString());
      }
      tree.stat("kvm/a", "text");
      AgentProgram agent =
          AgentProgram.run("--once", "--exporter", "console", "--root", root, "--include", "kvm/*");
      assertEquals(1, agent.exitCode(), agent.toString());
      assertTrue(last(agent).contains("1 not_a_number"), agent.toString());
      tree.stat("kvm/b", "1");
      agent =
          AgentProgram.run(
              "--once",
              "--exporter=console",
              "--root",
              root,
              "--naming=semconv",
              "--conventional-only");
      assertEquals(1, agent.exitCode(), agent.toString());
      assertTrue(
          last(agent)
              .endsWith(
                  ": none of the 2 stats that are wanted is exported, though 1 has a value;"
                      + " --conventional-only and --aggregates leave out stats"),
          agent.toString());
    }
  }

  @Test
  void patternsThatMatchNothingAreNamedOnce() {
    try (TestTree tree = TestTree.inMemory().stat("kvm/a", 1).settle()) {
      List<String> options =
          List.of(
              "--root",
              tree.root().toString(),
              "--include",
              "kvm/*",
              "--include",
              "nix/*",
              "--exclude",
              "nada");
      List<String> named =
          List.of(
              "statsfs-agent: --include 'nix/*' matches no stat",
              "statsfs-agent: --exclude 'nada' matches no stat");
      List<String> list = new ArrayList<>(List.of("--list"));
      list.addAll(options);
      AgentProgram agent = AgentProgram.run(list.toArray(String[]::new));
      assertEquals(0, agent.exitCode(), agent.toString());
      assertEquals(List.of("kvm/a LEVEL INT 1"), agent.out());
      assertEquals(named, agent.err());

      List<String> running = new ArrayList<>(List.of("--exporter", "console", "--interval=100ms"));
      running.addAll(options);
      try (AgentProgram goesOn = AgentProgram.start(running.toArray(String[]::new))) {
        goesOn.await("collections", () -> count(goesOn, "statsfs.kvm.a") >= 5);
        assertEquals(3, goesOn.err().size(), goesOn.toString());
        assertEquals(named.get(0) + " at present", goesOn.err().get(1));
        assertEquals(named.get(1) + " at present", goesOn.err().get(2));
      }
    }
  }

  private static String printedControls(String locale) {
    return "a\\u000a2026 forged\\u000d\\u001b[2J\\u0007\\u0085\\u202e\\ufeff\\x9b"
        + (locale.equals("C") ? "\\u00e9" : "\u00e9");
  }

  private static TestTree treeOfControls() {
    String source = "kvm/" + CONTROLS;
    return TestTree.inMemory()
        .stat(source + "/" + CONTROLS, 1)
        .stat(source + "/b", 2)
        .schema(source, "nonsense\n\nMETRIC\nNAME b\nFLAG GAUGE\nDESC " + CONTROLS + "\n\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void noNameControlsATerminal(String locale) {
    Map<String, String> environment = Map.of("LC_ALL", locale);
    String printed = printedControls(locale);
    try (TestTree tree = treeOfControls()) {
      String root = tree.root().toString();
      try (AgentProgram list = AgentProgram.start(environment, "--list", "--root", root)) {
        assertEquals(0, list.exitCode(), list.toString());
        // What looks like an escape in a text is none.
        String description = printed.replace("\\x9b", "\\x5cx9b");
        assertEquals(
            List.of(
                "kvm/" + printed + "/" + printed + " LEVEL INT 1",
                "kvm/" + printed + "/b LEVEL INT 2: " + description.replace("\\u000a2", " 2")),
            list.out());
        assertPrintable(list);
        assertEquals(1, list.err().size(), list.toString());
      }
      try (AgentProgram once =
          AgentProgram.start(
              environment, "--once", "--exporter", "console", "--root", root, "--include", "k*")) {
        assertEquals(0, once.exitCode(), once.toString());
        assertEquals(2, count(once, "statsfs.kvm."), once.toString());
        assertPrintable(once);
      }
      for (String[] args :
          new String[][] {
            {"--root", root + "/\u001b[2J"}, {"\u001b]0;x\u0007"}, {"--reader=x\ry"}
          }) {
        try (AgentProgram wrong = AgentProgram.start(environment, args)) {
          assertTrue(wrong.exitCode() > 0);
          assertEquals(1, wrong.err().size(), wrong.toString());
          assertPrintable(wrong);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void aStatIsNamedAsItIsPrinted(String locale) {
    String stat = "kvm/" + printedControls(locale) + "/b";
    assumeTrue(
        Charset.forName(System.getProperty("native.encoding")).newEncoder().canEncode(stat),
        "the locale of this JVM cannot give all characters to a program");
    try (TestTree tree = treeOfControls();
        AgentProgram clear =
            AgentProgram.start(
                Map.of("LC_ALL", locale), "--root", tree.root().toString(), "--clear", stat)) {
      assertEquals(1, clear.exitCode());
      assertTrue(last(clear).contains(stat + " was not cleared"), clear.toString());
      assertPrintable(clear);
    }
  }

  private static void assertPrintable(AgentProgram agent) {
    for (String line : Stream.concat(agent.out().stream(), agent.err().stream()).toList()) {
      assertEquals(PrintableText.of(line), line);
      assertFalse(line.contains("\ufffd") || line.contains("\\ufffd"), line);
      assertFalse(line.contains("?"), line);
    }
  }

  private static String last(AgentProgram agent) {
    return agent.err().isEmpty() ? "" : agent.err().get(agent.err().size() - 1);
  }

  @Test
  void anOutputThatTakesNothingEndsTheProgram() {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full");
    for (String[] args :
        new String[][] {
          {"--list"}, {"--help"}, {"--once", "--exporter", "console"}, {"--exporter", "console"}
        }) {
      try (AgentProgram agent = AgentProgram.startWritingTo("/dev/full", args)) {
        assertEquals(1, agent.exitCode(), agent.toString());
        assertTrue(last(agent).contains("No space left on device"), agent.toString());
      }
    }
  }

  @Test
  void ownMetricsCanBeSwitchedOff() {
    String stat = "statsfs.net.rx_bytes{device=\"lo\"}";
    for (String whose : List.of("none", "statsfs", "all")) {
      try (AgentProgram agent =
          AgentProgram.start(
              "--exporter",
              "console",
              "--interval",
              "100ms",
              "--include",
              "net/lo/rx_bytes",
              "--own-metrics",
              whose)) {
        agent.await("collections", () -> count(agent, stat) >= 3);
        assertEquals(!whose.equals("none"), count(agent, "statsfs.stats{") > 0, agent.toString());
        assertEquals(whose.equals("all"), count(agent, "otel.sdk.") > 0, agent.toString());
      }
    }
  }

  @Test
  void withoutMemoryTheProgramEndsWithALineAndCode3() {
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("STATSFS_AGENT_JAVA_OPTS", "-XX:MaxMetaspaceSize=8m"),
            "--once",
            "--exporter",
            "console")) {
      assertEquals(3, agent.exitCode(), agent.toString());
      assertTrue(last(agent).contains("OutOfMemoryError"), agent.toString());
    }
  }

  @Test
  void helpNamesEveryOptionAndFitsAScreenOrTwo() {
    AgentProgram agent = AgentProgram.run("--help");
    assertEquals(0, agent.exitCode());
    String help = String.join("\n", agent.out());
    for (String option :
        List.of(
            "--root",
            "--tree",
            "--with-tree",
            "--without-tree",
            "--layouts",
            "--reader",
            "--exporter",
            "--interval",
            "--once",
            "--stats",
            "--include",
            "--exclude",
            "--list",
            "--clear",
            "--naming",
            "--counters",
            "--scope-labels",
            "--version")) {
      assertTrue(help.contains(option), option);
    }
    assertTrue(agent.out().size() <= 90, "" + agent.out().size());
  }

  @Test
  void anArgumentStandsForItself(@TempDir Path directory) throws IOException {
    String file = "@" + Files.writeString(directory.resolve("options"), "--help\n");
    AgentProgram agent = AgentProgram.run(file);
    assertEquals(2, agent.exitCode(), agent.toString());
    assertTrue(agent.err().get(0).contains(file), agent.toString());
  }

  @Test
  void wrongOptionsGiveOneLineAndExitCode2() {
    for (String[] args :
        new String[][] {
          {"--bogus"},
          {"--exporter", "pigeon"},
          {"--root", "", "--list"},
          {"--host", "", "--list"},
          {"--proc", "", "--list"},
          {"--sys=", "--list"},
          {"--layouts", "", "--list"},
          {"--list", "--include", "net/*", "--include", ""},
          {"--clear", ""},
          {"--interval", "5"},
          {"--interval", "0s"},
          {"--once", "--exporter", "prometheus"},
          {"--clear"},
          {"--clear", "net/lo/rx_bytes", "--list"},
          {"--clear", "net/lo/rx_bytes", "--once"},
          {"--clear", "net/lo/rx_bytes", "--include", "net/*"},
          {"--clear", "net/lo/rx_bytes", "--exclude", "net/*"},
          {"--clear", "net/lo/rx_bytes", "--exporter", "console"},
          {"--clear", "net/lo/rx_bytes", "--interval", "1s"},
          {"--clear", "net/lo/rx_bytes", "--counters"},
          {"--clear", "net/lo/rx_bytes", "--scope-labels"},
          {"--clear", "net/lo/rx_bytes", "--own-metrics", "none"},
          {"--clear", "net/lo/rx_bytes", "--naming", "semconv"},
          {"--list", "--once"},
          {"--list", "--exporter", "console"},
          {"--list", "--naming", "semconv", "--counters"},
          {"--once", "--interval", "1s"},
          {"--exporter", "prometheus", "--interval", "1s"},
          {"--exporter", "console", "--scope-labels"},
          {"--interval", "999999999h"},
          {"--list", "--with-tree", "vmstat", "--without-tree", "vmstat"},
          {"--list", "--tree", "vmstat", "--without-tree", "vmstat"},
          {"--naming", "upside-down"},
          {"--own-metrics", "some"},
          {"surplus"}
        }) {
      AgentProgram agent = AgentProgram.run(args);
      assertEquals(2, agent.exitCode(), agent.toString());
      assertEquals(1, agent.err().size(), agent.toString());
      assertTrue(agent.err().get(0).startsWith("statsfs-agent: "), agent.toString());
    }
  }

  @Test
  void whatCannotBeHadGivesOneLineAndExitCode1(@TempDir Path directory) {
    for (String[] args :
        new String[][] {{"--root", directory.resolve("none").toString()}, {"--reader", "none"}}) {
      AgentProgram agent = AgentProgram.run(args);
      assertEquals(1, agent.exitCode(), agent.toString());
      assertEquals(1, agent.err().size(), agent.toString());
      assertTrue(agent.err().get(0).contains("none"), agent.toString());
    }
  }

  /** A wrong value of a variable is named, and not taken for another one. */
  @Test
  void wrongVariablesGiveOneLineThatNamesThem() {
    for (String[] wrong :
        new String[][] {
          {"console", "OTEL_JAVA_METRICS_CARDINALITY_LIMIT", "1"},
          {"console", "OTEL_JAVA_METRICS_CARDINALITY_LIMIT", "-5"},
          {"console", "OTEL_JAVA_METRICS_CARDINALITY_LIMIT", "many"},
          {"prometheus", "OTEL_JAVA_METRICS_CARDINALITY_LIMIT", "0"},
          {"prometheus", "OTEL_JAVA_METRICS_CARDINALITY_LIMIT", "many"},
          {"console", "OTEL_METRIC_EXPORT_INTERVAL", "0"},
          {"console", "OTEL_METRIC_EXPORT_INTERVAL", "-1"},
          {"console", "OTEL_METRIC_EXPORT_INTERVAL", "soon"},
          {"console", "OTEL_METRIC_EXPORT_INTERVAL", "9000000000000000"},
          {"console", "OTEL_METRIC_EXPORT_MAX_BATCH_SIZE", "0"},
          {"otlp", "OTEL_EXPORTER_OTLP_TIMEOUT", "-1"},
          {"otlp", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "-2"}
        }) {
      try (AgentProgram agent =
          AgentProgram.start(
              Map.of(wrong[1], wrong[2]), "--exporter", wrong[0], "--tree", "vmstat")) {
        assertEquals(1, agent.exitCode(), agent.toString());
        assertEquals(1, agent.err().size(), agent.toString());
        String line = agent.err().get(0);
        assertTrue(line.toUpperCase(Locale.ROOT).replace('.', '_').contains(wrong[1]), line);
      }
    }
  }

  @Test
  void anExportThatFailsGivesExitCode1() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + port),
            "--once",
            "--exporter",
            "otlp")) {
      assertEquals(1, agent.exitCode());
      String last = agent.err().get(agent.err().size() - 1);
      assertTrue(last.contains("arrived"), agent.toString());
    }
  }

  @Test
  void theFirstExportIsAtOnceAndTerminationExportsOnceMoreAndEndsWithCode0() {
    String series = "statsfs.net.rx_bytes{device=\"lo\"} ";
    try (AgentProgram agent =
        AgentProgram.start("--exporter", "console", "--interval", "1h", "--include", "net/lo/*")) {
      agent.await("the first export", () -> count(agent, series) == 1);
      agent.terminate();
      assertEquals(0, agent.exitCode());
      assertEquals(2, count(agent, series), agent.toString());
    }
  }

  private static long count(AgentProgram agent, String start) {
    return agent.out().stream().filter(line -> line.startsWith(start)).count();
  }

  @Test
  void theStandardVariablesAreHonoured() {
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_METRICS_EXPORTER", "console", "OTEL_METRIC_EXPORT_INTERVAL", "100"),
            "--include",
            "net/lo/rx_bytes")) {
      String series = "statsfs.net.rx_bytes{device=\"lo\"}";
      agent.await(
          "three collections",
          () -> agent.out().stream().filter(l -> l.startsWith(series)).count() >= 3);
    }
  }

  @Test
  void prometheusScrapesTheStats() throws IOException, InterruptedException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + port), "--exporter", "prometheus")) {
      agent.await(
          "its first line",
          () -> agent.err().stream().anyMatch(l -> l.startsWith("statsfs-agent")));
      HttpResponse<String> scrape =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertEquals(200, scrape.statusCode());
      assertTrue(
          scrape.body().lines().anyMatch(l -> l.startsWith("statsfs_net_rx_bytes{device=\"lo\"")),
          scrape.body());
    }
  }

  @Test
  void prometheusAloneNeedsNothingOfOpenTelemetry(@TempDir Path directory)
      throws IOException, InterruptedException {
    int port = ServerProgram.freePort();
    Path loaded = directory.resolve("loaded");
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of(
                "OTEL_METRICS_EXPORTER",
                "prometheus",
                "OTEL_EXPORTER_PROMETHEUS_PORT",
                "" + port,
                "OTEL_RESOURCE_ATTRIBUTES",
                "host.name=a%20b, x=y",
                "STATSFS_AGENT_JAVA_OPTS",
                "-Xlog:class+load:file=" + loaded))) {
      agent.await(
          "its first line",
          () -> agent.err().stream().anyMatch(l -> l.startsWith("statsfs-agent")));
      String scrape = ServerProgram.get(URI.create("http://localhost:" + port + "/metrics")).body();
      assertTrue(scrape.contains("statsfs_net_rx_bytes{device=\"lo\"} "), scrape);
      assertTrue(
          scrape.contains(
              "target_info{host_name=\"a b\",service_name=\"statsfs-agent\",x=\"y\"} 1\n"),
          scrape);
      agent.terminate();
      assertEquals(0, agent.exitCode(), agent.toString());
    }
    List<String> classes = Files.readAllLines(loaded);
    assertTrue(classes.stream().anyMatch(line -> line.contains("io.statsfs.prometheus.")));
    assertEquals(
        List.of(), classes.stream().filter(line -> line.contains("io.opentelemetry.")).toList());
  }

  @Test
  void seriesForPrometheusHaveLabelsOfTheScopeIfTheseAreAskedFor()
      throws IOException, InterruptedException {
    int port = ServerProgram.freePort();
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + port),
            "--exporter",
            "prometheus",
            "--scope-labels")) {
      agent.await(
          "its first line",
          () -> agent.err().stream().anyMatch(l -> l.startsWith("statsfs-agent")));
      String scrape = ServerProgram.get(URI.create("http://localhost:" + port + "/metrics")).body();
      assertTrue(
          scrape.lines().allMatch(l -> l.matches("(#|target_info|.*otel_scope_version=).*")),
          scrape);
      assertTrue(
          scrape.contains(
              "statsfs_net_rx_bytes{device=\"lo\",otel_scope_name=\"io.statsfs\","
                  + "otel_scope_version=\""),
          scrape);
    }
  }

  @Test
  void anInterfaceIsFollowedThroughItsLife() {
    try (AgentProgram agent =
        AgentProgram.start(
            "--exporter",
            "console",
            "--interval",
            "200ms",
            "--include",
            "net/lo/rx_packets",
            "--include",
            "net/st*/rx_packets")) {
      agent.await("the first collection", () -> isLast(agent, "lo"));
      final long descriptors = agent.descriptors();
      try (NetworkInterface made = NetworkInterface.create()) {
        String name = made.name();
        agent.await(name, () -> isLast(agent, name));
        assertTrue(agent.descriptors() > descriptors);
        made.rename();
        agent.await(made.name(), () -> isLast(agent, made.name()) && !isLast(agent, name));
        made.delete();
        agent.await("its end", () -> !isLast(agent, made.name()));
      }
      agent.await("the closing of files", () -> agent.descriptors() == descriptors);
    }
  }

  /** Whether the last whole collection has the interface. */
  private static boolean isLast(AgentProgram agent, String device) {
    List<String> lines = agent.out();
    // The first line of each collection, since lines are sorted and the bridge measures itself.
    String first = "statsfs.collection.duration{}";
    int end = lines.size() - 1;
    while (end >= 0 && !lines.get(end).startsWith(first)) {
      end--;
    }
    int start = end - 1;
    while (start >= 0 && !lines.get(start).startsWith(first)) {
      start--;
    }
    return start >= 0
        && lines.subList(start, end).stream()
            .anyMatch(l -> l.contains("device=\"" + device + "\""));
  }

  @Test
  void onDebugfsWhatIsDeniedIsCountedAndToldOnce() throws IOException {
    try (DebugfsMount mount = DebugfsMount.create()) {
      Path kvm = mount.root().resolve("kvm");
      assumeTrue(Files.isDirectory(kvm), "this kernel has no KVM");
      AgentProgram agent =
          AgentProgram.run(
              "--once",
              "--exporter",
              "console",
              "--root",
              kvm.toString(),
              // Virtual machines, which others may start and end meanwhile.
              "--exclude",
              "kvm/*/*");
      assertEquals(0, agent.exitCode(), agent.toString());
      Map<String, String> points = points(agent.out());
      int readable = 0;
      int denied = 0;
      try (Stream<Path> files = Files.list(kvm)) {
        // A histogram is no stat.
        for (Path file :
            files.filter(f -> Files.isRegularFile(f) && !f.toString().endsWith("_hist")).toList()) {
          String series = "statsfs.kvm." + file.getFileName() + "{subsystem=\"kvm\"}";
          boolean isReadable;
          try {
            isReadable = Files.readString(file).strip().matches("-?\\d+");
          } catch (IOException e) {
            isReadable = false;
            denied++;
          }
          readable += isReadable ? 1 : 0;
          assertEquals(isReadable, points.containsKey(series), series);
        }
      }
      assertTrue(readable > 0);
      assertEquals("" + readable, points.get("statsfs.stats{status=\"ok\"}"));
      assertEquals("" + denied, points.get("statsfs.stats{status=\"denied\"}"));
      assertEquals(
          denied == 0 ? 0 : 1,
          agent.err().stream().filter(l -> l.contains("have no value")).count(),
          agent.toString());
    }
  }

  @Test
  void whatAnOrdinaryUserMayNotReadIsToldInOneLine() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/open", 1).stat("kvm/closed", 2).stat("kvm/closed2", 3);
      Files.setPosixFilePermissions(tree.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
      for (String closed : List.of("kvm/closed", "kvm/closed2")) {
        Files.setPosixFilePermissions(
            tree.path(closed), PosixFilePermissions.fromString("---------"));
      }
      // The checkout may be where others cannot go.
      Path script = Path.of(System.getProperty("agent.script"));
      tree.file("bin/statsfs-agent", Files.readAllBytes(script));
      Files.setPosixFilePermissions(
          tree.path("bin/statsfs-agent"), PosixFilePermissions.fromString("rwxr-xr-x"));
      try (Stream<Path> jars = Files.list(script.resolveSibling("../samples/agent/target/lib"))) {
        for (Path jar : jars.filter(Files::isRegularFile).toList()) {
          tree.file("lib/" + jar.getFileName(), Files.readAllBytes(jar));
        }
      }
      String java = System.getProperty("java.home") + "/bin/java";
      List<String> command = new ArrayList<>();
      if (System.getProperty("user.name").equals("root")) {
        command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
      }
      assumeTrue(canRun(command, "test", "-x", java), "cannot run Java as an ordinary user here");
      command.addAll(
          List.of(
              // Nothing there may be executed itself in a container.
              "sh",
              tree.path("bin/statsfs-agent").toString(),
              "--once",
              "--exporter",
              "console",
              "--include",
              "kvm/*",
              "--root",
              tree.root().toString()));
      Process process = new ProcessBuilder(command).start();
      List<String> out = process.inputReader().lines().toList();
      List<String> err = process.errorReader().lines().toList();
      assertTrue(out.contains("statsfs.kvm.open{subsystem=\"kvm\"} 1"), out + " " + err);
      assertTrue(out.contains("statsfs.stats{status=\"denied\"} 2"), out + " " + err);
      assertFalse(out.toString().contains("closed"), out + " " + err);
      assertEquals(1, err.size(), "" + err);
      assertTrue(err.get(0).contains("2 of 3 stats") && err.get(0).contains("root"), "" + err);
    }
  }

  @Test
  @Tag("faults")
  @ExtendWith(StatsFsSimulatorExtension.class)
  void aFileThatHangsHoldsUpNoCollection(StatsFsSimulator simulator) {
    for (String vm : List.of("a", "b")) {
      simulator.source("kvm/" + vm).stat("kvm/" + vm + "/exits", "u64", "cumulative", "value=5");
    }
    simulator.hang("kvm/b/exits");
    try (AgentProgram agent =
        AgentProgram.start(
            "--exporter", "console", "--interval", "1s", "--root", simulator.root().toString())) {
      String first = "statsfs.collection.duration{}";
      for (int collections = 1; collections <= 3; collections++) {
        int wanted = collections;
        agent.await(
            "collection " + collections,
            () -> agent.out().stream().filter(l -> l.startsWith(first)).count() >= wanted);
        System.out.println("collection " + collections + " at " + LocalTime.now());
      }
      List<String> out = agent.out();
      assertTrue(out.contains("statsfs.kvm.exits{device=\"a\",subsystem=\"kvm\"} 5"), "" + agent);
      assertTrue(out.contains("statsfs.stats{status=\"blocked\"} 1"), "" + agent);
      assertTrue(out.stream().noneMatch(l -> l.contains("device=\"b\"")), "" + agent);
      assertEquals(
          1, agent.err().stream().filter(l -> l.contains("does not answer")).count(), "" + agent);
      // Though a thread hangs in there.
      assertEquals("1", simulator.command("hanging"));
      agent.terminate();
      assertEquals(0, agent.exitCode());
    }
  }

  @Test
  void whatCannotBeClearedIsToldALineEachAndLeftAsItWas() throws IOException {
    try (TestTree tree = TestTree.inMemory();
        TestTree other = TestTree.inMemory()) {
      tree.stat("kvm/a", 1084).stat("kvm/1/a", 1085).stat("kvm/twice", 1).settle();
      other.stat("kvm/twice", 2).settle();
      AgentProgram agent =
          AgentProgram.run(
              "--root",
              tree.root().toString(),
              "--root",
              other.root().toString(),
              "--clear",
              "kvm/1/a",
              "--clear",
              "kvm/a",
              "--clear",
              "kvm/*",
              "--clear",
              "kvm/twice");
      assertEquals(1, agent.exitCode(), agent.toString());
      assertEquals(List.of(), agent.out());
      // Before them, the log names the stat that both trees have.
      List<String> err = agent.err().stream().filter(l -> l.startsWith("statsfs-agent: ")).toList();
      assertEquals(4, err.size(), agent.toString());
      assertTrue(err.get(0).startsWith("statsfs-agent: kvm/1/a was not cleared"), err.get(0));
      assertTrue(err.get(0).contains("it is on tmpfs"), err.get(0));
      assertTrue(err.get(1).startsWith("statsfs-agent: kvm/a was not cleared"), err.get(1));
      assertTrue(err.get(2).contains("kvm/* was not cleared: there is no such stat"), err.get(2));
      assertTrue(err.get(3).contains("several are called so"), err.get(3));
      assertEquals("1084\n", Files.readString(tree.path("kvm/a")));
      assertEquals("1085\n", Files.readString(tree.path("kvm/1/a")));
    }
  }

  @Test
  void statsAreClearedByTheirNamesAndNoOthers() {
    Throwable cause = StatsFsSimulator.unavailabilityCause();
    assumeTrue(cause == null, () -> cause.getMessage());
    try (StatsFsSimulator simulator = StatsFsSimulator.start()) {
      simulator
          .source("kvm/1")
          .stat("kvm/1/exits", "u64", "cumulative", "value=1084")
          .stat("kvm/1/guest doorbell", "s64", "cumulative", "value=-5")
          .stat("kvm/1/other", "u64", "cumulative", "value=7")
          .stat("kvm/1/state", "enum", "cumulative", "texts=RUNNABLE");
      String root = simulator.root().toString();
      AgentProgram agent =
          AgentProgram.run(
              "--root", root, "--clear", "kvm/1/exits", "--clear", "kvm/1/guest doorbell");
      assertEquals(0, agent.exitCode(), agent.toString());
      assertEquals(
          List.of("kvm/1/exits was 1084, is cleared", "kvm/1/guest doorbell was -5, is cleared"),
          agent.out());
      assertEquals(List.of(), agent.err());
      assertEquals("0", simulator.command("writes kvm/1/other"));

      agent = AgentProgram.run("--root", root, "--clear", "kvm/1/state", "--clear", "kvm/1/other");
      assertEquals(1, agent.exitCode(), agent.toString());
      assertEquals(List.of("kvm/1/other was 7, is cleared"), agent.out());
      assertEquals(1, agent.err().size(), agent.toString());
      assertTrue(agent.err().get(0).contains("kvm/1/state was not cleared"), agent.toString());
      assertEquals("0", simulator.command("writes kvm/1/state"));
    }
  }

  private static boolean canRun(List<String> wrapper, String... command) {
    List<String> all = new ArrayList<>(wrapper);
    all.addAll(List.of(command));
    try {
      return new ProcessBuilder(all)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
