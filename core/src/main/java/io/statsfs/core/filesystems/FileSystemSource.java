package io.statsfs.core.filesystems;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.DeclaredStat;
import io.statsfs.spi.MountPlan.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** One life of a mount, with those values that its layout declares. */
final class FileSystemSource implements Source {
  private static final List<String> NAMES =
      Stream.of(Value.values()).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();

  private final Tree tree;
  private final String subsystem;
  private final FileSystem system;
  private final String device;
  private final Map<String, String> labels;
  private final Object hangGroup;
  private final List<Stat> stats;

  /** What may hang together: what others serve, and what this machine has itself. */
  private record HangGroup(Tree tree, boolean isServed) {
    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof HangGroup group
          && isServed == group.isServed
          && tree.equals(group.tree);
    }

    @Override
    public int hashCode() {
      return tree.hashCode() + (isServed ? 1 : 0);
    }
  }

  FileSystemSource(Tree tree, FileSystem system) {
    this.tree = tree;
    this.system = system;
    subsystem = tree.layout().subsystem().orElseThrow();
    device = system.point();
    labels = system.labels();
    hangGroup = new HangGroup(tree, system.isServed());
    stats = DeclaredStat.of(this, NAMES);
  }

  FileSystem system() {
    return system;
  }

  Object hangGroup() {
    return hangGroup;
  }

  /** Which value of its file system a stat is. */
  static Value value(Stat stat) {
    return Value.values()[((DeclaredStat) stat).number()];
  }

  @Override
  public Tree tree() {
    return tree;
  }

  @Override
  public String subsystem() {
    return subsystem;
  }

  /** The mount point, with its first slash, so that the root has a name. */
  @Override
  public String device() {
    return device;
  }

  @Override
  public Map<String, String> labels() {
    return labels;
  }

  @Override
  public List<Stat> stats() {
    return stats;
  }

  @Override
  public String origin() {
    return "the file system at " + device;
  }

  @Override
  public String toString() {
    return subsystem + "/" + device;
  }
}
