/** Stats as metrics: names, labels, units and values, decided once for every exporter. */
module io.statsfs.metrics {
  requires transitive io.statsfs;
  requires static transitive org.jspecify;

  exports io.statsfs.metrics;
}
