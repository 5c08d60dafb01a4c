package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.BackendContract;
import io.statsfs.spi.Backend;
import io.statsfs.testkit.VirtualMachines;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** The backend of KVM's descriptors, on machines of a real KVM. */
class KvmBackendTest extends BackendContract {
  private final Deque<VirtualMachines> processes = new ArrayDeque<>();
  private final Set<Integer> pids = ConcurrentHashMap.newKeySet();

  /** Those of this test alone, as others may run at the same time. */
  private final class Own implements KvmCalls {
    private final KvmCalls all = new NativeKvm();

    @Override
    public List<KvmFound> find(Path proc) throws Failure {
      return all.find(proc).stream().filter(found -> pids.contains(found.pid())).toList();
    }

    @Override
    public ByteBuffer describe(Path proc, KvmFound found) throws Failure {
      return all.describe(proc, found);
    }
  }

  private VirtualMachines start() {
    try {
      VirtualMachines machines = VirtualMachines.start();
      processes.push(machines);
      pids.add((int) machines.program().pid());
      return machines;
    } catch (UnsupportedOperationException e) {
      throw new TestAbortedException(e.getMessage());
    }
  }

  @BeforeEach
  void requireDescriptors() {
    VirtualMachines machines = start();
    try {
      machines.hold(machines.make());
    } catch (IllegalStateException e) {
      throw new TestAbortedException("This kernel has no descriptors of statistics: " + e);
    }
    remove();
  }

  @AfterEach
  void end() {
    while (!processes.isEmpty()) {
      remove();
    }
  }

  @Override
  protected Backend backend() {
    // No look takes long, however busy the machine is.
    return new KvmBackend(Own::new, () -> 0);
  }

  @Override
  protected Map<String, Long> add() {
    VirtualMachines machines = start();
    String name = machines.make();
    machines.hold(name);
    return values("kvm/" + name, machines.statistics(name));
  }

  private static Map<String, Long> values(String source, Map<String, List<Long>> statistics) {
    Map<String, Long> values = new TreeMap<>();
    statistics.forEach(
        (stat, its) -> {
          if (its.size() == 1) {
            values.put(source + "/" + stat, its.get(0));
          }
        });
    return values;
  }

  @Override
  protected void remove() {
    VirtualMachines machines = processes.pop();
    machines.close();
    pids.remove((int) machines.program().pid());
  }

  private StatsFs open(String... trees) {
    return StatsFs.builder().backend(backend()).refreshInterval(Duration.ZERO).trees(trees).build();
  }

