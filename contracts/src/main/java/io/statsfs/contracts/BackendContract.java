package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Catalog;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every backend must do, as tests. A test class that extends this one, and makes and removes
 * what its backend reads, runs them all. A backend of files has {@link ReaderContract} instead.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
public abstract class BackendContract extends ScannerContract {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int CHANGES = 50;
  private static final int THREADS_AT_A_TIME = 4;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** For the test class that extends this one. */
  protected BackendContract() {}

  /**
   * Makes a stat hang when it is read, from the next scan on and until {@link #release}.
   *
   * @param stat one of the source that was added last
   * @return false if nothing of this backend can hang, as by default
   * @throws Exception if the test is to fail
   */
  protected boolean hang(String stat) throws Exception {
    return false;
  }

  /** Ends the hanging, so that everything reads as before. Called after each test. */
  @AfterEach
  protected void release() {}

  /**
   * Makes a stat one that may not be read, from the next scan on.
   *
   * @param stat one of the source that was added last
   * @return false if nothing of this backend can be denied, as by default
   * @throws Exception if the test is to fail
   */
  protected boolean deny(String stat) throws Exception {
    return false;
  }

  /**
   * Makes a stat one whose reading fails, whatever the reason, from the next scan on.
   *
   * @param stat one of the source that was added last
   * @return false if nothing of this backend can fail alone, as by default
   * @throws Exception if the test is to fail
   */
  protected boolean fail(String stat) throws Exception {
    return false;
  }

  /**
   * Whether a sample of this backend has to allocate.
   *
   * @return false, as by default, if it allocates nothing
   */
  protected boolean allocates() {
    return false;
  }

  private StatsFs open() throws Exception {
    return StatsFs.builder().backend(backend()).refreshInterval(Duration.ZERO).build();
  }

  /** Those stats have these values; others may have any. */
  private static void assertRead(Map<String, Long> values, Map<String, String> outcomes) {
    values.forEach((stat, value) -> assertEquals(value.toString(), outcomes.get(stat), stat));
  }

