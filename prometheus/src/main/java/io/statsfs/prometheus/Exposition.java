package io.statsfs.prometheus;

import java.util.List;
import java.util.Map;

/**
 * All that is exported while the catalog stands still, but the values: names, labels, descriptions
 * and types, as the bytes that a scrape copies. Immutable and safe for use by several threads, but
 * {@link #read}; allocates nothing.
 */
final class Exposition {
  static final Exposition EMPTY = new Exposition(List.of(), Map.of());

  private static final byte[] END = Family.bytes("# EOF\n");

  private final byte[] textTarget;
  private final byte[] openMetricsTarget;
  private final Family[] families;
  private final int size;

  /**
   * Of families in the order in which they are written.
   *
   * @param target the labels of {@code target_info}; empty if there is none
   */
  Exposition(List<Family> families, Map<String, String> target) {
    String info = target.isEmpty() ? "" : "target_info" + Escapes.labels(target, Map.of()) + "1\n";
    // OpenMetrics has a type of its own for it, whose samples end in _info.
    textTarget = Family.bytes(info.isEmpty() ? "" : "# TYPE target_info gauge\n" + info);
    openMetricsTarget = Family.bytes(info.isEmpty() ? "" : "# TYPE target info\n" + info);
    this.families = families.toArray(Family[]::new);
    int next = 0;
    for (Family family : families) {
      for (Series series : family.series()) {
        series.first = next;
        next += series.labels.length;
      }
    }
    size = next;
  }

  /** How many series there are. */
  int size() {
    return size;
  }

  /** Puts the values of the last sample into a snapshot. For one thread at a time. */
  void read(Snapshot snapshot) {
    snapshot.reset(this);
    for (Family family : families) {
      List<Series> all = family.series();
      for (int i = 0; i < all.size(); i++) {
        all.get(i).read(snapshot);
      }
    }
  }

  /** How far a snapshot has been written. */
  static final class Position {
    private boolean isBegun;
    private int family;
    private boolean hasHeader;
    private int series;
    private int label;

    void reset() {
      isBegun = false;
      beginFamily(0);
    }

    boolean isAtBegin() {
      return !isBegun;
    }

    private void beginFamily(int family) {
      this.family = family;
      hasHeader = false;
      beginSeries(0);
    }

    private void beginSeries(int series) {
      this.series = series;
      label = 0;
    }
  }

  /**
   * Writes what has a value in a snapshot of this, until the body is full.
   *
   * @param at where to begin, and then where to go on
   * @return whether all is written
   */
  boolean write(Snapshot snapshot, PrometheusFormat format, Position at, Body body) {
    if (!at.isBegun) {
      at.isBegun = true;
      body.write(format == PrometheusFormat.TEXT ? textTarget : openMetricsTarget);
    }
    for (; at.family < families.length; at.beginFamily(at.family + 1)) {
      Family family = families[at.family];
      List<Series> all = family.series();
      for (; at.series < all.size(); at.beginSeries(at.series + 1)) {
        if (!write(family, all.get(at.series), snapshot, format, at, body)) {
          return false;
        }
      }
    }
    if (format == PrometheusFormat.OPENMETRICS) {
      body.write(END);
    }
    return true;
  }

  private static boolean write(
      Family family,
      Series series,
      Snapshot snapshot,
      PrometheusFormat format,
      Position at,
      Body body) {
    byte[][] labels = series.labels;
    for (int i = at.label; i < labels.length; i++) {
      int index = series.first + i;
      if (snapshot.isAbsent(index)) {
        continue;
      }
      if (body.isFull()) {
        at.label = i;
        return false;
      }
      if (!at.hasHeader) {
        at.hasHeader = true;
        body.write(family.header(format));
      }
      byte[] states = snapshot.states(index);
      if (states != null) {
        body.write(states);
      } else {
        body.writeSample(family.name, labels[i], snapshot, index);
      }
    }
    return true;
  }
}
