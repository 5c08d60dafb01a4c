package io.statsfs.benchmarks;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The least that a bridge without instruments would do: it hands the SDK finished points, made anew
 * for each collection. It is here to be compared with the bridge, and lacks most of what that does.
 */
final class Producer implements MetricProducer {
  private final Sampler sampler;
  private final Map<String, List<Integer>> indexes = new LinkedHashMap<>();
  private final Attributes[] attributes;

  Producer(Sampler sampler) {
    this.sampler = sampler;
    attributes = new Attributes[sampler.size()];
    for (int i = 0; i < attributes.length; i++) {
      Stat stat = sampler.stat(i);
      String name = "statsfs." + stat.source().subsystem() + "." + stat.name();
      indexes.computeIfAbsent(name, n -> new ArrayList<>()).add(i);
      attributes[i] =
          i > 0 && sampler.stat(i - 1).source() == stat.source()
              ? attributes[i - 1]
              : Attributes.builder()
                  .put("subsystem", stat.source().subsystem())
                  .put("device", stat.source().device())
                  .build();
    }
  }

  @Override
  public Collection<MetricData> produce(Resource resource) {
    sampler.sample();
    long now = System.currentTimeMillis() * 1_000_000;
    List<MetricData> metrics = new ArrayList<>(indexes.size());
    indexes.forEach(
        (name, own) -> {
          List<LongPointData> points = new ArrayList<>(own.size());
          for (int i : own) {
            if (sampler.status(i) == Status.OK) {
              points.add(
                  ImmutableLongPointData.create(now, now, attributes[i], sampler.longValue(i)));
            }
          }
          metrics.add(
              ImmutableMetricData.createLongGauge(
                  resource,
                  InstrumentationScopeInfo.create("io.statsfs"),
                  name,
                  "",
                  "",
                  ImmutableGaugeData.create(points)));
        });
    return metrics;
  }
}
