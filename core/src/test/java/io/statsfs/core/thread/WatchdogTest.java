package io.statsfs.core.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchdogTest {
  private static final Duration SHORT = Duration.ofMillis(40);

  private final Watchdog watchdog = new Watchdog("guarded", SHORT);
  private final Watchdog longTimeout = new Watchdog("guarded", Duration.ofMinutes(1));
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch returned = new CountDownLatch(1);

  @AfterEach
  void close() {
    release.countDown();
    watchdog.close();
    longTimeout.close();
  }

  /** Remembers the thread that did it; never stuck, however slow the machine is. */
  private static final class Noted implements Watchdog.Work {
    Thread thread;
    private long looks;

    @Override
    public long progress() {
      return ++looks;
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
    }
  }

  private final class Stuck implements Watchdog.Work {
    volatile Thread thread;

    @Override
    public void run() {
      thread = Thread.currentThread();
      awaitQuietly(release);
    }

    @Override
    public void returned() {
      assertSame(thread, Thread.currentThread());
      returned.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneOtherThreadDoesAllTheWork() {
    Noted first = new Noted();
    Noted second = new Noted();
    assertTrue(watchdog.run(first));
    assertTrue(watchdog.run(second));
    assertSame(first.thread, second.thread);
    assertNotSame(Thread.currentThread(), first.thread);
    assertEquals("guarded", first.thread.getName());
    assertTrue(first.thread.isDaemon());
  }

  @Test
  void stuckWorkIsLeftBehindWithItsThread() throws InterruptedException {
    Stuck stuck = new Stuck();
    assertFalse(watchdog.run(stuck));
    Noted next = new Noted();
    assertTrue(watchdog.run(next));
    assertNotSame(stuck.thread, next.thread);
    assertEquals(1, returned.getCount());
    release.countDown();
    assertTrue(returned.await(30, TimeUnit.SECONDS));
    stuck.thread.join(30_000);
    assertFalse(stuck.thread.isAlive());
    assertTrue(next.thread.isAlive());
  }

  @Test
  void workReturnsThatWasLeftBehindBeforeItsThreadBegan() throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      CountDownLatch ended = new CountDownLatch(2);
      Watchdog.Work work =
          new Watchdog.Work() {
            @Override
            public void run() {
              ended.countDown();
            }

            @Override
            public void returned() {
              ended.countDown();
            }
          };
      try (Watchdog hasty = new Watchdog("guarded", Duration.ofNanos(4))) {
        if (hasty.run(work)) {
          ended.countDown();
        }
      }
      assertTrue(ended.await(10, TimeUnit.SECONDS), "work " + i);
    }
  }

  @Test
  void oneThreadDoesWorkInTurnUntilItIsStuck() throws InterruptedException {
    Noted first = new Noted();
    Noted second = new Noted();
    Stuck stuck = new Stuck();
    Noted third = new Noted();
    Stuck last = new Stuck();
    watchdog.runAll(List.of(first, second, stuck, third, last));
    assertSame(first.thread, second.thread);
    assertSame(first.thread, stuck.thread);
    assertNotSame(first.thread, third.thread);
    assertSame(third.thread, last.thread);
    assertTrue(watchdog.run(new Noted()));
    release.countDown();
    stuck.thread.join(30_000);
    last.thread.join(30_000);
    assertEquals(0, returned.getCount());
    watchdog.runAll(List.of());
  }

  @Test
  void stuckWorkReturnsWhenTheListOfItIsUsedForOther() throws InterruptedException {
    Stuck stuck = new Stuck();
    Stuck last = new Stuck();
    List<Watchdog.Work> works = new ArrayList<>(List.of(stuck, last));
    watchdog.runAll(works);
    works.clear();
    release.countDown();
    stuck.thread.join(30_000);
    last.thread.join(30_000);
    assertEquals(0, returned.getCount());
  }

  /** However short the timeout is, and whether a thread had begun or not when it was left. */
  @Test
  void eachOfSeveralIsDoneOnce() {
    for (int i = 0; i < 200; i++) {
      List<AtomicInteger> times = Stream.generate(AtomicInteger::new).limit(5).toList();
      List<Watchdog.Work> works = new ArrayList<>();
      CountDownLatch ended = new CountDownLatch(times.size());
      for (AtomicInteger time : times) {
        works.add(
            () -> {
              time.incrementAndGet();
              ended.countDown();
            });
      }
      try (Watchdog hasty = new Watchdog("guarded", Duration.ofNanos(4))) {
        hasty.runAll(works);
        awaitQuietly(ended);
      }
      assertEquals("[1, 1, 1, 1, 1]", times.toString());
    }
  }

  @Test
  void workThatMakesProgressMayTakeLong() {
    // Ten times as many looks as work gets that makes none.
    CountDownLatch looks = new CountDownLatch(40);
    Watchdog.Work slow =
        new Watchdog.Work() {
          @Override
          public void run() {
            awaitQuietly(looks);
          }

          @Override
          public long progress() {
            looks.countDown();
            return looks.getCount();
          }
        };
    assertTrue(watchdog.run(slow));
  }

  @Test
  void anInterruptedCallerWaitsAndStaysInterrupted() {
    Noted work = new Noted();
    Thread.currentThread().interrupt();
    assertTrue(watchdog.run(work));
    assertTrue(Thread.interrupted());
    Thread.currentThread().interrupt();
    assertFalse(watchdog.run(new Stuck()));
    assertTrue(Thread.interrupted());
    assertFalse(work.thread.isInterrupted());
  }

  @Test
  void aThreadThatIsInterruptedWhileItIsIdleParksOn() {
    Noted work = new Noted();
    assertTrue(watchdog.run(work));
    work.thread.interrupt();
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (work.thread.isInterrupted()) {
      assertTrue(System.nanoTime() - deadline < 0, "it spins");
      Thread.onSpinWait();
    }
    Thread thread = work.thread;
    assertTrue(watchdog.run(work));
    assertSame(thread, work.thread);
  }

  @Test
  void whatTheWorkThrowsReachesTheCallerOnce() {
    IllegalStateException thrown = new IllegalStateException();
    assertSame(
        thrown,
        assertThrows(
            IllegalStateException.class,
            () ->
                longTimeout.run(
                    () -> {
                      throw thrown;
                    })));
    assertThrows(
        OutOfMemoryError.class,
        () ->
            longTimeout.run(
                () -> {
                  throw new OutOfMemoryError();
                }));
    assertTrue(longTimeout.run(new Noted()));
  }

  @Test
  void closingEndsTheThread() throws InterruptedException {
    Noted work = new Noted();
    assertTrue(watchdog.run(work));
    watchdog.close();
    work.thread.join(30_000);
    assertFalse(work.thread.isAlive());
    assertTrue(watchdog.run(new Noted()), "another one can be had");
  }

  @Test
  void handingOverAllocatesNothing() {
    Noted work = new Noted();
    for (int i = 0; i < 2_000; i++) {
      longTimeout.run(work);
    }
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = {Thread.currentThread().getId(), work.thread.getId()};
    long[] least = {Long.MAX_VALUE, Long.MAX_VALUE};
    // The least of several, for the JVM may compile in between.
    for (int round = 0; round < 5; round++) {
      long[] before = {threads.getThreadAllocatedBytes(ids[0]), 0};
      before[1] = threads.getThreadAllocatedBytes(ids[1]);
      for (int i = 0; i < 1_000; i++) {
        longTimeout.run(work);
      }
      least[1] = Math.min(least[1], threads.getThreadAllocatedBytes(ids[1]) - before[1]);
      least[0] = Math.min(least[0], threads.getThreadAllocatedBytes(ids[0]) - before[0]);
    }
    assertEquals(0, least[1], "by the thread that works");
    assertTrue(least[0] < 1_000, "by the caller, for 1,000 times: " + least[0]);
  }
}
