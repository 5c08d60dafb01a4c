package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.benchmarks.Interleaved.Row;
import io.statsfs.published.Aggregate;
import io.statsfs.published.PublishedGroup;
import io.statsfs.published.PublishedSource;
import io.statsfs.published.PublishedStats;
import io.statsfs.published.PublishedValue;
import io.statsfs.published.PublishedValues;
import io.statsfs.published.ValueType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What published statistics cost: counting, against a {@link LongAdder} alone, and sampling,
 * against a loop over the same counters.
 */
final class Published {
  private static final PublishedValue COUNTED =
      PublishedValue.counter("counted", ValueType.U64).build();
  private static final PublishedValue OTHER =
      PublishedValue.counter("other", ValueType.U64).build();
  private static final PublishedGroup GROUP =
      PublishedGroup.builder()
          .value(COUNTED)
          .value(OTHER)
          .aggregate(Aggregate.SUM, COUNTED)
          .aggregate("max", Aggregate.MAX, COUNTED)
          .aggregate("min", Aggregate.MIN, COUNTED)
          .aggregate("avg", Aggregate.AVG, OTHER)
          .aggregate("zeros", Aggregate.COUNT_ZERO, OTHER)
          .build();

  private static final int INCREMENTS = 1_000;
  private static final int TOPS = 200;
  private static final int BELOW = 25;
  private static final int VALUES = TOPS * BELOW * 2;
  private static final int AGGREGATES = TOPS * 5;

  private Published() {}

  /** How many rounds. */
  public static void main(String[] args) throws IOException {
    int rounds = Integer.parseInt(args[0]);
    ExecutorService helper = Executors.newSingleThreadExecutor();
    try {
      count(helper, rounds);
    } finally {
      helper.shutdown();
    }
    sample(rounds);
  }

  private static LongAdder published() {
    PublishedValues values = PublishedValues.of(GROUP);
    PublishedSource source = PublishedSource.create("source");
    source.add(values);
    PublishedStats.create().add(source);
    return values.counter(COUNTED);
  }

  private static void count(ExecutorService helper, int rounds) throws IOException {
    Interleaved counting = new Interleaved();
    for (int threads = 1; threads <= 2; threads++) {
      String tree = threads == 1 ? "1 thread" : threads + " threads";
      Row alone = counting.java(tree, "LongAdder alone", INCREMENTS, new Alone(threads, helper));
      Row twice = counting.java(tree, "the same again", INCREMENTS, new Alone(threads, helper));
      Row ours =
          counting.java(tree, "published counter", INCREMENTS, new Counting(threads, helper));
      twice.best = alone;
      ours.best = alone;
    }
    counting.run(rounds);
    print("counting", "increment", counting.rows());
  }

  /** Increments by one or two threads, timed from when all have begun until all have ended. */
  private abstract static class Increments implements Method {
    private final int threads;
    private final ExecutorService helper;

    Increments(int threads, ExecutorService helper) {
      this.threads = threads;
      this.helper = helper;
    }

    /** So many thousands. */
    abstract void increment(int rounds);

    @Override
    public final long measure(int before, int rounds) throws IOException {
      increment(before);
      if (threads == 1) {
        long start = System.nanoTime();
        increment(rounds);
        return System.nanoTime() - start;
      }
      AtomicInteger begun = new AtomicInteger();
      Future<?> other =
          helper.submit(
              () -> {
                await(begun);
                increment(rounds);
              });
      await(begun);
      long start = System.nanoTime();
      increment(rounds);
      try {
        other.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IOException(e);
      }
      return System.nanoTime() - start;
    }

    private static void await(AtomicInteger begun) {
      begun.incrementAndGet();
      while (begun.get() < 2) {
        Thread.onSpinWait();
      }
    }
  }

  private static final class Alone extends Increments {
    private final LongAdder counter = new LongAdder();

    Alone(int threads, ExecutorService helper) {
      super(threads, helper);
    }

    @Override
    void increment(int rounds) {
      for (int i = 0; i < rounds * INCREMENTS; i++) {
        counter.increment();
      }
    }
  }

  private static final class Counting extends Increments {
    private final LongAdder counter = published();

    Counting(int threads, ExecutorService helper) {
      super(threads, helper);
    }

