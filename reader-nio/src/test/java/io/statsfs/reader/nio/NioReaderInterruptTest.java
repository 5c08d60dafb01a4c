package io.statsfs.reader.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.OpenFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** An interrupt closes a channel that is being read, which must not be seen from outside. */
class NioReaderInterruptTest {
  private final AtomicBoolean done = new AtomicBoolean();
  private final Semaphore seen = new Semaphore(0);

  @Test
  void interruptsAtAnyMomentCostNoValueAndNoDescriptor() throws Exception {
    try (TestTree tree = TestTree.inMemory();
        TestTree lines = TestTree.inMemory().stat("flat", "a 1\nb 2\nc 3\n")) {
      for (int i = 0; i < 50; i++) {
        tree.stat("sub/dev" + i % 3 + "/stat" + i, i);
      }
      try (StatsFs fs =
              StatsFs.builder()
                  .reader("nio")
                  .root(tree.root())
                  .root(lines.path("flat"))
                  .root(Path.of("/sys/class/net"))
                  .root(Path.of("/proc/vmstat"))
                  .refreshInterval(Duration.ZERO)
                  .build();
          Sampler sampler =
              fs.sampler(StatFilter.subsystem("net").negate().or(StatFilter.device("lo")))) {
        sampler.sample();
        List<String> before = OpenFiles.all();
        FutureTask<Integer> sampling = new FutureTask<>(() -> sampleUntilDone(sampler));
        Thread thread = new Thread(sampling, "sampling");
        thread.start();
        Random random = new Random(1);
        int interrupts = 0;
        while (interrupts < 1000) {
          LockSupport.parkNanos(random.nextInt(500_000));
          thread.interrupt();
          interrupts++;
          assertTrue(
              seen.tryAcquire(10, TimeUnit.SECONDS) || sampling.isDone(),
              "an interrupt did not come through to the caller of sample");
        }
        done.set(true);
        assertEquals(interrupts, sampling.get());
        sampler.sample();
        assertValues(sampler);
        assertEquals(before, OpenFiles.all());
      }
    }
  }

  /** How many interrupts were there after a sample. */
  private int sampleUntilDone(Sampler sampler) {
    int interrupts = 0;
    try {
      while (!done.get()) {
        sampler.sample();
        if (Thread.interrupted()) {
          interrupts++;
          seen.release();
        }
        assertValues(sampler);
      }
    } finally {
      seen.release(1_000_000);
    }
    return interrupts;
  }

  private static void assertValues(Sampler sampler) {
    int checked = 0;
    for (int i = 0; i < sampler.size(); i++) {
      String stat = sampler.stat(i).toString();
      assertEquals(Status.OK, sampler.status(i), stat);
      if (stat.startsWith("sub/dev")) {
        String number = stat.substring(stat.lastIndexOf("stat") + 4);
        assertEquals(Long.parseLong(number), sampler.longValue(i), stat);
        checked++;
      } else if (stat.startsWith("flat/")) {
        assertEquals(stat.charAt(5) - 'a' + 1, sampler.longValue(i), stat);
        checked++;
      } else if (stat.equals("net/lo/rx_errors")) {
        assertEquals(0, sampler.longValue(i), stat);
        checked++;
      }
    }
    assertTrue(checked >= 54, "" + checked);
  }

  @Test
  void anInterruptWhileNothingIsReadIsLeftForTheCaller() {
    try (TestTree tree = TestTree.inMemory();
        StatsFs fs =
            StatsFs.builder()
                .reader("nio")
                .root(tree.root())
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      Thread.currentThread().interrupt();
      sampler.sample();
      assertTrue(Thread.interrupted());
    }
  }
}
