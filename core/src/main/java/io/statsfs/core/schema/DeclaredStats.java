package io.statsfs.core.schema;

import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is declared of stats, each of which is described when it is found. For one thread at a time.
 */
public final class DeclaredStats {
  private final StatDeclarations stats;
  private final boolean areDefault;

  /** By what declares them: there may be any number of names. None of most. */
  private Map<StatDeclaration, Schema.Metric> found = Map.of();

  /**
   * Some declarations.
   *
   * @param areDefault whether stats of which nothing says so are exported when nobody names any
   */
  public DeclaredStats(StatDeclarations stats, boolean areDefault) {
    this.stats = stats;
    this.areDefault = areDefault;
  }

  /** The metric of a name, or of the first pattern that it has; null if nothing is declared. */
  public Schema.@Nullable Metric find(String name) {
    StatDeclaration declared = named(name);
    declared = declared == null ? pattern(name) : declared;
    if (declared == null) {
      return null;
    }
    if (found.isEmpty()) {
      found = new IdentityHashMap<>();
    }
    Schema.Metric metric = found.get(declared);
    if (metric == null) {
      metric = Schema.Metric.of(declared, areDefault ? null : false);
      found.put(declared, metric);
    }
    return metric;
  }

  /** The pattern by which a name is described; null if it has a metric of its own, or none. */
  public @Nullable StatDeclaration patternOf(String name) {
    return named(name) == null ? pattern(name) : null;
  }

  /** Whether a name is described, which makes nothing of it. */
  public boolean describes(String name) {
    return named(name) != null || pattern(name) != null;
  }

  /** Whether a declaration has that very name. */
  public boolean isNamed(String name) {
    return stats.named(name) != null;
  }

  private @Nullable StatDeclaration named(String name) {
    StatDeclaration exact = stats.named(name);
    if (exact == null) {
      // What the kernel pads is declared without the blanks.
      String bare = name.strip();
      exact = bare.length() == name.length() ? null : stats.named(bare);
    }
    return exact;
  }

  private @Nullable StatDeclaration pattern(String name) {
    for (StatDeclaration declared : stats.patterns()) {
      if (declared.name().matches(name)) {
        return declared;
      }
    }
    return null;
  }
}
