/** Implements the API: discovery, schemas, catalogs and the sampler that all readers share. */
module io.statsfs.core {
  requires transitive io.statsfs;
  requires com.github.benmanes.caffeine;
  requires static org.jspecify;

  exports io.statsfs.core.batch;
  exports io.statsfs.core.text;

  uses io.statsfs.spi.ReaderProvider;

  provides io.statsfs.spi.StatsFsProvider with
      io.statsfs.core.CoreProvider;
}
