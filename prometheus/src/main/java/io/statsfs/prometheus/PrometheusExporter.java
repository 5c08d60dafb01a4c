package io.statsfs.prometheus;

import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Labels;
import io.statsfs.metrics.Metric;
import io.statsfs.metrics.Metrics;
import io.statsfs.metrics.Naming;
import io.statsfs.metrics.Point;
import io.statsfs.metrics.PrometheusNames;
import io.statsfs.metrics.Value;
import io.statsfs.metrics.internal.CounterHistory;
import io.statsfs.metrics.internal.ExportLog;
import io.statsfs.metrics.internal.OwnMetric;
import io.statsfs.metrics.internal.SampledMetrics;
import io.statsfs.metrics.internal.States;
import io.statsfs.spi.Alarm;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.PrintableLog;
import io.statsfs.spi.PrintableText;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes stats as Prometheus scrapes them, and follows the trees while they change. {@link
 * PrometheusServer} serves that over HTTP; or an application does, behind a server of its own:
 *
 * <pre>{@code
 * PrometheusExporter exporter = PrometheusExporter.create(fs);
 * ...
 * PrometheusFormat format = PrometheusFormat.ofAccept(request.getHeader("Accept"));
 * response.setContentType(format.contentType());
 * exporter.write(response.getOutputStream(), format);
 * }</pre>
 *
 * <p>The series are those that OpenTelemetry's exporter for Prometheus makes of {@code
 * io.statsfs.otel}: the same names, units, labels, types and values, without labels of the scope
 * and without {@code target_info} unless they are asked for ({@link Builder#scopeLabels()}, {@link
 * Builder#targetInfo}). What is gone or cannot be read has no line. The formats have no counter
 * below zero, so that such a value has no line either; and a counter that begins anew shows its
 * smaller value at once, by which Prometheus knows it. Integers are written as such, with all their
 * digits; other numbers with the fewest digits that give the same double.
 *
 * <p>The exporter measures itself as OpenTelemetry's bridge does, under the same names: {@code
 * statsfs_collection_duration_seconds}, {@code statsfs_stats} and so on.
 *
 * <p>Each scrape takes a sample, in the thread that asks for it. Scrapes that come while one is
 * taken use that one. A sample is taken within the read timeout, whatever the client does: its
 * values are copied, and written at the client's speed, while the next sample is taken. A body is
 * written in pieces of some 64 KiB, and is nowhere as a whole.
 *
 * <p>Safe for use by several threads. While the catalog stands still a scrape allocates nothing
 * here beyond what the reader says, unless {@linkplain Builder#states() states} are exported or
 * more scrapes are written at a time than before.
 */
public final class PrometheusExporter implements AutoCloseable {
  static final PrintableLog LOG = new PrintableLog("io.statsfs.prometheus");

  private static final String SCOPE = "io.statsfs";

  /** More than that are not kept for the next scrape. */
  private static final int MOST_IDLE = 4;

  private final StatsFs fs;
  private final Builder settings;
  private final ExportLog log = new ExportLog(LOG);
  private final SampledMetrics sampled;
  private final Value value = new Value();
  private final Alarm manyPoints = new Alarm();
  private final @Nullable States states;
  private final Map<String, CounterHistory> histories = new HashMap<>();
  private Map<Labels, byte[]> labels = new IdentityHashMap<>();
  private Exposition exposition = Exposition.EMPTY;
  private boolean isOutdated;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sampleEnded = lock.newCondition();
  private final List<Snapshot> idleSnapshots = new ArrayList<>();
  private final List<Body> idleBodies = new ArrayList<>();

  /** For tests. */
  volatile Runnable beforeSample = () -> {};

  /** The last one that was taken; null if that failed. */
  private @Nullable Snapshot last;

  private boolean isSampling;
  private long samples;
  private volatile boolean isClosed;

  private PrometheusExporter(Builder settings) {
    this.settings = settings;
    fs = settings.fs;
    states = settings.states ? new States() : null;
    sampled = new SampledMetrics(fs, settings.sampled(), log);
    try {
      release(snapshot());
    } catch (RuntimeException e) {
      // Is logged, and may pass.
    }
  }

  /**
   * Exports stats with the defaults of {@link Builder}.
   *
   * @param fs the trees; they stay open when the exporter is closed
   * @return an exporter
   * @throws IllegalStateException if {@code fs} is closed
   */
  public static PrometheusExporter create(StatsFs fs) {
    return builder(fs).build();
  }

  /**
   * Begins with the settings.
   *
   * @param fs the trees; they stay open when the exporter is closed
   * @return a new builder
   */
  public static Builder builder(StatsFs fs) {
    return new Builder(fs);
  }

  /** What is exported. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final StatsFs fs;
    private StatFilter filter = StatFilter.defaults();
    private Naming naming = Naming.statsfs();
    private Aggregates aggregates = Aggregates.KEPT;
    private int seriesLimit = Integer.MAX_VALUE;
    private boolean counters;
    private boolean states;
    private boolean scopeLabels;
    private Map<String, String> target = Map.of();
    private boolean ownMetrics = true;
    private Duration readTimeout = Duration.ofSeconds(1);

    private Builder(StatsFs fs) {
      this.fs = Objects.requireNonNull(fs, "fs");
    }

    /**
     * Selects the stats to export. Default: {@link StatFilter#defaults()}; {@link StatFilter#all()}
     * is for everything. A metric has a series where all stats that it is made of are selected.
     *
     * @param filter says which stats to take
     * @return this
     */
    public Builder filter(StatFilter filter) {
      this.filter = Objects.requireNonNull(filter, "filter");
      return this;
    }

    /**
     * Names the metrics, and gives their series labels. Default: {@link Naming#statsfs()}.
     *
     * @param naming the naming
     * @return this
     */
    public Builder naming(Naming naming) {
      this.naming = Objects.requireNonNull(naming, "naming");
      return this;
    }

    /**
     * What becomes of stats that sum up others. Default: {@link Aggregates#KEPT}.
     *
     * @param aggregates which to take
     * @return this
     */
    public Builder aggregates(Aggregates aggregates) {
      this.aggregates = Objects.requireNonNull(aggregates, "aggregates");
      return this;
    }

    /**
     * How many series a metric may have. Beyond that, those of the deepest sources are left out
     * first, as {@link Metrics.Builder#pointLimit} says. Default: no limit.
     *
     * @param limit at least 1
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder seriesLimit(int limit) {
      if (limit < 1) {
        throw new IllegalArgumentException("The limit must be at least 1, but is " + limit);
      }
      seriesLimit = limit;
      return this;
    }

    /**
     * Exports stats of kind {@link io.statsfs.Stat.Kind#COUNTER} as counters. Default: every stat
     * is a gauge, since without a schema nobody knows, and a stat of one name must not be a counter
     * on one host and a gauge on another. Metrics that have a conventional name have the type of
     * the convention, whatever is set here. A counter that is smaller than before by less than a
     * thousandth stays as it was until it is passed, as it has not begun anew.
     *
     * @return this
     */
    public Builder countersBySchema() {
      counters = true;
      return this;
    }

    /**
     * Gives stats whose value is a text, as an enum's is, a series for each text that was seen: 1
     * for the present one and 0 for the others, told apart by the label {@code state} ({@code
     * stat_state} where there is a label of that key). At most 32 texts of up to 64 characters are
     * told apart. Each such stat is read a second time, as text, in each sample. Default: they have
     * no series.
     *
     * @return this
     */
    public Builder states() {
      states = true;
      return this;
    }

    /**
     * Gives each series the labels {@code otel_scope_name} and {@code otel_scope_version}, as
     * OpenTelemetry's exporter does by default. Default: they have none.
     *
     * @return this
     */
    public Builder scopeLabels() {
      scopeLabels = true;
      return this;
    }

    /**
     * Describes this process, as OpenTelemetry's resource does: exports {@code target_info}, whose
     * value is 1, with these labels. Default: there is none.
     *
     * @param attributes keys, which are changed as those of other labels are, and values
     * @return this
     */
    public Builder targetInfo(Map<String, String> attributes) {
      Map<String, String> labels = new TreeMap<>();
      attributes.forEach(
          (key, value) -> {
            String label = PrometheusNames.ofLabel(key);
            if (label != null && !value.isEmpty()) {
              labels.put(label, PrintableText.distinct(value));
            }
          });
      target = labels;
      return this;
    }

    /**
     * Whether the exporter measures itself. Default: true.
     *
     * @param enabled false to leave these metrics out
     * @return this
     */
    public Builder ownMetrics(boolean enabled) {
      ownMetrics = enabled;
      return this;
    }

    /**
     * How long the reading of one file may take before it is left behind, as {@link
     * StatsFs#sampler(StatFilter, Duration)} says. Its stats have no series until it answers again.
     * Default: 1 second.
     *
     * @param readTimeout at least 10 milliseconds
     * @return this
     */
    public Builder readTimeout(Duration readTimeout) {
      this.readTimeout = Objects.requireNonNull(readTimeout, "readTimeout");
      return this;
    }

    /**
     * Ends the settings, and takes a first sample, so that the log says at once what cannot be
     * read.
     *
     * @return an exporter
     * @throws IllegalArgumentException if the read timeout is too short
     * @throws IllegalStateException if the {@link StatsFs} is closed
     */
    public PrometheusExporter build() {
      return new PrometheusExporter(this);
    }

    private SampledMetrics.Settings sampled() {
      return new SampledMetrics.Settings(
          filter, naming, aggregates, seriesLimit, counters, ownMetrics, readTimeout);
    }
  }

  /**
   * Answers a scrape: takes a sample, and writes what it has.
   *
   * @param out where to write, in pieces; neither flushed nor closed
   * @param format the format
   * @throws IOException if {@code out} throws it
   * @throws IllegalStateException if this, or the {@link StatsFs}, is closed
   * @throws RuntimeException if no sample can be taken; the log says why. Nothing is written then
   */
  public void write(OutputStream out, PrometheusFormat format) throws IOException {
    write(out, format, false);
  }

  /**
   * The same, compressed.
   *
   * @param out where to write, in pieces; neither flushed nor closed
   * @param format the format
   * @throws IOException if {@code out} throws it
   * @throws IllegalStateException if this, or the {@link StatsFs}, is closed
   * @throws RuntimeException if no sample can be taken; the log says why. Nothing is written then
   */
  public void writeGzip(OutputStream out, PrometheusFormat format) throws IOException {
    write(out, format, true);
  }

  private void write(OutputStream out, PrometheusFormat format, boolean isGzip) throws IOException {
    Objects.requireNonNull(out, "out");
    Objects.requireNonNull(format, "format");
    Body body = begin(snapshot(), format, isGzip);
    try {
      while (body.next()) {
        out.write(body.bytes(), 0, body.length());
      }
    } finally {
      release(body);
    }
  }

  /** Takes a sample, or waits for the one that is being taken. To be released. */
  Snapshot snapshot() {
    Snapshot taken;
    lock.lock();
    try {
      requireOpen();
      if (isSampling) {
        return ofOther();
      }
      isSampling = true;
      taken =
          idleSnapshots.isEmpty() ? new Snapshot() : idleSnapshots.remove(idleSnapshots.size() - 1);
    } finally {
      lock.unlock();
    }
    boolean isTaken = false;
    try {
      take(taken);
      isTaken = true;
      return taken;
    } finally {
      lock.lock();
      try {
        isSampling = false;
        samples++;
        // This scrape, and those that may have waited for it.
        taken.users = 2;
        Snapshot before = last;
        last = isTaken ? taken : null;
        if (before != null) {
          release(before);
        }
        sampleEnded.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private Snapshot ofOther() {
    long sample = samples;
    while (samples == sample) {
      sampleEnded.awaitUninterruptibly();
    }
    if (last == null) {
      throw new IllegalStateException("The sample that this scrape waited for failed");
    }
    last.users++;
    return last;
  }

  private void take(Snapshot snapshot) {
    try {
      beforeSample.run();
      isOutdated |= sampled.sample();
      if (isOutdated) {
        update();
        isOutdated = false;
      }
      exposition.read(snapshot);
    } catch (RuntimeException | Error e) {
      if (!isClosed) {
        log.failure("A scrape failed: " + e);
      }
      throw e;
    }
  }

  /** Lets one more scrape use a snapshot, which that one has to release, too. */
  void share(Snapshot snapshot) {
    lock.lock();
    try {
      snapshot.users++;
    } finally {
      lock.unlock();
    }
  }

  void release(Snapshot snapshot) {
    lock.lock();
    try {
      if (--snapshot.users == 0 && idleSnapshots.size() < MOST_IDLE) {
        idleSnapshots.add(snapshot);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Begins to write a snapshot. To be released, which releases the snapshot. */
  Body begin(Snapshot snapshot, PrometheusFormat format, boolean isGzip) {
    Body body;
    lock.lock();
    try {
      body = idleBodies.isEmpty() ? new Body() : idleBodies.remove(idleBodies.size() - 1);
    } finally {
      lock.unlock();
    }
    body.begin(snapshot, format, isGzip);
    return body;
  }

  void release(Body body) {
    lock.lock();
    try {
      release(body.end());
      if (!isClosed && idleBodies.size() < MOST_IDLE) {
        idleBodies.add(body);
        return;
      }
    } finally {
      lock.unlock();
    }
    body.close();
  }

  /** Makes the bytes anew, after the list of stats has changed. */
  private void update() {
    Map<String, Family> families = new TreeMap<>();
    Map<Labels, byte[]> made = new IdentityHashMap<>();
    Map<String, String> scope = settings.scopeLabels ? scope(SCOPE) : Map.of();
    Map<String, CounterHistory> gone = new HashMap<>(histories);
    for (Metric metric : sampled.metrics().list()) {
      Family family =
          family(families, metric.name(), metric.unit(), metric.description(), metric.instrument());
      List<Point> points = metric.points();
      byte[][] of = new byte[points.size()][];
      for (int i = 0; i < of.length; i++) {
        of[i] = made.computeIfAbsent(points.get(i).labels(), key -> labels(key, scope));
      }
      CounterHistory history = null;
      if (metric.instrument() == Instrument.COUNTER) {
        history = histories.computeIfAbsent(metric.name(), name -> new CounterHistory());
        history.setPoints(points);
        gone.remove(metric.name());
      }
      family.add(
          new Series.OfStats(
              sampled,
              value,
              points,
              of,
              family.name,
              history,
              // A sum has no states.
              metric.instrument() == Instrument.GAUGE ? states : null));
    }
    gone.values().forEach(history -> history.setPoints(List.of()));
    if (settings.ownMetrics) {
      addOwn(families);
    }
    labels = made;
    exposition = new Exposition(new ArrayList<>(families.values()), settings.target);
    if (states != null) {
      states.retain(sampled.sampler());
    }
    log.state(manyPoints, tooManyPoints(), System.nanoTime());
  }

  private void addOwn(Map<String, Family> families) {
    Map<String, String> scope = settings.scopeLabels ? scope(SCOPE + ".prometheus") : Map.of();
    for (OwnMetric own : OwnMetric.values()) {
      byte[][] labels =
          own.key().isEmpty()
              ? new byte[][] {Family.bytes(Escapes.labels(Map.of(), scope))}
              : own.labels().stream()
                  .map(label -> Escapes.labels(Map.of(own.key(), label), scope))
                  .map(Family::bytes)
                  .toArray(byte[][]::new);
      family(families, own.metric(), own.unit(), own.description(), own.instrument())
          .add(new Series.Own(own, sampled, fs.diagnostics(), labels));
    }
  }

  private static Family family(
      Map<String, Family> families,
      String name,
      String unit,
      String description,
      Instrument instrument) {
    Family family = new Family(name, unit, description, instrument);
    return families.computeIfAbsent(family.key(), key -> family);
  }

  private static Map<String, String> scope(String name) {
    String version = PrometheusExporter.class.getPackage().getImplementationVersion();
    return Map.of(
        "otel_scope_name", name, "otel_scope_version", version == null ? "development" : version);
  }

  /** Once for all series that share the labels, as long as they do. */
  private byte[] labels(Labels of, Map<String, String> scope) {
    byte[] known = labels.get(of);
    return known != null ? known : Family.bytes(Escapes.labels(Escapes.exposed(of), scope));
  }

  private Optional<String> tooManyPoints() {
    int beyond = sampled.metrics().beyondPointLimit();
    return beyond == 0
        ? Optional.empty()
        : Optional.of(
            beyond
                + " series are left out, as their metrics have more than "
                + settings.seriesLimit
                + ": those of the deepest sources. Raise the limit of series, or filter stats"
                + " out.");
  }

  private void requireOpen() {
    if (isClosed) {
      throw new IllegalStateException("This exporter of " + fs + " is closed");
    }
  }

  /**
   * Frees what the exporter holds. Waits for a sample that is being taken, not for one that is
   * being written. Closing again does nothing.
   */
  @Override
  public void close() {
    List<Body> idle;
    lock.lock();
    try {
      isClosed = true;
      idle = List.copyOf(idleBodies);
      idleBodies.clear();
    } finally {
      lock.unlock();
    }
    idle.forEach(Body::close);
    sampled.close();
  }
}
