package io.statsfs.contracts;

import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import io.statsfs.testkit.process.OpenFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the parts of {@link FaultContract} have in common: a simulated statsfs for each test. */
@Tag("faults")
@ExtendWith(StatsFsSimulatorExtension.class)
@Timeout(
    value = 3,
    unit = TimeUnit.MINUTES,
    threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A thread that hangs ends no test.
abstract class SimulatedTest extends ReaderTest {
  /** Long enough for what does not hang on a machine that is busy. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** The threads that are left behind with what hangs. */
  private static final List<String> GUARDED = List.of("statsfs-sampler", "statsfs-scan");

  /** What other tests left to end by itself. */
  private final Set<Thread> others = guarded().collect(Collectors.toSet());

  StatsFsSimulator simulator;
  LogCapture log;

  @BeforeEach
  void begin(StatsFsSimulator given) {
    simulator = given;
    log = new LogCapture();
  }

  @AfterEach
  void end() {
    log.close();
  }

  /** Any number of commands, one per line. */
  final void send(String commands) {
    commands.lines().filter(line -> !line.isBlank()).forEach(simulator::command);
  }

  final StatsFs open() {
    return open(simulator.root());
  }

  final Sampler withTimeout(StatsFs fs) {
    return fs.sampler(StatFilter.all(), TIMEOUT);
  }

  /** Three machines of three stats each, every value another one. */
  final Map<String, String> threeSources() {
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      String source = "kvm/vm" + i;
      simulator.source(source);
      for (int j = 0; j < 3; j++) {
        String stat = source + "/s" + j;
        int value = 100 * (i + 1) + j;
        simulator.stat(stat, "u64", "cumulative", "value=" + value, "desc=about " + stat);
        expected.put(stat, Integer.toString(value));
      }
    }
    return expected;
  }

  /** With other outcomes at some paths. */
  static Map<String, String> with(
      Map<String, String> outcomes, String pathPattern, String outcome) {
    Map<String, String> changed = new TreeMap<>(outcomes);
    changed.replaceAll((path, value) -> path.matches(pathPattern) ? outcome : value);
    return changed;
  }

  /** Samples until the outcomes are these, since what hangs comes back in its own time. */
  static void awaitOutcomes(Map<String, String> expected, Sampler sampler) {
    Map<String, String> sorted = new TreeMap<>(expected);
    List<Map<String, String>> last = new ArrayList<>(List.of(Map.of()));
    Await.until(
        () -> {
          last.set(0, Outcomes.sample(sampler));
          return last.get(0).equals(sorted);
        },
        () -> sorted + " does not come about, but " + last.get(0));
  }

  final void awaitHanging(int requests) {
    Await.until(
        () -> simulator.command("hanging").equals(Integer.toString(requests)),
        () -> simulator.command("hanging") + " requests hang");
  }

  /** The threads of this test that sample or scan now, or are left behind with it. */
  final List<String> guardedThreads() {
    return guarded().filter(t -> !others.contains(t)).map(Thread::getName).sorted().toList();
  }

  private static Stream<Thread> guarded() {
    return Thread.getAllStackTraces().keySet().stream().filter(t -> GUARDED.contains(t.getName()));
  }

  /** After everything was closed. */
  final void assertNothingIsLeft() {
    Await.until(() -> guardedThreads().isEmpty(), () -> "threads are left: " + guardedThreads());
    // A thread that read a schema closes it in its own time.
    Await.until(
        () -> OpenFiles.below(simulator.root()).isEmpty(),
        () -> "files are open: " + OpenFiles.below(simulator.root()));
  }

  static Stat stat(StatsFs fs, String path) {
    return fs.catalog().stats().stream()
        .filter(stat -> stat.toString().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError(path + " is not in " + fs.catalog().stats()));
  }

  static List<String> paths(StatsFs fs) {
    return fs.catalog().stats().stream().map(Stat::toString).toList();
  }

  static List<String> problems(StatsFs fs) {
    return fs.catalog().problems().stream().map(Object::toString).toList();
  }

  /** The lines that were logged about something. */
  final List<String> logged(String about) {
    return log.lines().stream().filter(line -> line.contains(about)).toList();
  }
}