    @Override
    void increment(int rounds) {
      for (int i = 0; i < rounds * INCREMENTS; i++) {
        counter.increment();
      }
    }
  }

  /** 10,000 values in 5,000 sources, below 200 with five aggregates each. */
  private static PublishedStats publish(boolean isSupplied, List<LongAdder> counters) {
    PublishedStats stats = PublishedStats.create();
    for (int i = 0; i < TOPS; i++) {
      PublishedSource top = PublishedSource.create("top" + i);
      top.addAggregates(GROUP);
      for (int k = 0; k < BELOW; k++) {
        PublishedSource part = PublishedSource.create("part" + k);
        PublishedValues.Builder values = PublishedValues.builder(GROUP);
        for (PublishedValue value : GROUP.values()) {
          LongAdder counter = new LongAdder();
          counter.add(k);
          counters.add(counter);
          if (isSupplied) {
            values.supplier(value, counter::sum);
          } else {
            values.counter(value, counter);
          }
        }
        part.add(values.build());
        top.add(part);
      }
      stats.add(top);
    }
    return stats;
  }

  private static StatsFs open(PublishedStats stats) {
    return StatsFs.builder().backend(stats).refreshInterval(Duration.ZERO).build();
  }

  private static void sample(int rounds) throws IOException {
    int all = VALUES + AGGREGATES;
    List<LongAdder> counters = new ArrayList<>();
    PublishedStats counted = publish(false, counters);
    PublishedStats supplied = publish(true, new ArrayList<>());
    PublishedStats changed = publish(false, new ArrayList<>());
    PublishedSource extra = PublishedSource.create("extra");
    try (StatsFs ofCounted = open(counted);
        StatsFs ofSupplied = open(supplied);
        StatsFs ofChanged = open(changed);
        Sampler sampler = ofCounted.sampler();
        Sampler withTimeout = ofCounted.sampler(StatFilter.all(), Duration.ofSeconds(10));
        Sampler changing = ofChanged.sampler();
        Sampler suppliers = ofSupplied.sampler()) {
      if (sampler.size() != all) {
        throw new IOException(sampler.size() + " stats");
      }
      LongAdder[] byHand = counters.toArray(LongAdder[]::new);
      long[] sums = new long[byHand.length];
      String tree = "10,000 and 1,000";
      Interleaved sampling = new Interleaved();
      Row loop =
          sampling.java(
              tree,
              "a loop over the counters",
              all,
              () -> {
                for (int i = 0; i < byHand.length; i++) {
                  sums[i] = byHand[i].sum();
                }
              });
      sampling.java(tree, "counters", all, sampler::sample);
      sampling.java(tree, "counters, with a read timeout", all, withTimeout::sample);
      sampling.java(tree, "suppliers", all, suppliers::sample);
      sampling.java(
          tree,
          "counters, after a source came",
          all,
          () -> {
            changed.add(extra);
            changed.remove(extra);
            changing.sample();
          });
      sampling.java(tree, "a scan, nothing new", all, ofCounted::refresh);
      sampling.rows().stream().filter(row -> row != loop).forEach(row -> row.best = loop);
      sampling.run(rounds);
      print("sampling", "stat", sampling.rows());
    }
  }

  private static void print(String title, String unit, List<Row> rows) {
    System.out.printf(
        "%n%-16s | %-30s | %16s | %15s | %6s | %11s | %10s%n",
        title, "method", "ns per " + unit, "quartiles", "ratio", "quartiles", "bytes");
    System.out.println("-".repeat(16) + " | " + "-".repeat(103));
    for (Row row : rows) {
      System.out.printf(
          "%-16s | %-30s | %16.2f | %6.2f – %6.2f | %6s | %11s | %10s%n",
          row.tree,
          row.name,
          row.quantile(0.5),
          row.quantile(0.25),
          row.quantile(0.75),
          row.best == null ? "1" : String.format("%.2f", row.ratio(row.best)),
          row.best == null
              ? ""
              : String.format("%.2f – %.2f", row.ratio(row.best, 0.25), row.ratio(row.best, 0.75)),
          row.bytes < 0 ? "" : String.format("%,d", row.bytes));
    }
  }
}
