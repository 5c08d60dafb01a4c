package io.statsfs.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of the keys of rows or columns: {@code *} stands for any characters, {@code ?} for one,
 * {@code [0-9a]} for one of these, and <code>{label}</code> for one or more, which are the value of
 * that label; all else stands for itself. So <code>cpu{cpu}</code> matches {@code cpu0}, and not
 * {@code cpu}. <code>{label=value}</code> stands for that value alone: <code>proc{version=3}</code>
 * matches {@code proc3}, and no other key. <code>{label:number}</code> stands for digits alone:
 * <code>cpu{cpu:number}</code> matches {@code cpu0}, and not {@code cpufreq}.
 *
 * <p>Immutable; equal if the texts are.
 */
public final class KeyPattern {
  private static final String NUMBER = ":number";

  private final String text;
  private final List<String> labels;
  private final @Nullable Pattern pattern;

  /** What each key begins with, so that most that do not match are found out by that. */
  private final String beginning;

  private KeyPattern(String text, List<String> labels, @Nullable Pattern pattern) {
    this.text = text;
    this.labels = labels;
    this.pattern = pattern;
    int variable = 0;
    while (variable < text.length() && !isVariable(text.charAt(variable))) {
      variable++;
    }
    beginning = text.substring(0, variable);
  }

  /**
   * Parses a pattern.
   *
   * @param text the pattern
   * @return the pattern
   * @throws IllegalArgumentException if a brace or bracket has no other half, if a label has no
   *     name, is there twice or has another kind of values than {@code number}, or if a set of
   *     characters is none
   */
  public static KeyPattern of(String text) {
    if (!hasVariables(text)) {
      return new KeyPattern(text, List.of(), null);
    }
    List<String> labels = new ArrayList<>();
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int end = c == '{' ? text.indexOf('}', i) : c == '[' ? text.indexOf(']', i) : -1;
      if (c == '}' || c == '{' && end < i + 2) {
        throw new IllegalArgumentException("'" + text + "' has half a label");
      } else if (c == '[' && end < i + 2) {
        throw new IllegalArgumentException("'" + text + "' has half a set of characters");
      } else if (c == '[') {
        // All but the hyphen stand for themselves.
        regex.append('[').append(text.substring(i + 1, end).replaceAll("[^\\w-]", "\\\\$0"));
        regex.append(']');
        i = end;
      } else if (c == '{') {
        addLabel(text.substring(i + 1, end), labels, regex);
        i = end;
      } else if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else {
        // What is not ASCII has no meaning in a regular expression.
        regex.append(c < 0x80 && !Character.isLetterOrDigit(c) ? "\\" : "").append(c);
      }
    }
    if (new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException("'" + text + "' has a label twice");
    }
    return new KeyPattern(
        text, List.copyOf(labels), Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  /** A label: its name, and perhaps its only value or what its values are. */
  private static void addLabel(String label, List<String> labels, StringBuilder regex) {
    int equals = label.indexOf('=');
    int colon = equals < 0 ? label.indexOf(':') : -1;
    String name = label.substring(0, equals >= 0 ? equals : colon >= 0 ? colon : label.length());
    if (name.isEmpty() || equals == label.length() - 1) {
      throw new IllegalArgumentException("'{" + label + "}' is half a label");
    } else if (colon >= 0 && !label.substring(colon).equals(NUMBER)) {
      throw new IllegalArgumentException(
          "'{" + label + "}' is no label; behind a colon there can be 'number'");
    }
    labels.add(name);
    String values = colon >= 0 ? "[0-9]+" : ".+";
    regex.append('(').append(equals < 0 ? values : Pattern.quote(label.substring(equals + 1)));
    regex.append(')');
  }

  private static boolean hasVariables(String text) {
    return text.chars().anyMatch(KeyPattern::isVariable);
  }

  private static boolean isVariable(int c) {
    return "{}[*?".indexOf(c) >= 0;
  }

  /**
   * The labels whose values the pattern takes from a key.
   *
   * @return their keys, in the order of the text
   */
  public List<String> labels() {
    return labels;
  }

  /**
   * Whether the pattern stands for one key only.
   *
   * @return true if it has no {@code *}, no {@code ?}, no set of characters and no label
   */
  public boolean isLiteral() {
    return pattern == null;
  }

  /**
   * Whether the pattern has other variable parts than labels.
   *
   * @return true if it has a {@code *}, a {@code ?} or a set of characters
   */
  public boolean hasWildcards() {
    return text.replaceAll("\\{[^}]*\\}", "").chars().anyMatch(c -> "*?[".indexOf(c) >= 0);
  }

  /**
   * Whether a key matches.
   *
   * @param key the key, as {@link io.statsfs.Stat#name()} writes names
   * @return true if so
   */
  public boolean matches(String key) {
    return pattern == null
        ? text.equals(key)
        : key.startsWith(beginning) && pattern.matcher(key).matches();
  }

  /**
   * What a key has for the labels.
   *
   * @param key the key
   * @return the values by label, in the order of the text; null if the key does not match
   */
  public @Nullable Map<String, String> match(String key) {
    if (pattern == null) {
      return text.equals(key) ? Map.of() : null;
    }
    Matcher matcher = pattern.matcher(key);
    if (!key.startsWith(beginning) || !matcher.matches()) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      values.put(labels.get(i), matcher.group(i + 1));
    }
    return Collections.unmodifiableMap(values);
  }

  /**
   * Where a key has the values of the labels.
   *
   * @param key the key
   * @return the beginning and the end of each value, in the order of {@link #labels()}; null if the
   *     key does not match
   */
  public int @Nullable [] find(String key) {
    if (pattern == null) {
      return text.equals(key) ? new int[0] : null;
    }
    Matcher matcher = pattern.matcher(key);
    if (!key.startsWith(beginning) || !matcher.matches()) {
      return null;
    }
    int[] places = new int[labels.size() * 2];
    for (int i = 0; i < labels.size(); i++) {
      places[2 * i] = matcher.start(i + 1);
      places[2 * i + 1] = matcher.end(i + 1);
    }
    return places;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The text of the pattern. */
  @Override
  public String toString() {
    return text;
  }
}
