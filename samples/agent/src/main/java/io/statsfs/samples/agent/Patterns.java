package io.statsfs.samples.agent;

import io.statsfs.Catalog;
import io.statsfs.StatFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which stats the user wants.
 *
 * @param stats that of {@code --stats}; null if it is not given
 * @param includes those of {@code --include}
 * @param excludes those of {@code --exclude}
 */
record Patterns(@Nullable Stats stats, List<String> includes, List<String> excludes) {
  /** What {@code --stats} takes. */
  enum Stats {
    DEFAULT,
    ALL
  }

  StatFilter filter() {
    StatFilter chosen = StatFilter.paths(includes, excludes);
    return stats == null
        ? chosen
        : StatFilter.paths(stats == Stats.ALL ? List.of("*") : List.of(), excludes).or(chosen);
  }

  /** The same, and all where nothing says which. */
  Patterns orAll() {
    return stats == null && includes.isEmpty() ? new Patterns(Stats.ALL, includes, excludes) : this;
  }

  /** The options that match no stat of a catalog. */
  List<String> unmatched(Catalog catalog) {
    List<String> unmatched = new ArrayList<>();
    addUnmatched("--include", includes, catalog, unmatched);
    addUnmatched("--exclude", excludes, catalog, unmatched);
    return unmatched;
  }

  private static void addUnmatched(
      String option, List<String> patterns, Catalog catalog, List<String> unmatched) {
    for (String pattern : patterns) {
      if (catalog.stats().stream().noneMatch(StatFilter.path(pattern)::test)) {
        unmatched.add(option + " '" + pattern + "'");
      }
    }
  }
}
