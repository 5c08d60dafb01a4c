package io.statsfs.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.otel.internal.Log;
import io.statsfs.otel.internal.ZeroCodeTrees;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
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
 * that comes about only later, the value that does not fit is left out of one collection, and the
 * SDK warns of two instruments with one name, of which only one has points.
 *
 * <p>Two instruments, or two sources, that would share a series are told apart by further
 * attributes: {@code subsystem} and {@code device}, and if that is not enough {@code stat} and
 * {@code root}.
 *
 * <p>The instrumentation scope is {@code io.statsfs}. The bridge measures itself under {@code
 * io.statsfs.otel}:
 *
 * <table>
 * <caption>Metrics of the bridge</caption>
 * <tr><th>name</th><th>kind, unit</th><th>meaning</th></tr>
 * <tr><td>{@code statsfs.collection.duration}</td><td>gauge, s</td><td>time that the last
 *   collection took to sample the stats and record them</td></tr>
 * <tr><td>{@code statsfs.stats}</td><td>gauge, {stat}</td><td>stats by {@code status}: {@code ok},
 *   {@code gone}, {@code denied}, {@code not_a_number}, {@code blocked}, {@code failed}</td></tr>
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
 * <p>A file that hangs costs the points of its own source and nothing else ({@link
 * StatsFsMetricsBuilder#patience}).
 *
 * <p>Safe for use by several threads. A failure is logged once and never reaches the application.
 * While the catalog stands still, the stats of a collection cost no allocation here beyond what the
 * reader says; measuring itself takes some hundred bytes, and states their texts.
 */
public final class StatsFsMetrics implements AutoCloseable {
  private static final Log LOG = new Log();
  private static final String SCOPE = "io.statsfs";
  private static final int EPERM = 1;

  /** Something that differs each time must not be logged for ever. */
  private static final int MAX_LOGGED = 20;

  /** What a user can do something about. */
  private static final Status[] TOLD = {Status.DENIED, Status.FAILED, Status.BLOCKED};

  private final StatsFs fs;
  private final Sampler sampler;
  private final Meter meter;
  private final Series series;
  private final @Nullable OwnMetrics ownMetrics;
  private final Consumer<Catalog> listener = this::catalogChanged;

  /** Held by whoever uses what is below: a collection, a change of the catalog, closing. */
  private final ReentrantLock lock = new ReentrantLock();

  private final List<Group> groups = new ArrayList<>();
  private final int[] counts = new int[Status.values().length];
  private final Set<Status> told = EnumSet.noneOf(Status.class);
  private final Set<String> remarks = new HashSet<>();
  private final Set<String> failures = new HashSet<>();
  private double lastDuration = Double.NaN; // Which the SDK leaves out.
  private boolean sampled; // Whether what the sampler holds is of the last collection.
  private boolean closed;

  StatsFsMetrics(StatsFsMetricsBuilder builder) {
    fs = builder.fs;
    AggregateFilter levels = new AggregateFilter(fs, builder.aggregates);
    StatFilter filter =
        builder.aggregates == Aggregates.KEPT ? builder.filter : builder.filter.and(levels);
    meter = meter(builder.openTelemetry, SCOPE);
    series = new Series(builder, meter, message -> logOnce(remarks, message));
    sampler = fs.sampler(filter, builder.patience);
    // Once nothing stands in the way of this one.
    ZeroCodeTrees.giveWayTo(builder.openTelemetry, fs);
    fs.addListener(listener);
    catalogChanged(sampler.catalog());
    ownMetrics =
        builder.ownMetrics
            ? new OwnMetrics(meter(builder.openTelemetry, SCOPE + ".otel"), this)
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

  private static Meter meter(OpenTelemetry openTelemetry, String scope) {
    String version = StatsFsMetrics.class.getPackage().getImplementationVersion();
    return openTelemetry
        .meterBuilder(scope)
        .setInstrumentationVersion(version == null ? "development" : version)
        .build();
  }

  /**
   * Instruments that were registered together.
   *
   * <p>A callback can only record on the instruments that it was registered with. So instruments
   * that come later get a callback of their own. The SDK runs the callbacks of a collection one
   * after the other, in the order of their registration; the first takes the sample for all.
   */
  private static final class Group {
    final List<StatInstrument> instruments;
    @Nullable BatchCallback callback;

    Group(List<StatInstrument> instruments) {
      this.instruments = new ArrayList<>(instruments);
    }
  }

  private void register(List<StatInstrument> instruments) {
    if (instruments.isEmpty()) {
      return;
    }
    Group group = new Group(instruments);
    groups.add(group);
    group.callback =
        meter.batchCallback(
            () -> collect(group),
            instruments.get(0).measurement(),
            instruments.stream()
                .skip(1)
                .map(StatInstrument::measurement)
                .toArray(ObservableMeasurement[]::new));
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

  private void collect(Group group) {
    long began = System.nanoTime();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      boolean first = group == groups.get(0);
      if (first) {
        sample();
      } else if (!sampled) {
        return;
      }
      List<StatInstrument> unfit = null;
      for (StatInstrument instrument : group.instruments) {
        if (!instrument.record(sampler)) {
          unfit = unfit == null ? new ArrayList<>() : unfit;
          unfit.add(instrument);
        }
      }
      if (unfit != null) {
        group.instruments.removeAll(unfit);
        unfit.forEach(StatInstrument::useDoubles);
        register(unfit);
      }
      if (first) {
        lastDuration = (System.nanoTime() - began) / 1e9;
      }
    } catch (Throwable e) {
      // An Error that leaves a callback would cost the collection of every other meter.
      logFailure("A collection failed: " + e);
    } finally {
      lock.unlock();
    }
  }

  private void sample() {
    sampled = false;
    Arrays.fill(counts, 0);
    sampler.sample();
    if (!series.isOf(sampler)) {
      register(series.update(sampler));
    }
    for (int i = 0; i < sampler.size(); i++) {
      counts[sampler.status(i).ordinal()]++;
    }
    sampled = true;
    for (Status status : TOLD) {
      if (counts[status.ordinal()] > 0 && told.add(status)) {
        LOG.warn(unreadable(status));
      }
    }
  }

  /** One line for all stats of a status. */
  private String unreadable(Status status) {
    int first = 0;
    while (sampler.status(first) != status) {
      first++;
    }
    String why =
        switch (status) {
          case DENIED ->
              sampler.errno(first) == EPERM
                  ? "the kernel does not permit it (under lockdown debugfs shows only files that"
                      + " nobody may write)"
                  : "permission is denied. " + fix(sampler.stat(first).source().tree());
          case BLOCKED -> "it does not answer, and is tried again when it does";
          default -> "reading fails, with errno " + sampler.errno(first);
        };
    return counts[status.ordinal()]
        + " of "
        + sampler.size()
        + " stats have no value, the first is "
        + sampler.stat(first).path()
        + ": "
        + why
        + ". This is told once; the metric statsfs.stats counts them.";
  }

  /** Of a statsfs the root alone is closed to others, and falls back to that now and then. */
  private static String fix(Tree tree) {
    return Layout.statsfs().homeTypes().contains(tree.fileSystemType())
        ? "Run as root, or let root chmod 755 " + tree.root()
        : "Run as root, or let root make the trees readable";
  }

  /** Called in a collection; the SDK may call it before it collects the stats, or after. */
  void recordOwn(OwnMetrics own) {
    lock.lock();
    try {
      if (!closed) {
        own.record(
            lastDuration,
            counts,
            fs.catalog().sources().size(),
            fs.readerStats(),
            fs.schemaCacheStats());
      }
    } catch (Throwable e) {
      logFailure("The bridge could not tell of itself: " + e);
    } finally {
      lock.unlock();
    }
  }

  private void logFailure(String message) {
    logOnce(failures, message);
  }

  /** Each kind has a bound of its own, so that many remarks do not hide a failure. */
  private static void logOnce(Set<String> logged, String message) {
    if (logged.size() < MAX_LOGGED && logged.add(message)) {
      LOG.warn(message);
    }
  }

  /**
   * Ends the registration and frees what it holds. Waits for a collection that is running. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    fs.removeListener(listener);
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      for (Group group : groups) {
        closeQuietly(group.callback);
      }
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
