package io.statsfs.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The instrument of all stats of one name, and the series that it has at present.
 *
 * <p>It records longs, unless a stat is a FLOAT or a value does not fit: OpenTelemetry's integers
 * end at 2<sup>63</sup>-1, so that from the first larger value on the whole name is recorded in
 * doubles, through a second instrument of the same name in another meter. The first one then has no
 * points and is exported no more.
 */
final class StatInstrument {
  /** If nobody collects, what comes and goes must not pile up. */
  private static final int MAX_KNOWN = 100_000;

  private final String name;
  private final String description;
  private final String unit;
  private final boolean counter;
  private final @Nullable States states;
  private final int family;
  private final @Nullable ObservableLongMeasurement longs;
  private @Nullable ObservableDoubleMeasurement doubles;
  private boolean inDoubles;
  private int[] indexes = {};
  private Attributes[] attributes = {};

  /** Of counters, the values at the last collection. */
  private double[] counts = {};

  /** The same by their attributes, those included that left the catalog since. */
  private final Map<Attributes, Double> known = new HashMap<>();

  private boolean isCollected;

  /** Of the stats at some positions of a sampler, whose values decide between longs and doubles. */
  StatInstrument(
      Meter meter,
      TakenNames names,
      String wantedName,
      Sampler sampler,
      List<Integer> indexes,
      boolean countersBySchema,
      @Nullable States states) {
    final List<Stat> stats = indexes.stream().map(sampler::stat).toList();
    description = firstOf(stats.stream().map(Stat::description).toList());
    unit = firstOf(stats.stream().map(Stat::unit).toList());
    counter = countersBySchema && stats.stream().anyMatch(s -> s.kind() == Stat.Kind.COUNTER);
    name = names.take(wantedName, unit, counter);
    family = names.family(name, unit);
    // A counter has no states to be in.
    this.states = counter ? null : states;
    boolean fractions = stats.stream().anyMatch(s -> s.type() == Stat.Type.FLOAT);
    if (fractions || indexes.stream().anyMatch(i -> !fitsLong(sampler, i))) {
      longs = null;
      prepareDoubles(meter);
      switchToDoubles();
    } else {
      longs =
          counter
              ? counterBuilder(meter).buildObserver()
              : gaugeBuilder(meter)
                  .ofLongs()
                  .setDescription(description)
                  .setUnit(unit)
                  .buildObserver();
    }
  }

  private static String firstOf(List<String> texts) {
    return texts.stream().filter(text -> !text.isEmpty()).findFirst().orElse("");
  }

  private LongCounterBuilder counterBuilder(Meter meter) {
    return meter.counterBuilder(name).setDescription(description).setUnit(unit);
  }

  private DoubleGaugeBuilder gaugeBuilder(Meter meter) {
    return meter.gaugeBuilder(name).setDescription(description).setUnit(unit);
  }

  /** Makes an instrument of doubles, in a meter, that {@link #switchToDoubles} turns to. */
  void prepareDoubles(Meter meter) {
    doubles =
        counter
            ? counterBuilder(meter).ofDoubles().buildObserver()
            : gaugeBuilder(meter).buildObserver();
  }

  /** Whether a value that is no long can be recorded, now or from the next sample on. */
  boolean takesDoubles() {
    return doubles != null;
  }

  /** From now on this is recorded in doubles. */
  void switchToDoubles() {
    inDoubles = true;
  }

  String name() {
    return name;
  }

  /** See {@link TakenNames}. */
  int family() {
    return family;
  }

  boolean hasSeries() {
    return indexes.length > 0;
  }

  /** What has to be registered with a callback before this can record. */
  ObservableMeasurement measurement() {
    return doubles != null ? doubles : Objects.requireNonNull(longs);
  }

  /** Which positions of the sampler are this instrument's, and their attributes. */
  void setSeries(int[] indexes, Attributes[] attributes) {
    if (counter) {
      rememberCounts();
      counts = new double[indexes.length];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = known.getOrDefault(attributes[i], Double.NEGATIVE_INFINITY);
      }
    }
    this.indexes = indexes;
    this.attributes = attributes;
  }

  /**
   * By their series, since a source that goes and comes again between two collections is the same
   * series to the SDK; and what was not in the last collection is none.
   */
  private void rememberCounts() {
    if (isCollected || known.size() > MAX_KNOWN) {
      known.clear();
      isCollected = false;
    }
    for (int i = 0; i < counts.length; i++) {
      known.put(attributes[i], counts[i]);
    }
  }

  /** Records the values that are OK, and fit into a long where it takes no others yet. */
  void record(Sampler sampler) {
    isCollected = true;
    boolean isSwitching = doubles != null && !inDoubles;
    for (int i = 0; i < indexes.length; i++) {
      int index = indexes[i];
      Status status = sampler.status(index);
      if (status == Status.OK) {
        if (isSwitching && !fitsLong(sampler, index)
            || counter && isReset(i, sampler.doubleValue(index))) {
          continue;
        } else if (inDoubles) {
          doubles.record(sampler.doubleValue(index), attributes[i]);
        } else {
          longs.record(sampler.longValue(index), attributes[i]);
        }
      } else if (status == Status.NOT_A_NUMBER && states != null) {
        states.read(sampler, index, attributes[i]).forEach(this::recordState);
      }
    }
  }

  /**
   * Whether a counter begins anew. It then misses one collection: a receiver of cumulative values
   * takes the smaller one that follows for a reset, and with delta temporality the SDK forgets the
   * old value, and reports the new one whole instead of a negative difference.
   */
  private boolean isReset(int series, double value) {
    boolean reset = value < counts[series];
    counts[series] = value;
    return reset;
  }

  private void recordState(Attributes state, Boolean present) {
    if (inDoubles) {
      doubles.record(present ? 1 : 0, state);
    } else {
      longs.record(present ? 1 : 0, state);
    }
  }

  static boolean fitsLong(Sampler sampler, int index) {
    return !sampler.isUnsigned(index) && !sampler.isDouble(index);
  }
}
