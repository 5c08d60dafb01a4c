package io.statsfs.core.sample;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.scan.SourceImpl;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stats of one catalog in the next one: a source whose stats or descriptions changed is
 * another object there, and still the same directory or file.
 */
final class Successors {
  private final Map<Key, Source> sources = new HashMap<>();

  private record Key(Tree tree, Path path, String subsystem, String device) {
    static Key of(Source source) {
      return new Key(source.tree(), FilePaths.of(source), source.subsystem(), source.device());
    }

    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && path.equals(key.path)
          && device.equals(key.device)
          && subsystem.equals(key.subsystem)
          && tree.equals(key.tree);
    }

    @Override
    public int hashCode() {
      return (path.hashCode() * 31 + device.hashCode()) * 31 + tree.hashCode();
    }
  }

  Successors(List<Source> next) {
    next.forEach(source -> sources.put(Key.of(source), source));
  }

  /** The same stat in the next catalog; null if it, or its source, is gone or was replaced. */
  @Nullable Stat of(Stat stat) {
    SourceImpl source = (SourceImpl) stat.source();
    SourceImpl next = (SourceImpl) sources.get(Key.of(source));
    if (next == source) {
      return stat;
    }
    if (next == null
        || (next.table() == null) != (source.table() == null)
        || next.table() == null && !next.inode().isSame(source.inode())) {
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
