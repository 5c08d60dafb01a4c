package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.statsfs.Diagnostics;
import io.statsfs.metrics.internal.OwnMetric;
import io.statsfs.metrics.internal.SampledMetrics;
import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.ArrayList;
import java.util.List;

/** What the bridge exports of itself; {@link StatsFsMetrics} has the list. */
final class OwnMetrics {
  private final ObservableDoubleMeasurement duration;
  private final List<Integers> integers = new ArrayList<>();

  /** A metric of integers, and the attributes of its points. */
  private record Integers(
      OwnMetric metric, ObservableLongMeasurement measurement, Attributes[] attributes) {}

  OwnMetrics(Meter meter) {
    // No histogram: the SDK would go on exporting it after the bridge is closed.
    duration =
        meter
            .gaugeBuilder(OwnMetric.COLLECTION_DURATION.metric())
            .setUnit(OwnMetric.COLLECTION_DURATION.unit())
            .setDescription(OwnMetric.COLLECTION_DURATION.description())
            .buildObserver();
    for (OwnMetric own : OwnMetric.values()) {
      if (own != OwnMetric.COLLECTION_DURATION) {
        integers.add(new Integers(own, measurement(meter, own), attributes(own)));
      }
    }
  }

  private static ObservableLongMeasurement measurement(Meter meter, OwnMetric own) {
    return own.instrument() == Instrument.COUNTER
        ? meter
            .counterBuilder(own.metric())
            .setUnit(own.unit())
            .setDescription(own.description())
            .buildObserver()
        : meter
            .gaugeBuilder(own.metric())
            .ofLongs()
            .setUnit(own.unit())
            .setDescription(own.description())
            .buildObserver();
  }

  private static Attributes[] attributes(OwnMetric own) {
    return own.key().isEmpty()
        ? new Attributes[] {Attributes.empty()}
        : own.labels().stream()
            .map(label -> Attributes.of(AttributeKey.stringKey(own.key()), label))
            .toArray(Attributes[]::new);
  }

  /** What has to be registered with the callback that records. */
  List<ObservableMeasurement> measurements() {
    List<ObservableMeasurement> all = new ArrayList<>();
    all.add(duration);
    integers.forEach(metric -> all.add(metric.measurement));
    return all;
  }

  /** Of the last sample. */
  void record(SampledMetrics sampled, Diagnostics diagnostics) {
    duration.record(sampled.seconds());
    for (int i = 0; i < integers.size(); i++) {
      Integers metric = integers.get(i);
      for (int point = 0; point < metric.attributes.length; point++) {
        metric.measurement.record(
            metric.metric.value(point, sampled, diagnostics), metric.attributes[point]);
      }
    }
  }
}
