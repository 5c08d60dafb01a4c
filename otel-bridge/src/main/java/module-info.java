/** Every stat as an OpenTelemetry observable gauge. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // OpenTelemetry's are.
module io.statsfs.otel {
  requires transitive io.statsfs;
  requires transitive io.opentelemetry.api;
  requires static transitive org.jspecify;

  exports io.statsfs.otel;
}
