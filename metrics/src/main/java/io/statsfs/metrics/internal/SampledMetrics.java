package io.statsfs.metrics.internal;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Metrics;
import io.statsfs.metrics.Naming;
import io.statsfs.spi.Alarm;
import java.time.Duration;

/**
 * The stats that are exported, sampled, and the metrics that they make up. For one thread at a
 * time, but {@link #close}. While the catalog stands still a sample allocates what its reader does.
 */
public final class SampledMetrics implements AutoCloseable {
  private final Sampler sampler;
  private final Metrics metrics;
  private final ExportLog log;
  private final UnreadableStats unreadable;
  private final Alarm manyMetrics = new Alarm();
  private double seconds;

  /**
   * What is exported. Immutable.
   *
   * @param filter which stats
   * @param naming how they are named
   * @param aggregates what becomes of stats that sum up others
   * @param seriesLimit how many points a metric has at most
   * @param counters whether stats that count are counters
   * @param ownMetrics whether the stats are counted by status
   * @param readTimeout how long one file may take
   */
  public record Settings(
      StatFilter filter,
      Naming naming,
      Aggregates aggregates,
      int seriesLimit,
      boolean counters,
      boolean ownMetrics,
      Duration readTimeout) {}

  /**
   * Makes the sampler. The first sample makes the metrics.
   *
   * @param fs the trees
   * @param settings what is exported
   * @param log for names that had to be changed, and stats that cannot be read
   * @throws IllegalArgumentException if the read timeout is too short
   * @throws IllegalStateException if {@code fs} is closed
   */
  public SampledMetrics(StatsFs fs, Settings settings, ExportLog log) {
    this.log = log;
    unreadable = new UnreadableStats(log.log()::warn, settings.ownMetrics);
    Metrics.Builder builder =
        Metrics.builder(settings.naming).pointLimit(settings.seriesLimit).log(log::remark);
    OwnMetric.reserve(builder);
    metrics = (settings.counters ? builder.counters() : builder).build();
    StatFilter filter = settings.filter.and(settings.naming.stats());
    sampler = fs.sampler(filter.and(settings.aggregates.filter(fs)), settings.readTimeout);
  }

  /**
   * Takes a sample, and makes the metrics anew if the list of stats has changed.
   *
   * @return whether it has
   * @throws RuntimeException if that fails; the metrics are then as they were
   */
  public boolean sample() {
    final long began = System.nanoTime();
    sampler.sample();
    boolean isChanged = !metrics.areOf(sampler);
    if (isChanged) {
      metrics.update(sampler);
      log.state(manyMetrics, metrics.tooManyMetrics(), began);
    }
    long ended = System.nanoTime();
    seconds = (ended - began) / 1e9;
    unreadable.report(sampler, ended);
    log.succeeded(ended);
    return isChanged;
  }

  /**
   * The sampler.
   *
   * @return the sampler, with the values of the last sample
   */
  public Sampler sampler() {
    return sampler;
  }

  /**
   * The metrics.
   *
   * @return the metrics of the last sample
   */
  public Metrics metrics() {
    return metrics;
  }

  /**
   * How long the last sample took.
   *
   * @return seconds
   */
  public double seconds() {
    return seconds;
  }

  @Override
  public void close() {
    sampler.close();
  }
}
