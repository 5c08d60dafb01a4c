package io.statsfs.otel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The names of all instruments that were made. Names that become equal in Prometheus are one metric
 * there, a family: its members must have one kind and one unit, else the exporter leaves all but
 * one out. For one thread at a time.
 */
final class TakenNames {
  private final Consumer<String> log;
  private final Map<String, Family> families = new HashMap<>();
  private final Map<String, String> given = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  TakenNames(Consumer<String> log) {
    this.log = log;
  }

  private record Family(int number, String name, String unit, boolean counter) {
    boolean takes(String unit, boolean counter) {
      return this.unit.equals(unit) && this.counter == counter;
    }
  }

  /**
   * Takes a name for the instrument of stats, or if it would collide, that name with an ending.
   * Asked again, it gives the same name.
   */
  String take(String wanted, String unit, boolean counter) {
    String known = given.get(key(wanted));
    if (known != null) {
      return known;
    }
    String name = wanted;
    for (int i = 1; !isFree(name, unit, counter); i++) {
      String ending = (counter ? ".counter" : ".gauge") + (i == 1 ? "" : i);
      int room = InstrumentNames.MAX_LENGTH - ending.length();
      name = (wanted.length() > room ? wanted.substring(0, room) : wanted) + ending;
    }
    if (!name.equals(wanted)) {
      Family other = families.get(InstrumentNames.inPrometheus(wanted, unit));
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
    reserve(name, unit, counter);
    given.put(key(wanted), name);
    return name;
  }

  /** Has a name taken that no stat is to be given. */
  void reserve(String name, String unit, boolean counter) {
    names.add(key(name));
    families.computeIfAbsent(
        InstrumentNames.inPrometheus(name, unit),
        k -> new Family(families.size(), name, unitWords(unit), counter));
  }

  private boolean isFree(String name, String unit, boolean counter) {
    Family family = families.get(InstrumentNames.inPrometheus(name, unit));
    return !names.contains(key(name)) && (family == null || family.takes(unitWords(unit), counter));
  }

  private static String unitWords(String unit) {
    return InstrumentNames.unitInPrometheus(unit);
  }

  /** The number of the family of a name that was taken. Its members must differ in attributes. */
  int family(String name, String unit) {
    return families.get(InstrumentNames.inPrometheus(name, unit)).number();
  }

  /** The SDK compares names without case. */
  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
