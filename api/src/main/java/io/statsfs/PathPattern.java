package io.statsfs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A pattern of paths, see {@link Layout.Builder#labelsOfPath}. Immutable. */
final class PathPattern {
  private static final String ANY_LEVELS = "...";

  /** What the values of a label can be: which characters, in a regular expression. */
  private static final Map<String, String> KINDS =
      Map.of("", "[^/]+", "hex", "[0-9a-f]+", "uid", "[0-9a-f]+(?:[-_][0-9a-f]+)*");

  private final String text;
  private final List<String> labels;
  private final List<String> kinds;
  private final Pattern pattern;

  private PathPattern(String text, List<String> labels, List<String> kinds, Pattern pattern) {
    this.text = text;
    this.labels = List.copyOf(labels);
    this.kinds = List.copyOf(kinds);
    this.pattern = pattern;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  static PathPattern of(String text) {
    List<String> labels = new ArrayList<>();
    List<String> kinds = new ArrayList<>();
    StringBuilder regex = new StringBuilder();
    boolean isAnywhere = text.startsWith(ANY_LEVELS + "/");
    if (isAnywhere) {
      regex.append("(?:.*/)?");
    }
    int i = isAnywhere ? ANY_LEVELS.length() + 1 : 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      int end = c == '{' ? text.indexOf('}', i) : i;
      if (c == '}' || end < 0) {
        throw new IllegalArgumentException("'" + text + "' has half a label");
      } else if (c == '{') {
        String[] label = text.substring(i + 1, end).split(":", 2);
        String kind = label.length == 1 ? "" : label[1];
        String values = KINDS.get(kind);
        if (label[0].isEmpty() || labels.contains(label[0])) {
          throw new IllegalArgumentException("'" + text + "' has a label without a name or twice");
        } else if (values == null || label.length > 1 && kind.isEmpty()) {
          throw new IllegalArgumentException(
              "'" + text + "' has a label of the kind '" + kind + "'; there are 'hex' and 'uid'");
        }
        labels.add(label[0]);
        kinds.add(kind);
        regex.append('(').append(values).append(')');
      } else {
        regex.append(c == '*' ? "[^/]*" : Pattern.quote(String.valueOf(c)));
      }
      i = end + 1;
    }
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' has no label");
    }
    return new PathPattern(text, labels, kinds, Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  List<String> labels() {
    return labels;
  }

  /** The values of the labels; null if the path does not match. */
  @Nullable Map<String, String> match(String path) {
    Matcher matcher = pattern.matcher(path);
    if (!matcher.matches()) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      String value = matcher.group(i + 1);
      // Names of systemd's slices have a '_' where a level would begin with '-'.
      values.put(labels.get(i), kinds.get(i).equals("uid") ? value.replace('_', '-') : value);
    }
    return Collections.unmodifiableMap(values);
  }

  @Override
  public String toString() {
    return text;
  }
}
