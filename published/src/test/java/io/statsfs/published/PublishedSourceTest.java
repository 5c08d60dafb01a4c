package io.statsfs.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatsFs;
import io.statsfs.contracts.Outcomes;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Scanner;
import io.statsfs.testkit.process.Await;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources, values and groups: what they are put together of, and what is refused. */
class PublishedSourceTest {
  private static final PublishedValue EXITS =
      PublishedValue.counter("exits", ValueType.U64).description("Exits.").unit("{exit}").build();
  private static final PublishedValue HALTED =
      PublishedValue.level("halted", ValueType.BOOL).description("Whether it is.").build();
  private static final PublishedValue LIMIT =
      PublishedValue.discrete("limit", ValueType.S16).build();
  private static final PublishedGroup GROUP =
      PublishedGroup.builder()
          .value(EXITS)
          .value(HALTED)
          .value(LIMIT)
          .aggregate(Aggregate.SUM, EXITS)
          .aggregate("most_exits", Aggregate.MAX, EXITS)
          .aggregate("running", Aggregate.COUNT_ZERO, HALTED)
          .build();

  private final PublishedStats stats = PublishedStats.create();

  private StatsFs open() {
    return StatsFs.builder().backend(stats).allowClearing().refreshInterval(Duration.ZERO).build();
  }

  private static PublishedSource with(String name, long exits) {
    PublishedSource source = PublishedSource.create(name);
    PublishedValues values = PublishedValues.of(GROUP);
    values.counter(EXITS).add(exits);
    source.add(values);
    return source;
  }

