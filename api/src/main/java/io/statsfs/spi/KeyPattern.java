package io.statsfs.spi;

import io.statsfs.pattern.Part;
import io.statsfs.pattern.Parts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of the keys of rows or columns: {@code *} stands for any characters, {@code ?} for one,
 * {@code [0-9a]} for one of these, and <code>{label}</code> for one or more, which are the value of
 * that label; all else stands for itself. So <code>cpu{cpu}</code> matches {@code cpu0}, and not
 * {@code cpu}. <code>{label=value}</code> stands for that value alone: <code>proc{version=3}</code>
 * matches {@code proc3}, and no other key. <code>{label:number}</code> stands for digits alone:
 * <code>cpu{cpu:number}</code> matches {@code cpu0}, and not {@code cpufreq}.
 *
 * <p>Where a key can be divided in several ways, the first variable part is the longest that it can
 * be, then the second. A character is a code point. Matching takes time in proportion to the length
 * of the key times the number of parts.
 *
 * <p>Immutable; equal if the texts are.
 */
public final class KeyPattern {
  private static final String NUMBER = ":number";

  private final String text;
  private final List<String> labels;

  /** Null if the pattern is literal, or if anything matches. */
  private final @Nullable Parts parts;

  /** Whether it is {@code *}, or a label alone: most are, and anything matches. */
  private final boolean isAny;

  private KeyPattern(String text, List<String> labels, @Nullable Parts parts, boolean isAny) {
    this.text = text;
    this.labels = labels;
    this.parts = parts;
    this.isAny = isAny;
  }

  /** Whether a key matches a pattern that has no more than a star or a label. */
  private boolean isAny(String key) {
    return labels.isEmpty() || !key.isEmpty();
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
      return new KeyPattern(text, List.of(), null, false);
    } else if (text.equals("*")) {
      return new KeyPattern(text, List.of(), null, true);
    } else if (isLabel(text)) {
      return new KeyPattern(text, List.of(text.substring(1, text.length() - 1)), null, true);
    }
    List<String> labels = new ArrayList<>();
    Parts.Builder parts = Parts.builder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int end = c == '{' ? text.indexOf('}', i) : c == '[' ? text.indexOf(']', i) : -1;
      if (c == '}' || c == '{' && end < i + 2) {
        throw new IllegalArgumentException("'" + text + "' has half a label");
      } else if (c == '[' && end < i + 2) {
        throw new IllegalArgumentException("'" + text + "' has half a set of characters");
      } else if (c == '[') {
        parts.part(Part.one(Characters.of(text.substring(i + 1, end))));
        i = end;
      } else if (c == '{') {
        addLabel(text.substring(i + 1, end), labels, parts);
        i = end;
      } else if (c == '*') {
        parts.part(Part.run(Characters.ANY, 0));
      } else if (c == '?') {
        parts.part(Part.one(Characters.ANY));
      } else {
        parts.character(c);
      }
    }
    if (labels.size() > 1 && new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException("'" + text + "' has a label twice");
    }
    return new KeyPattern(text, List.copyOf(labels), parts.build(), false);
  }

  /** Whether it is one label alone, of any values, as most patterns are. */
  private static boolean isLabel(String text) {
    int end = text.length() - 1;
    return end > 1
        && text.charAt(0) == '{'
        && text.indexOf('}') == end
        && text.indexOf('=') < 0
        && text.indexOf(':') < 0;
  }

  /**
   * A set of characters. No lambda, as the first ones take long in a JVM that has just begun.
   *
   * @param bounds of each of its ranges the first character and the last
   */
  private record Characters(int[] bounds) implements IntPredicate {
    static final Characters ANY = new Characters(new int[] {0, Character.MAX_CODE_POINT});
    static final Characters DIGITS = new Characters(new int[] {'0', '9'});

    /** Two characters can have a hyphen between them for all from one to the other. */
    static Characters of(String text) {
      int[] bounds = new int[2 * text.length()];
      int count = 0;
      for (int i = 0; i < text.length(); ) {
        int first = text.codePointAt(i);
        int next = i + Character.charCount(first);
        int last = first;
        if (next + 1 < text.length() && text.charAt(next) == '-') {
          last = text.codePointAt(next + 1);
          next += 1 + Character.charCount(last);
        }
        if (last < first) {
          throw new IllegalArgumentException(
              "'[" + text.substring(i, next) + "]' is no set: its last character comes first");
        }
        bounds[count++] = first;
        bounds[count++] = last;
        i = next;
      }
      return new Characters(Arrays.copyOf(bounds, count));
    }

    @Override
    public boolean test(int character) {
      for (int i = 0; i < bounds.length; i += 2) {
        if (bounds[i] <= character && character <= bounds[i + 1]) {
          return true;
        }
      }
      return false;
    }
  }

  /** A label: its name, and perhaps its only value or what its values are. */
  private static void addLabel(String label, List<String> labels, Parts.Builder parts) {
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
    if (equals >= 0) {
      parts.label(Part.text(label.substring(equals + 1)));
    } else {
      parts.label(Part.run(colon >= 0 ? Characters.DIGITS : Characters.ANY, 1));
    }
  }

  private static boolean hasVariables(String text) {
    // In JVMs that have just begun, where to look at each character takes three times as long.
    return text.indexOf('{') >= 0
        || text.indexOf('}') >= 0
        || text.indexOf('[') >= 0
        || text.indexOf('*') >= 0
        || text.indexOf('?') >= 0;
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
    return parts == null && !isAny;
  }

  /**
   * Whether the pattern has other variable parts than labels.
   *
   * @return true if it has a {@code *}, a {@code ?} or a set of characters
   */
  public boolean hasWildcards() {
    if (isLiteral()) {
      return false;
    }
    boolean isLabel = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      isLabel = c == '{' || isLabel && c != '}';
      if (!isLabel && "*?[".indexOf(c) >= 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a key matches.
   *
   * @param key the key, as {@link io.statsfs.Stat#name()} writes names
   * @return true if so
   */
  public boolean matches(String key) {
    return isAny ? isAny(key) : parts == null ? text.equals(key) : parts.matches(key);
  }

  /**
   * What a key has for the labels.
   *
   * @param key the key
   * @return the values by label, in the order of the text; null if the key does not match
   */
  public @Nullable Map<String, String> match(String key) {
    if (isLiteral()) {
      return text.equals(key) ? Map.of() : null;
    } else if (isAny) {
      return !isAny(key) ? null : labels.isEmpty() ? Map.of() : Map.of(labels.get(0), key);
    }
    int[] places = find(key);
    if (places == null) {
      return null;
    } else if (places.length == 0) {
      return Map.of();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      values.put(labels.get(i), key.substring(places[2 * i], places[2 * i + 1]));
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
    if (isAny) {
      return !isAny(key) ? null : labels.isEmpty() ? new int[0] : new int[] {0, key.length()};
    } else if (parts != null) {
      return parts.find(key);
    }
    return text.equals(key) ? new int[0] : null;
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
