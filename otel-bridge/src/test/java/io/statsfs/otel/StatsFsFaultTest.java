package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.StatsFs;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Collections of a statsfs that misbehaves, or whose sources come and go all the time. */
@Tag("faults")
@ExtendWith(StatsFsSimulatorExtension.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatsFsFaultTest {
  private static final Pattern SERIES =
      Pattern.compile("statsfs\\.many\\.s(\\d+)\\{life=(\\d+)\\}");

  /** What the JVM takes for itself now and then, and far less than what a leak takes. */
  private static final long HEAP_BOUND = 24 << 20;

  private final StatsFsSimulator simulator;
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final OpenTelemetrySdk otel =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
          .build();
  @AutoClose private final LogCapture log = new LogCapture();

  StatsFsFaultTest(StatsFsSimulator simulator) {
    this.simulator = simulator;
  }

  @AfterEach
  void cleanUp() {
    otel.close();
  }

  private StatsFs open(Duration refreshInterval) {
    return StatsFs.builder().root(simulator.root()).refreshInterval(refreshInterval).build();
  }

  private Map<String, String> collect() {
    return CollectedMetrics.of(reader.collectAllMetrics());
  }

  private static Map<String, String> stats(Map<String, String> points, String subsystem) {
    Map<String, String> stats = new TreeMap<>(points);
    stats.keySet().removeIf(series -> !series.startsWith("statsfs." + subsystem + "."));
    return stats;
  }

  /** Sources that were removed; the first ones that were made, in their order. */
  private long removed() {
    return Long.parseLong(simulator.command("sources").split(" ")[2]);
  }

  @Test
  void noSeriesIsStaleOrMissingThroughThousandsOfChangesAndAllIsGivenBack() throws Exception {
    churn(2);
    final long heap = heap();
    final long threads = threads();
    final List<String> open = OpenFiles.all();
    String counts =
        churn(Integer.parseInt(System.getenv().getOrDefault("STATSFS_STRESS_SECONDS", "10")));
    Await.until(() -> OpenFiles.all().equals(open), () -> OpenFiles.all() + ", not " + open);
    Await.until(() -> threads() <= threads, () -> threads() + " threads, not " + threads);
    Await.until(() -> heap() < heap + HEAP_BOUND, () -> heap() + " bytes, before " + heap);
    System.out.printf(
        "churn of collections: %s, heap %d -> %d kB%n", counts, heap >> 10, heap() >> 10);
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("statsfs-") && !t.getName().equals("statsfs-schema"))
        .count();
  }

  private String churn(int seconds) throws Exception {
    final long before = removed();
    simulator.command("churn many rate=300 live=60 stats=5");
    int collections = 0;
    int values = 0;
    long made;
    try (StatsFs fs = open(Duration.ofMillis(50));
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      final long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      // On a loaded machine it may take long until a source lives until it is found.
      final long last = end + (seconds > 2 ? Duration.ofMinutes(2).toNanos() : 0);
      while (System.nanoTime() - end < 0 || values == 0 && System.nanoTime() - last < 0) {
        long gone = removed() - before;
        for (Map.Entry<String, String> point : stats(collect(), "many").entrySet()) {
          Matcher series = SERIES.matcher(point.getKey());
          assertTrue(series.matches(), point::toString);
          long life = Long.parseLong(series.group(2));
          long value = Long.parseLong(point.getValue());
          assertTrue(life >= gone, () -> point + " after " + gone + " had gone");
          assertEquals(life * 1000 + Long.parseLong(series.group(1)), value, point.getKey());
          values++;
        }
        collections++;
      }
      simulator.command("churn many stop");
      fs.refresh();
      assertEquals(live(), stats(collect(), "many"));
      made = Long.parseLong(simulator.command("sources").split(" ")[1]);
      assertTrue(values > 0 || seconds <= 2, "no value was checked");
      // On a loaded machine a scan may come upon a moment, or take so long, that no source lives.
      assertEquals(
          List.of(),
          log.lines().stream().filter(line -> !line.contains("holds no stats")).toList());
    }
    // Those that were alive, and the one above them.
    simulator.command("remove many");
    return made + " sources, " + collections + " collections, " + values + " values checked";
  }

  /** What the simulator has, read as plainly as can be. */
  private Map<String, String> live() throws IOException {
    Map<String, String> live = new TreeMap<>();
    try (Stream<Path> files = Files.walk(simulator.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".schema")) {
          String value = Files.readString(file).strip();
          long life = Long.parseLong(value) / 1000;
          live.put("statsfs.many." + file.getFileName() + "{life=" + life + "}", value);
        }
      }
    }
    assertEquals(300, live.size());
    return live;
  }

  @Test
  void aFileThatHangsCostsItsOwnSeriesAndNoCollection() throws Exception {
    for (int i = 0; i < 3; i++) {
      simulator.source("kvm/" + i);
      simulator.stat("kvm/" + i + "/a", "u64", "cumulative", "value=" + i);
      simulator.stat("kvm/" + i + "/b", "u64", "cumulative", "value=" + 10 * i);
    }
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      all.put("statsfs.kvm.a{device=" + i + ", subsystem=kvm}", "" + i);
      all.put("statsfs.kvm.b{device=" + i + ", subsystem=kvm}", "" + 10 * i);
    }
    Map<String, String> others = new TreeMap<>(all);
    others.keySet().removeIf(series -> series.contains("a{device=1"));
    try (StatsFs fs = open(Duration.ZERO);
        StatsFsMetrics metrics =
            StatsFsMetrics.builder(otel, fs).readTimeout(Duration.ofSeconds(1)).build()) {
      assertEquals(all, stats(collect(), "kvm"));
      for (String operation : List.of("read", "open")) {
        simulator.command("hang kvm/1/a " + operation);
        Await.until(() -> stats(collect(), "kvm").equals(others), () -> collect().toString());
        assertEquals("1", simulator.command("hanging"));
        for (int i = 0; i < 10; i++) {
          simulator.set("kvm/2/a", 100 + i);
          others.put("statsfs.kvm.a{device=2, subsystem=kvm}", "" + (100 + i));
          Await.until(() -> stats(collect(), "kvm").equals(others), () -> collect().toString());
        }
        Map<String, String> points = collect();
        assertEquals("1", points.get("statsfs.stats{status=blocked}"), points::toString);
        assertEquals("5", points.get("statsfs.stats{status=ok}"), points::toString);
        simulator.heal("all");
        all.put("statsfs.kvm.a{device=2, subsystem=kvm}", "109");
        Await.until(() -> stats(collect(), "kvm").equals(all), () -> collect().toString());
        assertEquals("0", collect().get("statsfs.stats{status=blocked}"));
      }
      assertEquals(1, log.lines().size(), log.lines()::toString);
      assertTrue(log.lines().get(0).contains("1 of 6 stats"), log.lines()::toString);
      assertTrue(
          log.lines().get(0).contains(simulator.path("kvm/1/a") + ": it does not answer"),
          log.lines()::toString);
    }
    Await.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().equals("statsfs-sampler")),
        () -> "a thread is left");
  }

  @Test
  void whatFailsIsCountedByItsStatusAndToldOnceEach() throws Exception {
    simulator.source("kvm");
    for (String name : List.of("good", "denied", "failed", "gone", "text", "forever")) {
      simulator.stat("kvm/" + name, "u64", "cumulative", "value=7");
    }
    simulator.command("fail kvm/denied open EACCES");
    simulator.command("fail kvm/failed read EIO");
    simulator.command("fail kvm/gone read ENODEV");
    simulator.text("kvm/text", "text");
    simulator.command("repeat kvm/forever 1 forever");
    try (StatsFs fs = open(Duration.ZERO);
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      assertEquals("2", collect().get("statsfs.stats{status=gone}"), "one may be about to go");
      Thread.sleep(1_001);
      for (int i = 0; i < 3; i++) {
        Map<String, String> points = collect();
        assertEquals(Map.of("statsfs.kvm.good{subsystem=kvm}", "7"), stats(points, "kvm"));
        for (String status : List.of("ok", "denied", "failed", "gone")) {
          assertEquals("1", points.get("statsfs.stats{status=" + status + "}"), status);
        }
        assertEquals("2", points.get("statsfs.stats{status=not_a_number}"));
      }
      assertEquals(2, log.lines().size(), log.lines()::toString);
      assertTrue(
          log.lines().stream()
              .anyMatch(line -> line.contains("let root chmod 755 " + simulator.root())),
          log.lines()::toString);
      simulator.heal("all");
      fs.refresh();
      assertEquals(6, stats(collect(), "kvm").size());
    }
  }
}
