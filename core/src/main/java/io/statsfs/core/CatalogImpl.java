package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** What one look at the trees found. */
record CatalogImpl(
    long version, List<Tree> trees, List<Source> sources, List<Stat> stats, List<Problem> problems)
    implements Catalog {

  static CatalogImpl of(
      long version, List<Tree> trees, List<Source> sources, List<Problem> problems) {
    List<Stat> stats = new ArrayList<>();
    for (Source source : sources) {
      stats.addAll(source.stats());
    }
    return new CatalogImpl(
        version, trees, List.copyOf(sources), List.copyOf(stats), List.copyOf(problems));
  }

  @Override
  public Optional<Stat> find(String subsystem, String device, String name) {
    return find(source -> true, subsystem, device, name);
  }

  @Override
  public Optional<Stat> find(Tree tree, String subsystem, String device, String name) {
    Objects.requireNonNull(tree, "tree");
    return find(source -> source.tree().equals(tree), subsystem, device, name);
  }

  /** The sources of one place are in the order of their trees. */
  private Optional<Stat> find(
      Predicate<Source> filter, String subsystem, String device, String name) {
    return sources.stream()
        .filter(s -> s.subsystem().equals(subsystem) && s.device().equals(device))
        .filter(filter)
        .flatMap(s -> s.stats().stream())
        .filter(s -> s.name().equals(name))
        .findFirst();
  }

  @Override
  public String toString() {
    return "Catalog "
        + version
        + " of "
        + stats.size()
        + " stats in "
        + sources.size()
        + " sources";
  }
}
