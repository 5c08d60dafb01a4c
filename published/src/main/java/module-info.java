/** An application's own statistics, published as the kernel's code publishes its in statsfs. */
module io.statsfs.published {
  requires transitive io.statsfs;
  requires static transitive org.jspecify;

  exports io.statsfs.published;
}