  @Test
  void eachStatHasAnOriginAndAStatus() throws Exception {
    Map<String, Long> added = add();
    assertFalse(added.isEmpty());
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      // That the getters agree on the status and that names are unique is looked at there.
      assertRead(added, Outcomes.sample(sampler));
      for (Stat stat : fs.catalog().stats()) {
        assertFalse(stat.origin().isEmpty(), stat::toString);
        assertFalse(stat.source().origin().isEmpty(), stat::toString);
        assertTrue(fs.catalog().trees().contains(stat.source().tree()), stat::toString);
        Long value = added.get(stat.toString());
        if (value != null) {
          assertEquals(value, fs.readLong(stat), stat::toString);
        }
      }
    }
  }

  @Test
  void sourcesAreFollowedWhileTheyComeAndGo() throws Exception {
    Map<String, Long> stays = add();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertRead(stays, Outcomes.sample(sampler));
      Catalog first = fs.catalog();
      assertSame(first, fs.refresh(), "nothing has changed");
      for (int i = 0; i < 3; i++) {
        Map<String, Long> comes = add();
        Catalog second = fs.refresh();
        assertEquals(first.sources().size() + 1, second.sources().size());
        for (Source source : first.sources()) {
          assertTrue(
              second.sources().stream().anyMatch(other -> other == source),
              () -> source + " has not changed");
        }
        Map<String, String> outcomes = Outcomes.sample(sampler);
        assertRead(stays, outcomes);
        assertRead(comes, outcomes);
        remove();
        fs.refresh();
        outcomes = Outcomes.sample(sampler);
        assertRead(stays, outcomes);
        for (String stat : comes.keySet()) {
          assertFalse(outcomes.containsKey(stat), stat);
        }
      }
    }
  }

  @Test
  void aSampleAllocatesNothing() throws Exception {
    if (allocates()) {
      return;
    }
    Map<String, Long> added = add();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler withTimeout = fs.sampler(StatFilter.all(), Duration.ofSeconds(10))) {
      for (Sampler each : List.of(sampler, withTimeout)) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
          long allocated = THREADS.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < 200; i++) {
            each.sample();
          }
          least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - allocated);
        }
        assertEquals(0, least);
        assertRead(added, Outcomes.of(each));
      }
    }
  }

  @Test
  void aStatThatHangsAffectsNoOtherSource() throws Exception {
    Map<String, Long> others = add();
    Map<String, Long> added = add();
    String stat = added.keySet().iterator().next();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.all(), TIMEOUT)) {
      assertRead(added, Outcomes.sample(sampler));
      if (!hang(stat)) {
        return;
      }
      fs.refresh();
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("BLOCKED 0", outcomes.get(stat));
      assertFalse(sampler.blockedBy(ReaderTest.index(sampler, stat)).isEmpty());
      assertRead(others, outcomes);
      assertRead(others, Outcomes.sample(sampler));
      release();
      Await.until(
          () -> Outcomes.sample(sampler).get(stat).equals(added.get(stat).toString()),
          () -> stat + " does not come back: " + Outcomes.of(sampler));
      assertRead(others, Outcomes.of(sampler));
    } finally {
      release();
    }
  }

  @Test
  void aStatThatMayNotBeReadIsDeniedAndNoOther() throws Exception {
    Map<String, Long> others = add();
    String stat = add().keySet().iterator().next();
    if (!deny(stat)) {
      return;
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals(Status.DENIED, sampler.status(ReaderTest.index(sampler, stat)));
      assertRead(others, outcomes);
    }
  }

  @Test
  void aStatWhoseReadingFailsAffectsNoOther() throws Exception {
    Map<String, Long> others = add();
    Map<String, Long> added = new LinkedHashMap<>(add());
    String stat = added.keySet().iterator().next();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertRead(added, Outcomes.sample(sampler));
      if (!fail(stat)) {
        return;
      }
      fs.refresh();
      Map<String, String> outcomes = Outcomes.sampleLasting(sampler);
      assertNotEquals(Status.OK, sampler.status(ReaderTest.index(sampler, stat)));
      assertThrows(StatReadException.class, () -> fs.readLong(stat(fs, stat)));
      added.remove(stat);
      assertRead(added, outcomes);
      assertRead(others, outcomes);
    }
  }

  @Test
  void aStatThatHangsAndGoesIsForgottenAndKeepsNobodyFromClosing() throws Exception {
    Map<String, Long> others = add();
    String stat = add().keySet().iterator().next();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.all(), TIMEOUT)) {
      if (!hang(stat)) {
        return;
      }
      fs.refresh();
      assertEquals("BLOCKED 0", Outcomes.sample(sampler).get(stat));
      remove();
      fs.refresh();
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertFalse(outcomes.containsKey(stat));
      assertRead(others, outcomes);
      Map<String, Long> next = add();
      fs.refresh();
      // It may be a while until the thread that hangs is known to hang in what is gone.
      Await.until(
          () -> Outcomes.sample(sampler).entrySet().containsAll(expected(next).entrySet()),
          () -> next + " do not come about: " + Outcomes.of(sampler));
    } finally {
      release();
    }
  }

  private static Map<String, String> expected(Map<String, Long> values) {
    Map<String, String> expected = new HashMap<>();
    values.forEach((stat, value) -> expected.put(stat, value.toString()));
    return expected;
  }

  private static Stat stat(StatsFs fs, String stat) {
    return fs.catalog().stats().stream()
        .filter(its -> its.toString().equals(stat))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + stat + " in " + fs.catalog().stats()));
  }

  @Test
  void whatIsGoneHasNoValueBeforeTheNextScan() throws Exception {
    Map<String, Long> stays = add();
    Map<String, Long> goes = add();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertRead(goes, Outcomes.sample(sampler));
      remove();
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertRead(stays, outcomes);
      for (String stat : goes.keySet()) {
        assertEquals(Status.GONE, sampler.status(ReaderTest.index(sampler, stat)), stat);
        assertThrows(StatReadException.class, () -> fs.readLong(stat(fs, stat)), stat);
      }
    }
  }

  @Test
  void whatComesAgainIsAnotherSource() throws Exception {
    Map<String, Long> stays = add();
    Map<String, Long> goes = add();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Source before = stat(fs, goes.keySet().iterator().next()).source();
      Source stayed = stat(fs, stays.keySet().iterator().next()).source();
      assertRead(goes, Outcomes.sample(sampler));
      remove();
      Map<String, Long> comes = add();
      fs.refresh();
      assertFalse(fs.catalog().sources().stream().anyMatch(source -> source == before));
      assertTrue(fs.catalog().sources().stream().anyMatch(source -> source == stayed));
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertRead(stays, outcomes);
      assertRead(comes, outcomes);
    }
  }

  @Test
  void whatStaysIsReadWhileOthersComeAndGo() throws Exception {
    Map<String, Long> stays = add();
    ExecutorService changer = Executors.newSingleThreadExecutor();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Future<Map<String, Long>> changes =
          changer.submit(
              () -> {
                Map<String, Long> comes = Map.of();
                for (int i = 0; i < CHANGES; i++) {
                  comes = add();
                  remove();
                }
                return comes;
              });
      while (!changes.isDone()) {
        fs.refresh();
        assertRead(stays, Outcomes.sample(sampler));
      }
      fs.refresh();
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertRead(stays, outcomes);
      changes.get().keySet().forEach(stat -> assertFalse(outcomes.containsKey(stat), stat));
    } finally {
      changer.shutdownNow();
    }
  }

  @Test
  void severalSamplersReadAtATime() throws Exception {
    Map<String, Long> added = add();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS_AT_A_TIME);
    try (StatsFs fs = open()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS_AT_A_TIME; i++) {
        all.add(
            threads.submit(
                () -> {
                  try (Sampler sampler = fs.sampler()) {
                    for (int sample = 0; sample < 100; sample++) {
                      assertRead(added, Outcomes.sample(sampler));
                    }
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void noMoreIsTakenInThanLimitsAllow() throws Exception {
    add();
    add();
    Limits limits = Limits.builder().sources(1).build();
    try (StatsFs fs =
        StatsFs.builder()
            .backend(backend())
            .limits(limits)
            .refreshInterval(Duration.ZERO)
            .build()) {
      assertTrue(fs.catalog().sources().size() <= 1, () -> "" + fs.catalog().sources());
      assertTrue(
          fs.catalog().problems().stream()
              .anyMatch(problem -> problem.kind() == Problem.Kind.LIMIT_EXCEEDED),
          () -> "" + fs.catalog().problems());
    }
  }

  @Test
  void aStatIsClearedOrTheReasonIsGiven() throws Exception {
    Map<String, Long> others = add();
    Map<String, Long> added = add();
    String first = added.keySet().iterator().next();
    try (StatsFs fs = open()) {
      assertEquals(
          StatClearException.Reason.NOT_ALLOWED,
          assertThrows(StatClearException.class, () -> fs.clear(stat(fs, first))).reason());
      assertEquals(added.get(first), fs.readLong(stat(fs, first)));
    }
    try (StatsFs fs =
            StatsFs.builder()
                .backend(backend())
                .allowClearing()
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      for (Map.Entry<String, Long> each : added.entrySet()) {
        Stat stat = stat(fs, each.getKey());
        long expected = 0;
        try {
          fs.clear(stat);
        } catch (StatClearException e) {
          assertTrue(e.getMessage().startsWith(stat.toString()), e.getMessage());
          expected = each.getValue();
        }
        assertEquals(expected, fs.readLong(stat), stat::toString);
        assertRead(others, Outcomes.sample(sampler));
      }
    }
  }

  @Test
  void closingClosesWhatWasOpened() throws Exception {
    add();
    List<String> before = OpenFiles.all();
    StatsFs fs = open();
    Sampler sampler = fs.sampler();
    sampler.sample();
    sampler.close();
    sampler.close();
    assertThrows(IllegalStateException.class, sampler::sample);
    Sampler other = fs.sampler();
    other.sample();
    fs.close();
    fs.close();
    assertThrows(IllegalStateException.class, other::sample);
    other.close();
    List<String> open = new ArrayList<>(OpenFiles.all());
    open.removeAll(before);
    assertEquals(List.of(), open);
  }
}
