package io.statsfs.core.scan;

import io.statsfs.Problem;
import io.statsfs.Source;
import java.util.ArrayList;
import java.util.List;

/** Collects what a scan found, entry by entry. */
final class Findings {
  private final Scan scan;
  private final List<Source> sources = new ArrayList<>();

  /** Where the layout follows none. */
  private final OmittedLinks links = new OmittedLinks();

  /** Those that lead to another place than the layout names. */
  private final OmittedLinks stray = new OmittedLinks();

  /** Files that {@link io.statsfs.core.mounts.ReadEffects} forbids to open. */
  private final Omitted unopened = new Omitted();

  Findings(Scan scan) {
    this.scan = scan;
  }

  void source(Source source) {
    if (scan.budget().collect(source)) {
      sources.add(source);
    }
  }

  void problems(List<Problem> problems) {
    for (Problem problem : problems) {
      scan.problem(problem);
    }
  }

  List<Source> sources() {
    return sources;
  }

  OmittedLinks links() {
    return links;
  }

  OmittedLinks stray() {
    return stray;
  }

  Omitted unopened() {
    return unopened;
  }
}
