package io.statsfs.published;

import io.statsfs.Stat;
import java.util.Objects;

/**
 * The description of a value that sources have: its name, type and kind, and what it means. The
 * numbers are in {@link PublishedValues}.
 *
 * <p>Immutable; equality is identity, so that another value of the same name is another one.
 */
public final class PublishedValue {
  private final String name;
  private final ValueType type;
  private final Stat.Kind kind;
  private final String description;
  private final String unit;

  private PublishedValue(Builder builder) {
    name = builder.name;
    type = builder.type;
    kind = builder.kind;
    description = builder.description;
    unit = builder.unit;
  }

  /**
   * Begins the description of a value that counts up and can be cleared, cumulative in the words of
   * statsfs.
   *
   * @param name what its stats are called: not empty, without {@code /}, and neither {@code .} nor
   *     {@code ..}
   * @param type how many bits it has, and whether one is a sign
   * @return a new builder
   * @throws IllegalArgumentException if that cannot be a name
   */
  public static Builder counter(String name, ValueType type) {
    return new Builder(name, type, Stat.Kind.COUNTER);
  }

  /**
   * Begins the description of a value that goes up and down, and so cannot be cleared; floating in
   * the words of statsfs.
   *
   * @param name what its stats are called: not empty, without {@code /}, and neither {@code .} nor
   *     {@code ..}
   * @param type how many bits it has, and whether one is a sign
   * @return a new builder
   * @throws IllegalArgumentException if that cannot be a name
   */
  public static Builder level(String name, ValueType type) {
    return new Builder(name, type, Stat.Kind.LEVEL);
  }

  /**
   * Begins the description of a limit, a setting or an identifier, which cannot be cleared either.
   *
   * @param name what its stats are called: not empty, without {@code /}, and neither {@code .} nor
   *     {@code ..}
   * @param type how many bits it has, and whether one is a sign
   * @return a new builder
   * @throws IllegalArgumentException if that cannot be a name
   */
  public static Builder discrete(String name, ValueType type) {
    return new Builder(name, type, Stat.Kind.DISCRETE);
  }

  /**
   * What its stats are called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * How many bits it has, and whether one is a sign.
   *
   * @return the type
   */
  public ValueType type() {
    return type;
  }

  /**
   * How it behaves over time.
   *
   * @return the kind
   */
  public Stat.Kind kind() {
    return kind;
  }

  /**
   * What it means.
   *
   * @return the description; empty if there is none
   */
  public String description() {
    return description;
  }

  /**
   * The unit, in UCUM as OpenTelemetry has it.
   *
   * @return the unit; empty if none was given
   */
  public String unit() {
    return unit;
  }

  /**
   * The name and the type, for messages.
   *
   * @return such as {@code exits (U64)}
   */
  @Override
  public String toString() {
    return name + " (" + type + ")";
  }

  /** Describes a value. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final ValueType type;
    private final Stat.Kind kind;
    private String description = "";
    private String unit = "";

    private Builder(String name, ValueType type, Stat.Kind kind) {
      this.name = Names.require(name);
      this.type = Objects.requireNonNull(type, "type");
      this.kind = kind;
    }

    /**
     * Says what the value means. Default: nothing.
     *
     * @param description a sentence
     * @return this
     */
    public Builder description(String description) {
      this.description = Objects.requireNonNull(description, "description");
      return this;
    }

    /**
     * Says what the value is a number of. Default: nothing.
     *
     * @param unit in UCUM as OpenTelemetry has it, such as {@code By} or {@code {request}}
     * @return this
     */
    public Builder unit(String unit) {
      this.unit = Objects.requireNonNull(unit, "unit");
      return this;
    }

    /**
     * Ends the description.
     *
     * @return the value
     */
    public PublishedValue build() {
      return new PublishedValue(this);
    }
  }
}
