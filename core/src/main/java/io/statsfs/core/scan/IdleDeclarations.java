package io.statsfs.core.scan;

import static java.util.stream.Collectors.joining;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a declaration matches nothing in a tree that has stats. In one that a user wrote, a name
 * is mistyped more often than missing in the kernel; in a shipped one it is the kernel.
 */
final class IdleDeclarations {
  private static final int SHOWN = 5;

  private final Layout layout;
  private List<Source> sources = List.of();
  private @Nullable String message;

  IdleDeclarations(Layout layout) {
    this.layout = layout;
  }

  /** What a problem says of it; null if all has a stat. Looked for only where sources changed. */
  @Nullable String message(List<Source> now) {
    if (!now.equals(sources)) {
      sources = List.copyOf(now);
      message = describe();
    }
    return message;
  }

  private @Nullable String describe() {
    Set<String> names = new HashSet<>();
    Set<String> subsystems = new HashSet<>();
    for (Source source : sources) {
      subsystems.add(source.subsystem());
      source.stats().forEach(stat -> names.add(stat.name()));
    }
    Set<String> idle = new LinkedHashSet<>();
    for (StatDeclaration declared : declarations()) {
      // What a pattern with labels describes has another name.
      boolean isKnown =
          !declared.name().toString().equals("*") && declared.name().labels().isEmpty();
      if (isKnown && !isThere(declared, names)) {
        idle.add("'" + declared + "'");
      }
    }
    for (MetricDeclaration metric : layout.metrics()) {
      for (Point point : metric.points()) {
        List<Term> terms = new ArrayList<>(point.terms());
        point.divisor().ifPresent(terms::add);
        for (Term term : terms) {
          String path = term.toString().startsWith("-") ? term.toString().substring(1) : "" + term;
          // Other subsystems may be those of other trees.
          if (subsystems.contains(path.substring(0, path.indexOf('/'))) && !isThere(path)) {
            idle.add("'" + path + "' of " + metric.name());
          }
        }
      }
    }
    if (idle.isEmpty()) {
      return null;
    }
    String shown = idle.stream().limit(SHOWN).collect(joining(", "));
    return "the layout "
        + layout
        + " declares what is not there: "
        + shown
        + (idle.size() > SHOWN ? " and " + (idle.size() - SHOWN) + " more" : "")
        + ". If this kernel has it, check the names";
  }

  private List<StatDeclaration> declarations() {
    List<StatDeclaration> all = new ArrayList<>(layout.stats());
    for (FileDeclaration file : layout.files()) {
      for (TableDeclaration table : file.tables()) {
        all.addAll(table.stats());
      }
    }
    return all;
  }

  private static boolean isThere(StatDeclaration declared, Set<String> names) {
    return declared.name().isLiteral() && names.contains(declared.name().toString())
        || names.stream().anyMatch(declared::describes);
  }

  private boolean isThere(String path) {
    StatFilter filter = StatFilter.path(path);
    for (Source source : sources) {
      for (Stat stat : source.stats()) {
        if (filter.test(stat)) {
          return true;
        }
      }
    }
    return false;
  }
}
