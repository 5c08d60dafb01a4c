package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.testkit.process.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Part of {@link FaultContract}: {@code .schema} files as the kernel makes them. */
abstract class StatsFsSchemaContract extends StatsFsValueContract {

  @Test
  void aSchemaMayBeAbsentEverywhere() {
    simulator.command("schema off");
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(expected, sample(sampler));
      Stat stat = stat(fs, "kvm/vm0/s0");
      assertEquals("", stat.description());
      assertEquals(Stat.Kind.LEVEL, stat.kind());
      assertEquals(Stat.Type.INT, stat.type());
      assertEquals(List.of(), problems(fs));
    }
  }

  @Test
  void aSchemaSaysKindTypeAndDescription() {
    simulator.source("kvm");
    simulator
        .stat("kvm/counter", "s64", "cumulative", "desc=It counts.")
        .stat("kvm/gauge", "u32", "floating", "desc=It goes both ways.")
        .stat("kvm/load", "float", "floating", "desc=It has decimals.", "value=1");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(Stat.Kind.COUNTER, stat(fs, "kvm/counter").kind());
      assertEquals(Stat.Type.INT, stat(fs, "kvm/counter").type());
      assertEquals("It counts.", stat(fs, "kvm/counter").description());
      assertEquals(Stat.Kind.LEVEL, stat(fs, "kvm/gauge").kind());
      assertEquals(Stat.Type.FLOAT, stat(fs, "kvm/load").type());
      assertEquals("double 1.0", sample(sampler).get("kvm/load"));
    }
  }

  @Test
  void labelsOfTheParentsAreRepeatedInNoOrderOfTheHierarchy() {
    simulator.source("kvm", "label", "host", "a").source("kvm/1", "label", "vm", "web server");
    simulator.source("kvm/1/vcpu0", "label", "vcpu", "0", "label", "node", "1");
    simulator.stat("kvm/1/vcpu0/exits", "u64", "cumulative");
    try (StatsFs fs = open()) {
      assertEquals(
          Map.of("host", "a", "vm", "web server", "vcpu", "0", "node", "1"),
          stat(fs, "kvm/1/vcpu0/exits").source().labels());
    }
  }

  @Test
  void aMissingDescriptionPrintsNullAndAnEmptyOneABlank() {
    simulator.source("kvm").stat("kvm/missing", "u64", "cumulative");
    simulator.stat("kvm/empty", "u64", "cumulative", "desc=");
    try (StatsFs fs = open()) {
      for (String path : List.of("kvm/missing", "kvm/empty")) {
        assertEquals("", stat(fs, path).description());
        assertEquals(Stat.Kind.COUNTER, stat(fs, path).kind());
      }
      assertEquals(List.of(), problems(fs));
    }
  }

  @Test
  void aDescriptionMayHoldANewline() {
    simulator.source("kvm").stat("kvm/a", "u64", "cumulative", "desc=One\ntwo.");
    simulator.stat("kvm/b", "u64", "cumulative", "desc=B.");
    try (StatsFs fs = open()) {
      assertEquals("One two.", stat(fs, "kvm/a").description());
      assertEquals("B.", stat(fs, "kvm/b").description());
    }
  }

  @Test
  void aStatMayBeDescribedAndHaveNoFileAndHaveAFileAndNotBeDescribed() {
    simulator
        .source("kvm")
        .stat("kvm/hidden", "u64", "cumulative", "hidden", "desc=Hidden.")
        .stat("kvm/plain", "u64", "cumulative", "value=1", "desc=Plain.")
        .stat("kvm/undescribed", "u64", "cumulative", "value=2", "undescribed");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("kvm/plain", "1", "kvm/undescribed", "2"), sample(sampler));
      assertEquals("Plain.", stat(fs, "kvm/plain").description());
      assertEquals(Stat.Kind.LEVEL, stat(fs, "kvm/undescribed").kind());
    }
  }

  @Test
  void aSourceWithoutStatsHasLabelsOnlyAndIsNoneToUs() {
    simulator.source("kvm", "label", "host", "a").source("kvm/1");
    simulator.stat("kvm/1/exits", "u64", "cumulative", "value=3");
    try (StatsFs fs = open()) {
      assertEquals(List.of("kvm/1/exits"), paths(fs));
      assertEquals(Map.of("host", "a"), fs.catalog().sources().get(0).labels());
    }
  }

  @Test
  void aTextCutAt10239BytesCostsTheDescriptionsThatDoNotFit() {
    simulator.source("kvm");
    for (int i = 0; i < 200; i++) {
      String name = String.format("kvm/s%03d", i);
      simulator.stat(name, "u64", "cumulative", "value=" + i, "desc=" + "x".repeat(50));
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = sample(sampler);
      assertEquals(200, outcomes.size());
      assertEquals("199", outcomes.get("kvm/s199"));
      List<Stat> described =
          fs.catalog().stats().stream().filter(s -> !s.description().isEmpty()).toList();
      int first = described.size();
      assertTrue(first > 80 && first < 200, first + " described");
      for (int i = 0; i < 200; i++) {
        Stat stat = fs.catalog().stats().get(i);
        assertEquals(i < first ? "x".repeat(50) : "", stat.description());
        assertEquals(i < first ? Stat.Kind.COUNTER : Stat.Kind.LEVEL, stat.kind());
      }
      assertEquals(1, problems(fs).size(), problems(fs)::toString);
      assertTrue(problems(fs).get(0).contains("cuts off"), problems(fs).get(0));
      fs.refresh();
      assertEquals(1, log.lines().size(), log.lines()::toString);
    }
  }

  @Test
  void eachSchemaIsOpenedOnceInTheLifeOfItsSourceAndNeverTwiceAtATime() {
    threeSources();
    simulator.command("churn many rate=200 live=20 stats=3");
    simulator.command("churn same rate=50 live=5 stats=3 reuse=7");
    // So slow that there is time for a second opening.
    for (int i = 0; i < 7; i++) {
      simulator.command("delay same/vm" + i + "/.schema read 5");
    }
    List<StatsFs> several = new ArrayList<>();
    try {
      for (int i = 1; i <= 3; i++) {
        Duration interval = Duration.ofMillis(10L * i);
        several.add(builder().root(simulator.root()).refreshInterval(interval).build());
      }
      Await.until(
          () -> {
            several.get(0).refresh();
            several.get(2).refresh();
            return made() > 600;
          },
          () -> "too few sources were made: " + made());
    } finally {
      several.forEach(StatsFs::close);
    }
    String schemas = simulator.command("schemas");
    String[] counts = schemas.split(" ");
    assertTrue(Long.parseLong(counts[1]) > 50, schemas);
    assertEquals("1", counts[2], "openings of one life: " + schemas);
    assertEquals("1", counts[3], "at once: " + schemas);
    System.out.println("schemas (lives, opened, most of one, most at once): " + schemas);
  }

  final long made() {
    return Long.parseLong(simulator.command("sources").split(" ")[1]);
  }

  @Test
  void aTreeThatStandsStillHasItsSchemasReadNoMore() {
    threeSources();
    try (StatsFs fs = open();
        StatsFs again = open()) {
      for (int i = 0; i < 30; i++) {
        fs.refresh();
        again.refresh();
      }
      // kvm has no stats of its own, so nobody needs its schema.
      assertEquals("4 3 1 1", simulator.command("schemas"));
    }
  }
}
