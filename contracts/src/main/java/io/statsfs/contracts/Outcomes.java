package io.statsfs.contracts;

import io.statsfs.Sampler;
import io.statsfs.Status;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts the results of a sample into words that are easily compared.
 *
 * <p>An integer is written as such ({@code -128}, {@code 18446744073709551615}), a double with that
 * word before it ({@code double 2.5}), a failure as its status and error number ({@code GONE 2}).
 */
public final class Outcomes {
  private static final long LASTING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private Outcomes() {}

  /**
   * Takes a sample.
   *
   * @param sampler reads it
   * @return the outcome of each stat by its {@code toString()}, in alphabetical order
   * @throws AssertionError if the getters of the sampler contradict each other
   */
  public static Map<String, String> sample(Sampler sampler) {
    sampler.sample();
    return of(sampler);
  }

  /**
   * Takes two samples, so far apart that what fails in both has failed for long enough to be {@link
   * Status#FAILED}.
   *
   * @param sampler reads them
   * @return the outcome of each stat in the second one
   * @throws AssertionError if the getters of the sampler contradict each other
   */
  public static Map<String, String> sampleLasting(Sampler sampler) {
    sampler.sample();
    long end = System.nanoTime() + LASTING_NANOS;
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    return sample(sampler);
  }

  /**
   * The results of the last sample.
   *
   * @param sampler took it
   * @return the outcome of each stat by its {@code toString()}, in alphabetical order
   * @throws AssertionError if the getters of the sampler contradict each other
   */
  public static Map<String, String> of(Sampler sampler) {
    Map<String, String> outcomes = new TreeMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      String stat = sampler.stat(i).toString();
      if (outcomes.put(stat, of(sampler, i)) != null) {
        throw new AssertionError("Two stats are called " + stat);
      }
    }
    int counted = 0;
    for (Status status : Status.values()) {
      counted += sampler.count(status);
    }
    check(counted == sampler.size(), sampler, -1);
    return outcomes;
  }

  /**
   * One result of the last sample.
   *
   * @param sampler took it
   * @param index which stat
   * @return the outcome
   * @throws AssertionError if the getters of the sampler contradict each other
   */
  public static String of(Sampler sampler, int index) {
    long value = sampler.longValue(index);
    double asDouble = sampler.doubleValue(index);
    if (sampler.status(index) != Status.OK) {
      check(value == 0 && asDouble == 0, sampler, index);
      check(!sampler.isUnsigned(index) && !sampler.isDouble(index), sampler, index);
      return sampler.status(index) + " " + sampler.errno(index);
    }
    check(sampler.errno(index) == 0, sampler, index);
    if (sampler.isDouble(index)) {
      check(!sampler.isUnsigned(index) && value == (long) asDouble, sampler, index);
      return "double " + asDouble;
    }
    String text = sampler.isUnsigned(index) ? Long.toUnsignedString(value) : Long.toString(value);
    check(!sampler.isUnsigned(index) || value < 0, sampler, index);
    check(asDouble == new BigInteger(text).doubleValue(), sampler, index);
    return text;
  }

  private static void check(boolean consistent, Sampler sampler, int index) {
    if (!consistent) {
      throw new AssertionError(
          index < 0
              ? "The counts of the statuses do not add up to " + sampler.size()
              : "The getters contradict each other for "
                  + sampler.stat(index)
                  + ": status "
                  + sampler.status(index)
                  + ", errno "
                  + sampler.errno(index)
                  + ", long "
                  + sampler.longValue(index)
                  + ", double "
                  + sampler.doubleValue(index)
                  + ", unsigned "
                  + sampler.isUnsigned(index)
                  + ", is double "
                  + sampler.isDouble(index));
    }
  }
}
