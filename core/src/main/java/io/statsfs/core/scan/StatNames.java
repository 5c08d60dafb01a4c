package io.statsfs.core.scan;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of files, one object for all files of a tree that have the same name. */
final class StatNames {
  /** Beyond this all are forgotten, so that names that come and go do not pile up. */
  private static final int MAX_NAMES = 100_000;

  /** By their texts, which are different where the bytes are. */
  private final Map<String, SourceImpl.Name> names = new HashMap<>();

  private int maxNames;

  /** Before each scan. */
  void limit(int maxStats) {
    maxNames = Math.min(MAX_NAMES, maxStats);
    if (names.size() >= maxNames) {
      names.clear();
    }
  }

  /** The name of a file, made from its path or, without one, from its text. */
  SourceImpl.Name of(String text, @Nullable Path path, int permissions) {
    SourceImpl.Name known = names.get(text);
    if (known == null || known.permissions() != permissions) {
      Path file = path == null ? Path.of(text) : path.getFileName();
      known = new SourceImpl.Name(text, file, permissions);
      if (names.size() < maxNames) {
        names.put(text, known);
      }
    }
    return known;
  }

  void forget() {
    names.clear();
  }
}
