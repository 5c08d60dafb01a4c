package io.statsfs.published;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.contracts.BackendContract;
import io.statsfs.spi.Backend;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Published statistics do what every backend must: with counters, suppliers and aggregates. */
class PublishedBackendTest extends BackendContract {
  private static final PublishedValue COUNTED =
      PublishedValue.counter("counted", ValueType.U64).build();
  private static final PublishedValue GIVEN = PublishedValue.level("given", ValueType.S32).build();
  private static final PublishedGroup GROUP =
      PublishedGroup.builder()
          .value(COUNTED)
          .value(GIVEN)
          .aggregate(Aggregate.SUM, COUNTED)
          .aggregate(Aggregate.MAX, GIVEN)
          .build();

  private enum Behaviour {
    GIVES,
    HANGS,
    THROWS
  }

  private final PublishedStats stats = PublishedStats.create();
  private final PublishedSource all = PublishedSource.create("all");
  private final Deque<PublishedSource> added = new ArrayDeque<>();
  private final CountDownLatch release = new CountDownLatch(1);

  /** By name of the source. */
  private final Map<String, Behaviour> behaviours = new HashMap<>();

  PublishedBackendTest() {
    // All but what hangs or fails is there beside aggregates of it.
    all.addAggregates(GROUP);
    stats.add(all);
  }

  @Override
  protected Backend backend() {
    return stats;
  }

  @Override
  protected Map<String, Long> add() {
    int number = added.size() + 1;
    String name = "added" + number;
    synchronized (behaviours) {
      behaviours.remove(name);
    }
    PublishedSource source = PublishedSource.create(name, Map.of("added", "" + number));
    PublishedValues values =
        PublishedValues.builder(GROUP).supplier(GIVEN, () -> give(name, -number)).build();
    values.counter(COUNTED).add(100 + number);
    source.add(values);
    all.add(source);
    added.push(source);
    Map<String, Long> expected = new LinkedHashMap<>();
    // First, as tests take the first to hang or to fail, and a counter does neither.
    expected.put("all/" + name + "/given", (long) -number);
    expected.put("all/" + name + "/counted", 100L + number);
    return expected;
  }

  private long give(String name, long value) {
    Behaviour behaviour;
    synchronized (behaviours) {
      behaviour = behaviours.getOrDefault(name, Behaviour.GIVES);
    }
    if (behaviour == Behaviour.THROWS) {
      throw new IllegalStateException("as it is told to");
    }
    while (behaviour == Behaviour.HANGS && release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // It does not end for that.
      }
    }
    return value;
  }

  @Override
  protected void remove() {
    all.remove(added.pop());
  }

  @Override
  protected boolean hang(String stat) {
    return behave(stat, Behaviour.HANGS);
  }

  @Override
  protected boolean fail(String stat) {
    return behave(stat, Behaviour.THROWS);
  }

  private boolean behave(String stat, Behaviour behaviour) {
    assertTrue(stat.endsWith("/given"), stat);
    synchronized (behaviours) {
      behaviours.put(stat.split("/")[1], behaviour);
    }
    return true;
  }

  @Override
  protected void release() {
    release.countDown();
  }
}
