package io.statsfs.trees;

import io.statsfs.Stat;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stats of compiled declarations. One that is found is a name and a number, and all else of it is
 * made when it is asked for.
 */
final class CompiledStats implements StatDeclarations, IntFunction<StatDeclaration> {
  /** In the place of a flag. */
  static final int UNSAID = 2;

  /** In the place of the number of a text or part. */
  static final int NONE = 0xffff;

  /** The bytes of a place in the table of hashes: the number of a name, and that of its stat. */
  private static final int PLACE = 2 * Short.BYTES;

  /** The bytes of a stat. */
  private static final int STAT = 5 * Short.BYTES + 3;

  private static final Stat.Kind[] KINDS = Stat.Kind.values();
  private static final Stat.Type[] TYPES = Stat.Type.values();

  private final CompiledLayouts layouts;
  private final byte[] bytes;

  /** Where the table of hashes is, and how many places it has. */
  private final int hashes;

  private final int places;

  /** Where the first stat is, and what is made of them. */
  private final int first;

  private final @Nullable StatDeclaration[] made;
  private final int[] patternNumbers;
  private final List<String> noValueWords;

  /** Null until they are asked for. */
  private @Nullable List<StatDeclaration> patterns;

  private @Nullable List<StatDeclaration> all;

  CompiledStats(
      CompiledLayouts layouts, int size, int[] patterns, List<String> noValueWords, int hashes) {
    this.layouts = layouts;
    bytes = layouts.bytes;
    patternNumbers = patterns;
    this.noValueWords = noValueWords;
    this.hashes = hashes + Integer.BYTES;
    places = CompiledLayouts.integer(bytes, hashes);
    first = this.hashes + places * PLACE;
    made = new StatDeclaration[size];
  }

  /** Where a name is looked for first in a table of so many places, a power of two. */
  static int place(String name, int places) {
    int hash = name.hashCode();
    return (hash ^ hash >>> 16) & places - 1;
  }

  /** Where what follows begins. */
  int end() {
    return first + made.length * STAT;
  }

  @Override
  public @Nullable StatDeclaration named(String name) {
    int place = place(name, places);
    while (true) {
      int at = hashes + place * PLACE;
      int text = CompiledLayouts.number(bytes, at);
      if (text == NONE) {
        return null;
      } else if (layouts.isText(text, name)) {
        int number = CompiledLayouts.number(bytes, at + Short.BYTES);
        StatDeclaration known = made[number];
        return known != null ? known : text == name(number) ? make(number, name) : stat(number);
      }
      place = place + 1 & places - 1;
    }
  }

  private StatDeclaration stat(int number) {
    StatDeclaration known = made[number];
    return known == null ? make(number, layouts.text(name(number))) : known;
  }

  /** The number of the text that is the name of a stat. */
  private int name(int number) {
    return CompiledLayouts.number(bytes, first + number * STAT);
  }

  /** Two threads may make one stat twice. */
  private StatDeclaration make(int number, String name) {
    StatDeclaration stat = StatDeclaration.later(name, this, number);
    made[number] = stat;
    return stat;
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
      int text = CompiledLayouts.number(bytes, hashes + place * PLACE);
      if (text != NONE) {
        names.add(layouts.text(text));
      }
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
    int at = first + number * STAT;
    StatDeclaration.Builder stat =
        StatDeclaration.builder(
                layouts.text(CompiledLayouts.number(bytes, at)), KINDS[bytes[at + 2]])
            .type(TYPES[bytes[at + 3]])
            .unit(layouts.text(CompiledLayouts.number(bytes, at + 4)))
            .description(new Description(layouts, CompiledLayouts.number(bytes, at + 6)))
            .document(new Description(layouts, CompiledLayouts.number(bytes, at + 8)));
    if (bytes[at + 10] != UNSAID) {
      stat.byDefault(bytes[at + 10] == 1);
    }
    int rare = CompiledLayouts.number(bytes, at + 11);
    if (rare != NONE) {
      LayoutReader reader = layouts.part(rare);
      stat.formerNames(List.of(reader.array())).noValue(List.of(reader.array()));
    }
    return stat.build();
  }

  /** A description of a stat, or the document that it is from. */
  private record Description(CompiledLayouts layouts, int number) implements Supplier<String> {
    @Override
    public String get() {
      return layouts.description(number);
    }
  }

  @Override
  public String toString() {
    return all().toString();
  }
}
