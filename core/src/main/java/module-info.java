/** Implements the API: discovery, schemas, catalogs and the sampler that all readers share. */
@SuppressWarnings("module") // The readers, to which alone it opens packages, are compiled later.
module io.statsfs.core {
  requires transitive io.statsfs;
  requires com.github.benmanes.caffeine;
  requires static org.jspecify;

  exports io.statsfs.core.batch to
      io.statsfs.reader.jni,
      io.statsfs.reader.nio;
  exports io.statsfs.core.text to
      io.statsfs.reader.jni,
      io.statsfs.reader.nio;

  uses io.statsfs.spi.Backend;
  uses io.statsfs.spi.LayoutProvider;
  uses io.statsfs.spi.ReaderProvider;

  provides io.statsfs.spi.Backend with
      io.statsfs.core.files.FilesBackend,
      io.statsfs.core.filesystems.FileSystemsBackend,
      io.statsfs.core.walks.ProcessesBackend,
      io.statsfs.core.walks.SocketsBackend;
  provides io.statsfs.spi.StatsFsProvider with
      io.statsfs.core.CoreProvider;
}
