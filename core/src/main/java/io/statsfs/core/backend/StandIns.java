package io.statsfs.core.backend;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Leaves out what a tree of another backend has as well that {@linkplain
 * io.statsfs.Tree.Builder#backend stands for} the one it is in. For one thread at a time.
 */
final class StandIns {
  private final Scanners scanners;

  /** The trees that stand for another one, by their layout. */
  private final Map<Layout, Set<Tree>> standIns = new HashMap<>();

  /** What was made of sources, which stay the same objects as long as nothing changes. */
  private Map<Source, Reduced> before = new IdentityHashMap<>();

  StandIns(Scanners scanners) {
    this.scanners = scanners;
    for (Tree tree : scanners.trees()) {
      if (isStandIn(tree)) {
        standIns.computeIfAbsent(tree.layout(), layout -> new HashSet<>()).add(tree);
      }
    }
    // Of nothing, as trees of a layout that nobody declared.
    standIns
        .keySet()
        .removeIf(
            layout ->
                scanners.trees().stream()
                    .noneMatch(tree -> tree.layout().equals(layout) && !isStandIn(tree)));
  }

  private static boolean isStandIn(Tree tree) {
    return !tree.backend().equals(tree.layout().backend());
  }

  /**
   * A source without the stats that are elsewhere.
   *
   * @param names of these
   */
  private record Reduced(Set<String> names, Source source) {}

  /** A place in the catalog, for trees of one layout. */
  private record Place(Layout layout, String subsystem, String device) {
    static Place of(Source source) {
      return new Place(source.tree().layout(), source.subsystem(), source.device());
    }

    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Place place
          && device.equals(place.device)
          && subsystem.equals(place.subsystem)
          && layout.equals(place.layout);
    }

    @Override
    public int hashCode() {
      return device.hashCode() * 31 + subsystem.hashCode();
    }
  }

  /** The sources, each stat once, in the same order. */
  List<Source> once(List<Source> sources) {
    if (standIns.isEmpty()) {
      return sources;
    }
    Map<Place, Set<String>> elsewhere = new HashMap<>();
    for (Source source : sources) {
      Set<Tree> trees = standIns.get(source.tree().layout());
      if (trees != null && trees.contains(source.tree())) {
        Set<String> names = elsewhere.computeIfAbsent(Place.of(source), place -> new HashSet<>());
        source.stats().forEach(stat -> names.add(stat.name()));
      }
    }
    Map<Source, Reduced> reduced = new IdentityHashMap<>();
    List<Source> all = new ArrayList<>(sources.size());
    for (Source source : sources) {
      Set<String> names =
          elsewhere.isEmpty() || isStandIn(source.tree())
              ? Set.of()
              : twice(source, elsewhere.getOrDefault(Place.of(source), Set.of()));
      if (names.isEmpty()) {
        all.add(source);
      } else if (names.size() < source.stats().size()) {
        Reduced its = before.get(source);
        if (its == null || !its.names.equals(names)) {
          its = new Reduced(names, scanners.of(source.tree()).without(source, names));
        }
        reduced.put(source, its);
        all.add(its.source);
      }
    }
    before = reduced;
    return all;
  }

  private static Set<String> twice(Source source, Set<String> elsewhere) {
    Set<String> names = new HashSet<>();
    for (Stat stat : source.stats()) {
      if (elsewhere.contains(stat.name())) {
        names.add(stat.name());
      }
    }
    return names;
  }
}
