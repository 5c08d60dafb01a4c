package io.statsfs.core.sample;

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
import io.statsfs.contracts.Outcomes;
import io.statsfs.core.Fs;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hangs is simulated by a reader that waits; real files that hang are in other tests. */
@Timeout(120)
class StuckFilesTest {
  /** So long that no thread of a busy machine waits for a processor as long. */
  private static final Duration TIMEOUT = Duration.ofMillis(250);

  /** The latches of stats that hang. */
  private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();

  private final Set<Thread> others = samplers().collect(Collectors.toSet());

  private final List<CountDownLatch> forever = new ArrayList<>();

  private final Map<String, AtomicInteger> tried = new ConcurrentHashMap<>();

  private static TestTree tree(int sources) {
    TestTree tree = TestTree.inMemory();
    for (int i = 0; i < sources; i++) {
      tree.stat("kvm/vm" + i + "/a", i).stat("kvm/vm" + i + "/b", 10 * i);
    }
    return tree.settle();
  }

  private void hang(String... stats) {
    for (String stat : stats) {
      hanging.put(stat, new CountDownLatch(1));
    }
  }

  private void release(String... stats) {
    for (String stat : stats) {
      hanging.remove(stat).countDown();
    }
  }

  /** Those that hang go on hanging, for ever as far as the sampler can see; others do not. */
  private void hangNoMore(String... stats) {
    for (String stat : stats) {
      forever.add(hanging.remove(stat));
    }
  }

  @AfterEach
  void releaseAll() {
    hanging.values().forEach(CountDownLatch::countDown);
    forever.forEach(CountDownLatch::countDown);
  }

  private Fs open(Fs fs) {
    fs.reader.onFile =
        path -> {
          Path root = fs.fs.catalog().trees().get(0).root().orElseThrow();
          String stat = root.relativize(path).toString();
          tried.computeIfAbsent(stat, s -> new AtomicInteger()).incrementAndGet();
          CountDownLatch latch = hanging.get(stat);
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

  private int tried(String stat) {
    return tried.get(stat).get();
  }

  private static Map<String, String> sample(Sampler sampler) {
    return Outcomes.sample(sampler);
  }

  /** The outcomes of a tree of {@link #tree}. */
  private static Map<String, String> values(int sources, String... blocked) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < sources; i++) {
      values.put("kvm/vm" + i + "/a", "" + i);
      values.put("kvm/vm" + i + "/b", "" + 10 * i);
    }
    for (String stat : blocked) {
      values.put(stat, "BLOCKED 0");
    }
    return values;
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
  void whatHangsAtNoFileIsLeftBehindAndNoFileIsBlocked() {
    CountDownLatch latch = new CountDownLatch(1);
    forever.add(latch);
    try (TestTree tree = tree(3);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), TIMEOUT)) {
      assertEquals(values(3), sample(sampler));
      final long before = threads();
      fs.reader.onNoFile =
          () -> {
            // The next batch does without.
            if (fs.reader.leftBehind == 0) {
              try {
                latch.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            }
          };
      assertEquals(values(3), sample(sampler));
      assertEquals(1, fs.reader.leftBehind);
      hang("kvm/vm1/a");
      assertEquals(values(3, "kvm/vm1/a"), sample(sampler));
      release("kvm/vm1/a");
      Await.until(() -> values(3).equals(sample(sampler)), () -> "" + sample(sampler));
      assertEquals(1, fs.reader.leftBehind);
      latch.countDown();
      Await.until(() -> threads() == before, () -> "a thread is left");
    }
  }

