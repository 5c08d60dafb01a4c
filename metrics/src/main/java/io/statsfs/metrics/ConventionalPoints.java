package io.statsfs.metrics;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.Tree;
import io.statsfs.metrics.Point.Formula;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Term;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the points of a convention among the stats of a sampler: brings together the stats of a
 * tree that have the labels of a declared point in common, and those of other trees that the point
 * names. For one thread at a time.
 */
final class ConventionalPoints {
  private final String convention;
  private final Map<Layout, Map<String, List<Use>>> usesByLayout = new IdentityHashMap<>();

  /** Of terms that are stats of another tree, by its name. */
  private final Map<String, Map<String, List<Use>>> usesByOtherTree = new HashMap<>();

  private int declared;

  /** Of the declarations of one convention; with an empty name there are none. */
  ConventionalPoints(String convention) {
    this.convention = convention;
  }

  /** A point that was found. */
  record Found(MetricDeclaration metric, Labels labels, int index, @Nullable Formula formula) {
    /** Whether the point shows one stat as it is. */
    boolean showsOneStat() {
      return formula == null
          || formula.indexes().length == 0 && formula.divisor() < 0 && !formula.isCount();
    }
  }

  /** A declared point, and where it stands among all. Its own identity. */
  private static final class Declared {
    final MetricDeclaration metric;
    final MetricDeclaration.Point point;
    final int number;
    final boolean hasOtherTrees;

    Declared(MetricDeclaration metric, MetricDeclaration.Point point, int number) {
      this.metric = metric;
      this.point = point;
      this.number = number;
      hasOtherTrees =
          Stream.concat(point.terms().stream(), point.divisor().stream())
              .anyMatch(term -> term.tree().isPresent());
    }
  }

  /** That stats of one name, at the devices of a pattern, are a term, or for -1 the divisor. */
  private record Use(Declared declared, int term, StatFilter device) {}

  /** The stats that make up one point. */
  private static final class Group {
    final Declared declared;
    final Tree tree;
    final Labels labels;
    final List<List<Integer>> terms = new ArrayList<>();
    final List<Integer> divisors = new ArrayList<>();

    /** Which tree each term, and the divisor, is of, where they may be of several. */
    private final Map<Integer, Tree> trees = new HashMap<>();

    /** Of a count by labels the values that were counted. */
    private final Set<List<String>> counted = new HashSet<>();

    private boolean isAmbiguous;

    Group(Declared declared, Tree tree, Labels labels) {
      this.declared = declared;
      this.tree = tree;
      this.labels = labels;
      declared.point.terms().forEach(t -> terms.add(new ArrayList<>()));
    }

    void add(Use use, int index, Source source) {
      List<String> by = declared.point.countedBy();
      if (!by.isEmpty()
          && !counted.add(
              by.stream().map(label -> source.labels().getOrDefault(label, "")).toList())) {
        return;
      }
      (use.term < 0 ? divisors : terms.get(use.term)).add(index);
      if (declared.hasOtherTrees) {
        // Two trees of a name can be those of two machines.
        Tree before = trees.put(use.term, source.tree());
        isAmbiguous |= before != null && !before.equals(source.tree());
      }
    }

    boolean isComplete() {
      return !isAmbiguous
          && terms.stream().noneMatch(List::isEmpty)
          && divisors.size() == declared.point.divisor().stream().count();
    }
  }

