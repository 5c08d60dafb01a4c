package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.TableDeclaration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Part of {@link FaultContract}: files of several values that hang, fail or come in pieces. Each
 * costs its own sources, and nothing else of its directory.
 */
abstract class TableFaultContract extends LossContract {
  private static final String CPUS = "cpu0 1 2\ncpu1 3 4\nctxt 5";
  private static final String OTHER_CPUS = "cpu0 11 12\ncpu2 13 14\nctxt 15";
  private static final String PAIRS = "Ip: A B\nIp: 21 22\nTcp: C\nTcp: 23";
  private static final String OTHER_PAIRS = "Tcp: C\nTcp: 33\nIp: B A\nIp: 32 31";

  private static final Layout LAYOUT =
      Layout.builder("t")
          .subsystem("t")
          .files(
              FileDeclaration.of(
                  "cpus",
                  Shape.builder().rowKeyWord(0).trailingWords(Shape.ANY).build(),
                  List.of(
                      TableDeclaration.of(
                          "cpu",
                          Axis.labels("cpu{cpu}"),
                          Axis.positions("user", "nice"),
                          List.of()),
                      TableDeclaration.of("stat", Axis.stats("ctxt"), Axis.single(), List.of()))),
              FileDeclaration.of(
                  "pairs",
                  Shape.builder().header(Shape.Header.PER_PAIR).rowKeyWord(0).build(),
                  List.of(
                      TableDeclaration.of(
                          "mib", Axis.labels("{protocol}"), Axis.stats("*"), List.of()))))
          .build();

  private static final String OF_CPUS = "(cpu|stat)/.*";

  private Map<String, String> twoTables() {
    simulator.command("schema off");
    simulator.source("d");
    simulator.stat("d/value", "u64", "cumulative", "value=9");
    table("cpus", CPUS, OTHER_CPUS);
    table("pairs", PAIRS, OTHER_PAIRS);
    Map<String, String> expected = ofCpus();
    expected.putAll(Map.of("mib/Ip/A", "21", "mib/Ip/B", "22", "mib/Tcp/C", "23", "t/value", "9"));
    return expected;
  }

  /** A file that reads one text, and later another one. */
  private void table(String name, String... texts) {
    simulator.stat(
        "d/" + name, "enum", "floating", "texts=" + String.join(",", texts), "value=" + texts[0]);
  }

  private static Map<String, String> ofCpus() {
    return new TreeMap<>(
        Map.of(
            "cpu/0/user", "1",
            "cpu/0/nice", "2",
            "cpu/1/user", "3",
            "cpu/1/nice", "4",
            "stat/ctxt", "5"));
  }

  private StatsFs openTables() {
    StatsFs fs = open(simulator.path("d"), LAYOUT);
    assertEquals(List.of(), problems(fs));
    return fs;
  }

  @Test
  void aTableThatHangsBlocksItsSourcesAndNoOther() {
    Map<String, String> healthy = twoTables();
    try (StatsFs fs = openTables();
        Sampler sampler = withTimeout(fs)) {
      for (String operation : List.of("read", "open", "look")) {
        awaitOutcomes(healthy, sampler);
        simulator.command("hang d/cpus " + operation);
        awaitOutcomes(with(healthy, OF_CPUS, "BLOCKED 0"), sampler);
        assertEquals(
            simulator.path("d/cpus").toString(), sampler.blockedBy(index(sampler, "cpu/1/user")));
        assertEquals(
            simulator.path("d/cpus").toString(), sampler.blockedBy(index(sampler, "stat/ctxt")));
        int ctxt = index(sampler, "stat/ctxt");
        assertThrows(StatReadException.class, () -> sampler.readText(ctxt));
        // What else the directory has goes on.
        simulator.set("d/value", 10).set("d/pairs", OTHER_PAIRS);
        Map<String, String> others = with(healthy, OF_CPUS, "BLOCKED 0");
        others.putAll(
            Map.of("mib/Ip/A", "31", "mib/Ip/B", "32", "mib/Tcp/C", "33", "t/value", "10"));
        for (int i = 0; i < 20; i++) {
          assertEquals(others, sample(sampler), operation);
        }
        simulator.set("d/value", 9).set("d/pairs", PAIRS).heal("d/cpus");
        awaitOutcomes(healthy, sampler);
      }
    }
    assertNothingIsLeft();
  }

  @Test
  void anErrorOfATableIsThatOfEachOfItsStatsUntilItIsHealed() {
    Map<String, String> healthy = twoTables();
    try (StatsFs fs = openTables();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      for (String operation : List.of("open", "read", "look")) {
        Map<String, String> outcomes =
            Map.of("EIO", "GONE 5", "EACCES", "DENIED 13", "ENODEV", "GONE 19");
        outcomes.forEach(
            (errno, outcome) -> {
              simulator.command("fail d/cpus " + operation + " " + errno);
              Map<String, String> expected = with(healthy, OF_CPUS, outcome);
              assertEquals(expected, sample(sampler), errno + " of " + operation);
              assertEquals(expected, sample(withTimeout), errno + " of " + operation);
              simulator.heal("d/cpus");
              fs.refresh();
              awaitOutcomes(healthy, sampler);
              awaitOutcomes(healthy, withTimeout);
            });
      }
      assertEquals(List.of(), problems(fs));
      simulator.command("fail d/cpus read EIO");
      assertEquals(
          with(healthy, OF_CPUS, "FAILED 5"), Outcomes.sampleLasting(sampler), "that lasts");
    }
  }

  @Test
  void aTableInPiecesIsReadWholeAlsoWhenItChanges() {
    Map<String, String> first = twoTables();
    Map<String, String> second = with(first, ".*", "");
    second.putAll(
        Map.of(
            "cpu/0/user", "11",
            "cpu/0/nice", "12",
            "cpu/1/user", "GONE 0",
            "cpu/1/nice", "GONE 0",
            "stat/ctxt", "15",
            "mib/Ip/A", "31",
            "mib/Ip/B", "32",
            "mib/Tcp/C", "33",
            "t/value", "9"));
    try (StatsFs fs = openTables();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      for (int size : new int[] {1, 2, 3, 7, 10, 25}) {
        simulator.command("pieces d/cpus " + size);
        simulator.command("pieces d/pairs " + size);
        for (Sampler each : List.of(sampler, withTimeout)) {
          simulator.set("d/cpus", CPUS).set("d/pairs", PAIRS);
          assertEquals(first, sample(each), size + " bytes");
          simulator.set("d/cpus", OTHER_CPUS).set("d/pairs", OTHER_PAIRS);
          assertEquals(second, sample(each), size + " bytes");
        }
      }
      fs.refresh();
      second.keySet().removeIf(path -> path.startsWith("cpu/1/"));
      second.putAll(Map.of("cpu/2/user", "13", "cpu/2/nice", "14"));
      assertEquals(second, sample(sampler));
    }
  }
}
