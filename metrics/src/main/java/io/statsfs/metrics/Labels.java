package io.statsfs.metrics;

import io.statsfs.spi.PrintableText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What distinguishes a point from the others of its metric: keys with a value each, a text or an
 * integer. The points of a source share one object for as long as the source lives, so that
 * whatever is made of labels, such as OpenTelemetry's attributes, can be made once for each object.
 *
 * <p>Immutable; equal if they have the same keys and values in the same order. The getters allocate
 * nothing.
 */
public final class Labels {
  static final Labels NONE = new Labels(new String[0], new Object[0]);

  private final String[] keys;
  private final Object[] values;

  private Labels(String[] keys, Object[] values) {
    this.keys = keys;
    this.values = values;
  }

  /** Of texts and longs; what must not reach a terminal is escaped in both. */
  static Labels of(Map<String, ?> labels) {
    String[] keys = new String[labels.size()];
    Object[] values = new Object[keys.length];
    int i = 0;
    for (Map.Entry<String, ?> label : labels.entrySet()) {
      keys[i] = PrintableText.of(label.getKey());
      values[i++] =
          label.getValue() instanceof Long number
              ? number
              : PrintableText.distinct(label.getValue().toString());
    }
    return new Labels(keys, values);
  }

  /** With a further label; one of the same key is replaced. */
  Labels with(String key, String value) {
    Map<String, Object> all = asMap();
    all.put(key, value);
    // What is there is escaped already, which must not be done twice.
    all.replaceAll((k, v) -> v == value ? PrintableText.distinct(value) : v);
    return new Labels(all.keySet().toArray(String[]::new), all.values().toArray());
  }

  /** With other keys, in the same order. */
  Labels withKeys(String[] keys) {
    return new Labels(keys, values);
  }

  /**
   * The labels as Prometheus has them: its names for keys, and texts for values, none of them
   * empty, as an empty value is no label there.
   *
   * @return the labels in the same order; this object if nothing changes. Allocates
   */
  public Labels inPrometheus() {
    Map<String, Object> labels = new LinkedHashMap<>();
    boolean changes = false;
    for (int i = 0; i < keys.length; i++) {
      String key = String.valueOf(PrometheusNames.ofLabel(keys[i]));
      String value = values[i].toString();
      changes |= !key.equals(keys[i]) || value.isEmpty() || values[i] instanceof Long;
      if (!value.isEmpty()) {
        labels.put(key, value);
      }
    }
    return changes
        ? new Labels(labels.keySet().toArray(String[]::new), labels.values().toArray())
        : this;
  }

  /** A copy that can be changed. */
  private Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keys.length; i++) {
      map.put(keys[i], values[i]);
    }
    return map;
  }

  /**
   * The number of labels.
   *
   * @return the number, zero or more
   */
  public int size() {
    return keys.length;
  }

  /**
   * The key of a label. No two labels have the same one, in Prometheus either.
   *
   * @param i from 0 to {@link #size()} - 1
   * @return the key, not empty
   * @throws IndexOutOfBoundsException if there is no such label
   */
  public String key(int i) {
    return keys[i];
  }

  /**
   * The value of a label.
   *
   * @param i from 0 to {@link #size()} - 1
   * @return a {@link String}, in which what must not reach a terminal is {@linkplain
   *     PrintableText#distinct escaped}, or a {@link Long}
   * @throws IndexOutOfBoundsException if there is no such label
   */
  public Object value(int i) {
    return values[i];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels
        && Arrays.equals(keys, labels.keys)
        && Arrays.equals(values, labels.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(keys) * 31 + Arrays.hashCode(values);
  }

  /**
   * The labels for people, as {@code {device=eth0}}.
   *
   * @return printable text
   */
  @Override
  public String toString() {
    return asMap().toString();
  }
}
