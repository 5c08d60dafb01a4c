package io.statsfs.samples.agent;

import io.statsfs.samples.agent.Counterparts.Counterpart;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The series of another program, compared with those of the agent one by one. */
final class Comparison {
  /** Both round: ticks are multiplied by 0.01 there, and divided by 100 here. */
  private static final double ROUNDING = 1e-12;

  /** What can be found of a series. */
  enum Outcome {
    /** Nobody has said where it is. */
    UNKNOWN("nobody has said where it is"),
    /** Not here, for a reason. */
    LEFT_OUT("left out"),
    /** Not here, though it should be. */
    MISSING("missing"),
    /** The same number. */
    EQUAL("equal"),
    /** Another number. */
    WRONG("wrong"),
    /** It has not stood still while the agent read it, or depends on who looks. */
    MOVES("there, moving");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }
  }

  private final Function<Series, Optional<Counterpart>> counterparts;
  private final int standsStill;
  private final SortedMap<Series, Map<Outcome, List<String>>> found = new TreeMap<>();

  /**
   * Makes an empty one.
   *
   * @param counterparts what is known of a series of the other program
   * @param standsStill how often a series must be another number to be wrong
   */
  Comparison(Function<Series, Optional<Counterpart>> counterparts, int standsStill) {
    this.counterparts = counterparts;
    this.standsStill = standsStill;
  }

  /**
   * What both had while they ran beside each other. May be called again: what was equal once is.
   *
   * @param counters the names of those that do not fall
   */
  void add(
      SortedMap<Series, Double> before,
      SortedMap<Series, Double> ours,
      SortedMap<Series, Double> after,
      Set<String> counters) {
    Map<String, Map<Series, Double>> byName = new HashMap<>();
    ours.forEach(
        (series, value) ->
            byName.computeIfAbsent(series.name(), n -> new TreeMap<>()).put(series, value));
    before.forEach(
        (series, first) -> {
          Double last = after.get(series);
          if (last != null) {
            add(series, first, byName, last, counters.contains(series.name()));
          }
        });
  }

  private void add(
      Series series,
      double first,
      Map<String, Map<Series, Double>> ours,
      double last,
      boolean isCounter) {
    Optional<Counterpart> counterpart = counterparts.apply(series);
    if (counterpart.isEmpty()) {
      add(series, Outcome.UNKNOWN, "");
    } else if (counterpart.get().sum().isEmpty()) {
      add(series, Outcome.LEFT_OUT, counterpart.get().text());
    } else {
      String text = counterpart.get().text();
      Optional<Double> value = counterpart.get().sum().get().of(ours);
      if (value.isEmpty()) {
        add(series, Outcome.MISSING, text);
      } else {
        add(
            series,
            outcome(first, value.get(), last, isCounter, counterpart.get().isLookedAtOnly()),
            (first == last ? "" : first + " to ") + last + ", here " + value.get() + ": " + text);
      }
    }
  }

  private static Outcome outcome(
      double first, double value, double last, boolean isCounter, boolean isLookedAtOnly) {
    boolean isOneOfThem = isAbout(first, value) || isAbout(last, value);
    if (isOneOfThem && first == last) {
      return Outcome.EQUAL;
    }
    boolean isBetween = isOneOfThem || first < value && value < last;
    boolean mayBeAnother = isLookedAtOnly || first != last && !isCounter;
    return isBetween || mayBeAnother ? Outcome.MOVES : Outcome.WRONG;
  }

  private static boolean isAbout(double one, double other) {
    return one == other
        || Double.isNaN(one) && Double.isNaN(other)
        || Math.abs(one - other) <= ROUNDING * Math.abs(one);
  }

  private void add(Series series, Outcome outcome, String remark) {
    found
        .computeIfAbsent(series, s -> new EnumMap<>(Outcome.class))
        .computeIfAbsent(outcome, o -> new ArrayList<>())
        .add(remark);
  }

  private Outcome outcome(Map<Outcome, List<String>> outcomes) {
    for (Outcome outcome : Outcome.values()) {
      int least = outcome == Outcome.WRONG ? standsStill : 1;
      if (outcomes.getOrDefault(outcome, List.of()).size() >= least) {
        return outcome;
      }
    }
    return Outcome.MOVES;
  }

  /** The series of which this was found in the end, each with what else is known. */
  List<String> those(Outcome outcome) {
    List<String> lines = new ArrayList<>();
    found.forEach(
        (series, outcomes) -> {
          if (outcome(outcomes) == outcome) {
            List<String> remarks = outcomes.getOrDefault(outcome, List.of(""));
            lines.add(series + "\t" + remarks.get(remarks.size() - 1));
          }
        });
    return lines;
  }

  /** How many there are of each kind. */
  String counts() {
    StringBuilder text = new StringBuilder(found.size() + " series:");
    for (Outcome outcome : Outcome.values()) {
      text.append(' ').append(those(outcome).size()).append(' ').append(outcome.words).append(';');
    }
    return text.substring(0, text.length() - 1);
  }

  /** All that was found, a line for each series. */
  List<String> report() {
    List<String> lines = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      those(outcome).forEach(line -> lines.add(outcome.words + "\t" + line));
    }
    return lines;
  }
}
