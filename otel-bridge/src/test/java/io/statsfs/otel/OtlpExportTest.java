package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The SDK's exporter and a receiver that takes the protocol apart. */
class OtlpExportTest {
  @Test
  void pointsArriveOverOtlpWithNameUnitAttributesAndExactValue() throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver();
        TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/7-1/exits", 9007199254740993L).stat("kvm/7-1/delta", "-5\n");
      tree.stat("kvm/7-1/state", "RUNNABLE").stat("kvm/7-1/load", "0.5\n");
      tree.schema(
          "kvm/7-1",
          "LABEL\nvm seven\n\nMETRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC Exits.\n\n"
              + "METRIC\nNAME load\nFLAG GAUGE\nTYPE FLOAT\nDESC Load.\n\n");
      try (StatsFs fs = StatsFs.builder().root(tree.root(), Layout.statsfs()).build();
          OpenTelemetrySdk otel =
              OpenTelemetrySdk.builder()
                  .setMeterProvider(
                      SdkMeterProvider.builder()
                          .registerMetricReader(
                              PeriodicMetricReader.builder(
                                      OtlpHttpMetricExporter.builder()
                                          .setEndpoint(receiver.metricsEndpoint())
                                          .setCompression("gzip")
                                          .build())
                                  .setInterval(Duration.ofHours(1))
                                  .build())
                          .build())
                  .build();
          StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
        assertTrue(otel.getSdkMeterProvider().forceFlush().join(30, TimeUnit.SECONDS).isSuccess());
      }
      assertEquals(
          Map.of(
              "statsfs.kvm.exits{vm=seven}", "int 9007199254740993",
              "statsfs.kvm.delta{vm=seven}", "int -5",
              "statsfs.kvm.load{vm=seven}", "double 0.5"),
          receiver.points());
    }
  }
}
