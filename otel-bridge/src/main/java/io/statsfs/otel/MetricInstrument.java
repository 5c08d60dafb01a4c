package io.statsfs.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.statsfs.Sampler;
import io.statsfs.Status;
import io.statsfs.metrics.Metric;
import io.statsfs.metrics.Point;
import io.statsfs.metrics.Value;
import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The observable instrument of a metric, with the points that it has at present. It records longs,
 * unless the metric is one of doubles; {@link DoubleTransition} can change that later.
 */
final class MetricInstrument {
  /** If nobody collects, what comes and goes must not pile up. */
  private static final int MAX_KNOWN = 100_000;

  /** Of the last value, what is left at least if the counter has not begun anew. */
  private static final double LEAST_OF_A_DIP = 0.999;

  private final Metric metric;
  private final @Nullable States states;
  private final @Nullable ObservableLongMeasurement longs;
  private @Nullable ObservableDoubleMeasurement doubles;
  private boolean isChanged;
  private List<Point> points = List.of();
  private Attributes[] attributes = {};

  /** Of counters, the values at the last collection. */
  private double[] counts = {};

  /** The same by their attributes, those included that left the catalog since. */
  private final Map<Attributes, Double> known = new HashMap<>();

  private boolean isCollected;

  /** The values of the last sample decide between longs and doubles, too. */
  MetricInstrument(Meter meter, Metric metric, Sampler sampler, @Nullable States states) {
    this.metric = metric;
    // A sum has no states.
    this.states = metric.instrument() == Instrument.GAUGE ? states : null;
    boolean isLong = metric.isInteger();
    Value value = new Value();
    for (int i = 0; i < metric.points().size() && isLong; i++) {
      isLong = !value.read(metric.points().get(i), sampler) || value.isLong();
    }
    longs = isLong ? buildLongs(meter) : null;
    doubles = isLong ? null : buildDoubles(meter);
  }

  private ObservableLongMeasurement buildLongs(Meter meter) {
    String name = metric.name();
    String unit = metric.unit();
    String text = metric.description();
    return switch (metric.instrument()) {
      case COUNTER -> meter.counterBuilder(name).setUnit(unit).setDescription(text).buildObserver();
      case UP_DOWN_COUNTER ->
          meter.upDownCounterBuilder(name).setUnit(unit).setDescription(text).buildObserver();
      case GAUGE ->
          meter.gaugeBuilder(name).ofLongs().setUnit(unit).setDescription(text).buildObserver();
    };
  }

  private ObservableDoubleMeasurement buildDoubles(Meter meter) {
    String name = metric.name();
    String unit = metric.unit();
    String text = metric.description();
    return switch (metric.instrument()) {
      case COUNTER ->
          meter.counterBuilder(name).ofDoubles().setUnit(unit).setDescription(text).buildObserver();
      case UP_DOWN_COUNTER ->
          meter
              .upDownCounterBuilder(name)
              .ofDoubles()
              .setUnit(unit)
              .setDescription(text)
              .buildObserver();
      case GAUGE -> meter.gaugeBuilder(name).setUnit(unit).setDescription(text).buildObserver();
    };
  }

  /** What has to be registered with the first callback. */
  ObservableMeasurement measurement() {
    return longs != null ? longs : Objects.requireNonNull(doubles);
  }

  /**
   * Makes a second instrument, of doubles, in another meter. It has to be registered with a second
   * callback, and takes over when {@link #change} is called.
   */
  ObservableMeasurement prepareChange(Meter meter) {
    return doubles = buildDoubles(meter);
  }

  /** Whether a value that is no long can be recorded, now or from the next sample on. */
  boolean takesDoubles() {
    return doubles != null;
  }

  /** From now on the second callback records, and the first one does not. */
  void change() {
    isChanged = true;
  }

  /** Which points it has, and their attributes. */
  void setPoints(List<Point> points, Attributes[] attributes) {
    if (metric.instrument() == Instrument.COUNTER) {
      rememberCounts();
      counts = new double[points.size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = known.getOrDefault(attributes[i], Double.NEGATIVE_INFINITY);
      }
    }
    this.points = points;
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

  /** In the first callback, or the one after the change: records the values that there are. */
  void record(boolean isChanged, Sampler sampler, Value value, DoubleTransition transition) {
    if (isChanged != this.isChanged) {
      return;
    }
    isCollected = true;
    boolean inDoubles = longs == null || isChanged;
    for (int i = 0; i < attributes.length; i++) {
      Point point = points.get(i);
      if (!value.read(point, sampler)) {
        if (states != null && isText(point, sampler)) {
          states
              .read(sampler, point.index(), attributes[i])
              .forEach((state, present) -> record(inDoubles, present ? 1 : 0, state));
        }
      } else if (!inDoubles && !value.isLong()) {
        transition.prepare(this);
      } else if (metric.instrument() == Instrument.COUNTER && isSmaller(i, value.doubleValue())) {
        if (isDip(i, value.doubleValue())) {
          record(inDoubles, counts[i], attributes[i]);
        } else {
          counts[i] = value.doubleValue();
        }
      } else if (inDoubles) {
        doubles.record(value.doubleValue(), attributes[i]);
      } else {
        longs.record(value.longValue(), attributes[i]);
      }
    }
  }

  private static boolean isText(Point point, Sampler sampler) {
    return point.isSingle() && sampler.status(point.index()) == Status.NOT_A_NUMBER;
  }

  private void record(boolean inDoubles, double value, Attributes attributes) {
    if (inDoubles) {
      doubles.record(value, attributes);
    } else {
      longs.record((long) value, attributes);
    }
  }

  /**
   * Whether a counter is smaller than at the last collection; if not, takes note of it. One that
   * begins anew misses one collection: a receiver of cumulative values takes the smaller one that
   * follows for a reset, and with delta temporality the SDK forgets the old value, and reports the
   * new one whole instead of a negative difference.
   */
  private boolean isSmaller(int point, double value) {
    if (value < counts[point]) {
      return true;
    }
    counts[point] = value;
    return false;
  }

  /**
   * Whether a smaller value is no new beginning. What the kernel does not read at one instant, such
   * as the time of iowait or the difference of two counters, can fall a little, and a receiver
   * would take all of the value for an increase. The last value then stands until it is passed.
   */
  private boolean isDip(int point, double value) {
    return value > counts[point] * LEAST_OF_A_DIP;
  }
}
