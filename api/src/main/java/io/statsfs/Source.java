package io.statsfs;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What holds stats: a directory of one file per value, a file of several values or a row of it, or
 * whatever else a backend takes for one, such as a virtual machine.
 *
 * <p>This library implements it, and backends may; later versions may add methods, with a default.
 *
 * <p>An object stands for one life of a source. One that vanished and came again under its old name
 * is another object, as is one whose stats or labels changed; equality is identity. Immutable; the
 * getters do not allocate unless they say so.
 */
public interface Source {

  /**
   * The tree that the source is part of.
   *
   * @return the tree
   */
  Tree tree();

  /**
   * The first part of the source's name: {@code kvm}, {@code net}, {@code vmstat}.
   *
   * @return the name, written as {@link Stat#name()} says
   */
  String subsystem();

  /**
   * The path of the source below its subsystem, such as {@code 1234-11/vcpu0}, or {@code eth0} for
   * a network interface.
   *
   * @return the path with {@code /} between its parts; empty for the subsystem's own stats
   */
  String device();

  /**
   * The labels of the source's schema, else those that the layout takes from the path ({@code
   * device} for network statistics).
   *
   * @return the labels in the order of the schema or the path; empty if there are none
   */
  Map<String, String> labels();

  /**
   * The stats that the source holds.
   *
   * @return at least one stat, ordered by name; for a file of many values in the order of its lines
   */
  List<Stat> stats();

  /**
   * The directory of the values, or the file of many values.
   *
   * @return the path; empty if the source does not come from files. Allocates only the {@code
   *     Optional}
   */
  default Optional<Path> path() {
    return Optional.empty();
  }

  /**
   * The form that a file which no layout declares was recognized as, since the whole of its text
   * has it: {@code names and numbers ('NAME NUMBER [UNIT]')}, for one.
   *
   * @return the form in words, for people; empty if the form is declared, or the source is a
   *     directory of one file per value. Does not allocate
   */
  default Optional<String> form() {
    return Optional.empty();
  }

  /**
   * Where the source comes from, for messages.
   *
   * @return the path, as {@link io.statsfs.spi.PathText} writes it, or what a backend calls the
   *     place. Allocates
   */
  String origin();
}
