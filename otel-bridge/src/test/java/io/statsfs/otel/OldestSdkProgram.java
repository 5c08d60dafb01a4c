package io.statsfs.otel;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import java.time.Duration;
import java.util.Map;

/** Uses the SDK that is on the class path, which need not be the one that this was built with. */
public final class OldestSdkProgram {
  private OldestSdkProgram() {}

  /** Prints what comes of it. */
  public static void main(String[] args) {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/1-2/exits", 5).stat("kvm/1-2/halts", 6).settle();
      withoutCode(tree);
      System.out.println("lost, immutable data: " + lost(tree, MemoryMode.IMMUTABLE_DATA));
      System.out.println("lost, reusable data: " + lost(tree, MemoryMode.REUSABLE_DATA));
    }
  }

  private static void withoutCode(TestTree tree) {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    Map<String, String> properties =
        Map.of(
            "otel.traces.exporter", "none",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none",
            "otel.instrumentation.statsfs.roots", tree.root().toString(),
            "otel.instrumentation.statsfs.include", "kvm/*/exits");
    try (OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> properties)
            .addMeterProviderCustomizer((builder, config) -> builder.registerMetricReader(reader))
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk()) {
      Map<String, String> points = CollectedMetrics.of(reader.collectAllMetrics());
      System.out.println("exits: " + points.get("statsfs.kvm.exits{device=1-2, subsystem=kvm}"));
      System.out.println("ok: " + points.get("statsfs.stats{status=ok}"));
      tree.stat("kvm/1-2/exits", "9223372036854775808");
      CollectedMetrics.of(reader.collectAllMetrics());
      System.out.println(
          "exits: "
              + CollectedMetrics.of(reader.collectAllMetrics())
                  .get("statsfs.kvm.exits{device=1-2, subsystem=kvm}"));
    }
  }

  /** Points of living sources that are missing while others come and go. */
  private static int lost(TestTree tree, MemoryMode mode) {
    InMemoryMetricReader reader = InMemoryMetricReader.builder().setMemoryMode(mode).build();
    int lost = 0;
    for (int i = 0; i < 50; i++) {
      tree.stat("stays/s" + i + "/n", i);
    }
    try (OpenTelemetrySdk otel =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build();
        StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), Layout.statsfs())
                .refreshInterval(Duration.ZERO)
                .build();
        StatsFsMetrics metrics = StatsFsMetrics.create(otel, fs)) {
      for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 20; i++) {
          tree.stat("stays/come" + round + "x" + i + "/n", i);
        }
        fs.refresh();
        Map<String, String> points = CollectedMetrics.ofStats(reader.collectAllMetrics());
        for (int i = 0; i < 50; i++) {
          if (!points.containsKey("statsfs.stays.n{device=s" + i + ", subsystem=stays}")) {
            lost++;
          }
        }
        for (int i = 0; i < 20; i++) {
          tree.remove("stays/come" + round + "x" + i);
        }
      }
    }
    return lost;
  }
}
