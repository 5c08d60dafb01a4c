package io.statsfs.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a file of one value says, where a pattern with labels describes it: the name of
 * the stat, and the source that it belongs to beside others of the same directory. See {@link
 * io.statsfs.Layout.Builder#stats}.
 *
 * <p>Immutable; equality is identity.
 */
public final class StatFileName {
  private final String stat;
  private final String source;
  private final Map<String, String> labels;

  private StatFileName(String stat, String source, Map<String, String> labels) {
    this.stat = stat;
    this.source = source;
    this.labels = labels;
  }

  /**
   * Takes the name of a file apart.
   *
   * @param pattern the pattern that describes it
   * @param fileName the name, as {@link io.statsfs.Stat#name()} writes names
   * @return what it says; null if the pattern has no label, or does not match
   */
  public static @Nullable StatFileName of(KeyPattern pattern, String fileName) {
    int[] places = pattern.find(fileName);
    if (places == null || places.length == 0) {
      return null;
    }
    Map<String, String> labels = new LinkedHashMap<>();
    List<String> keys = pattern.labels();
    for (int i = 0; i < keys.size(); i++) {
      labels.put(keys.get(i), fileName.substring(places[2 * i], places[2 * i + 1]));
    }
    return new StatFileName(
        without(fileName, places),
        fileName.substring(0, places[places.length - 1]),
        Collections.unmodifiableMap(labels));
  }

  /**
   * The name of the stats that a pattern describes.
   *
   * @param pattern of the names of files
   * @return the pattern without its labels; the pattern itself if it has none
   */
  public static String statOf(KeyPattern pattern) {
    String text = pattern.toString();
    int[] places = new int[pattern.labels().size() * 2];
    int end = 0;
    for (int i = 0; i < places.length; i += 2) {
      places[i] = text.indexOf('{', end);
      end = text.indexOf('}', end) + 1;
      places[i + 1] = end;
    }
    return without(text, places);
  }

  /**
   * The name of the stat.
   *
   * @return that of the file without the values of labels; empty if nothing is left
   */
  public String stat() {
    return stat;
  }

  /**
   * What the names of all files of the source begin with.
   *
   * @return all of the name up to the end of the last label
   */
  public String source() {
    return source;
  }

  /**
   * The labels of the source.
   *
   * @return the values by key, in the order of the name; at least one
   */
  public Map<String, String> labels() {
    return labels;
  }

  /** The name of the source and that of the stat, for people. */
  @Override
  public String toString() {
    return source + ": " + stat;
  }

  private static String without(String text, int[] places) {
    StringBuilder rest = new StringBuilder();
    int end = 0;
    for (int i = 0; i < places.length; i += 2) {
      rest.append(text, end, places[i]);
      end = places[i + 1];
      int next = i + 2 < places.length ? places[i + 2] : text.length();
      boolean isDouble =
          end < next
              && isSeparator(text.charAt(end))
              && (rest.isEmpty() || rest.charAt(rest.length() - 1) == text.charAt(end));
      end += isDouble ? 1 : 0;
    }
    rest.append(text, end, text.length());
    boolean isLast = places.length > 0 && places[places.length - 1] == text.length();
    if (isLast && !rest.isEmpty() && isSeparator(rest.charAt(rest.length() - 1))) {
      rest.setLength(rest.length() - 1);
    }
    return rest.toString();
  }

  private static boolean isSeparator(char c) {
    return c < 0x80 && !Character.isLetterOrDigit(c);
  }
}
