package io.statsfs.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Measures many methods interleaved, in short slices, so that what disturbs the machine disturbs
 * all.
 *
 * <p>A round visits each tree, in an order that is drawn anew, opens there anew what is kept, and
 * has pass after pass, for as long as a visit may work. A pass has a slice of each method, in an
 * order that is drawn anew. What is compared are the two slices of one pass, which lie some
 * milliseconds apart; a ratio is the median of that over all passes. On a shared machine two such
 * slices can differ by half, so it is their number that makes the median exact: hundreds for a
 * small tree.
 */
final class Interleaved {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Shorter slices would measure the turns; longer ones lie further apart. */
  private static final long SLICE_NANOS = 2_000_000;

  /** Of work; on a busy machine it takes longer, and has as many passes. */
  private static final long VISIT_NANOS = 700_000_000;

  private static final long WARM_UP_NANOS = 700_000_000;

  /** What each slice of a method took. */
  private static final class Slices {
    private double[] nanos = new double[64];
    private int count;

    void add(double slice) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = slice;
    }

    double[] get() {
      return Arrays.copyOf(nanos, count);
    }
  }

  /** Of one method on one tree, in nanoseconds per stat. */
  static final class Row {
    final String tree;
    final String name;
    final int stats;
    final boolean isJava;

    /** Null if it was measured by others. */
    private final @Nullable Method method;

    private int samples = 1;
    private int before;
    private final Slices slices = new Slices();

    /** How much a sample allocates; negative where that is not known. */
    long bytes = -1;

    /** What this is to be compared with; null if this is that. */
    @Nullable Row best;

    private Row(String tree, String name, int stats, boolean isJava, @Nullable Method method) {
      this.tree = tree;
      this.name = name;
      this.stats = stats;
      this.isJava = isJava;
      this.method = method;
    }

    double quantile(double q) {
      return Interleaved.quantile(slices.get(), q);
    }

    /** How many times as long as another method this takes. */
    double ratio(Row other) {
      return ratio(other, 0.5);
    }

    /** The same at another quantile of the passes. */
    double ratio(Row other, double q) {
      double[] ratios = slices.get();
      double[] others = other.slices.get();
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] /= others[i];
      }
      return Interleaved.quantile(ratios, q);
    }

    private Method method() {
      return Objects.requireNonNull(method);
    }

    private void warmUp() throws IOException {
      long spent = 0;
      long slowestRun = 0;
      int run = 1;
      do {
        slowestRun = method().measure(0, run);
        spent += slowestRun;
        samples = run;
        run = (int) Math.max(1, Math.min(1_000_000, run * SLICE_NANOS / Math.max(1, slowestRun)));
      } while (isJava && spent < WARM_UP_NANOS || run > 2 * samples);
      samples = run;
      // What has just been in the caches belongs to other files, and to another process.
      before = slowestRun < 10 * SLICE_NANOS ? 2 * samples : 0;
    }

    /** Returns the nanoseconds of work, with what came before. */
    private double slice() throws IOException {
      double nanos = method().measure(before, samples);
      slices.add(nanos / samples / stats);
      return nanos * (before + samples) / samples;
    }

    private void countBytes() throws IOException {
      int times = 10;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      method().measure(0, times);
      bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / times;
    }
  }

  private final List<Row> rows = new ArrayList<>();

  /** Adds a method that runs in this process. */
  Row java(String tree, String name, int stats, Method.Work work) {
    return java(tree, name, stats, Method.of(work));
  }

  /** The same of one that measures itself. */
  Row java(String tree, String name, int stats, Method method) {
    return add(new Row(tree, name, stats, true, method));
  }

  /** Adds a method of the baseline. */
  Row c(String tree, String name, int stats, Method method) {
    return add(new Row(tree, name, stats, false, method));
  }

  private Row add(Row row) {
    rows.add(row);
    return row;
  }

  List<Row> rows() {
    return rows;
  }

  void run(int rounds) throws IOException {
    Map<String, List<Row>> trees = new LinkedHashMap<>();
    for (Row row : rows) {
      row.warmUp();
      trees.computeIfAbsent(row.tree, tree -> new ArrayList<>()).add(row);
    }
    List<List<Row>> order = new ArrayList<>(trees.values());
    Random random = new Random(1);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random);
      for (List<Row> tree : order) {
        for (Row row : tree) {
          row.method().renew();
        }
        double worked = 0;
        do {
          Collections.shuffle(tree, random);
          for (Row row : tree) {
            worked += row.slice();
          }
        } while (worked < VISIT_NANOS);
      }
    }
    for (Row row : rows) {
      if (row.isJava) {
        row.countBytes();
      }
    }
  }

  /** Writes what was measured, for {@link #add(DataInputStream)}. */
  void write(DataOutputStream out) throws IOException {
    out.writeInt(rows.size());
    for (Row row : rows) {
      out.writeUTF(row.tree);
      out.writeUTF(row.name);
      out.writeInt(row.stats);
      out.writeBoolean(row.isJava);
      out.writeInt(rows.indexOf(row.best));
      out.writeLong(row.bytes);
      out.writeInt(row.slices.count);
      for (double slice : row.slices.get()) {
        out.writeDouble(slice);
      }
    }
  }

  /** Adds what another JVM has measured, by the same methods on the same trees. */
  void add(DataInputStream in) throws IOException {
    int count = in.readInt();
    int[] best = new int[count];
    for (int i = 0; i < count; i++) {
      String tree = in.readUTF();
      String name = in.readUTF();
      Row row = new Row(tree, name, in.readInt(), in.readBoolean(), null);
      if (i == rows.size()) {
        rows.add(row);
      }
      row = rows.get(i);
      if (!row.tree.equals(tree) || !row.name.equals(name)) {
        throw new IOException("One JVM measured " + row.name + ", and another one " + name);
      }
      best[i] = in.readInt();
      row.bytes = Math.max(row.bytes, in.readLong());
      for (int left = in.readInt(); left > 0; left--) {
        row.slices.add(in.readDouble());
      }
    }
    for (int i = 0; i < count; i++) {
      rows.get(i).best = best[i] < 0 ? null : rows.get(best[i]);
    }
  }

  static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
