package io.statsfs.core.sample;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.Scanners;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stats of one catalog in the next one: a source whose stats or descriptions changed is
 * another object there, and still the same directory or file.
 */
final class Successors {
  private final Scanners scanners;
  private final Map<Key, Source> sources = new HashMap<>();

  private record Key(Tree tree, String subsystem, String device, String origin) {
    static Key of(Source source) {
      return new Key(source.tree(), source.subsystem(), source.device(), source.origin());
    }

    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && origin.equals(key.origin)
          && device.equals(key.device)
          && subsystem.equals(key.subsystem)
          && tree.equals(key.tree);
    }

    @Override
    public int hashCode() {
      return (origin.hashCode() * 31 + device.hashCode()) * 31 + tree.hashCode();
    }
  }

  Successors(Scanners scanners, List<Source> next) {
    this.scanners = scanners;
    next.forEach(source -> sources.put(Key.of(source), source));
  }

  /** The same stat in the next catalog; null if it, or its source, is gone or was replaced. */
  @Nullable Stat of(Stat stat) {
    Source source = stat.source();
    Source next = sources.get(Key.of(source));
    if (next == source) {
      return stat;
    }
    if (next == null || !scanners.of(stat).isSame(source, next)) {
      return null;
    }
    for (Stat candidate : next.stats()) {
      if (candidate.name().equals(stat.name())) {
        return candidate;
      }
    }
    return null;
  }
}
