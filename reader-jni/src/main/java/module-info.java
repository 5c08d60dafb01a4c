/** Reads values through a C library, one call per sample. */
module io.statsfs.reader.jni {
  requires transitive io.statsfs;
  requires io.statsfs.core;
  requires static transitive org.jspecify;

  exports io.statsfs.reader.jni;

  provides io.statsfs.spi.Backend with
      io.statsfs.reader.jni.KvmBackend;
  provides io.statsfs.spi.ReaderProvider with
      io.statsfs.reader.jni.JniReaderProvider;
}
