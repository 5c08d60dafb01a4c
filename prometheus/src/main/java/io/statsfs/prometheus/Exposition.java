package io.statsfs.prometheus;

import java.io.IOException;
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

  /** Writes what has a value in a snapshot of this. */
  void write(Snapshot snapshot, PrometheusFormat format, Body body) throws IOException {
    body.write(format == PrometheusFormat.TEXT ? textTarget : openMetricsTarget);
    for (Family family : families) {
      boolean hasHeader = false;
      List<Series> all = family.series();
      for (int s = 0; s < all.size(); s++) {
        Series series = all.get(s);
        byte[][] labels = series.labels;
        for (int i = 0; i < labels.length; i++) {
          if (snapshot.isAbsent(series.first + i)) {
            continue;
          }
          if (!hasHeader) {
            hasHeader = true;
            body.write(family.header(format));
          }
          byte[] states = snapshot.states(series.first + i);
          if (states != null) {
            body.write(states);
          } else {
            body.writeSample(family.name, labels[i], snapshot, series.first + i);
          }
        }
      }
    }
    if (format == PrometheusFormat.OPENMETRICS) {
      body.write(END);
    }
  }
}
