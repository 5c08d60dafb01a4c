package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
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
import io.statsfs.metrics.internal.CounterHistory;
import io.statsfs.metrics.internal.CounterHistory.Next;
import io.statsfs.metrics.internal.States;
import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The observable instrument of a metric, with the points that it has at present. It records longs,
 * unless the metric is one of doubles; {@link DoubleTransition} can change that later.
 */
final class MetricInstrument {
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
  private static final AttributeKey<String> STAT_STATE = AttributeKey.stringKey("stat.state");

  private final Metric metric;
  private final @Nullable States states;
  private final @Nullable ObservableLongMeasurement longs;
  private @Nullable ObservableDoubleMeasurement doubles;
  private boolean isChanged;
  private List<Point> points = List.of();
  private Attributes[] attributes = {};

  /** Null unless this is a counter. */
  private final @Nullable CounterHistory counts;

  /** The values of the last sample decide between longs and doubles, too. */
  MetricInstrument(Meter meter, Metric metric, Sampler sampler, @Nullable States states) {
    this.metric = metric;
    // A sum has no states.
    this.states = metric.instrument() == Instrument.GAUGE ? states : null;
    counts = metric.instrument() == Instrument.COUNTER ? new CounterHistory() : null;
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
    if (counts != null) {
      counts.setPoints(points);
    }
    this.points = points;
    this.attributes = attributes;
  }

  /** In the first callback, or the one after the change: records the values that there are. */
  void record(boolean isChanged, Sampler sampler, Value value, DoubleTransition transition) {
    if (isChanged != this.isChanged) {
      return;
    }
    if (counts != null) {
      counts.collect();
    }
    boolean inDoubles = longs == null || isChanged;
    for (int i = 0; i < attributes.length; i++) {
      Point point = points.get(i);
      if (!value.read(point, sampler)) {
        if (states != null && isText(point, sampler)) {
          recordStates(inDoubles, states.read(sampler, point.index()), attributes[i]);
        }
      } else if (!inDoubles && !value.isLong()) {
        transition.prepare(this);
      } else {
        record(inDoubles, i, value);
      }
    }
  }

  /**
   * A counter that begins anew misses one collection: a receiver of cumulative values takes the
   * smaller one that follows for a reset, and with delta temporality the SDK forgets the old value,
   * and reports the new one whole instead of a negative difference.
   */
  private void record(boolean inDoubles, int point, Value value) {
    Next next = counts == null ? Next.ADVANCED : counts.next(point, value.doubleValue());
    if (next == Next.DIPPED) {
      record(inDoubles, counts.last(point), attributes[point]);
    } else if (next == Next.ADVANCED && inDoubles) {
      doubles.record(value.doubleValue(), attributes[point]);
    } else if (next == Next.ADVANCED) {
      longs.record(value.longValue(), attributes[point]);
    }
  }

  private void recordStates(
      boolean inDoubles, Map<String, Boolean> present, Attributes attributes) {
    AttributeKey<String> key = attributes.get(STATE) == null ? STATE : STAT_STATE;
    present.forEach(
        (state, isPresent) ->
            record(inDoubles, isPresent ? 1 : 0, attributes.toBuilder().put(key, state).build()));
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
}
