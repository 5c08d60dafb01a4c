/** Declarations of trees: those that are shipped, and those that users write in YAML. */
module io.statsfs.trees {
  requires transitive io.statsfs;
  requires org.snakeyaml.engine.v2;
  requires static org.jspecify;

  exports io.statsfs.trees;

  provides io.statsfs.spi.LayoutProvider with
      io.statsfs.trees.TreesProvider;
}
