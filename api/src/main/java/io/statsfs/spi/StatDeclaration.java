package io.statsfs.spi;

import io.statsfs.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the stats with a name, or with names of a pattern.
 *
 * <pre>{@code
 * StatDeclaration.builder("sectors_read", Stat.Kind.COUNTER)
 *     .unit("{sector}")
 *     .description("Sectors of 512 bytes that were read.")
 *     .document("Documentation/admin-guide/iostats.rst")
 *     .build();
 * }</pre>
 *
 * <p>Immutable; equal if everything is.
 */
public final class StatDeclaration {
  private final String text;

  /** Null until it is asked for; so are the others. Several threads may make each of them. */
  private @Nullable KeyPattern name;

  private @Nullable Rest rest;
  private @Nullable String madeDescription;
  private @Nullable String madeDocument;

  /** Makes the rest; null if that is made already. */
  private final @Nullable IntFunction<StatDeclaration> later;

  private final int number;

  private StatDeclaration(Builder builder) {
    text = builder.name.toString();
    name = builder.name;
    rest = new Rest(builder);
    later = null;
    number = 0;
  }

  private StatDeclaration(String name, IntFunction<StatDeclaration> later, int number) {
    text = name;
    this.later = later;
    this.number = number;
  }

  /** All but the name. */
  private static final class Rest {
    final Stat.Kind kind;
    final Stat.Type type;
    final String unit;

    /** A text, or what makes it. */
    final Object description;

    final Object document;
    final List<String> formerNames;
    final @Nullable Boolean byDefault;
    final List<String> noValue;
    final List<String> noValueWords;
    final List<Integer> noValueErrnos;

    Rest(Builder builder) {
      kind = builder.kind;
      type = builder.type;
      unit = builder.unit;
      description = builder.description;
      document = builder.document;
      formerNames = builder.formerNames;
      byDefault = builder.byDefault;
      noValue = List.copyOf(builder.noValue);
      noValueWords = List.copyOf(builder.noValueWords);
      noValueErrnos = List.copyOf(builder.noValueErrnos);
    }
  }

  private Rest rest() {
    Rest known = rest;
    if (known == null) {
      known = Objects.requireNonNull(later).apply(number).rest();
      rest = known;
    }
    return known;
  }

  /**
   * Begins a declaration: of an integer of which nothing else is known.
   *
   * @param name the name, with {@code *} for any characters and {@code ?} for one
   * @param kind what the kernel promises of the values
   * @return a builder
   * @throws IllegalArgumentException if the name is no pattern
   */
  public static Builder builder(String name, Stat.Kind kind) {
    return new Builder(KeyPattern.of(name), kind);
  }

  /**
   * A stat that is an integer.
   *
   * @param name the name or pattern
   * @param kind what the kernel promises of the values
   * @param unit the unit of the raw values; empty if it is not known
   * @param description one sentence
   * @param document the kernel's document that says so; empty if there is none
   * @return the declaration
   */
  public static StatDeclaration of(
      String name, Stat.Kind kind, String unit, String description, String document) {
    return builder(name, kind).unit(unit).description(description).document(document).build();
  }

  /**
   * A declaration of which all but the name is made when it is first asked for, so that one that is
   * only {@linkplain StatDeclarations#named found} takes next to nothing.
   *
   * @param name the name or pattern; if it is none, {@link #name()} says so
   * @param whole makes a whole declaration of that name; if several threads ask at a time, several
   *     times. What it throws comes out of what asks
   * @param number what it is given: which declaration to make
   * @return the declaration
   */
  public static StatDeclaration later(String name, IntFunction<StatDeclaration> whole, int number) {
    return new StatDeclaration(
        Objects.requireNonNull(name, "name"), Objects.requireNonNull(whole, "whole"), number);
  }

  /**
   * The name.
   *
   * @return the name, or a pattern of names
   */
  public KeyPattern name() {
    KeyPattern known = name;
    if (known == null) {
      known = KeyPattern.of(text);
      name = known;
    }
    return known;
  }

  /**
   * What the kernel promises of the values.
   *
   * @return the kind
   */
  public Stat.Kind kind() {
    return rest().kind;
  }

