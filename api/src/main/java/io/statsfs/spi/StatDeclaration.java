package io.statsfs.spi;

import io.statsfs.Stat;
import java.util.List;

/**
 * What is known of the stats with a name, or with names of a pattern.
 *
 * @param name the name, with {@code *} for any characters and {@code ?} for one
 * @param kind what the kernel promises of the values
 * @param type how they are written
 * @param unit in UCUM as OpenTelemetry has it, of the raw values, such as {@code {sector}}; empty
 *     if it is not known
 * @param description one sentence; empty if nothing is known
 * @param document the kernel's document that says so, such as {@code
 *     Documentation/admin-guide/iostats.rst}; empty if there is none
 * @param formerNames what older kernels call the stat
 * @param isDefault whether the stat is exported when nobody names the stats to export
 */
public record StatDeclaration(
    KeyPattern name,
    Stat.Kind kind,
    Stat.Type type,
    String unit,
    String description,
    String document,
    List<String> formerNames,
    boolean isDefault) {

  /**
   * What is known of a stat.
   *
   * @param name the name, a pattern
   * @param kind what the kernel promises of the values
   * @param type how they are written
   * @param unit in UCUM; empty if it is not known
   * @param description one sentence; empty if nothing is known
   * @param document the kernel's document that says so; empty if there is none
   * @param formerNames what older kernels call the stat
   * @param isDefault whether the stat is exported when nobody names the stats to export
   */
  public StatDeclaration {
    formerNames = List.copyOf(formerNames);
  }

  /**
   * A stat that is an integer and exported by default.
   *
   * @param name the name or pattern
   * @param kind what the kernel promises of the values
   * @param unit the unit of the raw values; empty if it is not known
   * @param description one sentence
   * @param document the kernel's document that says so; empty if there is none
   */
  public StatDeclaration(
      String name, Stat.Kind kind, String unit, String description, String document) {
    this(KeyPattern.of(name), kind, Stat.Type.INT, unit, description, document, List.of(), true);
  }

  /**
   * Whether this describes a stat.
   *
   * @param statName its name
   * @return true if it is the name, one that matches the pattern, or a former name
   */
  public boolean describes(String statName) {
    return name.matches(statName) || formerNames.contains(statName);
  }
}
