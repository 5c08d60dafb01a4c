package io.statsfs.metrics.internal;

import io.statsfs.metrics.Labels;
import io.statsfs.metrics.Point;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The values that the points of a counter had at the last collection, by which one that falls is
 * recognized. For one thread at a time; {@link #next} allocates nothing.
 */
public final class CounterHistory {
  /** If nobody collects, what comes and goes must not pile up. */
  private static final int MAX_KNOWN = 100_000;

  /** Of the last value, what is left at least if the counter has not begun anew. */
  private static final double LEAST_OF_A_DIP = 0.999;

  private List<Point> points = List.of();
  private double[] last = {};

  /** The same by their labels, those included that left the catalog since. */
  private final Map<Labels, Double> known = new HashMap<>();

  private boolean isCollected;

  /** Of a counter without points. */
  public CounterHistory() {}

  /** What a value is, compared with the one before it. */
  public enum Next {
    /** It is the same or greater, or the first one. */
    ADVANCED,

    /**
     * It is smaller by so little that the counter has not begun anew: what the kernel does not read
     * at one instant, such as the time of iowait or the difference of two counters, can fall a
     * little, and a receiver would take all of the value for an increase. The last value stands
     * until it is passed.
     */
    DIPPED,

    /** It is smaller: the stat was cleared, or its source came again under its name. */
    BEGAN_ANEW
  }

  /**
   * Changes the points. Those that have the labels of one of the last collection go on from it: a
   * source that goes and comes again between two collections is the same series to a receiver, and
   * what was not in the last collection is none.
   *
   * @param points the points; {@link #next} takes their positions
   */
  public void setPoints(List<Point> points) {
    if (isCollected || known.size() > MAX_KNOWN) {
      known.clear();
      isCollected = false;
    }
    for (int i = 0; i < last.length; i++) {
      known.put(this.points.get(i).labels(), last[i]);
    }
    this.points = points;
    last = new double[points.size()];
    for (int i = 0; i < last.length; i++) {
      last[i] = known.getOrDefault(points.get(i).labels(), Double.NEGATIVE_INFINITY);
    }
  }

  /** To be called when values of the points are collected. */
  public void collect() {
    isCollected = true;
  }

  /**
   * The last value of a point.
   *
   * @param point the position of the point
   * @return its value; negative infinity if it had none
   */
  public double last(int point) {
    return last[point];
  }

  /**
   * Compares a value with the last one, and keeps it unless it is a {@linkplain Next#DIPPED dip}.
   *
   * @param point the position of the point
   * @param value its value in this collection
   * @return what it is
   */
  public Next next(int point, double value) {
    double before = last[point];
    if (value < before && value > before * LEAST_OF_A_DIP) {
      return Next.DIPPED;
    }
    last[point] = value;
    return value < before ? Next.BEGAN_ANEW : Next.ADVANCED;
  }
}
