/** What the README shows. */
@SuppressWarnings("requires-automatic") // OpenTelemetry's are.
module io.statsfs.samples.quickstart {
  requires io.statsfs.otel;
  requires io.statsfs.prometheus;
  requires io.statsfs.published;
  requires io.opentelemetry.sdk;
  requires io.opentelemetry.sdk.autoconfigure;
  requires io.opentelemetry.sdk.metrics;
}
