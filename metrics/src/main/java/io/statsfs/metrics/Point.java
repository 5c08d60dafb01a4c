package io.statsfs.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A point of a metric: labels, and what its value is computed from, all in one sample. Most often
 * that is one stat. It can also be the sum of several terms, that divided by another stat, or the
 * number of rows that are there.
 *
 * <p>A {@link Value} computes it. Immutable and safe for use by several threads; good for the list
 * of stats that it was made for.
 */
public final class Point {
  private final Labels labels;
  private final int index;
  private final @Nullable Formula formula;

  /** Without a formula, the value of a stat as it is. */
  Point(Labels labels, int index, @Nullable Formula formula) {
    this.labels = labels;
    this.index = index;
    this.formula = formula;
  }

  /** What is added up: the value of a stat times a factor. Immutable. */
  public static final class Term {
    private final int index;
    private final long numerator;
    private final long denominator;

    private Term(int index, long numerator, long denominator) {
      this.index = index;
      this.numerator = numerator;
      this.denominator = denominator;
    }

    /**
     * The stat.
     *
     * @return its position in the sampler
     */
    public int index() {
      return index;
    }

    /**
     * What the value is multiplied by.
     *
     * @return the numerator of the factor; negative if the value is subtracted
     */
    public long numerator() {
      return numerator;
    }

    /**
     * What the product is divided by.
     *
     * @return the denominator of the factor, at least 1
     */
    public long denominator() {
      return denominator;
    }
  }

  /**
   * What is done with the values of stats. Terms and divisor are brought to one denominator, so
   * that all is integers up to the last division. Where only the factor of a single stat matters,
   * many points share one.
   *
   * @param multiplier of the point's own stat, which is the first term
   * @param indexes the positions of the stats of the other terms
   * @param multipliers of these
   * @param denominator what the sum is divided by, at least 1
   * @param divisor the position of the stat that the sum is divided by too; -1 if there is none
   * @param isCount whether the value is the number of those stats that are there
   */
  record Formula(
      long multiplier,
      int[] indexes,
      long[] multipliers,
      long denominator,
      int divisor,
      boolean isCount) {
    /** Of all multipliers: times 2<sup>64</sup> it is below 2<sup>127</sup>. */
    private static final long MOST = 1L << 61;

    private static final int[] NO_INDEXES = {};
    private static final long[] NO_MULTIPLIERS = {};

    /** A single stat times a factor. */
    static Formula times(long numerator, long denominator) {
      return new Formula(numerator, NO_INDEXES, NO_MULTIPLIERS, denominator, -1, false);
    }

    /**
     * The first stat belongs to the point itself.
     *
     * @throws ArithmeticException if the sum of such values might not fit into 127 bits
     */
    static Formula sum(int[] indexes, long[] multipliers, long denominator, int divisor) {
      long all = denominator;
      for (long multiplier : multipliers) {
        all = Math.addExact(all, Math.abs(multiplier));
      }
      if (all > MOST) {
        throw new ArithmeticException("A sum of too many, or of too large, terms");
      }
      return new Formula(
          multipliers[0],
          Arrays.copyOfRange(indexes, 1, indexes.length),
          Arrays.copyOfRange(multipliers, 1, multipliers.length),
          denominator,
          divisor,
          false);
    }

    /** The number of stats that are there. */
    static Formula count(int[] indexes) {
      int[] others = Arrays.copyOfRange(indexes, 1, indexes.length);
      long[] ones = new long[others.length];
      Arrays.fill(ones, 1);
      return new Formula(1, others, ones, 1, -1, true);
    }

    /** Whether integers give an integer. */
    boolean isInteger() {
      return denominator == 1 && divisor < 0;
    }
  }

  /**
   * What distinguishes this point from the others of its metric.
   *
   * @return the labels; the same object for many points of a source
   */
  public Labels labels() {
    return labels;
  }

  /**
   * The position in the sampler of the stat that the point stands for: the only one, or the first
   * of several.
   *
   * @return the position
   */
  public int index() {
    return index;
  }

  /**
   * Whether the value is one stat times a factor, and nothing else.
   *
   * @return false for sums, quotients and counts
   */
  public boolean isSingle() {
    return formula == null
        || formula.indexes.length == 0 && formula.divisor < 0 && !formula.isCount;
  }

  /**
   * Whether the value is the number of terms whose stats are there, and not their sum.
   *
   * @return true for a count of rows
   */
  public boolean isCount() {
    return formula != null && formula.isCount;
  }

  /**
   * The terms, which are added up, or counted.
   *
   * @return at least one term. Allocates
   */
  public List<Term> terms() {
    if (formula == null) {
      return List.of(new Term(index, 1, 1));
    }
    List<Term> terms = new ArrayList<>();
    terms.add(new Term(index, formula.multiplier, formula.denominator));
    for (int i = 0; i < formula.indexes.length; i++) {
      terms.add(new Term(formula.indexes[i], formula.multipliers[i], formula.denominator));
    }
    return terms;
  }

  /**
   * What the sum of the terms is divided by. Its own factor is in those of the terms.
   *
   * @return a term of factor 1; empty if there is none
   */
  public Optional<Term> divisor() {
    return formula == null || formula.divisor < 0
        ? Optional.empty()
        : Optional.of(new Term(formula.divisor, 1, 1));
  }

  @Nullable Formula formula() {
    return formula;
  }
}