  private static Map<String, String> sample(Sampler sampler) {
    sampler.sample();
    Map<String, String> outcomes = new TreeMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      String before =
          outcomes.put(
              sampler.stat(i).toString(),
              sampler.status(i) == Status.OK ? "" + sampler.longValue(i) : "" + sampler.status(i));
      assertEquals(null, before, () -> "twice: " + outcomes);
    }
    return outcomes;
  }

  private static Map<String, String> texts(Map<String, Long> values) {
    Map<String, String> texts = new TreeMap<>();
    values.forEach((stat, value) -> texts.put(stat, value.toString()));
    return texts;
  }

  @Test
  void eachStatOfMachineAndVcpuIsWhatItsProcessReads() {
    VirtualMachines machines = start();
    String name = machines.make();
    machines.addVcpu(name, 0);
    machines.addVcpu(name, 5);
    machines.run(name, 0);
    machines.hold(name);
    machines.hold(name, 0);
    machines.hold(name, 5);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, Long> expected = values("kvm/" + name, machines.statistics(name));
      expected.putAll(values("kvm/" + name + "/vcpu0", machines.statistics(name, 0)));
      expected.putAll(values("kvm/" + name + "/vcpu5", machines.statistics(name, 5)));
      assertEquals(texts(expected), sample(sampler));
      long exits = expected.get("kvm/" + name + "/vcpu0/exits");
      for (int i = 0; i < 10; i++) {
        machines.run(name, 0);
      }
      sample(sampler);
      Map<String, Long> next = values("kvm/" + name + "/vcpu0", machines.statistics(name, 0));
      assertTrue(next.get("kvm/" + name + "/vcpu0/exits") > exits, () -> exits + " " + next);
      assertTrue(sample(sampler).entrySet().containsAll(texts(next).entrySet()));
    }
  }

  @Test
  void histogramsAreRowsOfATreeThatIsNamed() {
    VirtualMachines machines = start();
    String name = machines.make();
    machines.addVcpu(name, 0);
    machines.hold(name, 0);
    try (StatsFs fs = open("kvm_histogram");
        Sampler sampler = fs.sampler(StatFilter.all())) {
      Map<String, String> expected = new TreeMap<>();
      machines
          .statistics(name, 0)
          .forEach(
              (stat, values) -> {
                for (int i = 0; i < values.size(); i++) {
                  String device = name + "/vcpu0/";
                  String source =
                      values.size() == 1
                          ? "kvm/" + device
                          : "kvm_histogram/" + device + least(i) + "/";
                  expected.put(source + stat, values.get(i).toString());
                }
              });
      assertEquals(expected, sample(sampler));
      assumeTrue(expected.keySet().stream().anyMatch(stat -> stat.endsWith("_hist")));
      Source source =
          fs.catalog().sources().stream()
              .filter(its -> its.device().equals(name + "/vcpu0/1024"))
              .findFirst()
              .orElseThrow();
      assertEquals(
          Map.of("subsystem", "kvm_histogram", "device", name + "/vcpu0", "bucket", "1024"),
          new HashMap<>(source.labels()));
      // All that is behind a descriptor is read as one.
      assertEquals(1, fs.catalog().stats().stream().map(Stat::origin).distinct().count());
    }
  }

  private static long least(int bucket) {
    return bucket == 0 ? 0 : 1L << bucket - 1;
  }

  @Test
  void machinesOfOneThreadAreNotTakenForEachOther() {
    VirtualMachines machines = start();
    String first = machines.make();
    String second = machines.make();
    machines.addVcpu(first, 0);
    machines.addVcpu(second, 0);
    machines.run(first, 0);
    String thread = first.substring(0, first.indexOf('-'));
    String ofFirst = "kvm/" + thread + "-stats" + machines.hold(first, 0) + "/vcpu0";
    String ofSecond = "kvm/" + thread + "-stats" + machines.hold(second, 0) + "/vcpu0";
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, Long> expected = values(ofFirst, machines.statistics(first, 0));
      expected.putAll(values(ofSecond, machines.statistics(second, 0)));
      assertEquals(texts(expected), sample(sampler));
      machines.drop(first, 0);
      machines.end(first);
      fs.refresh();
      assertEquals(
          texts(values("kvm/" + second + "/vcpu0", machines.statistics(second, 0))),
          sample(sampler));
    }
  }

  @Test
  void whatItsProcessClosesIsGone() {
    VirtualMachines machines = start();
    String name = machines.make();
    machines.addVcpu(name, 0);
    machines.hold(name);
    machines.hold(name, 0);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      machines.drop(name, 0);
      Map<String, String> outcomes = sample(sampler);
      outcomes.forEach(
          (stat, outcome) -> assertEquals(stat.contains("/vcpu0/"), outcome.equals("GONE"), stat));
      fs.refresh();
      assertEquals(texts(values("kvm/" + name, machines.statistics(name))), sample(sampler));
      machines.hold(name, 0);
      fs.refresh();
      Set<String> sources = new TreeSet<>();
      fs.catalog().sources().forEach(source -> sources.add(source.device()));
      assertEquals(Set.of(name, name + "/vcpu0"), sources);
    }
  }

  @Test
  void kindsAndUnitsAreThoseOfTheKernel() {
    VirtualMachines machines = start();
    String name = machines.make();
    machines.addVcpu(name, 0);
    machines.hold(name);
    machines.hold(name, 0);
    try (StatsFs fs = open()) {
      List<String> wrong = new ArrayList<>();
      for (Stat stat : fs.catalog().stats()) {
        boolean isTime = stat.name().endsWith("_ns");
        if (isTime != stat.unit().equals("ns")) {
          wrong.add(stat + " in " + stat.unit());
        }
      }
      assertEquals(List.of(), wrong);
      assertEquals(Stat.Kind.COUNTER, fs.catalog().get("kvm", name + "/vcpu0", "exits").kind());
      assertEquals(Stat.Kind.LEVEL, fs.catalog().get("kvm", name, "pages_4k").kind());
      assertEquals(Stat.Kind.LEVEL, fs.catalog().get("kvm", name, "max_mmu_rmap_size").kind());
    }
  }
}
