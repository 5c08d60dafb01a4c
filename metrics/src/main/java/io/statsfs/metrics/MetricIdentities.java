package io.statsfs.metrics;

import io.statsfs.spi.MetricDeclaration.Instrument;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The names that metrics have, for as long as this is. Names are compared without case, as
 * OpenTelemetry does, and as Prometheus would change them: two metrics of different kinds or units
 * must not have one name there, or its exporter leaves one of them out. Which of them would depend
 * on which comes first, so the one that comes later gets another name.
 *
 * <p>For one thread at a time.
 */
final class MetricIdentities {
  private final Consumer<String> log;
  private final Map<String, Family> families = new HashMap<>();
  private final Map<String, MetricIdentity> known = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  MetricIdentities(Consumer<String> log) {
    this.log = log;
  }

  /** Metrics of one name in Prometheus, the first of which has decided on kind and unit. */
  private record Family(int number, String name, String unit, boolean isCounter) {
    boolean takes(String unit, boolean isCounter) {
      return this.unit.equals(unit) && this.isCounter == isCounter;
    }
  }

  /** How many metrics there have been. */
  int count() {
    return known.size();
  }

  /** Whether a metric of a name has been there before. */
  boolean has(String wanted) {
    return known.containsKey(MetricNames.key(wanted));
  }

  /**
   * The metric of a name; where that would collide, under the name with an ending. Asked again, it
   * gives the same one, whatever unit and instrument it would have now.
   */
  MetricIdentity of(String wanted, String unit, String description, Instrument instrument) {
    MetricIdentity identity = known.get(MetricNames.key(wanted));
    if (identity == null) {
      String name = freeName(wanted, unit, instrument == Instrument.COUNTER);
      int family = reserve(name, unit, instrument);
      identity = new MetricIdentity(name, unit, description, instrument, family);
      known.put(MetricNames.key(wanted), identity);
    }
    return identity;
  }

  private String freeName(String wanted, String unit, boolean isCounter) {
    String name = wanted;
    for (int i = 1; !isFree(name, unit, isCounter); i++) {
      String ending = (isCounter ? ".counter" : ".gauge") + (i == 1 ? "" : i);
      int room = MetricNames.MAX_LENGTH - ending.length();
      name = (wanted.length() > room ? wanted.substring(0, room) : wanted) + ending;
    }
    if (!name.equals(wanted)) {
      Family other = families.get(PrometheusNames.ofMetric(wanted, unit));
      log.accept(
          "The metric "
              + wanted
              + (other == null ? "" : " would be one with " + other.name + " in Prometheus,")
              + (other == null
                  ? " has a name that is taken"
                  : " which cannot have two kinds or units")
              + ". It is exported as "
              + name
              + ".");
    }
    return name;
  }

  /** Has a name taken that no metric is to be given; returns its family. */
  int reserve(String name, String unit, Instrument instrument) {
    names.add(MetricNames.key(name));
    return families
        .computeIfAbsent(
            PrometheusNames.ofMetric(name, unit),
            k ->
                new Family(
                    families.size(),
                    name,
                    PrometheusNames.ofUnit(unit),
                    instrument == Instrument.COUNTER))
        .number();
  }

  private boolean isFree(String name, String unit, boolean isCounter) {
    Family family = families.get(PrometheusNames.ofMetric(name, unit));
    return !names.contains(MetricNames.key(name))
        && (family == null || family.takes(PrometheusNames.ofUnit(unit), isCounter));
  }
}
