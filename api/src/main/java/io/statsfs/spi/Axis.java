package io.statsfs.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
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
    /** There is one row, or one column that counts. */
    SINGLE,
    /** The names of stats. */
    STATS,
    /** The values of labels. */
    LABELS
  }

  private static final String PASSED_OVER = "-";
  private static final int DECIMAL = 10;
  private static final Axis ONE =
      new Axis(Meaning.SINGLE, List.of(), List.of(), List.of(), DECIMAL);

  private final Meaning meaning;
  private final List<String> names;
  private final List<KeyPattern> patterns;
  private final List<KeyPattern> excluded;
  private final int radix;

  private Axis(
      Meaning meaning,
      List<String> names,
      List<KeyPattern> patterns,
      List<KeyPattern> excluded,
      int radix) {
    this.meaning = meaning;
    this.names = List.copyOf(names);
    this.patterns = List.copyOf(patterns);
    this.excluded = List.copyOf(excluded);
    this.radix = radix;
    for (int i = 0; i < patterns.size(); i++) {
      KeyPattern pattern = patterns.get(i);
      if (pattern.labels().isEmpty() == (meaning == Meaning.LABELS)
          || i > 0 && !pattern.labels().equals(patterns.get(0).labels())) {
        throw new IllegalArgumentException("'" + pattern + "' has other labels than the axis");
      }
    }
    if (meaning == Meaning.SINGLE
        ? patterns.size() > 1 || !patterns.isEmpty() && !patterns.get(0).isLiteral()
        : patterns.isEmpty()) {
      throw new IllegalArgumentException("An axis of one key has that key, any other has patterns");
    } else if (radix != DECIMAL && meaning != Meaning.LABELS) {
      throw new IllegalArgumentException("Only values of labels can be numbers of another base");
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
    return number == 0 ? ONE : new Axis(Meaning.SINGLE, names, List.of(), List.of(), DECIMAL);
  }

  /**
   * One row alone, by its key.
   *
   * @param key the key, or the number of a line in decimal
   * @return the axis
   * @throws IllegalArgumentException if the key is a pattern
   */
  public static Axis key(String key) {
    return new Axis(Meaning.SINGLE, List.of(), parse(key), List.of(), DECIMAL);
  }

  /**
   * Keys that are the names of stats.
   *
   * @param patterns those that belong to the table; {@code *} for all
   * @return the axis
   * @throws IllegalArgumentException if there is no pattern, or one has a label
   */
  public static Axis stats(String... patterns) {
    return new Axis(Meaning.STATS, List.of(), parse(patterns), List.of(), DECIMAL);
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
    return new Axis(Meaning.LABELS, List.of(), parse(patterns), List.of(), DECIMAL);
  }

  /**
   * This axis with names for numbers.
   *
   * @param names from number 0 on; {@code -} passes a number over
   * @return the axis
   */
  public Axis named(String... names) {
    return new Axis(meaning, Arrays.asList(names), patterns, excluded, radix);
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
    return new Axis(meaning, names, this.patterns, all, radix);
  }

  /**
   * This axis with labels whose values are numbers that the file has in another base. A key that
   * has something else for a label is {@linkplain #isMalformed malformed}.
   *
   * @param base 8 or 16; 10 for numbers in decimal or any other text
   * @return the axis
   * @throws IllegalArgumentException if the keys are no labels, or if it is another base
   */
  public Axis inRadix(int base) {
    if (base != 8 && base != DECIMAL && base != 16) {
      throw new IllegalArgumentException("No numbers of base " + base + " are read");
    }
    return new Axis(meaning, names, patterns, excluded, base);
  }

  private static List<KeyPattern> parse(String... patterns) {
    KeyPattern[] parsed = new KeyPattern[patterns.length];
    for (int i = 0; i < parsed.length; i++) {
      parsed[i] = KeyPattern.of(patterns[i]);
    }
    return List.of(parsed);
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
   * @return the values by label, empty where the keys are no labels, in decimal where they are
   *     numbers of another base; null if the key does not belong to the table
   */
  public @Nullable Map<String, String> match(String key) {
    Map<String, String> values = find(key);
    return values == null || radix == DECIMAL ? values : inDecimal(values);
  }

  /**
   * Whether a key belongs to the table, but has something else than a number for a label.
   *
   * @param key the key
   * @return true if so; false if the values of labels are no numbers of another base
   */
  public boolean isMalformed(String key) {
    return radix != DECIMAL && find(key) != null && match(key) == null;
  }

  private @Nullable Map<String, String> find(String key) {
    for (KeyPattern pattern : excluded) {
      if (pattern.matches(key)) {
        return null;
      }
    }
    if (patterns.isEmpty()) {
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

  private @Nullable Map<String, String> inDecimal(Map<String, String> values) {
    Map<String, String> decimal = new LinkedHashMap<>();
    for (Map.Entry<String, String> value : values.entrySet()) {
      try {
        long number = Long.parseUnsignedLong(value.getValue(), radix);
        if (value.getValue().startsWith("+")) {
          return null;
        }
        decimal.put(value.getKey(), Long.toUnsignedString(number));
      } catch (NumberFormatException e) {
        return null;
      }
    }
    return Collections.unmodifiableMap(decimal);
  }

  /**
   * Whether there is one row, or one column that counts, whatever its key.
   *
   * @return true if the axis is single and has no key
   */
  public boolean isKeyless() {
    return meaning == Meaning.SINGLE && patterns.isEmpty();
  }

  /**
   * The base of the numbers that labels have for values.
   *
   * @return 8 or 16; 10 for numbers in decimal or any other text
   */
  public int radix() {
    return radix;
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
   * @return patterns, of which one must match; the key if the axis is single, or none
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
        && excluded.equals(that.excluded)
        && radix == that.radix;
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
