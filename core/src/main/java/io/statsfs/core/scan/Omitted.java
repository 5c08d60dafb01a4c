package io.statsfs.core.scan;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Entries of directories that are no stats for one reason. */
class Omitted {
  private int count;
  private @Nullable Path first;

  /** So that which is the first does not depend on the listing's order. */
  void add(Path entry) {
    count++;
    first = first == null || entry.compareTo(first) < 0 ? entry : first;
  }

  void addAll(Omitted others) {
    count += others.count;
    first = first == null ? others.first : first;
  }

  int count() {
    return count;
  }

  /** Null if there are none. */
  @Nullable Path first() {
    return first;
  }
}
