package io.statsfs.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.statsfs.Catalog;
import io.statsfs.Registration;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.otel.internal.ZeroCodeTrees;
import io.statsfs.spi.Alarm;
import io.statsfs.spi.PrintableLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Registers every stat with OpenTelemetry, and follows the trees while they change.
 *
 * <pre>{@code
 * try (StatsFs fs = StatsFs.open();
 *     StatsFsMetrics metrics = StatsFsMetrics.create(openTelemetry, fs)) {
 *   ...
 * }
 * }</pre>
 *
 * <p>There is one instrument per stat name (an observable gauge, {@code statsfs.net.rx_bytes}) and
 * one set of attributes per source ({@code device="eth0"}). A collection samples all stats in one
 * pass and records those that have a value; what is gone or cannot be read has no point, neither an
 * old one nor a zero. Integers are recorded as such, unless a value of the same stat name, at any
 * source, has passed 2<sup>63</sup>-1 or has decimals: then the name is recorded in doubles. Where
 * that comes about only later, the points come from the same scope with {@code +doubles} at the end
 * of its version; the value that did not fit is missing from one collection.
 *
 * <p>Two instruments, or two sources, that would share a series, be it only in Prometheus, get
 * further attributes: {@code subsystem} and {@code device}, and if that is not enough {@code stat}
 * and {@code root}. An instrument that Prometheus would take for another one of another kind or
 * unit has {@code .gauge} or {@code .counter} at the end of its name; the log says so.
 *
 * <p>At most 2,000 instruments have series at a time, and 10,000 are made in all, since the SDK
 * keeps them for good. Stats beyond that are not exported; the log says so and {@code
 * statsfs.stats.without_series} counts them.
 *
 * <p>The instrumentation scope is {@code io.statsfs}. The bridge measures itself under {@code
 * io.statsfs.otel}. These points describe the collection that they are part of; where two readers
 * collect at the same moment, they may describe the sample of the other one.
 *
 * <table>
 * <caption>Metrics of the bridge</caption>
 * <tr><th>name</th><th>kind, unit</th><th>meaning</th></tr>
 * <tr><td>{@code statsfs.collection.duration}</td><td>gauge, s</td><td>time that the sample of this
 *   collection took</td></tr>
 * <tr><td>{@code statsfs.stats}</td><td>gauge, {stat}</td><td>stats by {@code status}: {@code ok},
 *   {@code gone}, {@code denied}, {@code not_a_number}, {@code blocked}, {@code failed}</td></tr>
 * <tr><td>{@code statsfs.stats.without_series}</td><td>gauge, {stat}</td><td>stats that are not
 *   exported since a {@code limit} was passed: {@code instruments}, or {@code series} of one
 *   instrument ({@link StatsFsMetricsBuilder#seriesLimit})</td></tr>
 * <tr><td>{@code statsfs.sources}</td><td>gauge, {source}</td><td>sources in the catalog</td></tr>
 * <tr><td>{@code statsfs.files}</td><td>gauge, {file}</td><td>files that may be kept open, by {@code
 *   state}: {@code kept_open}, or {@code not_kept} for lack of descriptors</td></tr>
 * <tr><td>{@code statsfs.schema_cache.size}</td><td>gauge, {schema}</td><td>schemas held</td></tr>
 * <tr><td>{@code statsfs.schema_cache.hits}</td><td>counter, {schema}</td><td>found there</td></tr>
 * <tr><td>{@code statsfs.schema_cache.loads}</td><td>counter, {schema}</td><td>read</td></tr>
 * <tr><td>{@code statsfs.schema_cache.load_failures}</td><td>counter, {schema}</td><td>not readable
 *   </td></tr>
 * <tr><td>{@code statsfs.schema_cache.evictions}</td><td>counter, {schema}</td><td>dropped to keep
 *   within the bound</td></tr>
 * </table>
 *
 * <p>A file that hangs affects only its own points ({@link StatsFsMetricsBuilder#patience}).
 *
 * <p>Stats that cannot be read are logged in one line per tree and cause, and again if they come
 * back after five minutes without.
 *
 * <p>Safe for use by several threads. A failure is logged and never reaches the application. While
 * the catalog stands still, the stats of a collection cost no allocation here beyond what the
 * reader says; measuring itself takes some hundred bytes, and states their texts.
 */
public final class StatsFsMetrics implements AutoCloseable {
  private static final PrintableLog LOG = new PrintableLog("io.statsfs.otel");
  private static final String SCOPE = "io.statsfs";

  /** Something that differs each time must not be logged for ever. */
  private static final int MAX_LOGGED = 20;

  private final StatsFs fs;
  private final Sampler sampler;
  private final Meter meter;

  /** For values that came to be doubles: the same scope, but to the SDK another meter. */
  private final Meter meterOfDoubles;

  private final Series series;
  private final @Nullable OwnMetrics ownMetrics;
  private final Registration catalogs;

  /** Held by whoever uses what is below: a collection, a change of the catalog, closing. */
  private final ReentrantLock lock = new ReentrantLock();

  private final CollectionBoundary boundary = new CollectionBoundary();
  private int callbacks;
  private final List<BatchCallback> registered = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<StatInstrument, Group> switching = new IdentityHashMap<>();
  private final int[] counts = new int[Status.values().length];
  private final UnreadableStats unreadable;
  private final Set<String> remarks = new HashSet<>();
  private final Map<String, Alarm> failures = new HashMap<>();
  private double sampleSeconds;
  private boolean sampled; // Whether there is a sample since the last failure of one.
  private boolean closed;

  StatsFsMetrics(StatsFsMetricsBuilder builder) {
    fs = builder.fs;
    unreadable = new UnreadableStats(LOG::warn, builder.ownMetrics);
    AggregateFilter levels = new AggregateFilter(fs, builder.aggregates);
    StatFilter filter =
        builder.aggregates == Aggregates.KEPT ? builder.filter : builder.filter.and(levels);
    meter = meter(builder.openTelemetry, SCOPE, "");
    meterOfDoubles = meter(builder.openTelemetry, SCOPE, "+doubles");
    TakenNames names = new TakenNames(this::remark);
    OwnMetrics.reserve(names);
    series = new Series(builder, meter, names, this::remark, LOG::warn);
    sampler = fs.sampler(filter, builder.patience);
    // Once nothing stands in the way of this one.
    ZeroCodeTrees.giveWayTo(builder.openTelemetry, fs);
    // Before any others, so that CollectionBoundary knows them in each collection from the first.
    boundaryCallback(meter);
    boundaryCallback(meterOfDoubles);
    catalogs = fs.addListener(this::catalogChanged);
    catalogChanged(sampler.catalog());
    ownMetrics =
        builder.ownMetrics
            ? new OwnMetrics(meter(builder.openTelemetry, SCOPE + ".otel", ""), ownRecorder())
            : null;
  }

  /**
   * Registers every stat with the defaults of {@link StatsFsMetricsBuilder}.
   *
   * @param openTelemetry where to register
   * @param fs the trees; they stay open when the returned object is closed
   * @return what keeps the instruments up to date until it is closed
   * @throws IllegalStateException if {@code fs} is closed
   */
  public static StatsFsMetrics create(OpenTelemetry openTelemetry, StatsFs fs) {
    return builder(openTelemetry, fs).build();
  }

  /**
   * Begins the registration with other settings.
   *
   * @param openTelemetry where to register
   * @param fs the trees; they stay open when the built object is closed
   * @return a new builder
   */
  public static StatsFsMetricsBuilder builder(OpenTelemetry openTelemetry, StatsFs fs) {
    return new StatsFsMetricsBuilder(openTelemetry, fs);
  }

  private static Meter meter(OpenTelemetry openTelemetry, String scope, String build) {
    String version = StatsFsMetrics.class.getPackage().getImplementationVersion();
    return openTelemetry
        .meterBuilder(scope)
        .setInstrumentationVersion((version == null ? "development" : version) + build)
        .build();
  }

  /**
   * Instruments that were registered together.
   *
   * <p>A callback can only record on the instruments that it was registered with. So instruments
   * that come later get a callback of their own. The SDK runs the callbacks of a meter one after
   * the other; whichever comes first in a collection takes the sample for all of them.
   */
  private final class Group {
    private final List<StatInstrument> instruments;
    private final int callback = callbacks++;

    Group(List<StatInstrument> instruments) {
      this.instruments = new ArrayList<>(instruments);
    }

    void record() {
      for (int i = 0; i < instruments.size(); i++) {
        instruments.get(i).record(sampler);
      }
    }
  }

  private Group register(Meter meter, List<StatInstrument> instruments) {
    Group group = new Group(instruments);
    groups.add(group);
    Runnable record = group::record;
    registered.add(
        meter.batchCallback(
            () -> collect(group.callback, record, "A collection failed: "),
            instruments.get(0).measurement(),
            instruments.stream()
                .skip(1)
                .map(StatInstrument::measurement)
                .toArray(ObservableMeasurement[]::new)));
    return group;
  }

  /** On an instrument that never has a point, and so is never exported. */
  private void boundaryCallback(Meter meter) {
    int callback = callbacks++;
    registered.add(
        meter.batchCallback(
            () -> collect(callback, () -> {}, "A collection failed: "),
            meter.gaugeBuilder("statsfs").ofLongs().buildObserver()));
  }

  private Consumer<OwnMetrics> ownRecorder() {
    int callback = callbacks++;
    return own -> collect(callback, () -> recordOwn(own), "The bridge cannot measure itself: ");
  }

  /**
   * Takes a sample outside of any collection, so that what is new is registered, and known to fit
   * into a long or not, before the next one comes.
   */
  private void catalogChanged(Catalog catalog) {
    lock.lock();
    try {
      if (!closed) {
        sample();
      }
    } catch (Throwable e) {
      logFailure("The stats could not be registered: " + e);
    } finally {
      lock.unlock();
    }
  }

  private void collect(int callback, Runnable record, String failure) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (boundary.begins(callback)) {
        sample();
      }
      if (sampled) {
        record.run();
      }
    } catch (Throwable e) {
      // An Error that leaves a callback would cost the collection of every other meter.
      logFailure(failure + e);
    } finally {
      lock.unlock();
    }
  }

  private void sample() {
    sampled = false;
    Arrays.fill(counts, 0);
    long began = System.nanoTime();
    switchToDoubles();
    sampler.sample();
    if (!series.isOf(sampler)) {
      List<StatInstrument> added = series.update(sampler);
      if (!added.isEmpty()) {
        register(meter, added);
      }
    }
    for (int i = 0; i < sampler.size(); i++) {
      Status status = sampler.status(i);
      counts[status.ordinal()]++;
      if (status == Status.OK) {
        if (!StatInstrument.fitsLong(sampler, i)) {
          prepareDoubles(series.instrument(i));
        }
      } else if (UnreadableStats.isReported(status)) {
        unreadable.add(sampler, i, status);
      }
    }
    long ended = System.nanoTime();
    sampleSeconds = (ended - began) / 1e9;
    sampled = true;
    unreadable.endOfSample(sampler, ended);
    if (!failures.isEmpty()) {
      for (Alarm alarm : failures.values()) {
        alarm.absent(ended);
      }
    }
  }

  /**
   * Has doubles take over at the next sample: in the present collection the SDK may have called the
   * new callback already, or may be about to, and each point has to be recorded once.
   */
  private void prepareDoubles(@Nullable StatInstrument instrument) {
    if (instrument != null && !instrument.takesDoubles()) {
      instrument.prepareDoubles(meterOfDoubles);
      Group group = register(meterOfDoubles, List.of(instrument));
      group.instruments.clear();
      switching.put(instrument, group);
    }
  }

  private void switchToDoubles() {
    if (!switching.isEmpty()) {
      groups.forEach(group -> group.instruments.removeAll(switching.keySet()));
      switching.forEach(
          (instrument, group) -> {
            instrument.switchToDoubles();
            group.instruments.add(instrument);
          });
      switching.clear();
    }
  }

  private void recordOwn(OwnMetrics own) {
    own.record(sampleSeconds, counts, series, fs.catalog().sources().size(), fs.diagnostics());
  }

  private void logFailure(String message) {
    if (failures.size() == MAX_LOGGED && !failures.containsKey(message)) {
      return;
    }
    if (failures.computeIfAbsent(message, m -> new Alarm()).present(System.nanoTime())) {
      LOG.warn(message);
    }
  }

  /** Has a bound of its own, so that many remarks do not hide a failure. */
  private void remark(String message) {
    if (remarks.size() < MAX_LOGGED && remarks.add(message)) {
      LOG.warn(message);
    }
  }

  /**
   * Ends the registration and frees what it holds. Waits for a collection that is running. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    catalogs.close();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      registered.forEach(this::closeQuietly);
      closeQuietly(ownMetrics);
      closeQuietly(sampler);
    } finally {
      lock.unlock();
    }
  }

  /** One that fails must not keep the others open. */
  private void closeQuietly(@Nullable AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Exception e) {
      logFailure("Closing failed: " + e);
    }
  }
}
