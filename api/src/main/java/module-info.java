/** Kernel statistics as a catalog of stats and a sampler of their values. */
module io.statsfs {
  requires static transitive org.jspecify;

  exports io.statsfs;
  exports io.statsfs.spi;

  uses io.statsfs.spi.StatsFsProvider;
}
