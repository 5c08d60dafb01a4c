package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What becomes of KVM's stats where counters are wanted. */
class KvmMetricsTest {

  @Test
  void countersAreThoseOfTheSchemaAndOfTheMode() throws Exception {
    try (InMemoryMetricReader reader = InMemoryMetricReader.create();
        OpenTelemetrySdk otel =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build();
        TestTree tree =
            TestTree.inMemory()
                .stat("12-3/exits", 7)
                .stat("12-3/halt_wait_ns", 8)
                .stat("12-3/halt_wait_hist", 9)
                .stat("12-3/pages_4k", 10)
                .stat("12-3/max_mmu_rmap_size", 11)
                .stat("12-3/newer_counter", 12)
                .stat("12-3/newer_level", 13)
                .stat("12-3/vcpu0/guest_mode", 0)
                .stat("12-3/vcpu0/tsc-offset", 14)
                .permissions("12-3/newer_level", "r--r--r--");
        StatsFs fs =
            StatsFs.builder().root(tree.root(), "kvm").refreshInterval(Duration.ZERO).build();
        StatsFsMetrics metrics = StatsFsMetrics.builder(otel, fs).countersBySchema().build()) {
      Map<String, String> instruments = new TreeMap<>();
      for (MetricData metric : reader.collectAllMetrics()) {
        if (metric.getName().startsWith("statsfs.kvm.")) {
          boolean counts =
              metric.getType() == MetricDataType.LONG_SUM && metric.getLongSumData().isMonotonic();
          instruments.put(
              metric.getName(), (counts ? "counter " : metric.getType() + " ") + metric.getUnit());
        }
      }
      assertEquals(
          Map.of(
              "statsfs.kvm.exits", "counter {exit}",
              "statsfs.kvm.halt_wait_ns", "DOUBLE_SUM s",
              "statsfs.kvm.pages_4k", "LONG_GAUGE {page}",
              "statsfs.kvm.max_mmu_rmap_size", "LONG_GAUGE {mapping}",
              "statsfs.kvm.newer_counter", "counter ",
              "statsfs.kvm.newer_level", "LONG_GAUGE ",
              "statsfs.kvm.guest_mode", "LONG_GAUGE {vcpu}",
              "statsfs.kvm.tsc_x2d_offset", "LONG_GAUGE {cycle}"),
          instruments);
    }
  }
}
