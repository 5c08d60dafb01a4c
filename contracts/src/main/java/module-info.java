/** What readers and backends must do, as tests that whoever writes one runs. */
module io.statsfs.contracts {
  requires jdk.management;
  requires transitive io.statsfs;
  requires transitive io.statsfs.testkit;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.statsfs.contracts;

  uses io.statsfs.spi.Backend;
  uses io.statsfs.spi.LayoutProvider;
  uses io.statsfs.spi.ReaderProvider;

  // The tests of the contracts are not public.
  opens io.statsfs.contracts;
}
