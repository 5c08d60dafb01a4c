package io.statsfs.metrics;

import io.statsfs.Source;
import io.statsfs.Stat;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The labels of points, and the further ones that they get where they could not be told apart. Each
 * kind is made once, for all stats of a source in the life of the source. For one thread at a time.
 */
final class PointLabels {
  private final Source source;
  private final Labels labels;
  private final Labels inPrometheus;
  private @Nullable Labels placed;
  private @Nullable Labels placedInPrometheus;
  private @Nullable Map<Stat, Labels> ofStats;

  /** With the labels that the user, or a convention, gives the points of the source. */
  PointLabels(Source source, Labels wanted, Consumer<String> log) {
    this.source = source;
    labels = distinct(source, wanted, log);
    inPrometheus = labels.inPrometheus();
  }

  Labels labels() {
    return labels;
  }

  /** What distinguishes points in Prometheus. */
  Labels inPrometheus() {
    return inPrometheus;
  }

  /** With {@code subsystem} and {@code device} too. */
  Labels placed() {
    if (placed == null) {
      placed = Naming.withPlace(labels, source);
      placedInPrometheus = placed.inPrometheus();
    }
    return placed;
  }

  /** The same in Prometheus. */
  Labels placedInPrometheus() {
    placed();
    return placedInPrometheus;
  }

  /**
   * With {@code stat} and {@code root} as well, which tells apart two trees of one shape, or two
   * stats that were given one name.
   */
  Labels ofStat(Stat stat) {
    if (ofStats == null) {
      ofStats = new IdentityHashMap<>(1);
    }
    return ofStats.computeIfAbsent(
        stat, s -> placed().with("stat", s.name()).with("root", s.source().tree().origin()));
  }

  /**
   * With {@code tree} and {@code origin}, too, which tells apart whatever is left: two declarations
   * of one file, or two files of a tree with stats of one name.
   */
  Labels ofOrigin(Stat stat) {
    return ofStat(stat).with("tree", stat.source().tree().name()).with("origin", stat.origin());
  }

  /**
   * Gives keys that become equal in Prometheus, of which one would be lost, different names; and so
   * those of which nothing is left there, for which the exporter drops the whole metric.
   */
  private static Labels distinct(Source source, Labels wanted, Consumer<String> log) {
    Set<String> taken = new HashSet<>();
    boolean isDistinct = true;
    for (int i = 0; i < wanted.size(); i++) {
      String label = PrometheusNames.ofLabel(wanted.key(i));
      isDistinct &= label != null && taken.add(label);
    }
    if (isDistinct) {
      return wanted;
    }
    taken.clear();
    // Those that stay as they are in Prometheus keep their names.
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.key(i).equals(PrometheusNames.ofLabel(wanted.key(i)))) {
        taken.add(wanted.key(i));
      }
    }
    String[] keys = new String[wanted.size()];
    for (int i = 0; i < keys.length; i++) {
      String name = wanted.key(i);
      String label = PrometheusNames.ofLabel(name);
      String stem = label == null ? "label" : name;
      boolean keeps = name.equals(label);
      for (int n = 2; !keeps && (label == null || !taken.add(label)); n++) {
        name = stem + "_" + n;
        label = PrometheusNames.ofLabel(name);
      }
      if (!name.equals(wanted.key(i))) {
        log.accept(
            "The label '"
                + wanted.key(i)
                + "' of "
                + source
                + " would be lost in Prometheus and is exported as '"
                + name
                + "'.");
      }
      keys[i] = name;
    }
    return wanted.withKeys(keys);
  }
}
