package io.statsfs.metrics.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.Tree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which of many failures reach the log, and when again. */
class UnreadableStatsTest {
  private static final int EPERM = 1;
  private static final int EIO = 5;
  private static final int EACCES = 13;

  private final List<String> logged = new ArrayList<>();
  private final UnreadableStats unreadable = new UnreadableStats(logged::add, true);
  private final Sampler sampler = mock(Sampler.class);
  private final Status[] statuses = new Status[4];
  private final int[] errnos = new int[4];
  private long minutes;

  /** Two stats in each of two trees. */
  @BeforeEach
  void setUp() {
    when(sampler.size()).thenReturn(4);
    Tree[] trees = {
      Tree.builder(Layout.statsfs()).root(Path.of("/one")).fileSystemType("tmpfs").build(),
      Tree.builder(Layout.statsfs()).root(Path.of("/two")).fileSystemType("tmpfs").build()
    };
    for (int i = 0; i < 4; i++) {
      Source source = mock(Source.class);
      when(source.tree()).thenReturn(trees[i / 2]);
      Stat stat = mock(Stat.class);
      when(stat.source()).thenReturn(source);
      String file = trees[i / 2].origin() + "/s" + i;
      when(stat.origin()).thenReturn(file);
      when(sampler.blockedBy(i)).thenReturn(file);
      when(sampler.stat(i)).thenReturn(stat);
      statuses[i] = Status.OK;
    }
  }

  private void set(int index, Status status, int errno) {
    statuses[index] = status;
    errnos[index] = errno;
  }

  private int sample() {
    int before = logged.size();
    for (int i = 0; i < 4; i++) {
      when(sampler.status(i)).thenReturn(statuses[i]);
      when(sampler.errno(i)).thenReturn(errnos[i]);
    }
    for (Status status : Status.values()) {
      when(sampler.count(status)).thenReturn(Collections.frequency(List.of(statuses), status));
    }
    unreadable.report(sampler, TimeUnit.MINUTES.toNanos(minutes));
    return logged.size() - before;
  }

  @Test
  void eachCauseOfEachTreeIsALine() {
    set(0, Status.FAILED, EIO);
    set(1, Status.FAILED, EIO);
    assertEquals(1, sample());
    assertTrue(
        logged
            .get(0)
            .startsWith("2 of 2 stats have no value in /one. The first is /one/s0: reading fails"),
        logged.get(0));
    assertEquals(0, sample());
    set(2, Status.FAILED, EIO);
    assertEquals(1, sample(), "another tree");
    assertTrue(logged.get(1).contains("/two/s2"), logged.get(1));
    set(1, Status.DENIED, EACCES);
    assertEquals(1, sample(), "another status");
    set(3, Status.DENIED, EPERM);
    set(2, Status.DENIED, EACCES);
    assertEquals(2, sample(), "two causes of one status");
    assertEquals(0, sample());
  }

  @Test
  void aRealFailureAfterAFalseAlarmIsLogged() {
    set(0, Status.FAILED, EIO);
    assertEquals(1, sample());
    set(0, Status.OK, 0);
    assertEquals(0, sample());
    minutes = 6;
    assertEquals(0, sample());
    set(1, Status.FAILED, EIO);
    assertEquals(1, sample());
    assertTrue(logged.get(1).contains("/one/s1"), logged.get(1));
  }

  @Test
  void whatHangsIsNamed() {
    when(sampler.blockedBy(1)).thenReturn("/one/trace_pipe");
    set(1, Status.BLOCKED, 0);
    assertEquals(1, sample());
    assertTrue(
        logged.get(0).contains("The first is /one/s1: /one/trace_pipe does not answer"),
        logged.get(0));
  }

  @Test
  void oneThatComesAndGoesIsOneLine() {
    for (minutes = 0; minutes < 60; minutes++) {
      set(0, minutes % 4 == 0 ? Status.BLOCKED : Status.OK, 0);
      sample();
    }
    assertEquals(1, logged.size(), "" + logged);
  }

  @Test
  void theFileThatHangsIsNamedAndNotOneThatIsLeftOutBecauseOfIt() {
    set(0, Status.BLOCKED, 0);
    set(1, Status.BLOCKED, 0);
    when(sampler.blockedBy(0)).thenReturn("/one/s1");
    assertEquals(1, sample());
    assertTrue(
        logged.get(0).contains("The first is /one/s0: /one/s1 does not answer"), logged.get(0));
  }

  @Test
  void oneThatLastsIsOneLine() {
    set(0, Status.DENIED, EACCES);
    for (minutes = 0; minutes < 600; minutes += 10) {
      sample();
    }
    assertEquals(1, logged.size(), "" + logged);
  }
}
