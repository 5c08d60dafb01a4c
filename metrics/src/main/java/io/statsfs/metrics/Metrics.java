package io.statsfs.metrics;

import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.metrics.Point.Formula;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The metrics that the stats of a sampler make up, and how their values are computed from a sample.
 * Names and labels are decided here, for every exporter.
 *
 * <pre>{@code
 * Metrics metrics = Metrics.builder(Naming.statsfs()).build();
 * Value value = new Value();
 * sampler.sample();
 * if (!metrics.areOf(sampler)) {
 *   metrics.update(sampler);
 * }
 * for (Metric metric : metrics.list()) {
 *   for (Point point : metric.points()) {
 *     if (value.read(point, sampler)) {
 *       write(metric.name(), point.labels(), value);
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Points that would have equal labels in one metric, even if only in Prometheus, get further
 * ones: {@code subsystem} and {@code device}, and if that is not enough {@code stat} and {@code
 * root}. A metric that Prometheus would take for another one of another kind or unit has {@code
 * .gauge} or {@code .counter} at the end of its name.
 *
 * <p>At most 2,000 metrics have points at a time, and there are 10,000 in all, since OpenTelemetry
 * keeps each for good and takes time quadratic in their number to make them.
 *
 * <p>For one thread at a time. {@link #update} allocates; everything else does not.
 */
public final class Metrics {
  /** OpenTelemetry's default, less the point that takes what is beyond it. */
  private static final int POINTS_BY_DEFAULT = 1999;

  /** That have points at present: more are not exported in reasonable time. */
  private static final int MAX_LIVE = 2_000;

  private static final int MAX_MADE = 10_000;

  private final Naming naming;
  private final boolean counters;
  private final int pointLimit;
  private final Consumer<String> log;
  private final MetricIdentities identities;
  private final ConventionalPoints conventional;
  private final Map<String, Formula> factors = new HashMap<>();
  private Map<Source, PointLabels> sources = new IdentityHashMap<>();
  private Set<MetricIdentity> live = Set.of();
  private List<Metric> list = List.of();
  private @Nullable Catalog catalog;
  private int withoutMetric;
  private int beyondPointLimit;
  private @Nullable String tooManyPoints;

  private Metrics(Builder builder) {
    naming = builder.naming;
    counters = builder.counters;
    pointLimit = builder.pointLimit;
    log = builder.log;
    identities = new MetricIdentities(log);
    conventional = new ConventionalPoints(naming.convention());
    builder.reserved.forEach(r -> identities.reserve(r.name, r.unit, r.instrument));
  }

  /**
   * Begins with the settings.
   *
   * @param naming how the metrics are named
   * @return a new builder
   */
  public static Builder builder(Naming naming) {
    return new Builder(naming);
  }

  /** Which metrics there are. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final Naming naming;
    private boolean counters;
    private int pointLimit = Integer.MAX_VALUE;
    private Consumer<String> log = message -> {};
    private final List<Reserved> reserved = new ArrayList<>();

    private record Reserved(String name, String unit, Instrument instrument) {}

    private Builder(Naming naming) {
      this.naming = Objects.requireNonNull(naming, "naming");
    }

    /**
     * Makes a counter of each stat that is one. Default: every metric that has no conventional name
     * is a gauge, since without a schema nobody knows, and a metric must not be a counter on one
     * host and a gauge on another.
     *
     * @return this
     */
    public Builder counters() {
      counters = true;
      return this;
    }

    /**
     * How many points a metric may have. Beyond that, those of the sources that stand deepest in
     * the tree are left out first, and among equally deep ones the last in the order of the
     * catalog. Default: no limit.
     *
     * @param limit at least 1
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder pointLimit(int limit) {
      if (limit < 1) {
        throw new IllegalArgumentException("The limit must be at least 1, but is " + limit);
      }
      pointLimit = limit;
      return this;
    }

    /**
     * Keeps metrics from being given a name that is used otherwise.
     *
     * @param name the name
     * @param unit the unit of what has it
     * @param instrument the kind of what has it
     * @return this
     */
    public Builder reserve(String name, String unit, Instrument instrument) {
      reserved.add(new Reserved(name, unit, instrument));
      return this;
    }

    /**
     * Logs names and labels that had to be changed.
     *
     * @param log is given messages, of which the same may come again
     * @return this
     */
    public Builder log(Consumer<String> log) {
      this.log = Objects.requireNonNull(log, "log");
      return this;
    }

    /**
     * Ends the settings.
     *
     * @return metrics, none of them yet
     */
    public Metrics build() {
      return new Metrics(this);
    }
  }

  /**
   * Whether the metrics are those of the list of stats that a sampler has now.
   *
   * @param sampler the sampler that they were made for
   * @return false if {@link #update} must be called
   */
  public boolean areOf(Sampler sampler) {
    return sampler.catalog() == catalog;
  }

  /**
   * The metrics that have points.
   *
   * @return the metrics of the last update, in a list that cannot be modified
   */
  public List<Metric> list() {
    return list;
  }

  /**
   * Stats that have no point since there are too many metrics.
   *
   * @return their number
   */
  public int withoutMetric() {
    return withoutMetric;
  }

  /**
   * Points that are left out since their metric has too many.
   *
   * @return their number
   */
  public int beyondPointLimit() {
    return beyondPointLimit;
  }

  /**
   * What to do about stats that have no metric.
   *
   * @return a message for people; empty if there are none
   */
  public Optional<String> tooManyMetrics() {
    return withoutMetric == 0
        ? Optional.empty()
        : Optional.of(
            "More than "
                + MAX_LIVE
                + " stat names at a time, or "
                + MAX_MADE
                + " since the bridge was created: "
                + withoutMetric
                + " stats are not exported. Filter stats out, or set a naming"
                + " that gives several stats one name.");
  }

  /**
   * What to do about the first metric that has more points than the limit, or than OpenTelemetry's
   * SDK takes by default.
   *
   * @return a message for people; empty if no metric has
   */
  public Optional<String> tooManyPoints() {
    return Optional.ofNullable(tooManyPoints);
  }

  /** A point that has no labels of its own yet, but those of others. */
  private record Candidate(int index, @Nullable Formula formula, PointLabels labels) {}

  /** What is to have one name. */
  private static final class Draft {
    final String name;
    final @Nullable MetricDeclaration declaration;
    final List<Candidate> candidates = new ArrayList<>();

    Draft(String name, @Nullable MetricDeclaration declaration) {
      this.name = name;
      this.declaration = declaration;
    }
  }

  /**
   * Makes the metrics of the list of stats that a sampler has now.
   *
   * @param sampler the sampler, always the same one
   * @throws RuntimeException what the catalog throws; the metrics are then as they were
   */
  public void update(Sampler sampler) {
    Map<Source, PointLabels> sources = new IdentityHashMap<>();
    Map<MetricIdentity, Draft> chosen = new LinkedHashMap<>();
    int left = choose(drafts(sampler, sources), sampler, chosen);
    Labels[] labels = labels(sampler, chosen);
    List<Metric> metrics = new ArrayList<>(chosen.size());
    int beyond = 0;
    String tooMany = null;
    int first = 0;
    for (Map.Entry<MetricIdentity, Draft> entry : chosen.entrySet()) {
      List<Candidate> all = entry.getValue().candidates;
      beyond += Math.max(0, all.size() - pointLimit);
      if (tooMany == null) {
        tooMany = tooManyPoints(entry.getKey().name, all.size());
      }
      metrics.add(metric(entry.getKey(), all, labels, first, sampler));
      first += all.size();
    }
    this.sources = sources;
    live = Set.copyOf(chosen.keySet());
    list = List.copyOf(metrics);
    withoutMetric = left;
    beyondPointLimit = beyond;
    tooManyPoints = tooMany;
    catalog = sampler.catalog();
  }

  /** By the name that they ask for; those of a convention come first. */
  private Map<String, Draft> drafts(Sampler sampler, Map<Source, PointLabels> sources) {
    Map<String, Draft> drafts = new LinkedHashMap<>();
    BitSet shown = new BitSet();
    for (ConventionalPoints.Found point : conventional.find(sampler)) {
      if (point.showsOneStat()) {
        shown.set(point.index());
      }
      MetricDeclaration metric = point.metric();
      drafts
          .computeIfAbsent(MetricNames.key(metric.name()), k -> new Draft(metric.name(), metric))
          .candidates
          .add(
              new Candidate(
                  point.index(),
                  point.formula(),
                  new PointLabels(sampler.stat(point.index()).source(), point.labels(), log)));
    }
    if (naming.isConventionalOnly()) {
      return drafts;
    }
    for (int i = shown.nextClearBit(0); i < sampler.size(); i = shown.nextClearBit(i + 1)) {
      Stat stat = sampler.stat(i);
      String name = name(stat);
      drafts
          .computeIfAbsent(MetricNames.key(name), k -> new Draft(name, null))
          .candidates
          .add(
              new Candidate(i, factor(stat), sources.computeIfAbsent(stat.source(), this::labels)));
    }
    return drafts;
  }

  /** Null if the value is in a base unit as it is. */
  private @Nullable Formula factor(Stat stat) {
    Unit unit = Unit.of(stat.unit());
    return unit.numerator() == unit.denominator()
        ? null
        : factors.computeIfAbsent(
            stat.unit(), k -> Formula.times(unit.numerator(), unit.denominator()));
  }

  private String name(Stat stat) {
    try {
      String name = naming.name(stat);
      if (MetricNames.isValid(name)) {
        return name;
      }
      log.accept("'" + name + "' is no name for an instrument; " + stat + " gets its default name");
    } catch (RuntimeException e) {
      log.accept("No name for " + stat + ", which gets its default name: " + e);
    }
    return MetricNames.ofStat(stat);
  }

  private PointLabels labels(Source source) {
    PointLabels known = sources.get(source);
    return known != null ? known : new PointLabels(source, wanted(source), log);
  }

  private Labels wanted(Source source) {
    try {
      return Labels.of(naming.labels(source));
    } catch (RuntimeException e) {
      log.accept("No labels for " + source + ", which gets its default ones: " + e);
      return Labels.of(Naming.labelsOrPlace(source));
    }
  }

  /** Within the limits; those that have points keep them. Returns how many stats are left out. */
  private int choose(
      Map<String, Draft> drafts, Sampler sampler, Map<MetricIdentity, Draft> chosen) {
    Map<Draft, MetricIdentity> identified = new IdentityHashMap<>();
    int kept = 0;
    for (Draft draft : drafts.values()) {
      if (identities.has(draft.name)) {
        MetricIdentity identity = identity(draft, sampler);
        if (live.contains(identity)) {
          identified.put(draft, identity);
          kept++;
        }
      }
    }
    int left = 0;
    for (Draft draft : drafts.values()) {
      MetricIdentity identity = identified.get(draft);
      if (identity == null) {
        if (kept == MAX_LIVE || !identities.has(draft.name) && identities.count() == MAX_MADE) {
          left += draft.candidates.size();
          continue;
        }
        identity = identity(draft, sampler);
        kept++;
      }
      chosen.put(identity, draft);
    }
    return left;
  }

  private MetricIdentity identity(Draft draft, Sampler sampler) {
    MetricDeclaration declaration = draft.declaration;
    if (declaration != null) {
      return identities.of(
          declaration.name(),
          declaration.unit(),
          declaration.description(),
          declaration.instrument());
    }
    String unit = "";
    String description = "";
    boolean isCounter = false;
    for (Candidate candidate : draft.candidates) {
      Stat stat = sampler.stat(candidate.index);
      unit = unit.isEmpty() ? Unit.of(stat.unit()).base() : unit;
      description = description.isEmpty() ? stat.description() : description;
      isCounter |= counters && stat.kind() == Stat.Kind.COUNTER;
    }
    return identities.of(
        draft.name, unit, description, isCounter ? Instrument.COUNTER : Instrument.GAUGE);
  }

  /**
   * The labels of all candidates. Equal ones would overwrite each other in a gauge, add up in a
   * counter, and fail a scrape; so what is equal in Prometheus gets more labels.
   */
  private static Labels[] labels(Sampler sampler, Map<MetricIdentity, Draft> chosen) {
    int size = chosen.values().stream().mapToInt(draft -> draft.candidates.size()).sum();
    Candidate[] of = new Candidate[size];
    int[] family = new int[size];
    Labels[] labels = new Labels[size];
    Labels[] compared = new Labels[size];
    int next = 0;
    for (Map.Entry<MetricIdentity, Draft> entry : chosen.entrySet()) {
      for (Candidate candidate : entry.getValue().candidates) {
        of[next] = candidate;
        family[next] = entry.getKey().family;
        labels[next] = candidate.labels.labels();
        compared[next++] = candidate.labels.inPrometheus();
      }
    }
    Set<PointLabels> colliding = Collections.newSetFromMap(new IdentityHashMap<>());
    forCollisions(family, compared, i -> colliding.add(of[i].labels));
    if (colliding.isEmpty()) {
      return labels;
    }
    for (int i = 0; i < size; i++) {
      if (colliding.contains(of[i].labels)) {
        labels[i] = of[i].labels.placed();
        compared[i] = of[i].labels.placedInPrometheus();
      }
    }
    Set<Integer> left = new HashSet<>();
    forCollisions(family, compared, left::add);
    for (int i : left) {
      labels[i] = of[i].labels.ofStat(sampler.stat(of[i].index));
      compared[i] = labels[i].inPrometheus();
    }
    forCollisions(
        family, compared, i -> labels[i] = of[i].labels.ofOrigin(sampler.stat(of[i].index)));
    return labels;
  }

  /** Takes time in proportion to the points and to the labels of the sources, not their product. */
  private static void forCollisions(int[] family, Labels[] labels, IntConsumer action) {
    Map<Labels, Integer> numbers = new HashMap<>();
    Map<Labels, Integer> numberOf = new IdentityHashMap<>();
    Map<Long, Integer> seen = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      int number =
          numberOf.computeIfAbsent(
              labels[i], own -> numbers.computeIfAbsent(own, k -> numbers.size()));
      Integer other = seen.putIfAbsent((long) family[i] << 32 | number, i);
      if (other != null) {
        action.accept(other);
        action.accept(i);
      }
    }
  }

  private Metric metric(
      MetricIdentity identity, List<Candidate> all, Labels[] labels, int first, Sampler sampler) {
    boolean isInteger = true;
    List<Point> points = new ArrayList<>(Math.min(all.size(), pointLimit));
    for (int i : withinLimit(all, sampler)) {
      Candidate candidate = all.get(i);
      isInteger &= isInteger(candidate, sampler);
      points.add(new Point(labels[first + i], candidate.index, candidate.formula));
    }
    return new Metric(identity, List.copyOf(points), isInteger);
  }

  private static boolean isInteger(Candidate candidate, Sampler sampler) {
    Formula formula = candidate.formula;
    boolean isInteger = sampler.stat(candidate.index).type() == Stat.Type.INT;
    if (formula != null) {
      isInteger &= formula.isInteger();
      for (int index : formula.indexes()) {
        isInteger &= sampler.stat(index).type() == Stat.Type.INT;
      }
    }
    return isInteger;
  }

  private int[] withinLimit(List<Candidate> all, Sampler sampler) {
    if (all.size() <= pointLimit) {
      return IntStream.range(0, all.size()).toArray();
    }
    return IntStream.range(0, all.size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> depth(sampler.stat(all.get(i).index).source())))
        .limit(pointLimit)
        .sorted()
        .mapToInt(i -> i)
        .toArray();
  }

  private static int depth(Source source) {
    String device = source.device();
    return device.isEmpty() ? 0 : 1 + (int) device.chars().filter(c -> c == '/').count();
  }

  private @Nullable String tooManyPoints(String name, int count) {
    if (count > pointLimit) {
      return name
          + " has "
          + count
          + " series, of which the "
          + (count - pointLimit)
          + " of the deepest sources are left out. Raise the SDK's cardinality limit (property"
          + " otel.java.metrics.cardinality.limit) to twice the number, and with it the limit of"
          + " series that is set in code, or filter stats out.";
    }
    if (count > POINTS_BY_DEFAULT && pointLimit == Integer.MAX_VALUE) {
      return name
          + " has "
          + count
          + " series, and others may follow. By default the SDK takes 1,999 of an instrument"
          + " and folds the rest into one point with otel.metric.overflow=true. Raise its"
          + " cardinality limit (property otel.java.metrics.cardinality.limit) to twice the"
          + " number, or filter stats out.";
    }
    return null;
  }
}
