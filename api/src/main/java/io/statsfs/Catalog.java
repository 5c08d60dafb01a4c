package io.statsfs;

import io.statsfs.spi.PrintableText;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * An immutable picture of the trees: which sources there are and which stats they hold. Values are
 * not in it; a {@link Sampler} reads them.
 *
 * <p>A source that has not changed is the same object in successive catalogs. All lists are in the
 * order of subsystem, device and name, whatever order the kernel lists them in, and cannot be
 * modified. Safe for use by several threads; the getters allocate nothing.
 *
 * <p>Only this library implements it; later versions may add methods, with a default.
 */
public interface Catalog {

  /**
   * Counts the catalogs of one {@link StatsFs}, beginning with 1.
   *
   * @return a number that is greater than that of each earlier catalog
   */
  long version();

  /**
   * The trees that were opened.
   *
   * @return at least one tree
   */
  List<Tree> trees();

  /**
   * The sources of all trees.
   *
   * @return the sources; empty if the trees hold none at present
   */
  List<Source> sources();

  /**
   * The stats of all sources.
   *
   * @return the stats, those of a source side by side
   */
  List<Stat> stats();

  /**
   * What could not be taken in, or is not as it should be: a tree that is there but cannot be
   * opened, a root whose type of file system is unknown or that another file system was mounted
   * over, a tree without stats, directories that may not be listed, symbolic links that are not
   * followed, files and schemas with lines that make no sense, stats that another root has too,
   * what lies beyond the {@link Limits}.
   *
   * <p>For each tree and cause the first problem is logged with the number of those like it. It is
   * logged again when it comes back after the tree was without it for five minutes.
   *
   * @return the problems; empty if all is well
   */
  List<Problem> problems();

  /**
   * Looks for a stat by its place. If several trees have one there, as when two roots are trees of
   * one kind, it is that of the tree which comes first in {@link #trees()}; {@link #find(Tree,
   * String, String, String)} finds the others.
   *
   * @param subsystem as {@link Source#subsystem()} gives it
   * @param device as {@link Source#device()} gives it; empty for the subsystem's own stats
   * @param name as {@link Stat#name()} gives it
   * @return the stat, if it is in this catalog
   */
  Optional<Stat> find(String subsystem, String device, String name);

  /**
   * Looks for a stat of one tree by its place.
   *
   * @param tree one of {@link #trees()}
   * @param subsystem as {@link Source#subsystem()} gives it
   * @param device as {@link Source#device()} gives it; empty for the subsystem's own stats
   * @param name as {@link Stat#name()} gives it
   * @return the stat, if that tree has it in this catalog
   */
  Optional<Stat> find(Tree tree, String subsystem, String device, String name);

  /**
   * The stat at a place, for a caller who knows that it must exist. If several trees have one
   * there, it is the one that {@link #find(String, String, String)} finds.
   *
   * @param subsystem as {@link Source#subsystem()} gives it
   * @param device as {@link Source#device()} gives it; empty for the subsystem's own stats
   * @param name as {@link Stat#name()} gives it
   * @return the stat
   * @throws NoSuchElementException if it is not in this catalog; the message says which part is
   *     unknown
   */
  default Stat get(String subsystem, String device, String name) {
    return find(subsystem, device, name)
        .orElseThrow(
            () -> {
              List<Source> sources =
                  sources().stream().filter(s -> s.subsystem().equals(subsystem)).toList();
              String why =
                  sources.isEmpty()
                      ? "there is no subsystem '" + subsystem + "'"
                      : sources.stream().noneMatch(s -> s.device().equals(device))
                          ? "subsystem '" + subsystem + "' has no device '" + device + "'"
                          : "that source has no stat '" + name + "'";
              return new NoSuchElementException(
                  PrintableText.of(
                      "No stat " + subsystem + "/" + device + "/" + name + ": " + why));
            });
  }
}
