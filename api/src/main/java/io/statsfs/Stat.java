package io.statsfs;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One value that the kernel counts or measures, at one source.
 *
 * <p>Immutable; equality is identity, within one life of its {@link Source}. This library
 * implements it, and backends may; later versions may add methods, with a default.
 */
public interface Stat {

  /**
   * How a value behaves over time, and so what can be done with it. Kinds may be added in later
   * versions; treat one that is not known like {@link #LEVEL}.
   */
  enum Kind {
    /**
     * Counts up, and so has a rate. Becomes smaller only when it begins anew, as when it is
     * {@linkplain StatsFs#clear cleared}. A {@code .schema} of statsfs says {@code FLAG
     * CUMULATIVE}.
     */
    COUNTER,
    /**
     * Goes up and down: the number of something at this moment. A {@code .schema} of statsfs says
     * {@code FLAG GAUGE}. Also what is assumed where nothing describes the stat.
     */
    LEVEL,
    /**
     * A limit, a setting or an identifier: worth showing, but neither a rate nor a sum of it means
     * anything. Only {@linkplain Layout.Builder#stats layouts} say so; a kernel's {@code .schema}
     * has no word for it.
     */
    DISCRETE
  }

  /** How the values of a stat are written. */
  enum Type {
    /**
     * As a 64-bit integer, signed or not. Also what is assumed where nothing describes the stat.
     */
    INT,
    /** With decimals. */
    FLOAT
  }

  /**
   * The source that holds this stat.
   *
   * @return the source
   */
  Source source();

  /**
   * The name that the kernel gives the stat. Kernel names are bytes: they may hold blanks or line
   * ends, and need not be valid UTF-8.
   *
   * @return the name, decoded as UTF-8; a byte that does not fit there is written {@code \xHH}. A
   *     backslash of the name itself that could be taken for the beginning of such an escape is
   *     written {@code \x5c}, so that different names stay different
   */
  String name();

  /**
   * What the schema calls FLAG.
   *
   * @return the kind; {@link Kind#LEVEL} where nothing describes the stat
   */
  Kind kind();

  /**
   * How the value is written. A {@code .schema} gives it as TYPE. A value may still turn out to be
   * text (an enum), which is {@link Status#NOT_A_NUMBER}.
   *
   * @return the type; {@link Type#INT} where nothing describes the stat
   */
  Type type();

  /**
   * What the stat means.
   *
   * @return the schema's description; empty if there is none
   */
  String description();

  /**
   * The unit, in UCUM as OpenTelemetry has it, such as {@code By} or {@code {packet}}.
   *
   * @return the unit; empty if it is not known
   */
  String unit();

  /**
   * Whether the stat is one of those that are exported when nobody names any ({@link
   * StatFilter#defaults()}). What is known of the stat says so, such as the declaration of its
   * tree.
   *
   * @return true unless something says otherwise
   */
  default boolean isDefault() {
    return true;
  }

  /**
   * The file that holds the value: a file of its own, or the source's file of many values.
   *
   * @return the path; empty if the value is in no file. Allocates
   */
  default Optional<Path> path() {
    return Optional.empty();
  }

  /**
   * Where the value comes from, for messages.
   *
   * @return the path, as {@link io.statsfs.spi.PathText} writes it, or what a backend calls the
   *     place. Allocates
   */
  String origin();

  /**
   * The name of the stat with its source.
   *
   * @return {@code subsystem/device/name}, or {@code subsystem/name} where the source has no device
   */
  @Override
  String toString();
}
