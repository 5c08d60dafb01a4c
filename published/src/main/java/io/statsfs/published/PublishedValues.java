package io.statsfs.published;

import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The numbers of one source for the values of a {@link PublishedGroup}: each a counter that the
 * application counts with, or a supplier that is asked at each sample.
 *
 * <pre>{@code
 * PublishedValues values =
 *     PublishedValues.builder(vcpu).supplier(halted, () -> isHalted ? 1 : 0).build();
 * source.add(values);
 * LongAdder count = values.counter(exits); // To be kept.
 * count.increment();
 * }</pre>
 *
 * <p>Counting is what {@link LongAdder} does, and nothing else. Safe for use by several threads.
 */
public final class PublishedValues {
  private final PublishedGroup group;
  private final Input[] inputs;

  /** Guarded by {@link PublishedSource#STRUCTURE}. */
  private boolean isAdded;

  private PublishedValues(PublishedGroup group, Input[] inputs) {
    this.group = group;
    this.inputs = inputs;
  }

  /**
   * A new counter for each value.
   *
   * @param group which values
   * @return the numbers, all 0
   */
  public static PublishedValues of(PublishedGroup group) {
    return builder(group).build();
  }

  /**
   * Begins with a new counter for each value.
   *
   * @param group which values
   * @return a new builder
   */
  public static Builder builder(PublishedGroup group) {
    return new Builder(group);
  }

  /**
   * Which values these are the numbers of.
   *
   * @return the group
   */
  public PublishedGroup group() {
    return group;
  }

  /**
   * The counter of a value. It is to be looked up once and kept. The value wraps at the width of
   * its type; a BOOL is 1 unless the count is 0.
   *
   * @param value one of the group's
   * @return the counter
   * @throws IllegalArgumentException if the group does not have the value, or a supplier gives it
   */
  public LongAdder counter(PublishedValue value) {
    if (input(group.indexOf(value)) instanceof Input.Counter counter) {
      return counter.adder;
    }
    throw new IllegalArgumentException("A supplier gives " + value + ", there is no counter");
  }

  Input input(int index) {
    return inputs[index];
  }

  void setAdded() {
    if (isAdded) {
      throw new IllegalStateException(
          "These numbers of " + group + " were added to a source before; make others for another");
    }
    isAdded = true;
  }

  /**
   * Says where numbers come from. Each method returns this. Not safe for use by several threads.
   */
  public static final class Builder {
    private final PublishedGroup group;
    private final Input[] inputs;

    private Builder(PublishedGroup group) {
      this.group = group;
      inputs = new Input[group.values().size()];
    }

    /**
     * Has a number counted by a counter that is there already.
     *
     * @param value which one, of the group
     * @param counter counts it
     * @return this
     * @throws IllegalArgumentException if the group does not have the value
     */
    public Builder counter(PublishedValue value, LongAdder counter) {
      inputs[group.indexOf(value)] =
          new Input.Counter(value, Objects.requireNonNull(counter, "counter"));
      return this;
    }

    /**
     * Has a number given by a supplier, which nothing clears.
     *
     * @param value which one, of the group
     * @param supplier is called by threads of this library, several at a time if there are several
     *     samplers. If it throws, hangs, or gives what the type does not have, there is no value,
     *     nor one of the aggregates that take it in; all else goes on
     * @return this
     * @throws IllegalArgumentException if the group does not have the value
     */
    public Builder supplier(PublishedValue value, LongSupplier supplier) {
      inputs[group.indexOf(value)] =
          new Input.Supplied(value, Objects.requireNonNull(supplier, "supplier"), null);
      return this;
    }

    /**
     * Has a number given by a supplier, which can be cleared.
     *
     * @param value which one, of the group
     * @param supplier as in {@link #supplier(PublishedValue, LongSupplier)}
     * @param clearing has the supplier give 0, and what is counted from then on
     * @return this
     * @throws IllegalArgumentException if the group does not have the value
     */
    public Builder supplier(PublishedValue value, LongSupplier supplier, Runnable clearing) {
      inputs[group.indexOf(value)] =
          new Input.Supplied(
              value,
              Objects.requireNonNull(supplier, "supplier"),
              Objects.requireNonNull(clearing, "clearing"));
      return this;
    }

    /**
     * Makes the numbers. What nothing was said of is a new counter.
     *
     * @return the numbers
     */
    public PublishedValues build() {
      Input[] all = inputs.clone();
      for (int i = 0; i < all.length; i++) {
        if (all[i] == null) {
          all[i] = new Input.Counter(group.values().get(i), new LongAdder());
        }
      }
      return new PublishedValues(group, all);
    }
  }
}
