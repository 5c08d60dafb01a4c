package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import java.util.function.Function;
import java.util.function.Supplier;

/** A sampler, and what it belongs to, which can be opened anew. */
final class Opened implements AutoCloseable {
  private final Supplier<StatsFs> opening;
  private final Function<StatsFs, Sampler> taking;
  private StatsFs fs;
  private Sampler sampler;

  Opened(Supplier<StatsFs> opening, Function<StatsFs, Sampler> taking) {
    this.opening = opening;
    this.taking = taking;
    fs = opening.get();
    sampler = taking.apply(fs);
  }

  Sampler sampler() {
    return sampler;
  }

  void sample() {
    sampler.sample();
  }

  void renew() {
    int size = sampler.size();
    fs.close();
    fs = opening.get();
    sampler = taking.apply(fs);
    if (sampler.size() != size) {
      throw new IllegalStateException("There are " + sampler.size() + " stats now, not " + size);
    }
  }

  @Override
  public void close() {
    fs.close();
  }
}