  /**
   * How the values are written.
   *
   * @return the type
   */
  public Stat.Type type() {
    return rest().type;
  }

  /**
   * The unit of the raw values.
   *
   * @return the unit; empty if it is not known
   */
  public String unit() {
    return rest().unit;
  }

  /**
   * What the stat is.
   *
   * @return one sentence; empty if nothing is known
   */
  public String description() {
    String made = madeDescription;
    if (made == null) {
      made = text(rest().description);
      madeDescription = made;
    }
    return made;
  }

  /** Several threads may make it. */
  private static String text(Object text) {
    return text instanceof Supplier<?> later ? (String) later.get() : (String) text;
  }

  /**
   * The kernel's document that says so.
   *
   * @return its path in the kernel's sources; empty if there is none
   */
  public String document() {
    String made = madeDocument;
    if (made == null) {
      made = text(rest().document);
      madeDocument = made;
    }
    return made;
  }

  /**
   * What older kernels call the stat.
   *
   * @return the names; may be empty
   */
  public List<String> formerNames() {
    return rest().formerNames;
  }

  /**
   * Whether the stat is one of those to export when nobody names any, {@link
   * io.statsfs.StatFilter#defaults()}.
   *
   * @return what {@link Builder#byDefault} said; null if nothing, so that its {@linkplain
   *     TableDeclaration#isDefault() table} decides, and where it is in none it is one
   */
  public @Nullable Boolean byDefault() {
    return rest().byDefault;
  }

  /**
   * By what the kernel means that there is no value.
   *
   * @return {@linkplain #noValueWords words} and names of {@linkplain #noValueErrnos errors}; may
   *     be empty
   */
  public List<String> noValue() {
    return rest().noValue;
  }

  /**
   * Words in the place of the value that say that there is none, which is {@link
   * io.statsfs.Status#NO_VALUE}.
   *
   * @return the words; may be empty
   */
  public List<String> noValueWords() {
    return rest().noValueWords;
  }

  /**
   * Errors of reading that say that there is no value.
   *
   * @return the errnos; may be empty
   */
  public List<Integer> noValueErrnos() {
    return rest().noValueErrnos;
  }

  /**
   * Whether this describes a stat.
   *
   * @param statName its name
   * @return true if it is the name, one that matches the pattern, or a former name
   */
  public boolean describes(String statName) {
    return name().matches(statName) || rest().formerNames.contains(statName);
  }

