/** What the page on backends shows. */
module io.statsfs.samples.backend {
  requires transitive io.statsfs;
  requires static org.jspecify;

  exports io.statsfs.samples.backend;
}
