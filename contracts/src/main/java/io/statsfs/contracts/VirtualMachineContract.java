package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.VirtualMachines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Part of {@link ReaderContract}: virtual machines that come and go. */
abstract class VirtualMachineContract extends UnopenedFileContract {

  @Test
  void aVirtualMachineIsFoundAndGoneAndFoundAgainUnderTheSameName() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create();
        VirtualMachines machines = machines(mount);
        StatsFs fs = open(mount.root().resolve("kvm"))) {
      assertEquals("kvm", fs.catalog().trees().get(0).name());
      String name = machines.make();
      machines.addVcpu(name, 0);
      machines.addVcpu(name, 7);
      boolean hasRun = machines.run(name, 0);
      Path directory = mount.root().resolve("kvm").resolve(name);
      StatFilter ofMachine = StatFilter.device(name).or(StatFilter.device(name + "/*"));
      try (Sampler sampler = fs.sampler(ofMachine)) {
        assertEquals(Map.of(), sample(sampler));
        fs.refresh();
        Map<String, String> first = sample(sampler);
        assertEquals(texts(directory, "kvm/" + name), first);
        assertEquals(
            List.of(name, name + "/vcpu0", name + "/vcpu7"),
            fs.catalog().sources().stream()
                .filter(source -> source.device().startsWith(name))
                .map(Source::device)
                .toList());
        assertTrue(first.containsValue("0"), first::toString);
        // Without a refresh, the machine is gone for the next sample.
        machines.end(name);
        Map<String, String> gone = new TreeMap<>(first);
        gone.replaceAll((stat, outcome) -> outcome.startsWith("DENIED") ? outcome : "GONE 2");
        for (int i = 0; i < 3; i++) {
          Map<String, String> outcomes = sample(sampler);
          outcomes.replaceAll(
              (stat, outcome) -> first.get(stat).startsWith("DENIED") ? first.get(stat) : outcome);
          assertEquals(gone, outcomes);
        }
        // Another one is there under the name of the first.
        assertEquals(name, machines.make());
        machines.addVcpu(name, 0);
        Map<String, String> second = sample(sampler);
        second.forEach(
            (stat, outcome) ->
                assertEquals(
                    stat.contains("/vcpu7/"), outcome.startsWith("GONE"), stat + " " + outcome));
        if (hasRun && second.containsKey("kvm/" + name + "/vcpu0/pid")) {
          // Of the thread that ran the vCPU, and of none as long as it has not run.
          assertNotEquals("0", first.get("kvm/" + name + "/vcpu0/pid"));
          assertEquals("0", second.get("kvm/" + name + "/vcpu0/pid"));
        }
        fs.refresh();
        assertEquals(texts(directory, "kvm/" + name), sample(sampler));
        machines.end(name);
        fs.refresh();
        assertEquals(Map.of(), sample(sampler));
        assertTrue(fs.catalog().sources().stream().noneMatch(s -> s.device().startsWith(name)));
      }
    }
  }

  @Test
  void aVirtualMachineThatWasReplacedBetweenTwoScansIsAnotherSource() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create();
        VirtualMachines machines = machines(mount);
        StatsFs fs = open(mount.root().resolve("kvm"))) {
      String name = machines.make();
      fs.refresh();
      Source first = source(fs, name);
      for (int round = 0; round < 5; round++) {
        machines.end(name);
        assertEquals(name, machines.make());
        fs.refresh();
        Source next = source(fs, name);
        assertNotEquals(first, next);
        first = next;
      }
    }
  }

  @Test
  void machinesEndWhetherTheyAreReadOrNot() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create();
        VirtualMachines machines = machines(mount);
        StatsFs fs = open(mount.root().resolve("kvm"));
        Sampler sampler = fs.sampler(stat -> !stat.source().device().isEmpty())) {
      for (int round = 0; round < 5; round++) {
        String name = machines.make();
        machines.addVcpu(name, 0);
        fs.refresh();
        sampler.sample();
        assertTrue(sampler.size() > 40, () -> sampler.size() + " stats");
        machines.end(name);
        // Who kept a file open would keep the machine, and its directory.
        assertFalse(Files.exists(mount.root().resolve("kvm").resolve(name)));
        fs.refresh();
      }
    }
  }

  @Test
  void modesAndSchemaSayWhatTheStatsOfAMachineAre() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create();
        VirtualMachines machines = machines(mount);
        StatsFs fs = open(mount.root().resolve("kvm"))) {
      String name = machines.make();
      machines.addVcpu(name, 0);
      fs.refresh();
      for (Stat stat : fs.catalog().stats()) {
        boolean isReadOnly =
            Files.getPosixFilePermissions(stat.path().orElseThrow()).stream()
                .noneMatch(permission -> permission.name().endsWith("WRITE"));
        boolean isPeak = stat.name().startsWith("max_");
        assertEquals(isReadOnly || isPeak, stat.kind() != Stat.Kind.COUNTER, stat::toString);
        assertFalse(stat.name().endsWith("_hist"), stat::toString);
      }
      Map<String, Stat> stats = new TreeMap<>();
      source(fs, name).stats().forEach(stat -> stats.put(stat.name(), stat));
      assertEquals("{exit}", stats.get("exits").unit());
      assertEquals("ns", stats.get("halt_wait_ns").unit());
      assertFalse(stats.get("exits").description().isEmpty());
    }
  }

  private static VirtualMachines machines(DebugfsMount mount) {
    assumeTrue(
        Files.isDirectory(mount.root().resolve("kvm")), "this kernel has no statistics of KVM");
    try {
      return VirtualMachines.start();
    } catch (UnsupportedOperationException e) {
      throw new TestAbortedException(e.getMessage());
    }
  }

  private static Source source(StatsFs fs, String device) {
    return fs.catalog().sources().stream()
        .filter(source -> source.device().equals(device))
        .findFirst()
        .orElseThrow(() -> new AssertionError(device + " is not in " + fs.catalog().sources()));
  }

  /** What the files of a machine hold, by the paths of their stats. */
  private static Map<String, String> texts(Path directory, String path) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> found = Files.walk(directory)) {
      files = found.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (!name.endsWith("_hist") && !name.equals("mmu_rmaps_stat")) {
        texts.put(path + "/" + directory.relativize(file), direct(file));
      }
    }
    return texts;
  }
}