  @Override
  public boolean equals(Object other) {
    return other == this
        || other instanceof StatDeclaration that
            && text.equals(that.text)
            && kind() == that.kind()
            && type() == that.type()
            && unit().equals(that.unit())
            && description().equals(that.description())
            && document().equals(that.document())
            && formerNames().equals(that.formerNames())
            && Objects.equals(byDefault(), that.byDefault())
            && noValue().equals(that.noValue());
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The name or pattern. */
  @Override
  public String toString() {
    return text;
  }

  /** Declares stats. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    /** Of Linux. Others say that the object is gone, or that it may not be read. */
    private static final Map<String, Integer> ERRNOS =
        Map.ofEntries(
            Map.entry("EIO", 5),
            Map.entry("EAGAIN", 11),
            Map.entry("EBUSY", 16),
            Map.entry("EINVAL", 22),
            Map.entry("EDOM", 33),
            Map.entry("ERANGE", 34),
            Map.entry("ENOSYS", 38),
            Map.entry("ENODATA", 61),
            Map.entry("EOPNOTSUPP", 95),
            Map.entry("ENETDOWN", 100),
            Map.entry("ENOTCONN", 107),
            Map.entry("ETIMEDOUT", 110),
            Map.entry("EREMOTEIO", 121));

    private final KeyPattern name;
    private final Stat.Kind kind;
    private Stat.Type type = Stat.Type.INT;
    private String unit = "";
    private Object description = "";
    private Object document = "";
    private List<String> formerNames = List.of();
    private @Nullable Boolean byDefault;
    private List<String> noValue = List.of();
    private List<String> noValueWords = List.of();
    private List<Integer> noValueErrnos = List.of();

    private Builder(KeyPattern name, Stat.Kind kind) {
      this.name = name;
      this.kind = Objects.requireNonNull(kind, "kind");
    }

    /**
     * Says how the values are written. Default: as integers.
     *
     * @param type the type
     * @return this
     */
    public Builder type(Stat.Type type) {
      this.type = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Gives the unit of the raw values.
     *
     * @param unit in UCUM as OpenTelemetry has it, such as {@code {sector}}
     * @return this
     */
    public Builder unit(String unit) {
      this.unit = Objects.requireNonNull(unit, "unit");
      return this;
    }

    /**
     * Says what the stat is.
     *
     * @param description one sentence
     * @return this
     */
    public Builder description(String description) {
      this.description = Objects.requireNonNull(description, "description");
      return this;
    }

    /**
     * Says what the stat is, when that is first asked for.
     *
     * @param description gives one sentence; if several threads ask at a time, several times
     * @return this
     */
    public Builder description(Supplier<String> description) {
      this.description = Objects.requireNonNull(description, "description");
      return this;
    }

    /**
     * Names the kernel's document that says so.
     *
     * @param document its path in the kernel's sources, such as {@code
     *     Documentation/admin-guide/iostats.rst}
     * @return this
     */
    public Builder document(String document) {
      this.document = Objects.requireNonNull(document, "document");
      return this;
    }

    /**
     * Names the kernel's document that says so, when that is first asked for.
     *
     * @param document gives its path; if several threads ask at a time, several times
     * @return this
     */
    public Builder document(Supplier<String> document) {
      this.document = Objects.requireNonNull(document, "document");
      return this;
    }

    /**
     * Says what older kernels call the stat.
     *
     * @param names the names
     * @return this
     */
    public Builder formerNames(List<String> names) {
      formerNames = List.copyOf(names);
      return this;
    }

    /**
     * Says whether the stat is one of those to export when nobody names any. Default: its table
     * says so, and where it is in none, it is.
     *
     * @param isDefault false for a stat to be named
     * @return this
     */
    public Builder byDefault(boolean isDefault) {
      byDefault = isDefault;
      return this;
    }

    /**
     * Says by what the kernel means that there is no value. In a file of several values the words
     * of one stat count for all others of the file that have words, too.
     *
     * @param signs words, such as {@code max} or {@code -1}, which are compared as they are
     *     written, and names of errors: EAGAIN, EBUSY, EDOM, EINVAL, EIO, ENETDOWN, ENODATA,
     *     ENOSYS, ENOTCONN, EOPNOTSUPP, ERANGE, EREMOTEIO or ETIMEDOUT
     * @return this
     * @throws IllegalArgumentException if one is no word, or looks like the name of another error
     */
    public Builder noValue(List<String> signs) {
      noValue = List.copyOf(signs);
      noValueWords = new ArrayList<>();
      noValueErrnos = new ArrayList<>();
      for (String sign : signs) {
        Integer errno = ERRNOS.get(sign);
        if (errno != null) {
          noValueErrnos.add(errno);
        } else if (!isWord(sign)) {
          throw new IllegalArgumentException("'" + sign + "' is no word of a file");
        } else if (isLikeAnError(sign)) {
          throw new IllegalArgumentException(
              "'"
                  + sign
                  + "' is none of the errors "
                  + String.join(", ", new TreeSet<>(ERRNOS.keySet())));
        } else {
          noValueWords.add(sign);
        }
      }
      return this;
    }

    private static boolean isWord(String sign) {
      for (int i = 0; i < sign.length(); i++) {
        char c = sign.charAt(i);
        if (c <= ' ' || c >= 0x7f) {
          return false;
        }
      }
      return !sign.isEmpty();
    }

    private static boolean isLikeAnError(String sign) {
      for (int i = 1; i < sign.length(); i++) {
        char c = sign.charAt(i);
        if ((c < 'A' || c > 'Z') && (c < '0' || c > '9')) {
          return false;
        }
      }
      return sign.length() > 2 && sign.charAt(0) == 'E';
    }

    /**
     * Ends the declaration.
     *
     * @return the stats
     */
    public StatDeclaration build() {
      return new StatDeclaration(this);
    }
  }
}
