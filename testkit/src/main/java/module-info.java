/** Trees to test against, and a statsfs that is simulated. */
@SuppressWarnings("module") // The contracts, to which alone it opens a package, are compiled later.
module io.statsfs.testkit {
  requires java.logging;
  requires transitive io.statsfs;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.statsfs.testkit;
  exports io.statsfs.testkit.process to
      io.statsfs.contracts;
}
