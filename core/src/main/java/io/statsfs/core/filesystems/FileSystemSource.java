package io.statsfs.core.filesystems;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.spi.MountPlan.Value;
import io.statsfs.spi.StatDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One life of a mount, with those values that its layout declares. */
final class FileSystemSource implements Source {
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
    List<Stat> made = new ArrayList<>();
    for (Value value : Value.values()) {
      String name = value.name().toLowerCase(Locale.ROOT);
      tree.layout().stats().stream()
          .filter(declared -> declared.describes(name))
          .findFirst()
          .ifPresent(declared -> made.add(new ValueStat(this, value, name, declared)));
    }
    stats = List.copyOf(made);
  }

  FileSystem system() {
    return system;
  }

  Object hangGroup() {
    return hangGroup;
  }

  /** Which value of its file system a stat is. */
  static Value value(Stat stat) {
    return ((ValueStat) stat).value;
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

  private record ValueStat(
      FileSystemSource source, Value value, String name, StatDeclaration declared) implements Stat {

    /** Identity, as for all stats. */
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    @Override
    public Kind kind() {
      return declared.kind();
    }

    @Override
    public Type type() {
      return declared.type();
    }

    @Override
    public String description() {
      return declared.description();
    }

    @Override
    public String unit() {
      return declared.unit();
    }

    @Override
    public boolean isDefault() {
      return !Boolean.FALSE.equals(declared.byDefault());
    }

    @Override
    public String origin() {
      return source.origin();
    }

    @Override
    public String toString() {
      return source + "/" + name;
    }
  }
}
