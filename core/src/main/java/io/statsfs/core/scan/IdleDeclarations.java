package io.statsfs.core.scan;

import static java.util.stream.Collectors.joining;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.LikelyName;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.PathText;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatFileName;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
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
    Map<String, Set<String>> bySubsystem = new HashMap<>();
    Set<String> all = new HashSet<>();
    Set<String> fileNames = new HashSet<>();
    for (Source source : sources) {
      Set<String> its = bySubsystem.computeIfAbsent(source.subsystem(), s -> new HashSet<>());
      source.stats().forEach(stat -> its.add(stat.name()));
      all.addAll(its);
      source.path().ifPresent(path -> fileNames.add(PathText.nameOf(path)));
    }
    Set<String> idle = new LinkedHashSet<>();
    add(layout.stats().all(), all, idle);
    for (String label : layout.labelFiles().keySet()) {
      if (sources.stream().noneMatch(source -> source.labels().containsKey(label))) {
        idle.add("the label '" + label + "'");
      }
    }
    for (FileDeclaration file : layout.files()) {
      // Rows that are values of labels come and go.
      boolean comesAndGoes =
          file.tables().stream().anyMatch(table -> table.rows().meaning() == Axis.Meaning.LABELS);
      if (!comesAndGoes
          && !layout.isRootFile()
          && fileNames.stream().noneMatch(file.name()::matches)) {
        idle.add("the file '" + file.path() + "'");
        continue;
      }
      // Which form the text has is not known here: the one of which least is missing.
      file.forms().stream()
          .map(form -> idle(form, all, bySubsystem))
          .min(Comparator.comparingInt(Set::size))
          .ifPresent(idle::addAll);
    }
    for (MetricDeclaration metric : layout.metrics()) {
      for (Point point : metric.points()) {
        List<Term> terms = new ArrayList<>(point.terms());
        point.divisor().ifPresent(terms::add);
        for (Term term : terms) {
          String path = term.toString().startsWith("-") ? term.toString().substring(1) : "" + term;
          // Other subsystems may be those of other trees.
          if (bySubsystem.containsKey(path.substring(0, path.indexOf('/'))) && !isThere(path)) {
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

  /** What tables of a file declare that is not there. */
  private static Set<String> idle(
      FileDeclaration file, Set<String> all, Map<String, Set<String>> bySubsystem) {
    Set<String> idle = new LinkedHashSet<>();
    for (TableDeclaration table : file.tables()) {
      String subsystem = Objects.requireNonNullElse(table.subsystem(), "");
      Set<String> names = subsystem.isEmpty() ? all : bySubsystem.getOrDefault(subsystem, Set.of());
      add(table.stats().all(), names, idle);
      add(table.rows(), names, idle);
      add(table.columns(), names, idle);
    }
    return idle;
  }

  private static void add(List<StatDeclaration> stats, Set<String> names, Set<String> idle) {
    for (StatDeclaration declared : stats) {
      // What a pattern with labels describes has their values in its name no more.
      String name = StatFileName.statOf(declared.name());
      if (!isThere(KeyPattern.of(name), names)
          && declared.formerNames().stream().noneMatch(names::contains)) {
        idle.add(
            quoted(
                declared.toString(),
                names,
                other -> stats.stream().anyMatch(s -> s.name().toString().equals(other))));
      }
    }
  }

  /** A name, and the one of a stat that is likely meant, of those that nothing else names. */
  private static String quoted(String name, Set<String> names, Predicate<String> isNamed) {
    List<String> free = names.stream().filter(isNamed.negate()).toList();
    String meant = LikelyName.of(name, free).map(n -> " (did you mean '" + n + "'?)").orElse("");
    return "'" + name + "'" + meant;
  }

  /** Adds the keys of rows, or of columns, that are names of stats. */
  private static void add(Axis axis, Set<String> names, Set<String> idle) {
    if (axis.meaning() == Axis.Meaning.STATS) {
      axis.patterns().stream()
          .filter(pattern -> !isThere(pattern, names))
          .map(KeyPattern::toString)
          .forEach(pattern -> idle.add(quoted(pattern, names, n -> axis.match(n) != null)));
      axis.names().stream()
          .filter(name -> axis.match(name) != null && !name.equals("-") && !names.contains(name))
          .forEach(name -> idle.add(quoted(name, names, axis.names()::contains)));
    }
  }

  private static boolean isThere(KeyPattern pattern, Set<String> names) {
    return pattern.isLiteral()
        ? names.contains(pattern.toString())
        : pattern.toString().equals("*") || names.stream().anyMatch(pattern::matches);
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
