package io.statsfs.samples.agent;

import io.statsfs.Catalog;
import io.statsfs.StatFilter;
import java.util.ArrayList;
import java.util.List;

/**
 * Which stats the user wants.
 *
 * @param includes those of {@code --include}
 * @param excludes those of {@code --exclude}
 */
record Patterns(List<String> includes, List<String> excludes) {

  StatFilter filter() {
    return StatFilter.paths(includes, excludes);
  }

  boolean isEmpty() {
    return includes.isEmpty() && excludes.isEmpty();
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
