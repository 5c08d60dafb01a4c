package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.statsfs.Sampler;
import io.statsfs.metrics.Labels;
import io.statsfs.metrics.Metric;
import io.statsfs.metrics.Point;
import io.statsfs.metrics.internal.States;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The instruments that were made so far, and the attributes of their points. */
final class Instruments {
  private final Meter meter;
  private final @Nullable States states;
  private final Map<String, MetricInstrument> byName = new HashMap<>();

  /** Of one update, so that equal keys are one object. */
  private final Map<String, AttributeKey<String>> texts = new HashMap<>();

  private final Map<String, AttributeKey<Long>> integers = new HashMap<>();
  private Map<Labels, Attributes> attributes = new IdentityHashMap<>();

  Instruments(Meter meter, @Nullable States states) {
    this.meter = meter;
    this.states = states;
  }

  /** Gives each metric's instrument its points, after a sample; returns those that are new. */
  List<MetricInstrument> update(List<Metric> metrics, Sampler sampler) {
    Map<Labels, Attributes> made = new IdentityHashMap<>();
    Map<String, MetricInstrument> without = new HashMap<>(byName);
    List<MetricInstrument> added = new ArrayList<>();
    for (Metric metric : metrics) {
      MetricInstrument instrument = without.remove(metric.name());
      if (instrument == null) {
        instrument = new MetricInstrument(meter, metric, sampler, states);
        byName.put(metric.name(), instrument);
        added.add(instrument);
      }
      List<Point> points = metric.points();
      Attributes[] of = new Attributes[points.size()];
      for (int i = 0; i < of.length; i++) {
        of[i] = made.computeIfAbsent(points.get(i).labels(), this::attributes);
      }
      instrument.setPoints(points, of);
    }
    without.values().forEach(instrument -> instrument.setPoints(List.of(), new Attributes[0]));
    attributes = made;
    texts.clear();
    integers.clear();
    if (states != null) {
      states.retain(sampler);
    }
    return added;
  }

  /** Once for all points that share the labels, as long as they do. */
  private Attributes attributes(Labels labels) {
    Attributes known = attributes.get(labels);
    if (known != null) {
      return known;
    }
    AttributesBuilder builder = Attributes.builder();
    for (int i = 0; i < labels.size(); i++) {
      if (labels.value(i) instanceof Long number) {
        builder.put(integers.computeIfAbsent(labels.key(i), AttributeKey::longKey), number);
      } else {
        builder.put(
            texts.computeIfAbsent(labels.key(i), AttributeKey::stringKey),
            labels.value(i).toString());
      }
    }
    return builder.build();
  }
}
