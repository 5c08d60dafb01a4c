package io.statsfs.samples.agent;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;

/** Makes {@link ConsoleMetricExporter} what {@code OTEL_METRICS_EXPORTER=console} names. */
public final class ConsoleExporterProvider implements ConfigurableMetricExporterProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public ConsoleExporterProvider() {}

  @Override
  public String getName() {
    return "console";
  }

  @Override
  public MetricExporter createExporter(ConfigProperties config) {
    return new ConsoleMetricExporter(Terminal.standard());
  }
}
