package io.statsfs.spi;

import io.statsfs.Layout;
import io.statsfs.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link Backend} is to open, and how. Only this library implements it; later versions may
 * add methods. Immutable.
 */
public interface BackendSettings {

  /**
   * Whether to open whatever this machine has.
   *
   * @return false if only what is named is wanted
   */
  boolean isDetecting();

  /**
   * The trees that are wanted by name, of this backend or of another one.
   *
   * @return names
   */
  Set<String> trees();

  /**
   * The trees that detection leaves out.
   *
   * @return names
   */
  Set<String> withoutTrees();

  /**
   * The layouts that are declared, in which names are looked up.
   *
   * @return the layouts, all with different names
   */
  LayoutProvider.Declared layouts();

  /**
   * The directories and files that are named as roots, which a backend of other places passes over.
   *
   * @return the roots, in the order in which they were named
   */
  List<Root> roots();

  /**
   * Where the procfs of the host is mounted, if not this process's own is wanted.
   *
   * @return a directory; empty for that of this process
   */
  Optional<Path> proc();

  /**
   * Where the sysfs of the host is mounted, if not this process's own is wanted.
   *
   * @return a directory; empty for that of this process
   */
  Optional<Path> sys();

  /**
   * Whether only a statsfs is wanted.
   *
   * @return true if so
   */
  boolean isStatsfsRequired();

  /**
   * The reader that is wanted.
   *
   * @return its name; empty if the best is
   */
  Optional<String> reader();

  /**
   * How much to take in.
   *
   * @return the limits of all trees together
   */
  Limits limits();

  /** A root that is named. */
  interface Root {

    /**
     * Where it is.
     *
     * @return the path of a directory or file
     */
    Path path();

    /**
     * How it is to be read.
     *
     * @return the layout; empty if that is for the backend to find out
     */
    Optional<Layout> layout();

    /**
     * The tree whose layout it has.
     *
     * @return the name; empty if that is for the backend to find out, or a layout is given
     */
    Optional<String> tree();
  }
}
