package io.statsfs.samples.uberjar;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.util.Collection;

/** An application in one jar, whose SDK configures itself: it prints how many metrics it has. */
public final class UberJar implements MetricExporter {
  private UberJar() {}

  /** Exports once, when the SDK is closed. */
  public static void main(String[] args) {
    System.setProperty("otel.traces.exporter", "none");
    System.setProperty("otel.metrics.exporter", "none");
    System.setProperty("otel.logs.exporter", "none");
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addMeterProviderCustomizer(
                (builder, config) ->
                    builder.registerMetricReader(PeriodicMetricReader.create(new UberJar())))
            // The hook would close the SDK a second time, which is sometimes reported.
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    System.out.println("runs");
    sdk.close();
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    long kernel = metrics.stream().filter(m -> m.getName().startsWith("statsfs.vmstat.")).count();
    System.out.println(kernel > 10 ? "kernel statistics" : "none");
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrument) {
    return AggregationTemporality.CUMULATIVE;
  }
}
