/** Every stat as an OpenTelemetry observable gauge. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // OpenTelemetry's are.
module io.statsfs.otel {
  requires transitive io.statsfs;
  requires transitive io.statsfs.metrics;
  requires transitive io.opentelemetry.api;
  requires static transitive org.jspecify;

  // Zero-code set-up, which works from the class path: docs/decisions/zero-code.md.
  requires static io.opentelemetry.api.incubator;
  requires static io.opentelemetry.common;
  requires static io.opentelemetry.sdk;
  requires static io.opentelemetry.sdk.autoconfigure.declarativeconfig;
  requires static io.opentelemetry.sdk.autoconfigure.spi;
  requires static io.opentelemetry.sdk.common;
  requires static io.opentelemetry.sdk.metrics;

  exports io.statsfs.otel;
}