  /** The points that are there, those of a metric in the order of their declaration. */
  List<Found> find(Sampler sampler) {
    if (convention.isEmpty()) {
      return List.of();
    }
    for (int i = 0; i < sampler.size(); i++) {
      // What each layout takes of others is known before.
      usesByLayout.computeIfAbsent(sampler.stat(i).source().tree().layout(), this::uses);
    }
    Map<List<Object>, Group> groups = new LinkedHashMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      Stat stat = sampler.stat(i);
      Source source = stat.source();
      for (Use use : uses(stat)) {
        Labels labels = use.device.test(stat) ? labels(use.declared.point, source) : null;
        if (labels != null) {
          Group group =
              groups.computeIfAbsent(
                  List.of(use.declared.hasOtherTrees ? "" : source.tree(), use.declared, labels),
                  k -> new Group(use.declared, source.tree(), labels));
          group.add(use, i, source);
        }
      }
    }
    List<Found> found = new ArrayList<>();
    Set<List<Object>> seen = new HashSet<>();
    groups.values().stream()
        .filter(Group::isComplete)
        .sorted(
            Comparator.comparing((Group group) -> !isInV1(group.tree))
                .thenComparingInt(group -> group.declared.number))
        .forEach(
            group -> {
              Found point = point(group, sampler);
              // Of alternatives the first is taken.
              if (point != null
                  && seen.add(List.of(place(group.tree), point.metric.name(), group.labels))) {
                found.add(point);
              }
            });
    return found;
  }

  /**
   * Where alternatives are looked for: in a tree, and in all that is known of the cgroup of this
   * process. Where there are hierarchies of both versions, v2 has some of what a controller of v1
   * counts, for a cgroup that need not be the one that the controller knows.
   */
  private static Object place(Tree tree) {
    return tree.layout().isOwnCgroup() ? "own cgroup" : tree;
  }

  private static boolean isInV1(Tree tree) {
    return tree.layout().controller().isPresent();
  }

  /** Whether a declared point is made of the stat, be the others of the point there or not. */
  boolean isUsed(Stat stat) {
    return uses(stat).stream().anyMatch(use -> use.device.test(stat));
  }

  private List<Use> uses(Stat stat) {
    Source source = stat.source();
    String key = key(source.subsystem(), stat.name());
    List<Use> own =
        usesByLayout
            .computeIfAbsent(source.tree().layout(), this::uses)
            .getOrDefault(key, List.of());
    List<Use> ofOthers =
        usesByOtherTree.getOrDefault(source.tree().name(), Map.of()).getOrDefault(key, List.of());
    return ofOthers.isEmpty() ? own : Stream.concat(own.stream(), ofOthers.stream()).toList();
  }

  private Map<String, List<Use>> uses(Layout layout) {
    Map<String, List<Use>> uses = new HashMap<>();
    for (MetricDeclaration metric : layout.metrics()) {
      if (metric.naming().equals(convention)) {
        for (MetricDeclaration.Point point : metric.points()) {
          Declared of = new Declared(metric, point, declared++);
          for (int i = 0; i < point.terms().size(); i++) {
            add(uses, of, i, point.terms().get(i));
          }
          point.divisor().ifPresent(divisor -> add(uses, of, -1, divisor));
        }
      }
    }
    return uses;
  }

  private void add(Map<String, List<Use>> own, Declared declared, int number, Term term) {
    Map<String, List<Use>> uses =
        term.tree()
            .map(tree -> usesByOtherTree.computeIfAbsent(tree, t -> new HashMap<>()))
            .orElse(own);
    uses.computeIfAbsent(key(term.subsystem(), term.stat()), k -> new ArrayList<>())
        .add(new Use(declared, number, StatFilter.device(term.device())));
  }

  private static String key(String subsystem, String stat) {
    return subsystem + '\0' + stat;
  }

  /** Null if the source lacks one. */
  private static @Nullable Labels labels(MetricDeclaration.Point point, Source source) {
    Map<String, Object> labels = new LinkedHashMap<>();
    for (MetricDeclaration.Label label : point.labels()) {
      String from = label.sourceLabel().orElse(null);
      String value = from == null ? label.value() : source.labels().get(from);
      if (value == null) {
        return null;
      }
      boolean isLong = label.isInteger() && value.matches("-?[0-9]{1,18}");
      labels.put(label.key(), isLong ? Long.valueOf(value) : value);
    }
    return Labels.of(labels);
  }

  /** Null if a unit cannot be converted. */
  private static @Nullable Found point(Group group, Sampler sampler) {
    MetricDeclaration metric = group.declared.metric;
    MetricDeclaration.Point point = group.declared.point;
    int[] indexes = group.terms.stream().flatMap(List::stream).mapToInt(i -> i).toArray();
    long[] numerators = new long[indexes.length];
    long[] denominators = new long[indexes.length];
    int divisor = group.divisors.isEmpty() ? -1 : group.divisors.get(0);
    Unit per = divisor < 0 ? new Unit("", 1, 1) : Unit.of(sampler.stat(divisor).unit());
    int i = 0;
    long common = 1;
    for (int term = 0; term < group.terms.size(); term++) {
      for (int index : group.terms.get(term)) {
        String raw = sampler.stat(index).unit();
        // What is divided by another stat is in the unit of both, so that they cancel out.
        Unit unit = divisor < 0 ? Unit.of(raw, metric.unit()) : Unit.of(raw);
        if (unit == null) {
          return null;
        }
        long numerator = unit.numerator() * per.denominator();
        long denominator = unit.denominator() * per.numerator();
        long divided = gcd(numerator, denominator);
        numerators[i] = numerator / divided * (point.terms().get(term).isSubtracted() ? -1 : 1);
        denominators[i] = denominator / divided;
        common = common / gcd(common, denominators[i]) * denominators[i];
        i++;
      }
    }
    if (point.isCount()) {
      return new Found(metric, group.labels, indexes[0], Formula.count(indexes));
    } else if (indexes.length == 1 && divisor < 0 && numerators[0] == 1 && common == 1) {
      return new Found(metric, group.labels, indexes[0], null);
    }
    for (int k = 0; k < numerators.length; k++) {
      numerators[k] = Math.multiplyExact(numerators[k], common / denominators[k]);
    }
    return new Found(
        metric, group.labels, indexes[0], Formula.sum(indexes, numerators, common, divisor));
  }

  private static long gcd(long a, long b) {
    return b == 0 ? Math.abs(a) : gcd(b, a % b);
  }
}
