package io.statsfs.spi;

import io.statsfs.Layout;
import io.statsfs.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * Knows the layouts of trees. Found by {@link java.util.ServiceLoader}; where there are several, of
 * layouts with one name that of the first provider counts.
 */
public interface LayoutProvider {
  /**
   * The layouts that this provides, and those that users declare.
   *
   * @param directories in which users declare layouts, in the form that this provider reads; one
   *     that reads none passes them over
   * @return the layouts, and what is wrong with those of users
   */
  Declared declared(List<Path> directories);

  /**
   * Layouts that were declared.
   *
   * <p>Immutable.
   */
  final class Declared {
    private final List<Layout> shipped;
    private final List<Layout> own;
    private final List<Problem> problems;

    private Declared(List<Layout> shipped, List<Layout> own, List<Problem> problems) {
      this.shipped = List.copyOf(shipped);
      this.own = List.copyOf(own);
      this.problems = List.copyOf(problems);
    }

    /**
     * Layouts.
     *
     * @param shipped those that come with the provider
     * @param own those that users declare
     * @param problems why others of users were left out
     * @return the layouts
     */
    public static Declared of(List<Layout> shipped, List<Layout> own, List<Problem> problems) {
      return new Declared(shipped, own, problems);
    }

    /**
     * The layouts that come with the provider. Trees of these are looked for where there is no
     * statsfs.
     *
     * @return the layouts, in the order in which they are looked for
     */
    public List<Layout> shipped() {
      return shipped;
    }

    /**
     * The layouts that users declare, each of which replaces the shipped one of its name. Trees of
     * these are always looked for.
     *
     * @return the layouts, with different names
     */
    public List<Layout> own() {
      return own;
    }

    /**
     * Why declarations of users were left out.
     *
     * @return a problem each
     */
    public List<Problem> problems() {
      return problems;
    }
  }
}
