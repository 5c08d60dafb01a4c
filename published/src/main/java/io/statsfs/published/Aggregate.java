package io.statsfs.published;

import io.statsfs.Stat;

/**
 * What an aggregate computes of a value of all sources below, its own included, as statsfs does: in
 * 64 bits, whatever the width of the value, and signed or not as the value is.
 */
public enum Aggregate {
  /** The sum, which wraps at 64 bits; 0 of nothing. */
  SUM("Sum over all sources below"),
  /**
   * The least value. Of nothing it is the greatest number of 64 bits: 2<sup>63</sup>-1 if the value
   * is signed, 2<sup>64</sup>-1 if not.
   */
  MIN("Least of all sources below"),
  /**
   * The greatest value. Of nothing it is the least number of 64 bits: -2<sup>63</sup> if the value
   * is signed, 0 if not.
   */
  MAX("Greatest of all sources below"),
  /** The sum divided by the number of values, rounded towards 0; 0 of nothing. */
  AVG("Average of all sources below"),
  /** How many of the values are 0; 0 of nothing. */
  COUNT_ZERO("How many of all sources below have 0");

  private final String meaning;

  Aggregate(String meaning) {
    this.meaning = meaning;
  }

  /** Of an aggregate that is not called like its value. */
  String description(PublishedValue value) {
    return value.description().isEmpty() ? meaning : meaning + ": " + value.description();
  }

  /** Of such a value. */
  String unit(PublishedValue value) {
    return this == COUNT_ZERO ? "" : value.unit();
  }

  /** Of the aggregate of such a value: alone the sum of what counts counts up as well. */
  Stat.Kind kind(Stat.Kind ofValue) {
    return this == SUM ? ofValue : Stat.Kind.LEVEL;
  }
}
