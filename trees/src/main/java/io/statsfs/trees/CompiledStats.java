package io.statsfs.trees;

import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stats of compiled declarations. One that is found is a name and a number, and all else of it is
 * made when it is asked for.
 */
final class CompiledStats implements StatDeclarations, IntFunction<StatDeclaration> {
  /** In the place of the number of a stat. */
  static final int NONE = 0xffff;

  /** The bytes of a stat: its name and its description, and the number of what is in common. */
  private static final int STAT = 2 * Integer.BYTES + Short.BYTES;

  /** The bytes of a former name, and the number of its stat. */
  private static final int FORMER = Integer.BYTES + Short.BYTES;

  private final CompiledLayouts layouts;
  private final byte[] bytes;

  /** Where the first stat is. */
  private final int first;

  /** Where the former names are, which are counted from behind the last stat. */
  private final int formers;

  /** Where the table of hashes is, and how many places it has, of which each is a name's number. */
  private final int hashes;

  private final int places;

  private final @Nullable StatDeclaration[] made;
  private final int[] patternNumbers;
  private final List<String> noValueWords;

  /** Null until they are asked for. */
  private @Nullable List<StatDeclaration> patterns;

  private @Nullable List<StatDeclaration> all;

  /**
   * Some stats.
   *
   * @param at where the first one is
   */
  CompiledStats(
      CompiledLayouts layouts, int size, int[] patterns, List<String> noValueWords, int at) {
    this.layouts = layouts;
    bytes = layouts.bytes;
    patternNumbers = patterns;
    this.noValueWords = noValueWords;
    first = at;
    int sizes = at + size * STAT;
    formers = sizes + 2 * Short.BYTES;
    hashes = formers + CompiledLayouts.number(bytes, sizes) * FORMER;
    places = CompiledLayouts.number(bytes, sizes + Short.BYTES);
    made = new StatDeclaration[size];
  }

  /** Where a name is looked for first in a table of so many places, a power of two. */
  static int place(String name, int places) {
    int hash = name.hashCode();
    return (hash ^ hash >>> 16) & places - 1;
  }

  /** Where what follows begins. */
  int end() {
    return hashes + places * Short.BYTES;
  }

  @Override
  public @Nullable StatDeclaration named(String name) {
    int place = place(name, places);
    while (true) {
      int number = CompiledLayouts.number(bytes, hashes + place * Short.BYTES);
      if (number == NONE) {
        return null;
      }
      boolean isFormer = number >= made.length;
      int at = isFormer ? formers + (number - made.length) * FORMER : first + number * STAT;
      if (layouts.isText(CompiledLayouts.integer(bytes, at), name)) {
        return isFormer ? former(at) : stat(number, name);
      }
      place = place + 1 & places - 1;
    }
  }

  private String name(int number) {
    return layouts.text(CompiledLayouts.integer(bytes, first + number * STAT));
  }

  /** Two threads may make one stat twice. */
  private StatDeclaration stat(int number, String name) {
    StatDeclaration stat = made[number];
    if (stat == null) {
      stat = StatDeclaration.later(name, this, number);
      made[number] = stat;
    }
    return stat;
  }

  private StatDeclaration stat(int number) {
    StatDeclaration stat = made[number];
    return stat == null ? stat(number, name(number)) : stat;
  }

  /** The stat that had a name. */
  private StatDeclaration former(int at) {
    return stat(CompiledLayouts.number(bytes, at + Integer.BYTES));
  }

  @Override
  public List<StatDeclaration> all() {
    List<StatDeclaration> known = all;
    if (known == null) {
      StatDeclaration[] stats = new StatDeclaration[made.length];
      for (int i = 0; i < stats.length; i++) {
        stats[i] = stat(i);
      }
      known = List.of(stats);
      all = known;
    }
    return known;
  }

  @Override
  public List<StatDeclaration> patterns() {
    List<StatDeclaration> known = patterns;
    if (known == null) {
      StatDeclaration[] stats = new StatDeclaration[patternNumbers.length];
      for (int i = 0; i < stats.length; i++) {
        stats[i] = stat(patternNumbers[i]);
      }
      known = List.of(stats);
      patterns = known;
    }
    return known;
  }

  @Override
  public Collection<String> names() {
    List<String> names = new ArrayList<>();
    for (int place = 0; place < places; place++) {
      int number = CompiledLayouts.number(bytes, hashes + place * Short.BYTES);
      if (number < made.length) {
        names.add(name(number));
      }
    }
    for (int at = formers; at < hashes; at += FORMER) {
      names.add(layouts.text(CompiledLayouts.integer(bytes, at)));
    }
    return names;
  }

  @Override
  public List<String> noValueWords() {
    return noValueWords;
  }

  /** All that is said of a stat. */
  @Override
  public StatDeclaration apply(int number) {
    int at = first + number * STAT + Integer.BYTES;
    int description = CompiledLayouts.integer(bytes, at);
    int common = CompiledLayouts.number(bytes, at + Integer.BYTES);
    return CompiledDetails.stat(name(number), description, layouts, common);
  }

  @Override
  public String toString() {
    return all().toString();
  }
}
