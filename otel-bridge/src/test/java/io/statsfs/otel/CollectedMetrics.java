package io.statsfs.otel;

import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** One collection as text: {@code name{key=value,...}} to the number of the point. */
final class CollectedMetrics {
  private CollectedMetrics() {}

  static Map<String, String> of(Collection<MetricData> metrics) {
    Map<String, String> points = new TreeMap<>();
    for (MetricData metric : metrics) {
      for (PointData point : metric.getData().getPoints()) {
        Map<String, String> attributes = new TreeMap<>();
        point.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), "" + value));
        String number =
            point instanceof LongPointData l
                ? "" + l.getValue()
                : "" + ((DoublePointData) point).getValue();
        String before = points.put(metric.getName() + attributes, number);
        if (before != null) {
          throw new AssertionError("Two points for " + metric.getName() + attributes);
        }
      }
    }
    return points;
  }

  /** The points of the stats alone. */
  static Map<String, String> ofStats(Collection<MetricData> metrics) {
    return of(
        metrics.stream()
            .filter(m -> m.getInstrumentationScopeInfo().getName().equals("io.statsfs"))
            .toList());
  }
}
