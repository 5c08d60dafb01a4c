package io.statsfs.spi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Declarations that are made already. */
final class ListedStats implements StatDeclarations {
  static final ListedStats NONE = new ListedStats(List.of());

  private final List<StatDeclaration> all;
  private final List<StatDeclaration> patterns;
  private final Map<String, StatDeclaration> byName = new HashMap<>();
  private final List<String> noValueWords;

  ListedStats(List<StatDeclaration> stats) {
    all = List.copyOf(stats);
    List<StatDeclaration> withPatterns = new ArrayList<>();
    Set<String> words = new LinkedHashSet<>();
    for (StatDeclaration stat : all) {
      if (stat.name().isLiteral()) {
        byName.putIfAbsent(stat.name().toString(), stat);
      } else {
        withPatterns.add(stat);
      }
      for (String name : stat.formerNames()) {
        byName.putIfAbsent(name, stat);
      }
      words.addAll(stat.noValueWords());
    }
    patterns = List.copyOf(withPatterns);
    noValueWords = List.copyOf(words);
  }

  @Override
  public List<StatDeclaration> all() {
    return all;
  }

  @Override
  public @Nullable StatDeclaration named(String name) {
    return byName.get(name);
  }

  @Override
  public List<StatDeclaration> patterns() {
    return patterns;
  }

  @Override
  public Collection<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  @Override
  public List<String> noValueWords() {
    return noValueWords;
  }

  @Override
  public String toString() {
    return all.toString();
  }
}
