package io.statsfs.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the keys of a table's rows, or of its columns, are: names of stats, or values of labels.
 *
 * <p>Where the {@link Shape} gives numbers instead of keys (columns by position, rows by line
 * number) the keys are the {@linkplain #named names} of the axis, or the numbers in decimal where
 * it has none.
 *
 * <p>Immutable; equal if everything is.
 */
public final class Axis {

  /** What keys can be. */
  public enum Meaning {
    /** There is one row, or one column that counts. It has no key that matters. */
    SINGLE,
    /** The names of stats. */
    STATS,
    /** The values of labels. */
    LABELS
  }

  private static final String PASSED_OVER = "-";
  private static final Axis ONE = new Axis(Meaning.SINGLE, List.of(), List.of(), List.of());

  private final Meaning meaning;
  private final List<String> names;
  private final List<KeyPattern> patterns;
  private final List<KeyPattern> excluded;

  private Axis(
      Meaning meaning, List<String> names, List<KeyPattern> patterns, List<KeyPattern> excluded) {
    this.meaning = meaning;
    this.names = List.copyOf(names);
    this.patterns = List.copyOf(patterns);
    this.excluded = List.copyOf(excluded);
    for (KeyPattern pattern : patterns) {
      if (pattern.labels().isEmpty() == (meaning == Meaning.LABELS)
          || !pattern.labels().equals(patterns.get(0).labels())) {
        throw new IllegalArgumentException("'" + pattern + "' has other labels than the axis");
      }
    }
    if (patterns.isEmpty() != (meaning == Meaning.SINGLE)) {
      throw new IllegalArgumentException("An axis of one key has no pattern, any other has one");
    }
  }

  /**
   * One row, or the first column alone.
   *
   * @return the axis
   */
  public static Axis single() {
    return ONE;
  }

  /**
   * One column alone, by its position.
   *
   * @param number of the column, from 0 on
   * @return the axis
   */
  public static Axis position(int number) {
    List<String> names = new ArrayList<>(Collections.nCopies(number, PASSED_OVER));
    names.add("value");
    return number == 0 ? ONE : new Axis(Meaning.SINGLE, names, List.of(), List.of());
  }

  /**
   * Keys that are the names of stats.
   *
   * @param patterns those that belong to the table; {@code *} for all
   * @return the axis
   * @throws IllegalArgumentException if there is no pattern, or one has a label
   */
  public static Axis stats(String... patterns) {
    return new Axis(Meaning.STATS, List.of(), parse(patterns), List.of());
  }

  /**
   * Numbers that stand for the names of stats.
   *
   * @param names from number 0 on; {@code -} passes a number over
   * @return the axis
   */
  public static Axis positions(String... names) {
    return stats("*").named(names);
  }

  /**
   * Keys that are, or contain, the values of labels.
   *
   * @param patterns those that belong to the table, such as <code>cpu{cpu}</code>
   * @return the axis
   * @throws IllegalArgumentException if there is no pattern, if one has no label, or if not all
   *     have the same labels
   */
  public static Axis labels(String... patterns) {
    return new Axis(Meaning.LABELS, List.of(), parse(patterns), List.of());
  }

  /**
   * This axis with names for numbers.
   *
   * @param names from number 0 on; {@code -} passes a number over
   * @return the axis
   */
  public Axis named(String... names) {
    return new Axis(meaning, Arrays.asList(names), patterns, excluded);
  }

  /**
   * This axis without some keys.
   *
   * @param patterns of the keys
   * @return the axis
   */
  public Axis excluding(String... patterns) {
    List<KeyPattern> all = new ArrayList<>(excluded);
    all.addAll(parse(patterns));
    return new Axis(meaning, names, this.patterns, all);
  }

  private static List<KeyPattern> parse(String... patterns) {
    List<KeyPattern> parsed = new ArrayList<>();
    for (String pattern : patterns) {
      parsed.add(KeyPattern.of(pattern));
    }
    return parsed;
  }

  /**
   * The key that a number stands for.
   *
   * @param number of a row or column
   * @return the key; empty if the number is passed over, or is beyond the names
   */
  public Optional<String> key(int number) {
    if (names.isEmpty()) {
      return Optional.of(Integer.toString(number));
    }
    String name = number < names.size() ? names.get(number) : PASSED_OVER;
    return name.equals(PASSED_OVER) ? Optional.empty() : Optional.of(name);
  }

  /**
   * Whether a key belongs to the table, and what it has for labels.
   *
   * @param key the key, as {@link io.statsfs.Stat#name()} writes names
   * @return the values by label, empty where the keys are no labels; null if the key does not
   *     belong to the table
   */
  public @Nullable Map<String, String> match(String key) {
    for (KeyPattern pattern : excluded) {
      if (pattern.matches(key)) {
        return null;
      }
    }
    if (meaning == Meaning.SINGLE) {
      return Map.of();
    }
    for (KeyPattern pattern : patterns) {
      Map<String, String> values = pattern.match(key);
      if (values != null) {
        return values;
      }
    }
    return null;
  }

  /**
   * The labels of the axis.
   *
   * @return their keys; empty if the keys are no labels
   */
  public List<String> labelKeys() {
    return patterns.isEmpty() ? List.of() : Objects.requireNonNull(patterns.get(0)).labels();
  }

  /**
   * What the keys are.
   *
   * @return the meaning
   */
  public Meaning meaning() {
    return meaning;
  }

  /**
   * What the numbers stand for where the shape gives numbers.
   *
   * @return the names, from number 0 on; {@code -} passes one over. Empty if the numbers have none
   */
  public List<String> names() {
    return names;
  }

  /**
   * Which keys belong to the table.
   *
   * @return patterns, of which one must match; none if the axis is single
   */
  public List<KeyPattern> patterns() {
    return patterns;
  }

  /**
   * Which keys do not belong to the table, although one of the patterns matches.
   *
   * @return the patterns; may be empty
   */
  public List<KeyPattern> excluded() {
    return excluded;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Axis that
        && meaning == that.meaning
        && names.equals(that.names)
        && patterns.equals(that.patterns)
        && excluded.equals(that.excluded);
  }

  @Override
  public int hashCode() {
    return Objects.hash(meaning, names, patterns, excluded);
  }

  /** What the keys are, for people. */
  @Override
  public String toString() {
    return meaning + " " + patterns;
  }
}
