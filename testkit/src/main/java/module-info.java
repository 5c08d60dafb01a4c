/** Trees to test against, and the contract suite that every reader passes. */
module io.statsfs.testkit {
  requires java.logging;
  requires transitive io.statsfs;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.statsfs.testkit;

  uses io.statsfs.spi.ReaderProvider;

  // The tests of the contract are not public.
  opens io.statsfs.testkit;
}