  private static Stat stat(StatsFs fs, String stat) {
    return fs.catalog().stats().stream()
        .filter(its -> its.toString().equals(stat))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + stat + " in " + fs.catalog().stats()));
  }

  @Test
  void aSourceIsDescribed() {
    PublishedSource vm = PublishedSource.create("1-11", Map.of("vm", "web"));
    vm.addAggregates(GROUP);
    PublishedSource vcpu = PublishedSource.create("vcpu 0", Map.of("vcpu", "0"));
    vcpu.add(PublishedValues.of(GROUP));
    vm.add(vcpu);
    PublishedSource kvm = PublishedSource.create("kvm");
    kvm.add(vm);
    stats.add(kvm);
    try (StatsFs fs = open()) {
      Catalog catalog = fs.catalog();
      assertEquals(List.of(), catalog.problems());
      assertEquals("published", catalog.trees().get(0).name());
      assertEquals("published", catalog.trees().get(0).backend());
      // The subsystem has no stats, and so is no source.
      assertEquals(
          List.of("kvm/1-11", "kvm/1-11/vcpu 0"),
          catalog.sources().stream().map(Source::toString).toList());
      Source source = catalog.sources().get(1);
      assertEquals(Map.of("vm", "web", "vcpu", "0"), source.labels());
      assertEquals(List.of("vm", "vcpu"), List.copyOf(source.labels().keySet()));
      assertEquals(Optional.empty(), source.path());
      assertEquals(
          List.of("exits", "halted", "limit"), source.stats().stream().map(Stat::name).toList());
      Stat exits = catalog.get("kvm", "1-11/vcpu 0", "exits");
      assertEquals(Stat.Kind.COUNTER, exits.kind());
      assertEquals(Stat.Type.INT, exits.type());
      assertEquals("Exits.", exits.description());
      assertEquals("{exit}", exits.unit());
      assertEquals("published kvm/1-11/vcpu 0/exits", exits.origin());
      assertEquals(Stat.Kind.LEVEL, catalog.get("kvm", "1-11/vcpu 0", "halted").kind());
      assertEquals(Stat.Kind.DISCRETE, catalog.get("kvm", "1-11/vcpu 0", "limit").kind());
      Stat sum = catalog.get("kvm", "1-11", "exits");
      assertEquals(Stat.Kind.COUNTER, sum.kind());
      assertEquals("Exits.", sum.description());
      Stat most = catalog.get("kvm", "1-11", "most_exits");
      assertEquals(Stat.Kind.LEVEL, most.kind());
      assertEquals("Greatest of all sources below: Exits.", most.description());
      assertEquals("{exit}", most.unit());
      Stat running = catalog.get("kvm", "1-11", "running");
      assertEquals(Stat.Kind.LEVEL, running.kind());
      assertEquals("How many of all sources below have 0: Whether it is.", running.description());
      assertEquals("", running.unit());
    }
  }

  @Test
  void aggregatesAreByGroupAndNotByName() {
    PublishedGroup other =
        PublishedGroup.builder().value(EXITS).aggregate("others", Aggregate.SUM, EXITS).build();
    PublishedValue namesake = PublishedValue.counter("exits", ValueType.U64).build();
    PublishedSource top = PublishedSource.create("top");
    top.addAggregates(GROUP);
    top.addAggregates(other);
    top.add(with("mine", 1));
    PublishedSource others = PublishedSource.create("others_of_that_name");
    PublishedValues values = PublishedValues.of(other);
    values.counter(EXITS).add(20);
    others.add(values);
    top.add(others);
    PublishedSource third = PublishedSource.create("third");
    third.add(PublishedValues.of(PublishedGroup.of(namesake)));
    top.add(third);
    stats.add(top);
    assertEquals(1, top.read("exits"));
    assertEquals(20, top.read("others"));
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("1", outcomes.get("top/exits"));
      assertEquals("20", outcomes.get("top/others"));
    }
  }

  @Test
  void countersWrapAtTheirWidth() {
    PublishedSource source = PublishedSource.create("widths");
    PublishedValue[] values = new PublishedValue[ValueType.values().length];
    for (ValueType type : ValueType.values()) {
      values[type.ordinal()] = PublishedValue.counter(type.name(), type).build();
    }
    PublishedValues numbers = PublishedValues.of(PublishedGroup.of(values));
    source.add(numbers);
    for (PublishedValue value : values) {
      numbers.counter(value).add(0x1_8000_80ffL);
    }
    assertEquals(0xff, source.read("U8"));
    assertEquals(0x80ff, source.read("U16"));
    assertEquals(0x8000_80ffL, source.read("U32"));
    assertEquals(0x1_8000_80ffL, source.read("U64"));
    assertEquals(-1, source.read("S8"));
    assertEquals((short) 0x80ff, source.read("S16"));
    assertEquals(0x8000_80ff, source.read("S32"));
    assertEquals(0x1_8000_80ffL, source.read("S64"));
    assertEquals(1, source.read("BOOL"));
  }

  @Test
  void sourcesComeGoAndMove() {
    PublishedSource a = PublishedSource.create("a");
    PublishedSource b = PublishedSource.create("b");
    PublishedSource part = with("part", 5);
    a.addAggregates(GROUP);
    b.addAggregates(GROUP);
    a.add(part);
    stats.add(a);
    stats.add(b);
    assertSame(a, stats.find("a").orElseThrow());
    assertSame(part, a.find("part").orElseThrow());
    assertEquals(Optional.empty(), b.find("part"));
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals("5", Outcomes.sample(sampler).get("a/exits"));
      assertFalse(b.remove(part));
      assertTrue(a.remove(part));
      assertFalse(a.remove(part));
      b.add(part);
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("0", outcomes.get("a/exits"));
      assertEquals("5", outcomes.get("b/exits"));
      fs.refresh();
      assertEquals("5", Outcomes.sample(sampler).get("b/part/exits"));
      assertFalse(Outcomes.of(sampler).containsKey("a/part/exits"));
      stats.remove(b);
      assertEquals(Optional.empty(), stats.find("b"));
      // What is part of nothing can be read all the same.
      assertEquals(5, b.read("exits"));
      assertEquals("GONE 0", Outcomes.sample(sampler).get("b/exits"));
    }
  }

  @Test
  void whatIsAddedToALivingSourceIsFound() {
    PublishedSource source = PublishedSource.create("source");
    stats.add(source);
    PublishedSource other = with("other", 1);
    stats.add(other);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Source before = fs.catalog().sources().get(0);
      source.add(PublishedValues.of(GROUP));
      fs.refresh();
      assertEquals("0", Outcomes.sample(sampler).get("source/exits"));
      assertSame(before, fs.catalog().get("other", "", "exits").source());
      Source first = fs.catalog().get("source", "", "exits").source();
      source.add(
          PublishedValues.of(
              PublishedGroup.of(PublishedValue.level("more", ValueType.S64).build())));
      fs.refresh();
      assertEquals("0", Outcomes.sample(sampler).get("source/more"));
      assertNotSame(first, fs.catalog().get("source", "", "exits").source());
    }
  }

  @Test
  void ownValuesAreTakenIn() {
    PublishedSource top = PublishedSource.create("top");
    PublishedValues own = PublishedValues.of(GROUP);
    own.counter(EXITS).add(7);
    top.add(own);
    top.add(
        // The values have their names already.
        with("below", 0));
    PublishedGroup without =
        PublishedGroup.builder().value(LIMIT).aggregate("sum", Aggregate.SUM, LIMIT).build();
    top.addAggregates(without);
    assertThrows(IllegalArgumentException.class, () -> top.addAggregates(GROUP));
    PublishedGroup named =
        PublishedGroup.builder().value(EXITS).aggregate("all_exits", Aggregate.SUM, EXITS).build();
    PublishedSource second = PublishedSource.create("second");
    PublishedValues its = PublishedValues.of(named);
    its.counter(EXITS).add(3);
    second.add(its);
    second.addAggregates(named);
    assertEquals(3, second.read("all_exits"));
  }

  @Test
  void whatIsRevokedIsReadNoMore() {
    PublishedSource top = PublishedSource.create("top");
    top.addAggregates(GROUP);
    PublishedSource part = PublishedSource.create("part");
    AtomicLong asked = new AtomicLong();
    PublishedValues values =
        PublishedValues.builder(GROUP).supplier(EXITS, asked::incrementAndGet).build();
    part.add(values);
    top.add(part);
    top.add(with("other", 2));
    stats.add(top);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals("3", Outcomes.sample(sampler).get("top/exits"));
      part.revoke();
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("2", outcomes.get("top/exits"));
      assertEquals("GONE 0", outcomes.get("top/part/exits"));
      assertEquals(1, asked.get());
      fs.refresh();
      assertFalse(Outcomes.sample(sampler).containsKey("top/part/exits"));
      assertThrows(NoSuchElementException.class, () -> part.read("exits"));
      assertThrows(IllegalStateException.class, () -> part.add(values));
      part.add(PublishedValues.of(GROUP));
      fs.refresh();
      assertEquals("0", Outcomes.sample(sampler).get("top/part/exits"));
    }
  }

  @Test
  void whatIsRevokedBelongsToTheApplicationAlone() {
    PublishedSource source = PublishedSource.create("source");
    LongSupplier supplier = new AtomicLong(1)::get;
    WeakReference<LongSupplier> reference = new WeakReference<>(supplier);
    source.add(PublishedValues.builder(GROUP).supplier(EXITS, supplier).build());
    supplier = null;
    stats.add(source);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals("1", Outcomes.sample(sampler).get("source/exits"));
      source.revoke();
      sampler.sample();
      Await.collected(() -> reference.get() == null, () -> "is held");
      assertEquals(3, sampler.size());
    }
  }

  @Test
  void clearingIsForCounters() {
    PublishedSource top = PublishedSource.create("top");
    top.addAggregates(GROUP);
    AtomicLong count = new AtomicLong(9);
    PublishedSource given = PublishedSource.create("given");
    given.add(
        PublishedValues.builder(GROUP).supplier(EXITS, count::get, () -> count.set(0)).build());
    top.add(given);
    top.add(with("counted", 4));
    assertEquals(13, top.read("exits"));
    given.clear("exits");
    assertEquals(4, top.read("exits"));
    count.set(3);
    // Any aggregate of it.
    top.clear("most_exits");
    assertEquals(0, top.read("exits"));
    for (String level : List.of("halted", "limit")) {
      assertNotCleared(StatClearException.Reason.NOT_CLEARABLE, given, level);
    }
    assertNotCleared(StatClearException.Reason.NOT_CLEARABLE, top, "running");
    PublishedSource fixed = PublishedSource.create("fixed");
    fixed.add(PublishedValues.builder(GROUP).supplier(EXITS, () -> 5).build());
    top.add(fixed);
    count.set(2);
    assertNotCleared(StatClearException.Reason.NOT_CLEARABLE, top, "exits");
    assertEquals(7, top.read("exits"), "all or nothing");
    PublishedSource failing = PublishedSource.create("failing");
    failing.add(
        PublishedValues.builder(GROUP)
            .supplier(
                EXITS,
                () -> 5,
                () -> {
                  throw new IllegalStateException("not now");
                })
            .build());
    assertNotCleared(StatClearException.Reason.FAILED, failing, "exits");
    assertThrows(NoSuchElementException.class, () -> top.clear("none"));
  }

  private static void assertNotCleared(
      StatClearException.Reason reason, PublishedSource source, String stat) {
    StatClearException e = assertThrows(StatClearException.class, () -> source.clear(stat));
    assertEquals(reason, e.reason());
    assertTrue(e.getMessage().contains("/" + stat + " was not cleared: "), e.getMessage());
  }

  @Test
  void aCounterOfTheApplicationWillDo() {
    LongAdder mine = new LongAdder();
    PublishedValues values = PublishedValues.builder(GROUP).counter(EXITS, mine).build();
    assertSame(mine, values.counter(EXITS));
    PublishedSource source = PublishedSource.create("source");
    source.add(values);
    mine.add(3);
    assertEquals(3, source.read("exits"));
    PublishedValues given = PublishedValues.builder(GROUP).supplier(EXITS, () -> 1).build();
    assertThrows(IllegalArgumentException.class, () -> given.counter(EXITS));
    PublishedValue other = PublishedValue.level("exits", ValueType.U64).build();
    assertThrows(IllegalArgumentException.class, () -> given.counter(other));
  }

  @Test
  void whatMakesNoTreeIsRefused() {
    for (String name : List.of("", ".", "..", "a/b", "a\0")) {
      assertThrows(IllegalArgumentException.class, () -> PublishedSource.create(name));
      assertThrows(IllegalArgumentException.class, () -> PublishedValue.level(name, ValueType.S64));
    }
    PublishedSource top = PublishedSource.create("top");
    PublishedSource below = PublishedSource.create("below");
    top.add(below);
    assertThrows(IllegalStateException.class, () -> below.add(top));
    assertThrows(IllegalStateException.class, () -> top.add(top));
    assertThrows(IllegalStateException.class, () -> stats.add(below));
    assertThrows(IllegalArgumentException.class, () -> top.add(PublishedSource.create("below")));
    stats.add(top);
    assertThrows(IllegalArgumentException.class, () -> stats.add(PublishedSource.create("top")));
    assertThrows(IllegalStateException.class, () -> PublishedStats.create().add(top));
    below.add(PublishedValues.of(GROUP));
    assertThrows(IllegalArgumentException.class, () -> below.add(PublishedSource.create("exits")));
    assertThrows(IllegalArgumentException.class, () -> below.add(PublishedValues.of(GROUP)));
    NoSuchElementException e = assertThrows(NoSuchElementException.class, () -> below.read("exit"));
    assertTrue(e.getMessage().contains("[exits, halted, limit]"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> top.addAggregates(PublishedGroup.of(EXITS)));
    assertThrows(IllegalArgumentException.class, PublishedGroup::of);
    assertThrows(IllegalArgumentException.class, () -> PublishedGroup.of(EXITS, EXITS));
    PublishedGroup.Builder group = PublishedGroup.builder().value(EXITS);
    assertThrows(IllegalArgumentException.class, () -> group.aggregate(Aggregate.SUM, HALTED));
    group.aggregate(Aggregate.SUM, EXITS);
    assertThrows(IllegalArgumentException.class, () -> group.aggregate(Aggregate.MAX, EXITS));
  }

  @Test
  void whatIsTooDeepIsLeftOutAndReported() {
    PublishedSource above = with("s", 1);
    stats.add(above);
    for (int i = 0; i < 5; i++) {
      PublishedSource below = with("s", 1);
      above.add(below);
      above = below;
    }
    try (StatsFs fs =
        StatsFs.builder()
            .backend(stats)
            .limits(Limits.builder().depth(3).build())
            .refreshInterval(Duration.ZERO)
            .build()) {
      assertEquals(
          List.of("s", "s/s", "s/s/s"),
          fs.catalog().sources().stream().map(Source::toString).toList());
      assertEquals(
          List.of(Problem.Kind.LIMIT_EXCEEDED),
          fs.catalog().problems().stream().map(Problem::kind).toList());
    }
  }

  @Test
  void severalStatisticsAreTreesOfTheirOwn() {
    PublishedStats others = PublishedStats.create();
    stats.add(with("mine", 1));
    others.add(with("theirs", 2));
    try (StatsFs fs =
            StatsFs.builder()
                .backend(stats)
                .backend(others)
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      assertEquals(2, fs.catalog().trees().size());
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("1", outcomes.get("mine/exits"));
      assertEquals("2", outcomes.get("theirs/exits"));
      assertEquals(1, fs.readLong(stat(fs, "mine/exits")));
    }
  }

  /** How an application's statistics are found by who opens whatever there is. */
  public static final class Found implements Backend {
    static final PublishedStats STATS = PublishedStats.create();

    @Override
    public String name() {
      return STATS.name();
    }

    @Override
    public Scanner open(BackendSettings settings) {
      return STATS.open(settings);
    }
  }

  @Test
  void theyCanBeFoundByAServiceFile(@TempDir Path directory) throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(services.resolve(Backend.class.getName()), Found.class.getName());
    Found.STATS.add(with("found", 3));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      thread.setContextClassLoader(loader);
      try (StatsFs fs = StatsFs.builder().detect().build()) {
        assertEquals(3, fs.readLong(fs.catalog().get("found", "", "exits")));
      }
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void itIsOneTreeBesideThoseOfTheKernel() {
    stats.add(with("mine", 1));
    try (StatsFs fs = StatsFs.builder().backend(stats).trees("loadavg").build();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("1", outcomes.get("mine/exits"));
      assertTrue(
          outcomes.keySet().stream().anyMatch(stat -> stat.startsWith("loadavg/")),
          outcomes::toString);
    }
  }
}
