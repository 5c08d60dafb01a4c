package io.statsfs.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.Outcomes;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Suppliers that throw, hang or give nonsense affect themselves and the aggregates of them. */
@Timeout(120)
class PublishedFailuresTest {
  /** Long enough for what does not hang on a machine that is busy. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private static final PublishedValue GIVEN = PublishedValue.level("given", ValueType.U8).build();
  private static final PublishedValue OTHER = PublishedValue.level("other", ValueType.S64).build();
  private static final PublishedGroup GROUP =
      PublishedGroup.builder()
          .value(GIVEN)
          .value(OTHER)
          .aggregate("sum", Aggregate.SUM, GIVEN)
          .aggregate("max", Aggregate.MAX, GIVEN)
          .aggregate("other_sum", Aggregate.SUM, OTHER)
          .build();

  private final PublishedStats stats = PublishedStats.create();
  private final PublishedSource top = PublishedSource.create("top");
  private final Map<String, AtomicReference<LongSupplier>> suppliers = new TreeMap<>();
  private final Map<String, PublishedSource> sources = new TreeMap<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger hanging = new AtomicInteger();

  /** Two halves with two sources each; aggregates of the halves and of the whole. */
  @BeforeEach
  void publish() {
    top.addAggregates(GROUP);
    for (String half : List.of("left", "right")) {
      PublishedSource source = PublishedSource.create(half);
      source.addAggregates(GROUP);
      for (String name : List.of("a", "b")) {
        AtomicReference<LongSupplier> supplier = new AtomicReference<>(() -> 1);
        suppliers.put(half + "/" + name, supplier);
        PublishedSource part = PublishedSource.create(name);
        part.add(
            PublishedValues.builder(GROUP)
                .supplier(GIVEN, () -> supplier.get().getAsLong())
                .build());
        sources.put(half + "/" + name, part);
        source.add(part);
      }
      sources.put(half, source);
      top.add(source);
    }
    stats.add(top);
  }

  @AfterEach
  void release() {
    release.countDown();
  }

  private void supply(String source, LongSupplier supplier) {
    suppliers.get(source).set(supplier);
  }

