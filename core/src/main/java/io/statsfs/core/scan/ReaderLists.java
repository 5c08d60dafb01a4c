package io.statsfs.core.scan;

import io.statsfs.spi.StatReader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has the reader list directories, if it can do so faster than {@code java.nio}. */
final class ReaderLists {
  private final StatReader reader;
  private @Nullable Throwable failure;

  ReaderLists(StatReader reader) {
    this.reader = reader;
  }

  /** The entries of a directory; null if the caller has to list it. */
  @Nullable List<StatReader.Entry> list(Path directory, boolean withModes) {
    try {
      List<StatReader.Entry> entries = reader.list(directory, withModes);
      failure = null;
      return entries;
    } catch (RuntimeException | LinkageError e) {
      failure = e;
      return null;
    }
  }

  /** Why the reader did not list the last directory; null if it did, or had no better way. */
  @Nullable Throwable failure() {
    return failure;
  }
}
