package io.statsfs;

import io.statsfs.pattern.Part;
import io.statsfs.pattern.Parts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pattern of paths, see {@link Layout.Builder#labelsOfPath}. Immutable. */
final class PathPattern {
  private static final String ANY_LEVELS = "...";

  private static final String HEX = "0123456789abcdef";

  /** What the values of a label can be. */
  private static final Map<String, Part> KINDS =
      Map.of(
          "",
          Part.run(c -> c != '/', 1),
          "hex",
          Part.run(c -> HEX.indexOf(c) >= 0, 1),
          "uid",
          Part.joined(HEX, "-_"));

  private final String text;
  private final List<String> labels;
  private final List<String> kinds;
  private final Parts parts;

  private PathPattern(String text, List<String> labels, List<String> kinds, Parts parts) {
    this.text = text;
    this.labels = List.copyOf(labels);
    this.kinds = List.copyOf(kinds);
    this.parts = parts;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  static PathPattern of(String text) {
    List<String> labels = new ArrayList<>();
    List<String> kinds = new ArrayList<>();
    Parts.Builder parts = Parts.builder();
    boolean isAnywhere = text.startsWith(ANY_LEVELS + "/");
    if (isAnywhere) {
      parts.part(Part.levels());
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
        Part values = KINDS.get(kind);
        if (label[0].isEmpty() || labels.contains(label[0])) {
          throw new IllegalArgumentException("'" + text + "' has a label without a name or twice");
        } else if (values == null || label.length > 1 && kind.isEmpty()) {
          throw new IllegalArgumentException(
              "'" + text + "' has a label of the kind '" + kind + "'; there are 'hex' and 'uid'");
        }
        labels.add(label[0]);
        kinds.add(kind);
        parts.label(values);
      } else if (c == '*') {
        parts.part(Part.run(any -> any != '/', 0));
      } else {
        parts.character(c);
      }
      i = end + 1;
    }
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' has no label");
    }
    return new PathPattern(text, labels, kinds, parts.build());
  }

  List<String> labels() {
    return labels;
  }

  /** The values of the labels; null if the path does not match. */
  @Nullable Map<String, String> match(String path) {
    int[] places = parts.find(path);
    if (places == null) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      String value = path.substring(places[2 * i], places[2 * i + 1]);
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
