package io.statsfs.samples.quickstart;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.published.Aggregate;
import io.statsfs.published.PublishedGroup;
import io.statsfs.published.PublishedSource;
import io.statsfs.published.PublishedStats;
import io.statsfs.published.PublishedValue;
import io.statsfs.published.PublishedValues;
import io.statsfs.published.ValueType;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;

/** An application's own statistics beside those of the kernel. */
public final class Publishing {
  private Publishing() {}

  /**
   * Serves two orders of three, and prints what became of them.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    Queue<String> orders = new ArrayDeque<>(List.of("tea", "milk", "sugar"));

    PublishedValue served = PublishedValue.counter("served", ValueType.U64).unit("{order}").build();
    PublishedValue waiting = PublishedValue.level("waiting", ValueType.U32).unit("{order}").build();
    PublishedGroup group =
        PublishedGroup.builder()
            .value(served)
            .value(waiting)
            .aggregate(Aggregate.SUM, served)
            .aggregate("longest", Aggregate.MAX, waiting)
            .build();

    PublishedValues values = PublishedValues.builder(group).supplier(waiting, orders::size).build();
    PublishedSource counter = PublishedSource.create("counter1", Map.of("counter", "1"));
    counter.add(values);
    PublishedSource shop = PublishedSource.create("shop");
    shop.addAggregates(group); // Over all that is below.
    shop.add(counter); // Others may come and go.
    PublishedStats stats = PublishedStats.create();
    stats.add(shop);

    LongAdder count = values.counter(served);
    try (StatsFs fs = StatsFs.builder().backend(stats).detect().build();
        Sampler sampler = fs.sampler(StatFilter.subsystem("shop"))) {
      while (orders.size() > 1) {
        orders.remove();
        count.increment();
      }
      sampler.sample();
      for (int i = 0; i < sampler.size(); i++) {
        System.out.println(sampler.stat(i) + " " + sampler.longValue(i));
      }
    }
  }
}
