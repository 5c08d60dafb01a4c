package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static io.statsfs.contracts.Outcomes.sampleLasting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.LogCapture;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Part of {@link FaultContract}: errors, and texts that are no numbers; each affects only its own
 * stat.
 */
abstract class FaultyFileContract extends StatsFsSchemaContract {
  private static final Map<String, String> OUTCOMES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("EACCES", "DENIED 13"),
              Map.entry("EPERM", "DENIED 1"),
              Map.entry("EIO", "FAILED 5"),
              Map.entry("ENOENT", "GONE 2"),
              Map.entry("ESRCH", "GONE 3"),
              Map.entry("ENXIO", "GONE 6"),
              Map.entry("ENODEV", "GONE 19"),
              Map.entry("EMFILE", "FAILED 24"),
              Map.entry("ENFILE", "FAILED 23"),
              Map.entry("EINVAL", "FAILED 22"),
              Map.entry("EBUSY", "FAILED 16"),
              Map.entry("ENODATA", "FAILED 61"),
              Map.entry("EOVERFLOW", "FAILED 75"),
              Map.entry("EOPNOTSUPP", "FAILED 95"),
              Map.entry("ETIMEDOUT", "FAILED 110"),
              Map.entry("ESTALE", "GONE 116"),
              Map.entry("EREMOTEIO", "FAILED 121")));

  @Test
  void anErrorOfAStatCostsThatStatAloneUntilItIsHealed() {
    Map<String, String> healthy = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      for (String operation : List.of("open", "read", "look")) {
        OUTCOMES.forEach(
            (errno, outcome) -> {
              simulator.command("fail kvm/vm1/s1 " + operation + " " + errno);
              Map<String, String> expected = with(healthy, "kvm/vm1/s1", outcome);
              String what = errno + " of " + operation;
              // At first it may be a file that is about to go.
              expected.replaceAll((path, value) -> value.replace("FAILED", "GONE"));
              assertEquals(expected, sample(sampler), what);
              assertEquals(expected, sample(withTimeout), what);
              StatReadException e =
                  Assertions.assertThrows(
                      StatReadException.class, () -> fs.readLong(stat(fs, "kvm/vm1/s1")), what);
              assertEquals(outcome.split(" ")[0], e.status().name(), what);
              simulator.heal("kvm/vm1/s1");
              fs.refresh();
              awaitOutcomes(healthy, sampler);
              awaitOutcomes(healthy, withTimeout);
            });
      }
      fs.refresh();
      assertEquals(healthy, sample(sampler));
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void manyErrorsAtOnceCostOnlyTheirStats() {
    Map<String, String> expected = new TreeMap<>();
    String[] errnos = OUTCOMES.keySet().toArray(String[]::new);
    for (int i = 0; i < 5; i++) {
      simulator.source("kvm/vm" + i);
      for (int j = 0; j < 4 * errnos.length; j++) {
        String path = "kvm/vm" + i + "/s" + j;
        simulator.stat(path, "u64", "cumulative", "value=" + (1000 * i + j));
        expected.put(path, Integer.toString(1000 * i + j));
        if (i % 2 == 0 && j % 2 == 0) {
          String errno = errnos[j / 4];
          simulator.command("fail " + path + (j % 4 == 0 ? " open " : " read ") + errno);
          expected.put(path, OUTCOMES.get(errno));
        }
      }
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      assertEquals(expected, sampleLasting(sampler));
      assertEquals(expected, sampleLasting(withTimeout));
      for (int i = 0; i < 3; i++) {
        assertEquals(expected, sample(sampler));
        assertEquals(expected, sample(withTimeout));
      }
    }
  }

  @Test
  void aFailureLastsThroughCatalogsThatChange() {
    Map<String, String> expected = threeSources();
    simulator.command("fail kvm/vm1/s1 read EIO");
    expected.put("kvm/vm1/s1", "GONE 5");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      long began = System.nanoTime();
      assertEquals(expected, sample(sampler));
      expected.put("kvm/vm1/s1", "FAILED 5");
      Map<String, String> outcomes = Map.of();
      for (int i = 0; System.nanoTime() - began < 1_500_000_000L; i++) {
        // Of its source, too, which is another object then.
        simulator.stat("kvm/vm1/x" + i, "u64", "cumulative", "value=1");
        simulator.source("kvm/vmx" + i).stat("kvm/vmx" + i + "/a", "u64", "cumulative", "value=1");
        for (int scans = 0; scans < 11; scans++) {
          fs.refresh();
        }
        outcomes = sample(sampler);
        assertTrue(outcomes.containsKey("kvm/vm1/x" + i), "not found yet");
      }
      assertEquals("FAILED 5", outcomes.get("kvm/vm1/s1"));
    }
  }

  @Test
  void whatIsDeniedIsTriedAgainAfterARefreshOnly() {
    Map<String, String> healthy = threeSources();
    simulator.command("fail kvm/vm1/s1 open EACCES");
    Map<String, String> denied = with(healthy, "kvm/vm1/s1", "DENIED 13");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      for (int i = 1; i <= 3; i++) {
        for (int samples = 0; samples < 5; samples++) {
          assertEquals(denied, sample(sampler));
          assertEquals(denied, sample(withTimeout));
        }
        assertEquals(2 * i, simulator.opens("kvm/vm1/s1").total());
        fs.refresh();
      }
      simulator.heal("kvm/vm1/s1");
      assertEquals(healthy, sample(sampler));
      assertEquals(healthy, sample(withTimeout));
    }
  }

  @Test
  void afterEpermOneFileIsTriedForAllAfterGrowingPauses() {
    threeSources();
    Map<String, String> healthy = new TreeMap<>();
    // All, so that it is not the fault of some.
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        String stat = "kvm/vm" + i + "/s" + j;
        simulator.command("fail " + stat + " open EPERM");
        healthy.put(stat, Integer.toString(100 * (i + 1) + j));
      }
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      assertEquals(with(healthy, ".*", "DENIED 1"), sample(sampler));
      assertEquals(9, opens(healthy.keySet()));
      // Neither by another sampler, nor one by one, nor what comes later.
      simulator.source("kvm/new").stat("kvm/new/s0", "u64", "cumulative", "value=7");
      simulator.command("fail kvm/new/s0 open EPERM");
      healthy.put("kvm/new/s0", "7");
      long began = System.nanoTime();
      int samples = 0;
      while (System.nanoTime() - began < 4_000_000_000L) {
        fs.refresh();
        assertEquals(with(healthy, ".*", "DENIED 1"), sample(withTimeout));
        assertEquals(with(healthy, ".*", "DENIED 1"), sample(sampler));
        StatReadException e =
            Assertions.assertThrows(
                StatReadException.class, () -> fs.readText(stat(fs, "kvm/vm1/s1")));
        assertEquals(Status.DENIED, e.status());
        samples++;
      }
      // After 1 and 3 seconds, and perhaps 7 if the machine is slow.
      long opens = opens(healthy.keySet()) - 9;
      assertTrue(opens >= 1 && opens <= 3, opens + " in " + samples + " samples");
      simulator.heal("all");
      awaitOutcomes(healthy, sampler);
      awaitOutcomes(healthy, withTimeout);
      assertEquals("201", fs.readText(stat(fs, "kvm/vm1/s1")));
    }
  }

  private long opens(Collection<String> paths) {
    return paths.stream().mapToLong(path -> simulator.opens(path).total()).sum();
  }

  @Test
  void aFileWhoseModeIsOpenToOthersIsDeniedAlone() {
    Map<String, String> expected = threeSources();
    simulator.command("fail kvm/vm1/s1 open EPERM");
    expected.put("kvm/vm1/s1", "DENIED 1");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(expected, sample(sampler));
      simulator.source("kvm/new").stat("kvm/new/s0", "u64", "cumulative", "value=7");
      expected.put("kvm/new/s0", "7");
      fs.refresh();
      assertEquals(expected, sample(sampler));
      assertEquals("200", fs.readText(stat(fs, "kvm/vm1/s0")));
      assertEquals(1, simulator.opens("kvm/vm1/s1").total());
      simulator.heal("all");
      expected.put("kvm/vm1/s1", "201");
      awaitOutcomes(expected, sampler);
    }
  }

  @Test
  void anErrorOfTheDirectoryOfASourceCostsThatSourceAloneUntilItIsHealed() {
    Map<String, String> healthy = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (Map.Entry<String, String> error :
          Map.of("EIO", "FAILED 5", "EACCES", "DENIED 13", "EPERM", "DENIED 1").entrySet()) {
        simulator.command("fail kvm/vm1 look " + error.getKey());
        Map<String, String> expected = with(healthy, "kvm/vm1/.*", error.getValue());
        assertEquals(expected, sampleLasting(sampler), error.getKey());
        fs.refresh();
        fs.refresh();
        assertEquals(expected, sample(sampler), error.getKey());
        simulator.heal("kvm/vm1");
        fs.refresh();
        awaitOutcomes(healthy, sampler);
        fs.refresh();
        assertEquals(healthy, sample(sampler), error.getKey());
        assertEquals(List.of(), problems(fs));
      }
      assertEquals(3, log.lines().size(), log.lines()::toString);
    }
  }

  @Test
  void anErrorOfAListingCostsWhatIsNewInThatDirectoryUntilItIsHealed() {
    Map<String, String> expected = threeSources();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (String operation : List.of("open", "list")) {
        for (String errno : List.of("EIO", "EACCES", "EPERM", "ENOENT", "EMFILE")) {
          String what = errno + " of " + operation;
          String vcpu = "kvm/vm1/" + operation + errno;
          simulator.command("fail kvm/vm1 " + operation + " " + errno);
          simulator.source(vcpu).stat(vcpu + "/s0", "u64", "cumulative", "value=7");
          simulator.source("net/" + vcpu).stat("net/" + vcpu + "/s0", "u64", "floating");
          expected.put("net/" + vcpu + "/s0", "0");
          fs.refresh();
          fs.refresh();
          Map<String, String> outcomes = sample(sampler);
          if (!errno.equals("ENOENT")) {
            assertTrue(outcomes.containsKey("kvm/vm1/s0"), what);
            assertEquals(1, problems(fs).size(), what + problems(fs));
            assertEquals(1, logged(problems(fs).get(0)).size(), log.lines()::toString);
          }
          outcomes.keySet().removeIf(path -> path.startsWith("kvm/vm1/"));
          Map<String, String> others = new TreeMap<>(expected);
          others.keySet().removeIf(path -> path.startsWith("kvm/vm1/"));
          assertEquals(others, outcomes, what);
          simulator.heal("kvm/vm1");
          expected.put(vcpu + "/s0", "7");
          fs.refresh();
          assertEquals(expected, sample(sampler), what);
          assertEquals(List.of(), problems(fs), what);
        }
      }
    }
  }

  @Test
  void anErrorOfTheFirstListingCostsThatSourceAloneUntilItIsHealed() {
    Map<String, String> all = threeSources();
    simulator.command("fail kvm/vm1 list EIO");
    Map<String, String> others = new TreeMap<>(all);
    others.keySet().removeIf(path -> path.startsWith("kvm/vm1/"));
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(others, sample(sampler));
      assertEquals(1, problems(fs).size());
      simulator.heal("kvm/vm1");
      fs.refresh();
      assertEquals(all, sample(sampler));
      assertEquals(1, log.lines().size(), log.lines()::toString);
    }
  }

  @Test
  void anErrorOfASchemaCostsDescriptionsUntilItIsHealed() {
    Map<String, String> expected = threeSources();
    for (String operation : List.of("open", "read", "look")) {
      for (String errno : List.of("EACCES", "EPERM", "EIO", "ENODEV", "EMFILE")) {
        String what = errno + " of " + operation;
        // Another life, since what was read once is known.
        simulator.remove("kvm");
        threeSources();
        simulator.command("fail kvm/vm1/.schema " + operation + " " + errno);
        try (LogCapture lines = new LogCapture();
            StatsFs fs = open();
            Sampler sampler = fs.sampler()) {
          assertEquals("", stat(fs, "kvm/vm1/s0").description(), what);
          assertEquals("about kvm/vm0/s0", stat(fs, "kvm/vm0/s0").description(), what);
          assertEquals(expected, sample(sampler), what);
          for (int i = 0; i < 3; i++) {
            fs.refresh();
          }
          assertEquals(1, problems(fs).size(), what);
          assertTrue(
              problems(fs).get(0).contains("described as before, if at all"), problems(fs).get(0));
          assertEquals(1, lines.lines().size(), lines.lines()::toString);
          simulator.heal("kvm/vm1/.schema");
          // After EPERM not at once.
          Await.until(
              () -> {
                fs.refresh();
                return problems(fs).isEmpty();
              },
              () -> what + problems(fs));
          assertEquals("about kvm/vm1/s0", stat(fs, "kvm/vm1/s0").description(), what);
          assertEquals(List.of(), problems(fs), what);
          assertEquals(expected, sample(sampler), what);
        }
      }
    }
  }

  @Test
  void interruptedCallsAreMadeAgain() {
    Map<String, String> expected = threeSources();
    simulator.command("fail kvm/vm1/.schema open EINTR 1");
    simulator.command("fail kvm/vm2/.schema read EINTR 3");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      assertEquals("about kvm/vm1/s0", stat(fs, "kvm/vm1/s0").description());
      assertEquals("about kvm/vm2/s0", stat(fs, "kvm/vm2/s0").description());
      for (Sampler each : List.of(sampler, withTimeout)) {
        for (String operation : List.of("open", "read", "look")) {
          simulator.command("fail kvm/vm1/s1 " + operation + " EINTR 3");
          simulator.command("fail kvm/vm2/s0 " + operation + " EINTR 3");
          assertEquals(expected, sample(each), operation);
        }
      }
      assertEquals(List.of(), log.lines());
      // But for listings, which wait until the next refresh.
      for (String operation : List.of("open", "list")) {
        simulator.command("fail kvm/vm0 " + operation + " EINTR 1");
        String vcpu = "kvm/vm0/" + operation;
        simulator.source(vcpu).stat(vcpu + "/s0", "u64", "cumulative", "value=4");
        expected.put(vcpu + "/s0", "4");
        fs.refresh();
        fs.refresh();
        assertEquals(expected, sample(sampler));
        assertEquals(List.of(), problems(fs));
      }
    }
  }

  /**
   * A process that is stopped and goes on has its calls interrupted, and no handler of the JVM is
   * involved. The simulator gives up what is interrupted, as few file systems do.
   */
  @Test
  void signalsAtAHighRateDoNoHarm() throws Exception {
    Map<String, String> expected = threeSources();
    for (int i = 0; i < 3; i++) {
      for (String operation : List.of("open", "read")) {
        simulator.command("delay kvm/vm" + i + "/s1 " + operation + " 3");
      }
    }
    long pid = ProcessHandle.current().pid();
    String stopAndGoOn = "kill -STOP " + pid + "; kill -CONT " + pid + "; sleep 0.01";
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      // Ends by itself: nobody could end it between the two.
      Process signals =
          new ProcessBuilder("sh", "-c", "for i in $(seq 100); do " + stopAndGoOn + "; done")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      int samples = 0;
      for (; signals.isAlive(); samples++) {
        assertEquals(expected, sample(sampler));
      }
      assertEquals(0, signals.waitFor());
      assertTrue(samples > 3, samples + " samples");
    }
  }

  @Test
  void textsThatAreNoNumbersCostOnlyThemselves() {
    Map<String, String> expected = threeSources();
    String[][] texts = {
      {"text %s \"\"", "NOT_A_NUMBER 0"},
      {"text %s \\n", "NOT_A_NUMBER 0"},
      {"text %s RUNNABLE", "NOT_A_NUMBER 0"},
      {"text %s \"1 2\\n\"", "NOT_A_NUMBER 0"},
      {"text %s \\x00\\xff\\xfe", "NOT_A_NUMBER 0"},
      {"text %s 18446744073709551616\\n", "NOT_A_NUMBER 0"},
      {"repeat %s 7 10485760", "NOT_A_NUMBER 0"},
      {"repeat %s 0 forever", "NOT_A_NUMBER 0"},
      {"repeat %s \"a line\\n\" forever", "NOT_A_NUMBER 0"},
      {"repeat %s \\x00 forever", "NOT_A_NUMBER 0"},
    };
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      for (String[] text : texts) {
        simulator.command(String.format(text[0], "kvm/vm1/s1"));
        Map<String, String> bad = with(expected, "kvm/vm1/s1", text[1]);
        assertEquals(bad, sample(sampler), text[0]);
        assertEquals(bad, sample(withTimeout), text[0]);
        assertTrue(fs.readText(stat(fs, "kvm/vm1/s1")).length() <= 64 << 10, text[0]);
        simulator.heal("kvm/vm1/s1");
        assertEquals(expected, sample(sampler), text[0]);
      }
    }
  }

  @Test
  void valuesInPiecesAndSlowValuesAreRight() {
    Map<String, String> expected = threeSources();
    simulator.set("kvm/vm1/s1", "18446744073709551615");
    expected.put("kvm/vm1/s1", "18446744073709551615");
    send(
        """
        pieces kvm/vm1/s1 1
        pieces kvm/vm0/s0 2
        delay kvm/vm2/s2 read 100
        delay kvm/vm2/s1 open 100
        pieces kvm/vm1/.schema 7
        delay kvm/vm2/.schema read 100
        delay kvm/vm2 list 100
        """);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = withTimeout(fs)) {
      assertEquals(expected, sample(sampler));
      awaitOutcomes(expected, withTimeout);
      fs.catalog().stats().forEach(s -> assertEquals("about " + s, s.description()));
    }
  }

  @Test
  void schemasThatAreNoneCostDescriptionsAloneAndAreToldOnce() {
    String half =
        "METRIC\nNAME s0\nFLAG CUMULATIVE\nTYPE INT\nDESC about half\n\nMETRIC\nNAME s1\nFL";
    Map<String, String> expected = threeSources();
    for (String bad :
        List.of("", "\n", half, "garbage", "\\xff\\xfe\\x00\\n", "LABEL\n", "METRIC\n")) {
      simulator.remove("kvm");
      threeSources();
      simulator.text("kvm/vm1/.schema", bad);
      checkBadSchema(expected, bad);
    }
    for (String repeated :
        List.of(
            "repeat kvm/vm1/.schema x 10485760",
            "repeat kvm/vm1/.schema \"garbage in lines\\n\" 600000",
            "repeat kvm/vm1/.schema \"METRIC\\nNAME s1\\nDESC x\\n\" 500000",
            "repeat kvm/vm1/.schema \"LABEL\\na b\\n\" forever")) {
      simulator.remove("kvm");
      threeSources();
      simulator.command(repeated);
      checkBadSchema(expected, repeated);
    }
  }

  private void checkBadSchema(Map<String, String> expected, String schema) {
    try (LogCapture lines = new LogCapture();
        StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(expected, sample(sampler), schema);
      assertEquals("about kvm/vm0/s0", stat(fs, "kvm/vm0/s0").description(), schema);
      Stat first = stat(fs, "kvm/vm1/s0");
      assertEquals(schema.contains("half") ? "about half" : "", first.description(), schema);
      for (int i = 0; i < 3; i++) {
        fs.refresh();
      }
      assertTrue(problems(fs).size() <= 6, problems(fs)::toString);
      assertEquals(problems(fs).isEmpty(), lines.lines().isEmpty(), schema);
      // Those of one cause are logged as one.
      for (String line : lines.lines()) {
        assertTrue(problems(fs).stream().anyMatch(line::startsWith), line);
      }
      assertTrue(lines.lines().size() <= 2, lines.lines()::toString);
      assertFalse(simulator.opens("kvm/vm1/.schema").mostAtOnce() > 1);
    } finally {
      simulator.heal("kvm/vm1/.schema");
    }
  }

  @Test
  void withoutDescriptorsEveryStatFailsAndNothingIsForgotten() throws Exception {
    Map<String, String> healthy = threeSources();
    simulator.command("mode / 0755");
    String[] limit = {"sh", "-c", "ulimit -n 80 && exec \"$@\"", "sh"};
    try (ChildJvm process = unprivileged(simulator.root(), limit)) {
      assertEquals(healthy, process.answer("sample"));
      // What is needed to report a failure is loaded from files, too.
      simulator.fail("kvm/vm1/s1", "EIO");
      simulator.fail("kvm/vm1", "EIO");
      simulator.source("kvm/vm1/vcpu0");
      process.answer("refresh");
      simulator.heal("all");
      simulator.remove("kvm/vm1/vcpu0");
      assertEquals(healthy, process.answer("refresh"));
      for (int i = 0; i < 2; i++) {
        assertTrue(Integer.parseInt(process.answer("exhaust").get("opened")) > 0);
        Map<String, String> outcomes = process.answer("sample");
        assertEquals(with(healthy, ".*", "GONE 24"), outcomes);
        outcomes = process.answer("lasting");
        assertEquals(with(healthy, ".*", "FAILED 24"), outcomes);
        assertEquals(outcomes, process.answer("refresh"));
        process.answer("release");
        assertEquals(healthy, process.answer("sample"));
        assertEquals(healthy, process.answer("refresh"));
      }
    }
  }

  @Test
  void aStatThatFailsIsOfItsOwnStatusInAllThatCounts() {
    threeSources();
    simulator.command("fail kvm/vm0/s0 read EIO");
    simulator.command("fail kvm/vm0/s1 open EACCES");
    simulator.text("kvm/vm0/s2", "text");
    simulator.command("fail kvm/vm1/s0 read ENODEV");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      sampleLasting(sampler);
      assertEquals(5, sampler.count(Status.OK));
      for (Status status :
          List.of(Status.FAILED, Status.DENIED, Status.NOT_A_NUMBER, Status.GONE)) {
        assertEquals(1, sampler.count(status), status.name());
      }
      assertEquals(0, sampler.count(Status.BLOCKED));
    }
  }
}
