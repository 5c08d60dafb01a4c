package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Part of {@link FaultContract}: values, files and sources as on statsfs. */
abstract class StatsFsValueContract extends SimulatedTest {

  @Test
  void thePlaceIsRecognizedAsStatsfs() {
    simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=5");
    try (StatsFs fs = builder().root(simulator.root()).requireStatsfs().build()) {
      assertEquals("fuse.statsfs", fs.catalog().trees().get(0).fileSystemType());
      assertEquals(List.of("kvm/exits"), paths(fs));
    }
  }

  @Test
  void numbersOfAllTypesAreReadWithinTheirWholeRange() {
    Map<String, String> expected = new TreeMap<>();
    String[][] stats = {
      {"u8", "0", "255"},
      {"u16", "0", "65535"},
      {"u32", "0", "4294967295"},
      {"u64", "9223372036854775807", "9223372036854775808"},
      {"u64", "0", "18446744073709551615"},
      {"s8", "-128", "127"},
      {"s16", "-32768", "32767"},
      {"s32", "-2147483648", "2147483647"},
      {"s64", "-9223372036854775808", "9223372036854775807"},
      {"bool", "0", "1"},
    };
    simulator.source("types");
    for (int i = 0; i < stats.length; i++) {
      for (int j = 1; j < 3; j++) {
        String path = "types/" + stats[i][0] + "_" + i + j;
        String kind = i % 2 == 0 ? "cumulative" : "floating";
        simulator.stat(path, stats[i][0], kind, "value=" + stats[i][j]);
        expected.put(path, stats[i][j]);
      }
    }
    simulator.stat("types/float", "float", "floating", "value=2.5");
    simulator.stat("types/whole", "float", "floating", "value=-3");
    expected.put("types/float", "double 2.5");
    expected.put("types/whole", "double -3.0");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      assertEquals(expected, sample(sampler));
      assertEquals(expected, sample(withTimeout));
      assertEquals(-1L, fs.readLong(stat(fs, "types/u64_42")));
      assertEquals(18446744073709551615.0, fs.readDouble(stat(fs, "types/u64_42")));
      assertEquals(2.5, fs.readDouble(stat(fs, "types/float")));
    }
  }

  @Test
  void anEnumValueIsTextWithoutANewlineAndNoNumber() {
    simulator.source("kvm/1");
    simulator.stat("kvm/1/state", "enum", "floating", "texts=RUNNABLE,HALTED", "value=RUNNABLE");
    simulator.stat("kvm/1/exits", "u64", "cumulative", "value=7");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("kvm/1/exits", "7", "kvm/1/state", "NOT_A_NUMBER 0"), sample(sampler));
      Stat state = stat(fs, "kvm/1/state");
      assertEquals("RUNNABLE", fs.readText(state));
      assertEquals(Stat.Type.INT, state.type(), "as the schema says of every type");
      simulator.set("kvm/1/state", "HALTED");
      assertEquals("HALTED", fs.readText(state));
      StatReadException e = assertThrows(StatReadException.class, () -> fs.readLong(state));
      assertEquals(Status.NOT_A_NUMBER, e.status());
    }
  }

  @Test
  void aValueMayHaveNoTrailingNewline() {
    simulator.source("kvm").stat("kvm/a", "u64", "cumulative").text("kvm/a", "42");
    simulator.stat("kvm/b", "u64", "cumulative").text("kvm/b", "18446744073709551615");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("kvm/a", "42", "kvm/b", "18446744073709551615"), sample(sampler));
    }
  }

  @Test
  void namesMayHoldBlanksAndAnyOtherBytes() {
    Map<String, String> expected = new TreeMap<>();
    String[] names = {
      "guest doorbell",
      " ",
      "größe",
      "\\xff\\xc3",
      "a\\b",
      "\\x5cxff",
      "\"",
      "#",
      "a\tb\nc",
      "...",
      "x:y=z"
    };
    for (int i = 0; i < names.length; i++) {
      String source = "kvm/" + names[i];
      simulator.source(source);
      for (int j = 0; j < names.length; j++) {
        String stat = source + "/" + names[j];
        simulator.stat(stat, "u64", "cumulative", "value=" + (100 * i + j), "desc=about " + i + j);
        expected.put(stat, Integer.toString(100 * i + j));
      }
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(expected, sample(sampler));
      Stat doorbell = stat(fs, "kvm/guest doorbell/guest doorbell");
      assertEquals("about 00", doorbell.description());
      assertEquals(0, fs.readLong(doorbell));
      assertEquals(2, fs.readLong(stat(fs, "kvm/guest doorbell/größe")));
      assertEquals("about 03", stat(fs, "kvm/guest doorbell/\\xff\\xc3").description());
    }
  }

  @Test
  void filesSayThatTheyHaveNoBytesAndCannotBeSought() throws Exception {
    simulator.source("kvm", "label", "host", "a");
    simulator.stat("kvm/exits", "u64", "cumulative", "value=5", "desc=Exits.");
    assertEquals(0, Files.size(simulator.path("kvm/exits")));
    assertEquals(0, Files.size(simulator.path("kvm/.schema")));
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("kvm/exits", "5"), sample(sampler));
      Stat exits = stat(fs, "kvm/exits");
      assertEquals("Exits.", exits.description());
      assertEquals(Map.of("host", "a"), exits.source().labels());
      assertEquals(5, fs.readLong(exits));
      assertEquals("5", fs.readText(exits));
    }
  }

  @Test
  void readAgainOnADescriptorIsEndOfFileSoEachSampleOpensAnew() {
    simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=0");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (int i = 1; i <= 5; i++) {
        simulator.set("kvm/exits", i);
        assertEquals(Map.of("kvm/exits", Integer.toString(i)), sample(sampler));
        awaitOpens("kvm/exits", i);
        assertEquals(0, fs.diagnostics().filesKeptOpen());
      }
    }
  }

  /** One open at a time, and none now. The kernel reports the last closing with a delay. */
  private void awaitOpens(String path, int total) {
    String expected = "opened " + total + " times, 1 at once, 0 now";
    Await.until(
        () -> simulator.opens(path).toString().equals(expected),
        () -> simulator.opens(path) + " instead of " + expected);
  }

  @Test
  void severalShortReadsAreOneSnapshot() {
    simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=1000", "rate=1e6");
    simulator.command("pieces kvm/exits 1");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (int i = 1; i <= 20; i++) {
        long before = value("kvm/exits");
        sampler.sample();
        assertEquals(Status.OK, sampler.status(0));
        long read = sampler.longValue(0);
        long after = value("kvm/exits");
        assertTrue(before <= read && read <= after, before + " " + read + " " + after);
        assertEquals(i, simulator.opens("kvm/exits").total());
      }
    }
  }

  private long value(String path) {
    return Long.parseLong(simulator.command("value " + path).replaceAll("[^0-9]", ""));
  }

  @Test
  void aDescriptorOpenedBeforeItsSourceWentGivesZeroSoWhatIsRemovedIsGoneAndNeverZero() {
    Map<String, String> expected = threeSources();
    simulator.stat("kvm/least", "u64", "cumulative", "aggregate=min");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      simulator.remove("kvm/vm2");
      fs.refresh();
      assertEquals(7, sample(sampler).size());
      simulator.remove("kvm/vm1");
      for (Sampler each : List.of(sampler, withTimeout)) {
        Map<String, String> outcomes = sample(each);
        assertEquals("GONE 2", outcomes.get("kvm/vm1/s0"));
        assertEquals("GONE 2", outcomes.get("kvm/vm1/s2"));
        assertEquals(expected.get("kvm/vm0/s0"), outcomes.get("kvm/vm0/s0"));
      }
      simulator.remove("kvm");
      for (int i = 0; i < 3; i++) {
        sample(sampler).forEach((path, outcome) -> assertEquals("GONE 2", outcome, path));
        sample(withTimeout).forEach((path, outcome) -> assertEquals("GONE 2", outcome, path));
      }
      fs.refresh();
      assertEquals(Map.of(), sample(sampler));
    }
  }

  @Test
  void aSourceThatGoesBetweenTheOpeningAndTheReadingOfItsFilesGivesNoEmptyAggregate()
      throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      for (String hanging :
          List.of("s1", "least u64 min", "least u64 max", "least s8 min", "least s64 max")) {
        Map<String, String> expected = threeSources();
        String[] least = hanging.split(" ");
        simulator.stat(
            "kvm/vm1/least",
            least.length > 1 ? least[1] : "s32",
            "cumulative",
            "aggregate=" + (least.length > 2 ? least[2] : "avg"));
        try (StatsFs fs = open();
            Sampler sampler = fs.sampler()) {
          String path = "kvm/vm1/" + least[0];
          simulator.hang(path);
          Future<Map<String, String>> sampling = pool.submit(() -> sample(sampler));
          awaitHanging(1);
          simulator.remove("kvm/vm1").heal(path);
          expected.put("kvm/vm1/least", "GONE 2");
          expected.put("kvm/vm1/s1", "GONE 2");
          expected.put("kvm/vm1/s2", "GONE 2");
          if (least.length > 1) {
            // Which comes first in its source.
            expected.put("kvm/vm1/s0", "GONE 2");
          }
          assertEquals(expected, sampling.get());
        }
        simulator.remove("kvm");
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aSourceThatIsReplacedBetweenTheOpeningAndTheReadingOfItsFilesGivesNoEmptyAggregate()
      throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (int i = 0; i < 5; i++) {
        simulator.hang("kvm/vm1/s1");
        Future<Map<String, String>> sampling = pool.submit(() -> sample(sampler));
        awaitHanging(1);
        simulator.remove("kvm/vm1").source("kvm/vm1");
        for (int j = 0; j < 3; j++) {
          simulator.stat("kvm/vm1/s" + j, "u64", "cumulative", "value=" + (200 + j));
        }
        simulator.heal("kvm/vm1/s1");
        Map<String, String> outcomes = sampling.get();
        for (String stat : List.of("kvm/vm1/s1", "kvm/vm1/s2")) {
          String outcome = outcomes.remove(stat);
          assertTrue(Set.of(expected.get(stat), "GONE 2").contains(outcome), outcome);
        }
        assertTrue(expected.entrySet().containsAll(outcomes.entrySet()), outcomes::toString);
        assertEquals(expected, sample(sampler));
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aSourceThatGoesWhileOneStatIsReadIsGoneAndNotZero() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      for (int i = 0; i < 3; i++) {
        threeSources();
        simulator.stat("kvm/vm1/most", "s32", "cumulative", "aggregate=max");
        try (StatsFs fs = open()) {
          Stat stat = stat(fs, i == 2 ? "kvm/vm1/most" : "kvm/vm1/s1");
          simulator.hang(stat.toString());
          boolean asText = i == 1;
          Future<Object> reading =
              pool.submit(() -> asText ? fs.readText(stat) : (Object) fs.readLong(stat));
          awaitHanging(1);
          simulator.remove("kvm/vm1").heal(stat.toString());
          ExecutionException e = assertThrows(ExecutionException.class, reading::get);
          assertEquals(Status.GONE, ((StatReadException) e.getCause()).status());
        }
        simulator.remove("kvm");
      }
      threeSources();
      simulator.set("kvm/vm1/s1", 0);
      try (StatsFs fs = open()) {
        assertEquals(0, fs.readLong(stat(fs, "kvm/vm1/s1")));
        // Another one in its place.
        simulator.remove("kvm/vm1").source("kvm/vm1").stat("kvm/vm1/s1", "u64", "cumulative");
        assertEquals(0, fs.readLong(stat(fs, "kvm/vm1/s1")));
        assertEquals("0", fs.readText(stat(fs, "kvm/vm1/s1")));
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void anOpenDescriptorKeepsASubsystemAliveSoNothingIsKeptOpenBetweenSamples() {
    threeSources();
    simulator.stat("kvm/own", "u64", "cumulative", "value=9");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      assertEquals("9", sample(sampler).get("kvm/own"));
      assertEquals("9", sample(withTimeout).get("kvm/own"));
      fs.refresh();
      assertEquals(List.of(), OpenFiles.below(simulator.root()));
      awaitOpens("kvm/own", 2);
    }
  }

  @Test
  void aggregatesAreStatsLikeOthersAndTheMinimumOfAnEmptyOneIsTheLargestNumber() {
    threeSources();
    send(
        """
        stat kvm/s0 u64 cumulative aggregate=sum
        stat kvm/s1 u64 cumulative aggregate=min
        stat kvm/s2 u64 cumulative aggregate=max
        stat kvm/nowhere u64 cumulative aggregate=min
        """);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = sample(sampler);
      assertEquals("600", outcomes.get("kvm/s0"));
      assertEquals("101", outcomes.get("kvm/s1"));
      assertEquals("302", outcomes.get("kvm/s2"));
      assertEquals("18446744073709551615", outcomes.get("kvm/nowhere"));
      send("remove kvm/vm0\nremove kvm/vm1\nremove kvm/vm2");
      fs.refresh();
      assertEquals(
          Map.of(
              "kvm/s0", "0",
              "kvm/s1", "18446744073709551615",
              "kvm/s2", "0",
              "kvm/nowhere", "18446744073709551615"),
          sample(sampler));
    }
  }

  @Test
  void enoentOfAReadIsGoneForThatSampleAlone() {
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      simulator.command("fail kvm/vm1/s1 read ENOENT 1");
      assertEquals(with(expected, "kvm/vm1/s1", "GONE 2"), sample(sampler));
      assertEquals(expected, sample(sampler));
    }
  }

  @Test
  void aRecreatedSourceGivesItsNewValuesAtOnceAndItsNewSchemaAfterTheRefresh() {
    simulator.source("kvm/1", "label", "vm", "old");
    simulator.stat("kvm/1/exits", "u64", "cumulative", "value=5", "desc=Old.");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("kvm/1/exits", "5"), sample(sampler));
      Source before = fs.catalog().sources().get(0);
      simulator.remove("kvm/1").source("kvm/1", "label", "vm", "new");
      simulator.stat("kvm/1/exits", "u64", "cumulative", "value=6", "desc=New.");
      assertEquals(Map.of("kvm/1/exits", "6"), sample(sampler));
      fs.refresh();
      assertEquals(Map.of("kvm/1/exits", "6"), sample(sampler));
      Source after = fs.catalog().sources().get(0);
      assertNotSame(before, after);
      assertEquals(Map.of("vm", "old"), before.labels());
      assertEquals(Map.of("vm", "new"), after.labels());
      assertEquals("New.", stat(fs, "kvm/1/exits").description());
    }
  }

  @Test
  void aDirectoryIsVisibleBeforeItsFilesAndIsCompleteSoonAfter() {
    simulator.source("kvm");
    try (StatsFs fs =
            builder().root(simulator.root()).refreshInterval(Duration.ofMillis(50)).build();
        Sampler sampler = fs.sampler()) {
      for (int round = 0; round < 5; round++) {
        String source = "kvm/" + round;
        simulator.source(source, "fills", "80");
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < 10; i++) {
          simulator.stat(source + "/s" + i, "u64", "cumulative", "value=" + i);
          expected.put(source + "/s" + i, "" + i);
        }
        awaitOutcomes(expected, sampler);
        assertEquals(List.of(), problems(fs));
        simulator.remove(source);
        awaitOutcomes(Map.of(), sampler);
      }
    }
    String[] schemas = simulator.command("schemas").split(" ");
    assertEquals("1", schemas[2], "openings of one .schema");
  }

  @Test
  void aDirectoryIsCompletedWithinTheRefreshThatFoundIt() {
    simulator.source("kvm");
    try (StatsFs fs = open()) {
      // Half the time for which a refresh waits. Where the simulator is kept from running, two
      // listings agree too early, but not each time.
      Set<Long> found = new TreeSet<>();
      for (int i = 1; i <= 10 && !found.contains(20L); i++) {
        String source = "kvm/" + i;
        simulator.command("source " + source + " fills 50");
        for (int stat = 0; stat < 20; stat++) {
          simulator.stat(source + "/s" + stat, "u64", "cumulative", "desc=About.");
        }
        fs.refresh();
        found.add(paths(fs).stream().filter(path -> path.startsWith(source + "/")).count());
      }
      assertTrue(found.contains(20L), found::toString);
    }
  }

  @Test
  void listingsAreNewestFirstAndCatalogsInOrder() {
    send(
        """
        source kvm/2
        stat kvm/2/b u64 cumulative
        stat kvm/2/c u64 cumulative
        stat kvm/2/a u64 cumulative
        source kvm/3
        stat kvm/3/a u64 cumulative
        source kvm/1
        stat kvm/1/a u64 cumulative
        source arp
        stat arp/a u64 cumulative
        """);
    List<String> expected = List.of("arp/a", "kvm/1/a", "kvm/2/a", "kvm/2/b", "kvm/2/c", "kvm/3/a");
    try (StatsFs fs = open()) {
      assertEquals(expected, paths(fs));
    }
  }

  @Test
  void aSubdirectoryThatComesOrGoesChangesNlinkSoNothingElseIsListed() {
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      settle();
      fs.refresh();
      long listings = listings();
      for (int i = 0; i < 5; i++) {
        fs.refresh();
      }
      assertEquals(listings, listings());
      Catalog before = fs.catalog();
      simulator.source("kvm/vm0/vcpu0").stat("kvm/vm0/vcpu0/s0", "u64", "cumulative", "value=8");
      fs.refresh();
      assertNotSame(before, fs.catalog());
      expected.put("kvm/vm0/vcpu0/s0", "8");
      assertEquals(expected, sample(sampler));
      simulator.remove("kvm/vm0/vcpu0");
      fs.refresh();
      expected.remove("kvm/vm0/vcpu0/s0");
      assertEquals(expected, sample(sampler));
      Catalog again = fs.catalog();
      assertSame(again, fs.refresh());
    }
  }

  /** Waits until directories are so old that their listings count as complete. */
  final void settle() {
    long end = System.nanoTime() + Duration.ofMillis(1100).toNanos();
    Await.until(() -> System.nanoTime() > end, () -> "time stands still");
  }

  private long listings() {
    long listings = 0;
    for (String directory : List.of("kvm", "kvm/vm0", "kvm/vm1", "kvm/vm2")) {
      listings += Long.parseLong(simulator.command("reads " + directory));
    }
    return listings;
  }

  @Test
  void statsAddedToALivingSourceGiveNoSignAndAreFoundNowAndThen() {
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      settle();
      fs.refresh();
      simulator.stat("kvm/vm1/later", "u64", "cumulative", "value=4");
      expected.put("kvm/vm1/later", "4");
      for (int i = 0; i < 10; i++) {
        fs.refresh();
      }
      assertEquals(expected, sample(sampler));
    }
  }
}
