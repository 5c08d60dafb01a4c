package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.samples.agent.Comparison.Outcome;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent has the values that node_exporter has: on this machine, and of the trees that
 * node_exporter is tested with. {@code samples/node_exporter/series.tsv} says which are the same.
 */
@Tag("node_exporter")
class NodeExporterProgramTest {
  private static final int ROUNDS = 6;

  /** Of itself and of its collection. */
  private static final String OWN = "node_(scrape|exporter|textfile)_.*|testmetric.*";

  /** How many values of its fixtures are the same here; may only go up. */
  private static final int EQUAL_OF_FIXTURES = 2222;

  @TempDir private Path directory;

  private record Scrape(SortedMap<Series, Double> series, Set<String> counters) {
    static Scrape of(URI uri) throws IOException, InterruptedException {
      String text = ServerProgram.get(uri).body();
      SortedMap<Series, Double> series = Series.parse(text.lines());
      series.keySet().removeIf(s -> s.name().matches(OWN));
      return new Scrape(
          series,
          text.lines()
              .filter(line -> line.startsWith("# TYPE ") && line.endsWith(" counter"))
              .map(line -> line.split(" ")[2])
              .collect(Collectors.toSet()));
    }
  }

  private ServerProgram nodeExporter(URI uri, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("node_exporter"));
    command.add("--web.listen-address=" + uri.getAuthority());
    command.add("--web.disable-exporter-metrics");
    command.addAll(options);
    return new ServerProgram(
        directory.resolve("node_exporter.log"), uri.resolve("/"), command.toArray(String[]::new));
  }

  private static URI freeUri() {
    return URI.create("http://127.0.0.1:" + ServerProgram.freePort() + "/metrics");
  }

  private static SortedMap<Series, Double> agent(String... options) {
    List<String> all = new ArrayList<>(List.of("--once", "--exporter", "console"));
    all.addAll(List.of("--own-metrics", "none"));
    all.addAll(List.of(options));
    AgentProgram agent = AgentProgram.run(all.toArray(String[]::new));
    assertEquals(0, agent.exitCode(), agent::toString);
    return Series.parse(agent.out().stream());
  }

  private static Counterparts counterparts() throws IOException {
    return new Counterparts(ServerProgram.sample("node_exporter/series.tsv"));
  }

  private static void print(String what, Comparison comparison) throws IOException {
    Path report = Path.of("target/node_exporter-" + what + ".tsv").toAbsolutePath();
    Files.write(report, comparison.report());
    System.out.println("node_exporter, " + what + ": " + comparison.counts() + " (" + report + ")");
  }

  @Test
  void allOfThisMachineThatComesFromFilesIsThereAndEqual()
      throws IOException, InterruptedException {
    Comparison comparison = new Comparison(counterparts(), ROUNDS / 2);
    URI uri = freeUri();
    // As its next major version does: a speed of -1 is none.
    List<String> options = List.of("--collector.netclass.ignore-invalid-speed");
    try (ServerProgram program = nodeExporter(uri, options)) {
      assertTrue(program.log().contains("Listening"), program::log);
      Scrape before = Scrape.of(uri);
      for (int round = 0; round < ROUNDS; round++) {
        SortedMap<Series, Double> ours = agent("--stats", "all");
        Scrape after = Scrape.of(uri);
        comparison.add(before.series, ours, after.series, before.counters);
        before = after;
      }
    }
    print("machine", comparison);
    assertEquals(List.of(), comparison.those(Outcome.UNKNOWN));
    assertEquals(List.of(), comparison.those(Outcome.WRONG));
    assertEquals(List.of(), comparison.those(Outcome.MISSING));
  }

  @Test
  void noValueOfItsFixturesIsWrong() throws IOException, InterruptedException {
    Path fixtures = directory.resolve("collector/fixtures");
    unpack(fixtures);
    Comparison comparison = new Comparison(counterparts(), 1);
    URI uri = freeUri();
    List<String> options =
        Files.readAllLines(ServerProgram.sample("node_exporter/fixtures.options")).stream()
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    try (ServerProgram program = nodeExporter(uri, options)) {
      assertTrue(program.log().contains("Listening"), program::log);
      Scrape theirs = Scrape.of(uri);
      List<String> all = new ArrayList<>(List.of("--stats", "all"));
      all.addAll(List.of("--proc", fixtures.resolve("proc").toString()));
      all.addAll(List.of("--sys", fixtures.resolve("sys").toString()));
      Layouts.shipped().forEach(tree -> all.addAll(List.of("--tree", tree.name())));
      SortedMap<Series, Double> ours = agent(all.toArray(String[]::new));
      comparison.add(theirs.series, ours, theirs.series, Set.of());
    }
    print("fixtures", comparison);
    assertEquals(List.of(), comparison.those(Outcome.UNKNOWN));
    assertEquals(List.of(), comparison.those(Outcome.WRONG));
    assertEquals(List.of(), comparison.those(Outcome.MOVES));
    int equal = comparison.those(Outcome.EQUAL).size();
    assertTrue(equal >= EQUAL_OF_FIXTURES, equal + " are equal");
  }

  /** The files as the module has them, which can hold no links, and what is archived in it. */
  private static void unpack(Path fixtures) throws IOException {
    Path module = Path.of(System.getProperty("node_exporter.fixtures"));
    try (Stream<Path> files = Files.walk(module)) {
      for (Path file : files.toList()) {
        Path copy = fixtures.resolve(module.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.write(copy, Files.readAllBytes(file));
        }
      }
    }
    FixtureArchive.unpack(fixtures.resolve("sys.ttar"), fixtures);
    FixtureArchive.unpack(fixtures.resolve("udev.ttar"), fixtures);
    Files.createSymbolicLink(fixtures.resolve("proc/self"), Path.of("10"));
    // Where a host's network and mounts are, seen by others.
    Files.createSymbolicLink(fixtures.resolve("proc/1/net"), Path.of("../net"));
    Files.createSymbolicLink(fixtures.resolve("proc/1/mountstats"), Path.of("../10/mountstats"));
  }
}