  private long hang() {
    hanging.incrementAndGet();
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // Nothing ends it but the test.
      }
    }
    hanging.decrementAndGet();
    return 1;
  }

  private StatsFs open() {
    return StatsFs.builder().backend(stats).refreshInterval(Duration.ZERO).build();
  }

  private static Map<String, String> healthy() {
    Map<String, String> all = new TreeMap<>();
    all.put("top/max", "1");
    all.put("top/other_sum", "0");
    all.put("top/sum", "4");
    for (String half : List.of("left", "right")) {
      all.put("top/" + half + "/max", "1");
      all.put("top/" + half + "/other_sum", "0");
      all.put("top/" + half + "/sum", "2");
      for (String name : List.of("a", "b")) {
        all.put("top/" + half + "/" + name + "/given", "1");
        all.put("top/" + half + "/" + name + "/other", "0");
      }
    }
    return all;
  }

  /** What becomes of the stats that one supplier of {@code left/a} is in. */
  private static Map<String, String> without(String outcome) {
    Map<String, String> all = healthy();
    for (String stat :
        List.of("top/left/a/given", "top/left/sum", "top/left/max", "top/sum", "top/max")) {
      all.put(stat, outcome);
    }
    return all;
  }

  private static Stat stat(StatsFs fs, String stat) {
    return fs.catalog().stats().stream()
        .filter(its -> its.toString().equals(stat))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nonsenseIsNotANumber() {
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals(healthy(), Outcomes.sample(sampler));
      for (long nonsense : new long[] {-1, 256, Long.MIN_VALUE}) {
        supply("left/a", () -> nonsense);
        assertEquals(without("NOT_A_NUMBER 0"), Outcomes.sample(sampler));
        Stat given = stat(fs, "top/left/a/given");
        assertEquals("" + nonsense, fs.readText(given));
        StatReadException e = assertThrows(StatReadException.class, () -> fs.readLong(given));
        assertEquals(Status.NOT_A_NUMBER, e.status());
        assertTrue(e.getMessage().contains("which is no U8"), e.getMessage());
        assertThrows(StatReadException.class, () -> top.read("sum"));
        supply("left/a", () -> 1);
        assertEquals(healthy(), Outcomes.sample(sampler));
      }
    }
  }

  @Test
  void whatIsThrownIsReportedOnceAndAffectsNoOther() {
    try (LogCapture log = new LogCapture();
        StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (Throwable thrown :
          List.of(
              new IllegalStateException("no\nconnection"),
              new NoClassDefFoundError("no/Such"),
              new Unspeakable(),
              new StackOverflowError())) {
        supply("left/a", () -> sneaky(thrown));
        assertEquals(without("FAILED 0"), Outcomes.sampleLasting(sampler));
        fs.refresh();
        assertEquals(1, fs.catalog().problems().size());
        Problem problem = fs.catalog().problems().get(0);
        assertEquals(Problem.Kind.NOT_READABLE, problem.kind());
        assertTrue(problem.message().contains("top/left/a/given"), problem::message);
        assertTrue(problem.message().contains(thrown.getClass().getName()), problem::message);
        for (int i = 0; i < 3; i++) {
          Outcomes.sample(sampler);
          fs.refresh();
        }
        supply("left/a", () -> 1);
        assertEquals(healthy(), Outcomes.sample(sampler));
        fs.refresh();
        assertEquals(List.of(), fs.catalog().problems());
      }
      assertEquals(1, log.lines().size(), log.lines()::toString);
      assertTrue(log.lines().get(0).contains("no\\u000aconnection"), log.lines()::toString);
    }
  }

  /** Throws again when it is asked what it is. */
  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      throw new IllegalStateException("no text");
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> long sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void oneThatHangsCostsOneThreadHoweverManyAggregatesTakeItIn() {
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.all(), TIMEOUT)) {
      assertEquals(healthy(), Outcomes.sample(sampler));
      supply("left/a", this::hang);
      for (int i = 0; i < 5; i++) {
        assertEquals(without("BLOCKED 0"), Outcomes.sample(sampler));
      }
      assertEquals(1, hanging.get());
      for (int i = 0; i < sampler.size(); i++) {
        if (sampler.status(i) == Status.BLOCKED) {
          assertEquals("published top/left/a/given", sampler.blockedBy(i));
        }
      }
      release();
      Await.until(() -> Outcomes.sample(sampler).equals(healthy()));
    }
  }

  @Test
  void oneThatHangsBelowAggregatesAloneCostsOneThread() {
    StatFilter aggregates = stat -> stat.name().endsWith("sum") || stat.name().equals("max");
    Map<String, String> healthy = healthy();
    healthy.keySet().removeIf(stat -> stat.endsWith("/given") || stat.endsWith("/other"));
    Map<String, String> blocked = without("BLOCKED 0");
    blocked.keySet().retainAll(healthy.keySet());
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(aggregates, TIMEOUT)) {
      assertEquals(healthy, Outcomes.sample(sampler));
      supply("left/a", this::hang);
      for (int i = 0; i < 5; i++) {
        assertEquals(blocked, Outcomes.sample(sampler));
      }
      assertEquals(1, hanging.get());
      // What hangs is removed, so that nothing that is there hangs.
      sources.get("left").remove(sources.get("left/a"));
      healthy.put("top/left/sum", "1");
      healthy.put("top/sum", "3");
      Await.until(
          () -> Outcomes.sample(sampler).equals(healthy),
          () -> healthy + " is not " + Outcomes.of(sampler));
      assertEquals(1, hanging.get());
    }
  }

  @Test
  void manyThatHangKeepOthersOnlyForAWhile() {
    PublishedSource more = PublishedSource.create("more");
    for (int i = 0; i < 6; i++) {
      PublishedSource source = PublishedSource.create("s" + i);
      source.add(PublishedValues.builder(GROUP).supplier(GIVEN, this::hang).build());
      more.add(source);
    }
    stats.add(more);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.all(), Duration.ofMillis(200))) {
      Map<String, String> expected = healthy();
      for (int i = 0; i < 6; i++) {
        expected.put("more/s" + i + "/given", "BLOCKED 0");
        expected.put("more/s" + i + "/other", "0");
      }
      Await.until(
          () -> Outcomes.sample(sampler).equals(expected),
          () -> expected + " is not " + Outcomes.of(sampler));
      assertEquals(6, hanging.get());
    }
  }

  @Test
  void aSupplierIsAskedOnceInASample() {
    AtomicInteger calls = new AtomicInteger();
    supply("left/a", () -> calls.incrementAndGet() - calls.get() + 1);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      for (int i = 1; i <= 3; i++) {
        assertEquals(healthy(), Outcomes.sample(sampler));
        assertEquals(i, calls.get());
      }
    }
  }

  @Test
  void whatNobodyWantsIsNotAsked() {
    List<String> asked = new ArrayList<>();
    suppliers.forEach(
        (source, supplier) ->
            supplier.set(
                () -> {
                  asked.add(source);
                  return 1;
                }));
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(stat -> stat.toString().equals("top/left/sum"))) {
      sampler.sample();
      assertEquals(List.of("left/a", "left/b"), asked.stream().sorted().toList());
    }
  }
}