  @Test
  void aStuckFileAffectsOnlyItselfAndCostsOneThread() {
    try (TestTree tree = tree(3);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), TIMEOUT)) {
      assertEquals(values(3), sample(sampler));
      long before = threads();
      hang("kvm/vm1/a");
      assertEquals(values(3, "kvm/vm1/a"), sample(sampler));
      assertEquals(1, sampler.count(Status.BLOCKED));
      assertEquals(Set.of(tree.path("kvm/vm1/a").toString()), blockers(sampler));
      int attempts = tried("kvm/vm1/a");
      tree.stat("kvm/vm1/b", 22);
      Map<String, String> expected = values(3, "kvm/vm1/a");
      expected.put("kvm/vm1/b", "22");
      for (int i = 0; i < 10; i++) {
        assertEquals(expected, sample(sampler), "sample " + i);
      }
      assertEquals(attempts, tried("kvm/vm1/a"), "tried while it hangs");
      assertEquals(before + 1, threads());
      release("kvm/vm1/a");
      Await.until(() -> sample(sampler).get("kvm/vm1/a").equals("1"));
      Await.until(() -> threads() == before);
    }
  }

  /** What is named as the cause by the stats that are blocked. */
  private static Set<String> blockers(Sampler sampler) {
    Set<String> blockers = new HashSet<>();
    for (int i = 0; i < sampler.size(); i++) {
      if (sampler.status(i) == Status.BLOCKED) {
        blockers.add(sampler.blockedBy(i));
      } else {
        assertEquals(sampler.stat(i).origin(), sampler.blockedBy(i));
      }
    }
    return blockers;
  }

  @Test
  void whatComesAndGoesIsFollowedWhileAFileIsStuck() {
    try (TestTree tree = tree(2);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), TIMEOUT)) {
      hang("kvm/vm0/a");
      assertEquals(values(2, "kvm/vm0/a"), sample(sampler));
      int attempts = tried("kvm/vm0/a");
      // Its source is another object then, with the same file.
      tree.stat("kvm/vm2/a", 2).stat("kvm/vm2/b", 20).stat("kvm/vm0/c", 100);
      fs.refresh();
      Map<String, String> expected = values(3, "kvm/vm0/a");
      expected.put("kvm/vm0/c", "100");
      assertEquals(expected, sample(sampler));
      assertEquals(attempts, tried("kvm/vm0/a"), "tried while it hangs");
      tree.remove("kvm/vm0").remove("kvm/vm1");
      fs.refresh();
      assertEquals(Map.of("kvm/vm2/a", "2", "kvm/vm2/b", "20"), sample(sampler));
      release("kvm/vm0/a");
      Await.until(() -> threads() == 1);
      int prepared = fs.reader.prepared;
      for (int i = 0; i < 5; i++) {
        assertEquals(Map.of("kvm/vm2/a", "2", "kvm/vm2/b", "20"), sample(sampler));
      }
      assertEquals(prepared, fs.reader.prepared, "prepared anew for what is gone");
    }
  }

  @Test
  void oneThatGetsStuckAgainAndAgainIsTriedMoreAndMoreSeldom() {
    String stat = "kvm/vm0/a";
    try (TestTree tree = tree(2);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), TIMEOUT)) {
      assertEquals(values(2), sample(sampler));
      for (int times = 1; times <= 2; times++) {
        int attempts = tried(stat);
        hang(stat);
        Await.until(() -> sample(sampler).get(stat).equals("BLOCKED 0") && tried(stat) > attempts);
        release(stat);
      }
      long began = System.nanoTime();
      Await.until(() -> sample(sampler).get(stat).equals("0"));
      assertTrue(System.nanoTime() - began >= 2 * TIMEOUT.toNanos(), "tried again at once");
      // It is like any other then.
      hang(stat);
      assertEquals("BLOCKED 0", sample(sampler).get(stat));
      release(stat);
      Await.until(() -> sample(sampler).get(stat).equals("0"));
    }
  }

  private static String[] firstFiles(int from, int end) {
    return IntStream.range(from, end).mapToObj(i -> "kvm/vm" + i + "/a").toArray(String[]::new);
  }

  @Test
  void aTreeInWhichFourFilesHangIsLeftOutForAPauseAndThenReadWithoutThem() {
    try (TestTree many = tree(8);
        TestTree other = TestTree.inMemory().stat("net/lo/a", 7).settle();
        Fs fs =
            open(
                new Fs(
                    List.of(
                        Fs.tree(many.root(), Layout.statsfs()),
                        Fs.tree(other.root(), Layout.statsfs())),
                    Limits.defaults(),
                    Duration.ZERO));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), Duration.ofMillis(400))) {
      hang(firstFiles(0, 4));
      Map<String, String> outcomes = sample(sampler);
      assertEquals("7", outcomes.remove("net/lo/a"));
      assertEquals(Set.of("BLOCKED 0"), Set.copyOf(outcomes.values()));
      assertEquals(5, threads());
      Set<String> culprits =
          Stream.of(firstFiles(0, 4))
              .map(file -> many.path(file).toString())
              .collect(Collectors.toUnmodifiableSet());
      assertTrue(culprits.containsAll(blockers(sampler)), blockers(sampler)::toString);
      // Then the others, though the threads never return.
      Map<String, String> expected = values(8, firstFiles(0, 4));
      expected.put("net/lo/a", "7");
      Await.until(() -> sample(sampler).equals(expected));
      assertEquals(culprits, blockers(sampler));
      assertEquals(5, threads());
      // A fifth one is one too many again, for a longer pause.
      hang("kvm/vm5/b");
      outcomes = sample(sampler);
      assertEquals("BLOCKED 0", outcomes.get("kvm/vm7/b"));
      expected.put("kvm/vm5/b", "BLOCKED 0");
      Await.until(() -> sample(sampler).equals(expected));
      assertEquals(6, threads());
      release(firstFiles(0, 4));
      release("kvm/vm5/b");
      expected.putAll(values(8));
      Await.until(() -> sample(sampler).equals(expected));
      Await.until(() -> threads() == 1);
    }
  }

  @Test
  void filesThatAreReplacedFreeTheirPlacesThoughTheirThreadsNeverReturn() {
    try (TestTree tree = tree(6);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.all(), TIMEOUT)) {
      hang(firstFiles(0, 4));
      assertEquals(Set.of("BLOCKED 0"), Set.copyOf(sample(sampler).values()));
      hangNoMore(firstFiles(0, 4));
      Await.until(() -> sample(sampler).equals(values(6, firstFiles(0, 4))));
      // Two in place, and two with their directories.
      tree.remove("kvm/vm0/a").stat("kvm/vm0/a", 0);
      tree.move("kvm/vm1/a", "kvm/vm1/old").stat("kvm/vm1/a", 1);
      Await.until(() -> sample(sampler).equals(values(6, firstFiles(2, 4))));
      for (int i = 2; i < 4; i++) {
        tree.move("kvm/vm" + i, "old" + i).stat("kvm/vm" + i + "/a", i);
        tree.stat("kvm/vm" + i + "/b", 10 * i).remove("old" + i);
      }
      tree.remove("kvm/vm1/old").settle();
      fs.refresh();
      assertEquals(values(6), sample(sampler));
      assertEquals(5, threads());
      // There is room for four others.
      hang(firstFiles(3, 6));
      assertEquals(values(6, firstFiles(3, 6)), sample(sampler));
      releaseAll();
      Await.until(() -> threads() == 1);
    }
  }

  @Test
  void aTreeThatReplacesFilesThatHangForEverCostsABoundedNumberOfThreads() {
    try (TestTree tree = tree(1);
        Fs fs = open(new Fs(tree.root()));
        Sampler sampler = fs.fs.sampler(StatFilter.name("a"), TIMEOUT)) {
      for (int i = 0; i < 30; i++) {
        hang("kvm/vm0/a");
        assertEquals(Map.of("kvm/vm0/a", "BLOCKED 0"), sample(sampler));
        hangNoMore("kvm/vm0/a");
        tree.move("kvm/vm0", "old").stat("kvm/vm0/a", 0).remove("old").settle();
        fs.refresh();
      }
      assertEquals(Map.of("kvm/vm0/a", "BLOCKED 0"), sample(sampler));
      assertTrue(threads() <= 17, () -> threads() + " threads");
      forever.forEach(CountDownLatch::countDown);
      Await.until(() -> sample(sampler).equals(Map.of("kvm/vm0/a", "0")));
      Await.until(() -> threads() == 1);
    }
  }

  @Test
  void closingDoesNotWaitForWhatHangs() {
    hang("kvm/vm0/a");
    try (TestTree tree = tree(2);
        Fs fs = open(new Fs(tree.root()))) {
      Sampler sampler = fs.fs.sampler(StatFilter.all(), TIMEOUT);
      assertEquals(values(2, "kvm/vm0/a"), sample(sampler));
      sampler.close();
      Await.until(() -> threads() == 1);
      release("kvm/vm0/a");
      // The reader that is closed next finds no batch open.
      Await.until(() -> threads() == 0);
    }
  }

  @Test
  void withoutAReadTimeoutTheCallerReads() {
    Thread[] reader = new Thread[1];
    try (TestTree tree = tree(1);
        Fs fs = new Fs(tree.root());
        Sampler sampler = fs.fs.sampler()) {
      fs.reader.onSample = () -> reader[0] = Thread.currentThread();
      sampler.sample();
      assertEquals(Thread.currentThread(), reader[0]);
      for (Duration timeout : List.of(Duration.ZERO, Duration.ofMillis(9), Duration.ofDays(-1))) {
        assertThrows(
            IllegalArgumentException.class, () -> fs.fs.sampler(StatFilter.all(), timeout));
      }
      try (Sampler withTimeout =
          fs.fs.sampler(StatFilter.all(), Duration.ofSeconds(Long.MAX_VALUE))) {
        withTimeout.sample();
        assertFalse(Thread.currentThread().equals(reader[0]));
        Stat stat = withTimeout.stat(0);
        Source source = stat.source();
        assertEquals("kvm/vm0", source.toString());
      }
    }
  }
}
