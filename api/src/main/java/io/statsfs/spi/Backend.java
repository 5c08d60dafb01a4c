package io.statsfs.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kind of place where statistics are: the files of the kernel, or anything else that has numbers
 * under names. Found with {@link java.util.ServiceLoader}, or given to {@link
 * io.statsfs.StatsFs.Builder#backend}. Its constructor and its names must touch nothing that may be
 * missing: they are asked of backends that are not used.
 *
 * <p>Safe for use by several threads.
 */
public interface Backend {

  /**
   * What users call the backend.
   *
   * @return a short name in lower case, as {@link io.statsfs.Tree#backend()} has it
   */
  String name();

  /**
   * The trees that can be {@linkplain io.statsfs.StatsFs.Builder#trees named}.
   *
   * @return their names
   */
  default Set<String> treeNames() {
    return Set.of();
  }

  /**
   * Whether this opens the directories and files that users name as roots.
   *
   * @return true if so
   */
  default boolean opensRoots() {
    return false;
  }

  /**
   * Tries whether the backend can work here. Called only if it would be used.
   *
   * @return null if it can; else the cause, whose message names what to do about it
   */
  default @Nullable Throwable unavailabilityCause() {
    return null;
  }

  /**
   * Opens the trees that the settings ask for, as far as they are this backend's.
   *
   * @param settings what to open, and how
   * @return a new scanner, for one {@link io.statsfs.StatsFs}; without trees if none are asked for
   * @throws io.statsfs.StatsFsException if a tree that is asked for cannot be opened, or if
   *     detection finds none that can. Its message says what to do about it
   */
  Scanner open(BackendSettings settings);
}
