/** Stats in the text formats of Prometheus and OpenMetrics, without OpenTelemetry's SDK. */
module io.statsfs.prometheus {
  requires transitive io.statsfs;
  requires transitive io.statsfs.metrics;
  requires static transitive org.jspecify;

  exports io.statsfs.prometheus;
}
