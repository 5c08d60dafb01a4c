package io.statsfs.samples.quickstart;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.statsfs.StatsFs;
import io.statsfs.otel.StatsFsMetrics;
import java.util.Map;

/** The same in code, where trees, stats and names can be chosen freely. */
public final class InCode {
  private InCode() {}

  /**
   * Runs until it is killed.
   *
   * @param args not used
   * @throws InterruptedException if it is interrupted
   */
  @SuppressWarnings("try") // The metrics do their work without being named again.
  public static void main(String[] args) throws InterruptedException {
    OpenTelemetrySdk openTelemetry =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> Map.of("otel.instrumentation.statsfs.enabled", "false"))
            .build()
            .getOpenTelemetrySdk();
    try (StatsFs fs = StatsFs.open();
        StatsFsMetrics metrics = StatsFsMetrics.create(openTelemetry, fs)) {
      Thread.sleep(Long.MAX_VALUE); // Your application.
    }
  }
}
