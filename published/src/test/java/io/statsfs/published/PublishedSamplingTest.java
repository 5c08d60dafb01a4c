package io.statsfs.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.Allocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Samples of many values: what they allocate, and that they fit together while these change. */
@Timeout(120)
class PublishedSamplingTest {
  private static final PublishedValue COUNTED =
      PublishedValue.counter("counted", ValueType.U64).build();
  private static final PublishedValue GIVEN = PublishedValue.level("given", ValueType.S32).build();
  private static final PublishedGroup GROUP =
      PublishedGroup.builder()
          .value(COUNTED)
          .value(GIVEN)
          .aggregate(Aggregate.SUM, COUNTED)
          .aggregate("max", Aggregate.MAX, COUNTED)
          .aggregate(Aggregate.MIN, GIVEN)
          .aggregate("avg", Aggregate.AVG, GIVEN)
          .aggregate("zeros", Aggregate.COUNT_ZERO, GIVEN)
          .build();

  private final PublishedStats stats = PublishedStats.create();
  private final List<LongAdder> counters = new ArrayList<>();

  /** Five aggregates each. */
  private void publish(int tops, int below) {
    for (int i = 0; i < tops; i++) {
      PublishedSource top = PublishedSource.create("top" + i);
      top.addAggregates(GROUP);
      for (int k = 0; k < below; k++) {
        top.add(part("part" + k, k));
      }
      stats.add(top);
    }
  }

  private PublishedSource part(String name, int given) {
    PublishedValues values = PublishedValues.builder(GROUP).supplier(GIVEN, () -> given).build();
    counters.add(values.counter(COUNTED));
    PublishedSource part = PublishedSource.create(name);
    part.add(values);
    return part;
  }

  private StatsFs open() {
    return StatsFs.builder().backend(stats).refreshInterval(Duration.ZERO).build();
  }

  @Test
  void tenThousandValuesWithAThousandAggregatesAllocateNothing() {
    publish(200, 25);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler();
        Sampler aggregatesAlone = fs.sampler(stat -> stat.source().device().isEmpty())) {
      assertEquals(11_000, sampler.size());
      assertEquals(1_000, aggregatesAlone.size());
      for (Sampler each : List.of(sampler, aggregatesAlone)) {
        assertEquals(0, Allocation.ofSamples(each, 20));
        assertEquals(each.size(), each.count(Status.OK));
      }
    }
  }

  @Test
  void countersOfManyThreadsAreReadWithoutAllocation() throws Exception {
    publish(1, 2);
    AtomicBoolean ends = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        all.add(
            threads.submit(
                () -> {
                  while (!ends.get()) {
                    counters.forEach(LongAdder::increment);
                  }
                }));
      }
      assertEquals(0, Allocation.ofSamples(sampler, 200));
      ends.set(true);
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      ends.set(true);
      threads.shutdown();
    }
  }

  private static int index(Sampler sampler, String stat) {
    for (int i = 0; i < sampler.size(); i++) {
      if (sampler.stat(i).toString().equals(stat)) {
        return i;
      }
    }
    throw new AssertionError("no " + stat);
  }

  @Test
  void aSumIsThatOfItsPartsInTheSameSampleWhileTheyCount() throws Exception {
    publish(1, 8);
    AtomicBoolean ends = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Future<?> counting =
          thread.submit(
              () -> {
                while (!ends.get()) {
                  counters.forEach(LongAdder::increment);
                }
              });
      long last = 0;
      for (int i = 0; i < 2_000; i++) {
        sampler.sample();
        long sum = 0;
        long max = 0;
        for (int k = 0; k < 8; k++) {
          long part = sampler.longValue(index(sampler, "top0/part" + k + "/counted"));
          sum += part;
          max = Math.max(max, part);
        }
        assertEquals(sum, sampler.longValue(index(sampler, "top0/counted")));
        assertEquals(max, sampler.longValue(index(sampler, "top0/max")));
        assertTrue(sum >= last);
        last = sum;
      }
      ends.set(true);
      counting.get();
    } finally {
      ends.set(true);
      thread.shutdown();
    }
  }

  @Test
  void aggregatesFollowSourcesThatComeAndGoBetweenScans() throws Exception {
    publish(1, 4);
    PublishedSource top = stats.find("top0").orElseThrow();
    counters.forEach(counter -> counter.add(10));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(stat -> !stat.source().device().matches("extra|part[1-9]"))) {
      Future<?> churn =
          thread.submit(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  PublishedSource extra = part("extra", 0);
                  counters.get(counters.size() - 1).add(1);
                  top.add(extra);
                  top.remove(extra);
                }
              });
      while (!churn.isDone()) {
        sampler.sample();
        long sum = sampler.longValue(index(sampler, "top0/counted"));
        assertTrue(sum == 40 || sum == 41, "" + sum);
        assertEquals(10, sampler.longValue(index(sampler, "top0/part0/counted")));
      }
      churn.get();
      sampler.sample();
      assertEquals(40, sampler.longValue(index(sampler, "top0/counted")));
    } finally {
      thread.shutdown();
    }
  }
}
