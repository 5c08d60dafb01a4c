package io.statsfs.prometheus;

import io.statsfs.Diagnostics;
import io.statsfs.Sampler;
import io.statsfs.Status;
import io.statsfs.metrics.Point;
import io.statsfs.metrics.Value;
import io.statsfs.metrics.internal.CounterHistory;
import io.statsfs.metrics.internal.CounterHistory.Next;
import io.statsfs.metrics.internal.OwnMetric;
import io.statsfs.metrics.internal.SampledMetrics;
import io.statsfs.metrics.internal.States;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The series of a metric: their labels, and how their values come into a snapshot. */
abstract class Series {
  /** Of each series, {@code {device="eth0"}} and a blank. */
  final byte[][] labels;

  /** The position of the first one in a snapshot. */
  int first;

  Series(byte[][] labels) {
    this.labels = labels;
  }

  /** Puts the values that there are. */
  abstract void read(Snapshot snapshot);

  /** Those of stats. */
  static final class OfStats extends Series {
    private final Sampler sampler;
    private final Value value;
    private final List<Point> points;
    private final byte[] name;
    private final @Nullable CounterHistory history;
    private final @Nullable States states;

    /**
     * Of a metric.
     *
     * @param name of the samples
     * @param history null unless the metric is a counter
     * @param states null unless texts are exported
     */
    OfStats(
        SampledMetrics sampled,
        Value value,
        List<Point> points,
        byte[][] labels,
        byte[] name,
        @Nullable CounterHistory history,
        @Nullable States states) {
      super(labels);
      sampler = sampled.sampler();
      this.value = value;
      this.points = points;
      this.name = name;
      this.history = history;
      this.states = states;
    }

    @Override
    void read(Snapshot snapshot) {
      if (history != null) {
        history.collect();
      }
      for (int i = 0; i < labels.length; i++) {
        Point point = points.get(i);
        if (value.read(point, sampler)) {
          if (history == null) {
            snapshot.put(first + i, value);
          } else {
            count(history, i, snapshot);
          }
        } else if (states != null
            && point.isSingle()
            && sampler.status(point.index()) == Status.NOT_A_NUMBER) {
          byte[] lines = lines(i, states);
          if (lines.length > 0) {
            snapshot.putStates(first + i, lines);
          }
        }
      }
    }

    /** No counter of Prometheus is negative, and one that begins anew is known by its value. */
    private void count(CounterHistory history, int i, Snapshot snapshot) {
      if (value.doubleValue() < 0) {
        return;
      }
      if (history.next(i, value.doubleValue()) == Next.DIPPED) {
        snapshot.put(first + i, history.last(i));
      } else {
        snapshot.put(first + i, value);
      }
    }

    private byte[] lines(int i, States states) {
      StringBuilder lines = new StringBuilder();
      String before = new String(labels[i], StandardCharsets.UTF_8);
      states
          .read(sampler, points.get(i).index())
          .forEach(
              (state, isPresent) ->
                  lines
                      .append(new String(name, StandardCharsets.UTF_8))
                      .append(Escapes.withState(before, state))
                      .append(isPresent ? "1\n" : "0\n"));
      return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Those of what the exporter says of itself. */
  static final class Own extends Series {
    private final OwnMetric metric;
    private final SampledMetrics sampled;
    private final Diagnostics diagnostics;

    Own(OwnMetric metric, SampledMetrics sampled, Diagnostics diagnostics, byte[][] labels) {
      super(labels);
      this.metric = metric;
      this.sampled = sampled;
      this.diagnostics = diagnostics;
    }

    @Override
    void read(Snapshot snapshot) {
      if (metric == OwnMetric.COLLECTION_DURATION) {
        snapshot.put(first, sampled.seconds());
        return;
      }
      for (int i = 0; i < labels.length; i++) {
        snapshot.put(first + i, metric.value(i, sampled, diagnostics));
      }
    }
  }
}
