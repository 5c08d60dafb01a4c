/** Reads values through {@code java.nio}; there is nothing here to call. */
module io.statsfs.reader.nio {
  requires transitive io.statsfs;
  requires io.statsfs.core;
  requires static org.jspecify;

  provides io.statsfs.spi.ReaderProvider with
      io.statsfs.reader.nio.NioReaderProvider;
}
