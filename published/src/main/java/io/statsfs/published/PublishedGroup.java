package io.statsfs.published;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Values that sources of one kind have together, and which aggregates of them there may be above.
 *
 * <pre>{@code
 * PublishedValue exits = PublishedValue.counter("exits", ValueType.U64).unit("{exit}").build();
 * PublishedValue halted = PublishedValue.level("halted", ValueType.BOOL).build();
 * PublishedGroup vcpu =
 *     PublishedGroup.builder()
 *         .value(exits)
 *         .value(halted)
 *         .aggregate(Aggregate.SUM, exits)
 *         .aggregate("running", Aggregate.COUNT_ZERO, halted)
 *         .build();
 * }</pre>
 *
 * <p>An aggregate takes in the values of its own group alone, whatever others are called.
 * Immutable; equality is identity.
 */
public final class PublishedGroup {
  private final List<PublishedValue> values;
  private final List<Member> valueMembers = new ArrayList<>();
  private final List<Member> aggregateMembers = new ArrayList<>();

  private PublishedGroup(Builder builder) {
    values = List.copyOf(builder.values);
    for (PublishedValue value : values) {
      valueMembers.add(new Member(this, value, null, value.name()));
    }
    for (Builder.Declared declared : builder.aggregates) {
      aggregateMembers.add(new Member(this, declared.value, declared.aggregate, declared.name));
    }
  }

  /**
   * Begins a group without values.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A group without aggregates.
   *
   * @param values what its sources have, at least one, all with different names
   * @return the group
   * @throws IllegalArgumentException if there is none, or two have one name
   */
  public static PublishedGroup of(PublishedValue... values) {
    Builder builder = builder();
    for (PublishedValue value : values) {
      builder.value(value);
    }
    return builder.build();
  }

  /**
   * The values.
   *
   * @return those that were given, in that order
   */
  public List<PublishedValue> values() {
    return values;
  }

  /** What a source with these values has stats of. */
  List<Member> valueMembers() {
    return valueMembers;
  }

  /** What a source with the aggregates has stats of. */
  List<Member> aggregateMembers() {
    return aggregateMembers;
  }

  int indexOf(PublishedValue value) {
    int index = values.indexOf(value);
    if (index < 0) {
      throw new IllegalArgumentException(
          "The value " + value + " is none of this group, which has " + values);
    }
    return index;
  }

  /**
   * The values, for messages.
   *
   * @return such as {@code group [exits (U64), halted (BOOL)]}
   */
  @Override
  public String toString() {
    return "group " + values;
  }

  /** Puts a group together. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final List<PublishedValue> values = new ArrayList<>();
    private final List<Declared> aggregates = new ArrayList<>();

    private Builder() {}

    private record Declared(String name, Aggregate aggregate, PublishedValue value) {}

    /**
     * Adds a value.
     *
     * @param value what each source of the group has
     * @return this
     * @throws IllegalArgumentException if the group has one of that name
     */
    public Builder value(PublishedValue value) {
      requireNew(value.name(), values.stream().map(PublishedValue::name).toList());
      values.add(value);
      return this;
    }

    /**
     * Adds an aggregate that is called like the value that it is of, as they are in statsfs. A
     * source that has the values of the group cannot have it, too, since its stats have different
     * names.
     *
     * @param aggregate what is computed
     * @param value of which value of this group
     * @return this
     * @throws IllegalArgumentException if the value is not in the group, or the group has an
     *     aggregate of that name
     */
    public Builder aggregate(Aggregate aggregate, PublishedValue value) {
      return aggregate(value.name(), aggregate, value);
    }

    /**
     * Adds an aggregate under a name of its own.
     *
     * @param name what its stats are called: not empty, without {@code /}, and neither {@code .}
     *     nor {@code ..}
     * @param aggregate what is computed
     * @param value of which value of this group
     * @return this
     * @throws IllegalArgumentException if that cannot be a name, the value is not in the group, or
     *     the group has an aggregate of that name
     */
    public Builder aggregate(String name, Aggregate aggregate, PublishedValue value) {
      Objects.requireNonNull(aggregate, "aggregate");
      if (!values.contains(value)) {
        throw new IllegalArgumentException(
            "The aggregate '" + name + "' is of " + value + ", which is none of " + values);
      }
      requireNew(Names.require(name), aggregates.stream().map(Declared::name).toList());
      aggregates.add(new Declared(name, aggregate, value));
      return this;
    }

    private static void requireNew(String name, List<String> known) {
      if (known.contains(name)) {
        throw new IllegalArgumentException("The group has two of the name '" + name + "'");
      }
    }

    /**
     * Ends the group.
     *
     * @return the group
     * @throws IllegalArgumentException if it has no value
     */
    public PublishedGroup build() {
      if (values.isEmpty()) {
        throw new IllegalArgumentException("A group has at least one value");
      }
      return new PublishedGroup(this);
    }
  }

  /** What a stat of a source is: a value of a group, or an aggregate of one. */
  static final class Member {
    final PublishedGroup group;
    final PublishedValue value;
    final int index;
    final @Nullable Aggregate aggregate;
    final String name;

    private Member(
        PublishedGroup group, PublishedValue value, @Nullable Aggregate aggregate, String name) {
      this.group = group;
      this.value = value;
      this.index = group.indexOf(value);
      this.aggregate = aggregate;
      this.name = name;
    }
  }
}
