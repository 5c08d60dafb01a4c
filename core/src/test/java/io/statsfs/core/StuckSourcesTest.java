package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.Status;
import io.statsfs.testkit.Outcomes;
import io.statsfs.testkit.TestTree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hangs is simulated by a reader that waits; real files that hang are in other tests. */
@Timeout(120)
class StuckSourcesTest {
  private static final Duration PATIENCE = Duration.ofMillis(40);

  /** The latches of sources that hang. */
  private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();

  private final Set<Thread> others = samplers().collect(Collectors.toSet());

  private final Map<String, AtomicInteger> tried = new ConcurrentHashMap<>();

  private static TestTree tree(int sources) {
    TestTree tree = TestTree.inMemory();
    for (int i = 0; i < sources; i++) {
      tree.stat("kvm/vm" + i + "/a", i).stat("kvm/vm" + i + "/b", 10 * i);
    }
    return tree.settle();
  }

  private void hang(String... sources) {
    for (String source : sources) {
      hanging.put(source, new CountDownLatch(1));
    }
  }

  private void release(String... sources) {
    for (String source : sources) {
      hanging.remove(source).countDown();
    }
  }

  private Fs open(Fs fs) {
    fs.reader.onFile =
        stat -> {
          String source = stat.source().toString();
          if (!stat.name().equals("a")) {
            return;
          }
          tried.computeIfAbsent(source, s -> new AtomicInteger()).incrementAndGet();
          CountDownLatch latch = hanging.get(source);
          if (latch != null) {
            try {
              latch.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    return fs;
  }

  private int tried(String source) {
    return tried.get(source).get();
  }

  /** The outcomes of the first stats of the sources. */
  private static Map<String, String> sample(Sampler sampler) {
    Map<String, String> outcomes = new TreeMap<>();
    Outcomes.sample(sampler)
        .forEach(
            (stat, outcome) -> {
              if (stat.endsWith("/a")) {
                outcomes.put(stat.substring(4, stat.length() - 2), outcome);
              }
            });
    return outcomes;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "waited in vain");
      Thread.onSpinWait();
    }
  }

  /** Of this test; others may have left some that have not ended yet. */
  private long threads() {
    return samplers().filter(thread -> !others.contains(thread)).count();
  }

  private static Stream<Thread> samplers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("statsfs-sampler"));
  }

  @Test
  void aStuckSourceCostsOnlyItselfAndOneThread() {
    try (TestTree tree = tree(3);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), PATIENCE)) {
      assertEquals(Map.of("vm0", "0", "vm1", "1", "vm2", "2"), sample(sampler));
      long before = threads();
      hang("kvm/vm1");
      Map<String, String> blocked = Map.of("vm0", "0", "vm1", "BLOCKED 0", "vm2", "2");
      assertEquals(blocked, sample(sampler));
      assertEquals(2, sampler.count(Status.BLOCKED));
      int attempts = tried("kvm/vm1");
      tree.stat("kvm/vm2/a", 22);
      for (int i = 0; i < 10; i++) {
        assertEquals(
            Map.of("vm0", "0", "vm1", "BLOCKED 0", "vm2", "22"), sample(sampler), "sample " + i);
      }
      assertEquals(attempts, tried("kvm/vm1"), "tried while it hangs");
      assertEquals(before + 1, threads());
      release("kvm/vm1");
      await(() -> sample(sampler).get("vm1").equals("1"));
      await(() -> threads() == before);
    }
  }

  @Test
  void whatComesAndGoesIsFollowedWhileASourceIsStuck() {
    try (TestTree tree = tree(2);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), PATIENCE)) {
      hang("kvm/vm0");
      assertEquals(Map.of("vm0", "BLOCKED 0", "vm1", "1"), sample(sampler));
      tree.stat("kvm/vm2/a", 2);
      fs.refresh();
      assertEquals(Map.of("vm0", "BLOCKED 0", "vm1", "1", "vm2", "2"), sample(sampler));
      tree.remove("kvm/vm0").remove("kvm/vm1");
      fs.refresh();
      assertEquals(Map.of("vm2", "2"), sample(sampler));
      release("kvm/vm0");
      await(() -> threads() == 1);
      int prepared = fs.reader.prepared;
      for (int i = 0; i < 5; i++) {
        assertEquals(Map.of("vm2", "2"), sample(sampler));
      }
      assertTrue(fs.reader.prepared <= prepared + 1, "prepared anew for what is gone");
    }
  }

  @Test
  void oneThatGetsStuckAgainAndAgainIsTriedMoreAndMoreSeldom() {
    try (TestTree tree = tree(2);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), PATIENCE)) {
      assertEquals(Map.of("vm0", "0", "vm1", "1"), sample(sampler));
      for (int times = 1; times <= 2; times++) {
        int attempts = tried("kvm/vm0");
        hang("kvm/vm0");
        await(() -> sample(sampler).get("vm0").equals("BLOCKED 0") && tried("kvm/vm0") > attempts);
        release("kvm/vm0");
      }
      long began = System.nanoTime();
      await(() -> sample(sampler).get("vm0").equals("0"));
      assertTrue(System.nanoTime() - began >= 2 * PATIENCE.toNanos(), "tried again at once");
      // It is like any other then.
      hang("kvm/vm0");
      assertEquals("BLOCKED 0", sample(sampler).get("vm0"));
      release("kvm/vm0");
      await(() -> sample(sampler).get("vm0").equals("0"));
    }
  }

  @Test
  void aTreeInWhichFourSourcesHangIsLeftOutWholeUntilOneReturns() {
    try (TestTree dead = tree(8);
        TestTree living = TestTree.inMemory().stat("net/lo/a", 7).settle();
        Fs fs =
            open(
                new Fs(
                    List.of(
                        Fs.tree(dead.root(), Layout.statsfs()),
                        Fs.tree(living.root(), Layout.statsfs())),
                    Limits.defaults(),
                    Duration.ZERO));
        Sampler sampler = fs.fs.sampler(StatFilter.name("a"), PATIENCE)) {
      String[] all = {
        "kvm/vm0", "kvm/vm1", "kvm/vm2", "kvm/vm3", "kvm/vm4", "kvm/vm5", "kvm/vm6", "kvm/vm7"
      };
      hang(all);
      for (int i = 0; i < 3; i++) {
        Map<String, String> outcomes = sample(sampler);
        assertEquals("7", outcomes.remove("lo"));
        assertEquals(Set.of("BLOCKED 0"), Set.copyOf(outcomes.values()));
        assertEquals(8, outcomes.size());
      }
      assertEquals(4, tried.keySet().stream().filter(s -> s.startsWith("kvm")).count());
      assertEquals(5, threads());
      release(all);
      await(() -> Set.copyOf(sample(sampler).values()).equals(Set.of(values(8))));
      await(() -> threads() == 1);
    }
  }

  private static String[] values(int sources) {
    String[] values = new String[sources];
    for (int i = 0; i < sources; i++) {
      values[i] = Integer.toString(i);
    }
    return values; // lo's 7 is vm7's.
  }

  @Test
  void closingDoesNotWaitForWhatHangs() {
    hang("kvm/vm0");
    try (TestTree tree = tree(2);
        Fs fs = open(new Fs(tree.root()))) {
      Sampler sampler = fs.fs.sampler(StatFilter.all(), PATIENCE);
      assertEquals(Map.of("vm0", "BLOCKED 0", "vm1", "1"), sample(sampler));
      sampler.close();
      await(() -> threads() == 1);
      release("kvm/vm0");
      // The reader that is closed next finds no batch open.
      await(() -> threads() == 0);
    }
  }

  @Test
  void withoutPatienceTheCallerReads() {
    Thread[] reader = new Thread[1];
    try (TestTree tree = tree(1);
        Fs fs = new Fs(tree.root());
        Sampler sampler = fs.fs.sampler()) {
      fs.reader.onSample = () -> reader[0] = Thread.currentThread();
      sampler.sample();
      assertEquals(Thread.currentThread(), reader[0]);
      for (Duration patience : List.of(Duration.ZERO, Duration.ofMillis(9), Duration.ofDays(-1))) {
        assertThrows(
            IllegalArgumentException.class, () -> fs.fs.sampler(StatFilter.all(), patience));
      }
      try (Sampler patient = fs.fs.sampler(StatFilter.all(), Duration.ofSeconds(Long.MAX_VALUE))) {
        patient.sample();
        assertFalse(Thread.currentThread().equals(reader[0]));
        Stat stat = patient.stat(0);
        Source source = stat.source();
        assertEquals("kvm/vm0", source.toString());
      }
    }
  }
}
