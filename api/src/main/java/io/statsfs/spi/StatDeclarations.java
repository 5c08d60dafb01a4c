package io.statsfs.spi;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Declarations of stats, found by the names of the stats.
 *
 * <p>Most are made {@linkplain #of from a list}. A {@link LayoutProvider} that has many can
 * implement this to make each declaration when it is first found. Implementations always return the
 * same declarations and are safe for use by several threads. Later additions to this interface have
 * defaults.
 */
public interface StatDeclarations {
  /**
   * Declarations that are made already.
   *
   * @param all the declarations, in order
   * @return the declarations
   */
  static StatDeclarations of(List<StatDeclaration> all) {
    return all.isEmpty() ? ListedStats.NONE : new ListedStats(all);
  }

  /**
   * All declarations, of which the first that describes a stat counts; one by its exact name comes
   * before any pattern.
   *
   * @return the declarations, in order
   */
  List<StatDeclaration> all();

  /**
   * The declaration of a stat by its exact name, or by a {@linkplain StatDeclaration#formerNames
   * former} one.
   *
   * @param name of a stat
   * @return the first such declaration; null if there is none, whatever patterns match
   */
  @Nullable StatDeclaration named(String name);

  /**
   * The declarations whose names are patterns.
   *
   * @return the declarations, in order
   */
  List<StatDeclaration> patterns();

  /**
   * The names by which {@link #named} finds declarations.
   *
   * @return each name once, in any order
   */
  Collection<String> names();

  /**
   * The {@linkplain StatDeclaration#noValueWords words} of all declarations.
   *
   * @return each word once, in order
   */
  List<String> noValueWords();
}
