package io.statsfs.core.scan;

import io.statsfs.core.schema.Schema;
import io.statsfs.core.schema.SchemaCache;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The schema in a directory. What was read stays as long as the file cannot be read anew. */
final class DirectorySchema {
  private final TreeContext context;
  private final DenialPause denial = new DenialPause();
  private @Nullable Path file;
  private SchemaCache.@Nullable SchemaKey key;
  private Schema schema = Schema.EMPTY;

  DirectorySchema(TreeContext context) {
    this.context = context;
  }

  /** Says which file the last listing found; null for none. */
  void found(@Nullable Path schemaFile) {
    file = schemaFile;
  }

  /** The file of what was read, or was to be. */
  Path file() {
    return Objects.requireNonNull(file);
  }

  /** What was read last. */
  Schema schema() {
    return schema;
  }

  /**
   * Reads the file unless it was read before.
   *
   * @param isNeeded whether there are stats to describe; for nothing the file is not opened, as
   *     each opening costs the kernel something
   * @throws NoSuchFileException if it has gone since it was found, most likely with its source
   * @throws IOException if it cannot be read
   */
  void read(boolean isNeeded) throws IOException {
    SchemaCache.SchemaKey now = file == null || !isNeeded ? null : SchemaCache.key(file);
    if (now == null) {
      schema = Schema.EMPTY;
    } else if (!now.equals(key)) {
      schema = denial.open(file, () -> context.schemas().get(now, context.limits().fileBytes()));
    }
    key = now;
  }

  /** Lets the cache drop it. */
  void vanished() {
    if (key != null) {
      context.schemas().forget(key, context.limits().fileBytes());
    }
  }

  void forget() {
    file = null;
    key = null;
    schema = Schema.EMPTY;
  }
}
