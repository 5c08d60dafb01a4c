package io.statsfs.metrics;

import io.statsfs.Catalog;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes aggregates and their parts by the newest catalog. A sampler calls this when its
 * catalog has changed. If that is older than the one looked at here, it calls again at its next
 * sample.
 */
final class AggregateFilter implements StatFilter {
  private final StatsFs fs;
  private final Aggregates aggregates;
  private final Set<Place> found = new HashSet<>();
  private @Nullable Catalog catalog;

  AggregateFilter(StatsFs fs, Aggregates aggregates) {
    this.fs = fs;
    this.aggregates = aggregates;
  }

  /** A stat's name at a source, which need not be there. */
  private record Place(Tree tree, String subsystem, String device, String name) {
    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Place place
          && device.equals(place.device)
          && name.equals(place.name)
          && subsystem.equals(place.subsystem)
          && tree.equals(place.tree);
    }

    @Override
    public int hashCode() {
      return (device.hashCode() * 31 + name.hashCode()) * 31 + subsystem.hashCode();
    }
  }

  @Override
  public boolean test(Stat stat) {
    Catalog now = fs.catalog();
    if (now != catalog) {
      find(now);
      catalog = now;
    }
    return !found.contains(place(stat.source(), stat.source().device(), stat.name()));
  }

  private static Place place(Source source, String device, String name) {
    return new Place(source.tree(), source.subsystem(), device, name);
  }

  /** Those that are to be left out. */
  private void find(Catalog now) {
    found.clear();
    Set<Place> stats = new HashSet<>();
    for (Stat stat : now.stats()) {
      stats.add(place(stat.source(), stat.source().device(), stat.name()));
    }
    for (Place part : stats) {
      for (String above = above(part.device); above != null; above = above(above)) {
        Place whole = new Place(part.tree, part.subsystem, above, part.name);
        if (stats.contains(whole)) {
          found.add(aggregates == Aggregates.DROPPED ? whole : part);
        }
      }
    }
  }

  /** The device of the next source above; null if there is none. */
  private static @Nullable String above(String device) {
    return device.isEmpty() ? null : device.substring(0, Math.max(0, device.lastIndexOf('/')));
  }
}
