package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.samples.agent.Comparison.Outcome;
import io.statsfs.samples.agent.Counterparts.Counterpart;
import io.statsfs.samples.agent.Counterparts.Sum;
import io.statsfs.samples.agent.Counterparts.Term;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * With {@code --naming hostmetrics} the agent sends what the OpenTelemetry Collector's receiver
 * sends, run beside it on this machine.
 */
@Tag("hostmetrics")
class HostMetricsProgramTest {
  private static final int ROUNDS = 6;

  /** The time that a collection has is not quite that at which a value was read. */
  private static final long INACCURACY_NANOS = 300_000_000;

  /** What the receiver multiplies counts of pages and of faults with, as if these were pages. */
  private static final double TAKEN_FOR_BYTES = 4096;

  @Test
  void namesInstrumentsUnitsAttributesAndValuesAreThoseOfTheReceiver() throws IOException {
    try (OtlpReceiver theirs = new OtlpReceiver();
        OtlpReceiver ours = new OtlpReceiver();
        AgentProgram receiver =
            AgentProgram.startCommand(
                Map.of("STATSFS_NEXT", theirs.endpoint()),
                List.of(
                    System.getProperty("hostmetrics"),
                    "--config",
                    ServerProgram.sample("hostmetrics/config.yaml").toString()));
        AgentProgram agent =
            AgentProgram.start(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", ours.endpoint()),
                "--naming",
                "hostmetrics",
                "--with-tree",
                "processes",
                "--with-tree",
                "connections",
                "--interval",
                "1s")) {
      agent.await("the agent's collections", () -> ours.sizes().size() > ROUNDS + 2);
      long last = ours.sizes().lastKey();
      receiver.await(
          "the receiver's collections",
          () ->
              !theirs.sizes().isEmpty() && theirs.sizes().lastKey() > last + 2 * INACCURACY_NANOS);
      compareMetrics(theirs.metrics(), ours.metrics());
      assertEquals(attributes(theirs.collections()), attributes(ours.collections()));
      compareValues(theirs, ours.collections());
    }
  }

  private static void compareMetrics(Map<String, String> theirs, Map<String, String> ours) {
    assertTrue(theirs.size() > 20, theirs::toString);
    ours.keySet().retainAll(theirs.keySet());
    assertEquals(theirs, ours);
  }

  /** Of each metric the keys of the attributes of its points, and all but devices' values. */
  private static SortedMap<String, Set<String>> attributes(
      NavigableMap<Long, Map<String, String>> collections) {
    SortedMap<String, Set<String>> attributes = new TreeMap<>();
    for (Map<String, String> points : collections.values()) {
      SortedMap<Series, Double> values = series(points);
      // There is always a process that sleeps; other states come and go.
      values
          .keySet()
          .removeIf(
              series ->
                  series.name().equals("system.processes.count")
                      && !series.labels().containsValue("sleeping"));
      for (Series series : values.keySet()) {
        if (series.name().startsWith("system.") && same(series).orElseThrow().sum().isPresent()) {
          SortedMap<String, String> labels = new TreeMap<>(series.labels());
          // The agent has file systems in memory, too.
          for (String key : List.of("device", "mountpoint", "type", "mode")) {
            boolean isKind = key.equals("type") && !labels.containsKey("mountpoint");
            labels.computeIfPresent(key, (k, value) -> isKind ? value : "*");
          }
          attributes.computeIfAbsent(series.name(), name -> new TreeSet<>()).add(labels.toString());
        }
      }
    }
    return attributes;
  }

  private static SortedMap<Series, Double> series(Map<String, String> points) {
    return Series.parse(
        points.entrySet().stream()
            .map(point -> point.getKey() + " " + point.getValue().replaceFirst(".* ", "")));
  }

  /**
   * Each collection of the agent with those of the receiver that are certainly before and after.
   */
  private static void compareValues(
      OtlpReceiver theirs, NavigableMap<Long, Map<String, String>> ours) throws IOException {
    Comparison comparison = new Comparison(HostMetricsProgramTest::same, ROUNDS / 2);
    Set<String> counters =
        theirs.metrics().entrySet().stream()
            .filter(metric -> metric.getValue().startsWith("counter "))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    NavigableMap<Long, Map<String, String>> all = theirs.collections();
    ours.forEach(
        (time, points) ->
            comparison.add(
                latest(all.headMap(time - INACCURACY_NANOS)),
                series(points),
                latest(all.tailMap(time + INACCURACY_NANOS, true).descendingMap()),
                counters));
    Path report = Path.of("target/hostmetrics.tsv").toAbsolutePath();
    Files.write(report, comparison.report());
    System.out.println("hostmetrics: " + comparison.counts() + " (" + report + ")");
    assertEquals(List.of(), comparison.those(Outcome.WRONG));
    assertEquals(List.of(), comparison.those(Outcome.MISSING));
    assertTrue(comparison.those(Outcome.EQUAL).size() > 20, comparison::counts);
  }

  /** The receiver's scrapers have a time each. */
  private static SortedMap<Series, Double> latest(Map<Long, Map<String, String>> collections) {
    Map<String, String> latest = new TreeMap<>();
    collections.values().forEach(latest::putAll);
    return series(latest);
  }

  /** The agent's series of that name and with these labels. */
  private static Optional<Counterpart> same(Series series) {
    String reason = null;
    String state = series.labels().getOrDefault("state", "");
    if (series.name().equals("system.network.connections")
        && Set.of("DELETE", "FIN_WAIT1", "FIN_WAIT2").contains(state)) {
      reason = "is no state, or another spelling of one";
    }
    if (series.name().equals("system.processes.count")
        && Set.of("running", "blocked", "unknown").contains(series.labels().get("status"))) {
      reason = "counts threads, or what is left then";
    }
    if (series.name().equals("system.paging.operations")
        && series.labels().containsValue("minor")) {
      reason = "is made of amounts in KiB, and no operations";
    }
    if (series.labels().getOrDefault("mountpoint", "").startsWith("/run/netns")) {
      reason = "is a bind mount of a file system, which is there once";
    }
    if (reason != null) {
      return Optional.of(new Counterpart(Optional.empty(), reason, false));
    }
    double factor = series.name().startsWith("system.paging.") ? TAKEN_FOR_BYTES : 1;
    Term term = new Term(1, series.name(), series.labels());
    String text = factor == 1 ? "the same" : "times " + factor + " there";
    return Optional.of(new Counterpart(Optional.of(new Sum(List.of(term), factor)), text, false));
  }
}
