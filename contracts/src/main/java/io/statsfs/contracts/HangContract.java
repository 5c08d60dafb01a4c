package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.TreeUnavailableException;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.Command;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Part of {@link FaultContract}: one file that hangs does not stop the rest. */
abstract class HangContract extends FaultyFileContract {

  @Test
  void aFileThatHangsAffectsOnlyItselfUntilItAnswers() {
    Map<String, String> healthy = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = withTimeout(fs)) {
      for (String operation : List.of("read", "open", "look")) {
        awaitOutcomes(healthy, sampler);
        simulator.command("hang kvm/vm1/s1 " + operation);
        Map<String, String> blocked = with(healthy, "kvm/vm1/s1", "BLOCKED 0");
        awaitOutcomes(blocked, sampler);
        // The thread that sees whether the file is still there hangs, too.
        int threads = operation.equals("look") ? 2 : 1;
        awaitHanging(threads);
        assertEquals(simulator.path("kvm/vm1/s1").toString(), blockedBy(sampler, "kvm/vm1/s1"));
        StatReadException e =
            assertThrows(
                StatReadException.class, () -> sampler.readText(index(sampler, "kvm/vm1/s1")));
        assertTrue(e.getMessage().startsWith(simulator.path("kvm/vm1/s1") + " "), e.getMessage());
        for (int i = 0; i < 20; i++) {
          Map<String, String> outcomes = sample(sampler);
          assertEquals("BLOCKED 0", outcomes.get("kvm/vm1/s1"), operation);
        }
        // Nothing that was added later hangs with it.
        awaitOutcomes(blocked, sampler);
        awaitHanging(threads);
        simulator.heal("kvm/vm1/s1");
        awaitOutcomes(healthy, sampler);
      }
      Await.until(() -> guardedThreads().size() <= 2, () -> guardedThreads().toString());
    }
    assertNothingIsLeft();
  }

  private static String blockedBy(Sampler sampler, String stat) {
    return sampler.blockedBy(index(sampler, stat));
  }

  @Test
  void theDirectoryOfASourceThatHangsCostsThatSource() {
    Map<String, String> healthy = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = withTimeout(fs)) {
      simulator.command("hang kvm/vm1 look");
      awaitOutcomes(with(healthy, "kvm/vm1/.*", "BLOCKED 0"), sampler);
      assertEquals(simulator.path("kvm/vm1").toString(), blockedBy(sampler, "kvm/vm1/s2"));
      simulator.heal("kvm/vm1");
      awaitOutcomes(healthy, sampler);
    }
    assertNothingIsLeft();
  }

  @Test
  void aSourceThatVanishesWhileItHangsIsForgotten() {
    Map<String, String> healthy = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = withTimeout(fs)) {
      simulator.hang("kvm/vm1/s1");
      awaitOutcomes(with(healthy, "kvm/vm1/s1", "BLOCKED 0"), sampler);
      simulator.remove("kvm/vm1");
      fs.refresh();
      healthy.keySet().removeIf(path -> path.startsWith("kvm/vm1/"));
      awaitOutcomes(healthy, sampler);
      simulator.source("kvm/vm1").stat("kvm/vm1/s1", "u64", "cumulative", "value=5");
      // Misbehaviour is of the path.
      simulator.heal("all");
      fs.refresh();
      healthy.put("kvm/vm1/s1", "5");
      awaitOutcomes(healthy, sampler);
    }
    assertNothingIsLeft();
  }

  @Test
  void aSchemaThatHangsCostsDescriptionsAndIsOpenedOnce() {
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = withTimeout(fs)) {
      simulator.hang("kvm/new/.schema");
      simulator.source("kvm/new").stat("kvm/new/s0", "u64", "cumulative", "value=1", "desc=New.");
      expected.put("kvm/new/s0", "1");
      fs.refresh();
      awaitOutcomes(expected, sampler);
      assertEquals("", stat(fs, "kvm/new/s0").description());
      assertTrue(problems(fs).toString().contains("does not answer"), problems(fs)::toString);
      // Another one is not read either, since two openings at once are dangerous.
      simulator.source("kvm/z").stat("kvm/z/s0", "u64", "cumulative", "value=2", "desc=Other.");
      expected.put("kvm/z/s0", "2");
      for (int i = 0; i < 3; i++) {
        fs.refresh();
      }
      awaitOutcomes(expected, sampler);
      assertEquals("", stat(fs, "kvm/z/s0").description());
      assertEquals("about kvm/vm0/s0", stat(fs, "kvm/vm0/s0").description());
      assertEquals(0, simulator.opens("kvm/z/.schema").total());
      assertEquals(2, log.lines().size(), log.lines()::toString);
      simulator.heal("kvm/new/.schema");
      awaitHealed(fs);
      assertEquals("New.", stat(fs, "kvm/new/s0").description());
      assertEquals("Other.", stat(fs, "kvm/z/s0").description());
      String[] schemas = simulator.command("schemas").split(" ");
      assertEquals(List.of("1", "1"), List.of(schemas[2], schemas[3]));
    }
    assertNothingIsLeft();
  }

  @Test
  void aListingThatHangsCostsTheScanOfItsTreeAndNoOther() {
    Map<String, String> expected = threeSources();
    try (StatsFsSimulator other =
            StatsFsSimulator.start("source net/lo", "stat net/lo/a u64 cumulative value=1");
        StatsFs fs = builder().root(simulator.root()).root(other.root()).build();
        Sampler sampler = withTimeout(fs)) {
      expected.put("net/lo/a", "1");
      awaitOutcomes(expected, sampler);
      simulator.command("hang kvm/vm1 list");
      simulator.source("kvm/vm1/vcpu0").stat("kvm/vm1/vcpu0/s0", "u64", "cumulative", "value=3");
      other.source("net/eth0").stat("net/eth0/a", "u64", "cumulative", "value=2");
      fs.refresh();
      awaitHanging(1);
      expected.put("net/eth0/a", "2");
      awaitOutcomes(expected, sampler);
      assertEquals(1, problems(fs).size(), problems(fs)::toString);
      assertTrue(problems(fs).get(0).startsWith(simulator.root() + ": does not answer"));
      // And again, at once now.
      other.source("net/eth1").stat("net/eth1/a", "u64", "cumulative", "value=3");
      fs.refresh();
      expected.put("net/eth1/a", "3");
      awaitOutcomes(expected, sampler);
      assertEquals(1, problems(fs).size(), problems(fs)::toString);
      assertEquals(1, log.lines().size(), log.lines()::toString);
      simulator.heal("kvm/vm1");
      expected.put("kvm/vm1/vcpu0/s0", "3");
      awaitHealed(fs);
      awaitOutcomes(expected, sampler);
    }
    assertNothingIsLeft();
  }

  @Test
  void aServerThatStandsStillCostsItsTreeAndFourThreadsUntilItGoesOn() {
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 12; i++) {
      simulator.source("kvm/vm" + i);
      simulator.stat("kvm/vm" + i + "/s0", "u64", "cumulative", "value=" + i);
      expected.put("kvm/vm" + i + "/s0", "" + i);
    }
    try (StatsFsSimulator other =
            StatsFsSimulator.start("source net/lo", "stat net/lo/a u64 cumulative value=1");
        StatsFs fs = builder().root(simulator.root()).root(other.root()).build();
        Sampler sampler = withTimeout(fs)) {
      expected.put("net/lo/a", "1");
      awaitOutcomes(expected, sampler);
      signal("STOP");
      try {
        Map<String, String> blocked = with(expected, "kvm/.*", "BLOCKED 0");
        awaitOutcomes(blocked, sampler);
        other.set("net/lo/a", 2);
        blocked.put("net/lo/a", "2");
        expected.put("net/lo/a", "2");
        for (int i = 0; i < 20; i++) {
          assertEquals("BLOCKED 0", sample(sampler).get("kvm/vm7/s0"));
        }
        awaitOutcomes(blocked, sampler);
        int sampling = Collections.frequency(guardedThreads(), "statsfs-sampler");
        assertTrue(sampling <= 5, sampling + " threads, of which one does not hang");
        other.source("net/eth0").stat("net/eth0/a", "u64", "cumulative", "value=3");
        fs.refresh();
        blocked.put("net/eth0/a", "3");
        expected.put("net/eth0/a", "3");
        awaitOutcomes(blocked, sampler);
        assertEquals(
            List.of(
                simulator.root() + ": does not answer; what is below stays as it was seen last"),
            problems(fs));
      } finally {
        signal("CONT");
      }
      awaitOutcomes(expected, sampler);
      awaitHealed(fs);
      awaitOutcomes(expected, sampler);
    }
    assertNothingIsLeft();
  }

  @Test
  void aServerThatIsKilledWhileItHangsLeavesNoThreadBehind() {
    Map<String, String> expected = threeSources();
    try (StatsFsSimulator other =
            StatsFsSimulator.start("source net/lo", "stat net/lo/a u64 cumulative value=1");
        StatsFs fs = builder().root(simulator.root()).root(other.root()).build();
        Sampler sampler = withTimeout(fs)) {
      expected.put("net/lo/a", "1");
      simulator.hang("kvm/vm0/s0").hang("kvm/vm2/s1");
      awaitOutcomes(with(expected, "kvm/vm(0/s0|2/s1)", "BLOCKED 0"), sampler);
      signal("KILL");
      awaitOutcomes(with(expected, "kvm/.*", "FAILED 107"), sampler);
      Await.until(
          () -> Collections.frequency(guardedThreads(), "statsfs-sampler") <= 1,
          () -> guardedThreads().toString());
      fs.refresh();
      assertEquals(1, logged(simulator.root().toString()).size(), log.lines()::toString);
      // The mount goes, too.
      simulator.close();
      awaitOutcomes(with(expected, "kvm/.*", "GONE 2"), sampler);
      fs.refresh();
      awaitOutcomes(Map.of("net/lo/a", "1"), sampler);
    }
    Await.until(() -> guardedThreads().isEmpty(), () -> "threads are left: " + guardedThreads());
  }

  private void awaitHealed(StatsFs fs) {
    Await.until(
        () -> {
          fs.refresh();
          return problems(fs).isEmpty();
        },
        () -> problems(fs).toString());
  }

  private void signal(String name) {
    Command.run("kill", "-" + name, Long.toString(simulator.program().pid()));
  }

  @Test
  void aSourceWhoseFilesAreSlowIsReadAsLongAsEachMakesProgress() {
    Map<String, String> healthy = threeSources();
    for (int j = 0; j < 3; j++) {
      simulator.command("delay kvm/vm1/s" + j + " read 400");
    }
    try (StatsFs fs = open();
        Sampler sampler = withTimeout(fs)) {
      // All three take longer than the timeout.
      awaitOutcomes(healthy, sampler);
      simulator.heal("all");
      awaitOutcomes(healthy, sampler);
    }
    assertNothingIsLeft();
  }

  @Test
  void closingDoesNotWaitForWhatHangs() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    for (String hanging :
        List.of("kvm/vm1/s1 read", "kvm/vm1/s1 open", "kvm/vm1 list", "kvm/vm3/.schema read")) {
      threeSources();
      StatsFs fs = open();
      Sampler sampler = withTimeout(fs);
      sampler.sample();
      simulator.command("hang " + hanging);
      simulator.source("kvm/vm1/vcpu0").source("kvm/vm3").stat("kvm/vm3/a", "u64", "floating");
      if (hanging.contains("s1")) {
        sampler.sample();
      } else {
        fs.refresh();
      }
      awaitHanging(1);
      Future<?> closing = pool.submit(fs::close);
      Await.until(closing::isDone, () -> "closing hangs with " + hanging);
      closing.get();
      awaitHanging(1);
      simulator.heal("all");
      assertNothingIsLeft();
      simulator.remove("kvm");
    }
    pool.shutdown();
  }

  @Test
  void closingWhileASampleIsHeldUpWaitsNoLongerThanThatSample() throws Exception {
    threeSources();
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (StatsFs fs = open()) {
      Sampler sampler = withTimeout(fs);
      sampler.sample();
      simulator.hang("kvm/vm1/s1");
      Future<?> sampling = pool.submit(sampler::sample);
      awaitHanging(1);
      sampler.close();
      sampling.get();
      assertFalse(guardedThreads().isEmpty(), "one hangs");
    } finally {
      pool.shutdown();
    }
    simulator.heal("all");
    assertNothingIsLeft();
  }

  @Test
  void aRootThatHangsIsNotWaitedForForEver() {
    threeSources();
    simulator.command("hang / list");
    TreeUnavailableException e = assertThrows(TreeUnavailableException.class, this::open);
    assertTrue(e.getMessage().contains("does not answer"), e.getMessage());
    simulator.heal("all");
    open().close();
    assertNothingIsLeft();
  }
}
