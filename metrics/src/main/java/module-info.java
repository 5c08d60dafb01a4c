/** Stats as metrics: names, labels, units and values, decided once for every exporter. */
@SuppressWarnings("module") // The ways out, to which alone it opens a package, are compiled later.
module io.statsfs.metrics {
  requires transitive io.statsfs;
  requires static transitive org.jspecify;

  exports io.statsfs.metrics;
  exports io.statsfs.metrics.internal to
      io.statsfs.otel,
      io.statsfs.prometheus;
}
