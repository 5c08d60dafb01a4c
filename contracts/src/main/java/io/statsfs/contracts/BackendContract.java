package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.Backend;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every backend must do, as tests. A test class that extends this one, and makes and removes
 * what its backend reads, runs them all. A backend of files has {@link ReaderContract} instead.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
public abstract class BackendContract {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** For the test class that extends this one. */
  protected BackendContract() {}

  /**
   * The backend under test. It can work here, and opens at least one tree.
   *
   * @return a new one, or always the same
   * @throws Exception if the test is to fail
   */
  protected abstract Backend backend() throws Exception;

  /**
   * Makes one more source, which the next scan finds. It stays as it is until it is removed.
   *
   * @return the values of those of its stats of which they are known, at least one, by {@link
   *     Stat#toString()}
   * @throws Exception if the test is to fail
   */
  protected abstract Map<String, Long> add() throws Exception;

  /**
   * Removes the source that was added last. What a test leaves is for the test class to remove.
   *
   * @throws Exception if the test is to fail
   */
  protected abstract void remove() throws Exception;

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
      assumeTrue(hang(stat), "nothing of this backend hangs");
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
    assumeTrue(deny(stat), "nothing of this backend is denied");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals(Status.DENIED, sampler.status(ReaderTest.index(sampler, stat)));
      assertRead(others, outcomes);
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
