package io.statsfs.core.scan;

import io.statsfs.Layout;
import io.statsfs.Tree;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.PathText;
import io.statsfs.spi.StatFileName;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The place of a directory or file in its tree, with the subsystem, device and labels that its
 * layout derives from that.
 *
 * @param subsystem empty above the level that names it
 * @param level how many levels of the layout's pattern lie above; one of any depth is never above
 * @param depth how many directories lie above, the root being 0
 */
public record Place(
    Tree tree, String subsystem, String device, Map<String, String> labels, int level, int depth) {

  public static Place root(Tree tree) {
    return new Place(tree, tree.layout().subsystem().orElse(""), "", Map.of(), 0, 0);
  }

  /** Whether the names of directories below this are those of subsystems. */
  private boolean isAboveSubsystems() {
    return depth == 0 && subsystem.isEmpty();
  }

  /** The level of the directories below; null if the layout names none. */
  private Layout.@Nullable Level next() {
    List<Layout.Level> levels = isAboveSubsystems() ? null : tree.layout().levels().orElse(null);
    return levels == null || level == levels.size() ? null : levels.get(level);
  }

  /** Whether this is a source if it has stats. */
  boolean isSource() {
    Layout.Level next = next();
    return next == null
        ? tree.layout().levels().isEmpty() || tree.layout().levels().get().size() == level
        : next.hasAnyDepth();
  }

  /** Whether directories below may belong to the layout. */
  boolean hasChildren() {
    Layout layout = tree.layout();
    boolean isAnyDepth = layout.levels().isEmpty() && !layout.hasDeclaredFilesOnly();
    return isAboveSubsystems() || next() != null || isAnyDepth;
  }

  /** The only name that a directory below may have; null if there are none, or others. */
  @Nullable String onlyChild() {
    Layout.Level next = next();
    return next != null && next.isLiteral() ? next.toString() : null;
  }

  /** Whether a directory below that is a symbolic link may be followed. */
  boolean mayFollowLinks() {
    return tree.layout().links().isPresent() && hasChildren();
  }

  /** Whether a directory below belongs to the layout. */
  boolean hasChild(String name) {
    Layout.Level next = next();
    return next == null ? hasChildren() : next.matches(name);
  }

  /** Whether a file of this name describes the stats beside it. */
  boolean isSchema(String name) {
    return name.equals(tree.layout().schemaFile().orElse(null));
  }

  /** The place of a directory below, or of a file of many values. */
  Place child(String name) {
    if (isAboveSubsystems()) {
      return new Place(tree, name, "", labels, 0, depth + 1);
    }
    Layout.Level expected = next();
    if (expected == null) {
      return new Place(tree, subsystem, below(name), labels, level, depth + 1);
    } else if (expected.isLiteral()) {
      return new Place(tree, subsystem, device, labels, level + 1, depth + 1);
    }
    Map<String, String> more = new LinkedHashMap<>(labels);
    if (expected.hasAnyDepth()) {
      String path =
          Objects.requireNonNull(
              more.merge(expected.labels().get(0), name, (above, last) -> above + "/" + last));
      // Those of the path above are not those of this one.
      more.keySet().removeAll(tree.layout().labelsOfPath(above(path)).keySet());
      more.putAll(tree.layout().labelsOfPath(path));
    } else {
      more.putAll(Objects.requireNonNull(expected.match(name)));
    }
    return new Place(
        tree,
        subsystem,
        below(name),
        Collections.unmodifiableMap(more),
        expected.hasAnyDepth() ? level : level + 1,
        depth + 1);
  }

  /** The place of a declared file in the directory that is here, or below it. */
  Place file(FileDeclaration declared, String name) {
    StatFileName its = StatFileName.of(declared.name(), name);
    return its == null
        ? new Place(tree, subsystem, device, labels, level, depth + 1)
        : beside(its.source(), its.labels(), depth + 1);
  }

  /** The source, in the directory that is here, of a file of one value. */
  Place source(StatFile file) {
    return file.source().isEmpty() ? this : beside(file.source(), file.labels(), depth);
  }

  /** The same place with more labels. */
  Place with(Map<String, String> labelsOfFiles) {
    if (labelsOfFiles.isEmpty()) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(labels);
    more.putAll(labelsOfFiles);
    return new Place(tree, subsystem, device, Collections.unmodifiableMap(more), level, depth);
  }

  private Place beside(String source, Map<String, String> its, int atDepth) {
    Map<String, String> more = new LinkedHashMap<>(labels);
    more.putAll(its);
    return new Place(
        tree, subsystem, below(source), Collections.unmodifiableMap(more), level, atDepth);
  }

  /**
   * A source of a table in a file at this place.
   *
   * @param other the subsystem of the table; null for that of this place
   * @param values of the table's labels
   * @param all the labels of this place and of the table
   */
  Place table(@Nullable String other, List<String> values, Map<String, String> all) {
    String path = device;
    for (String value : values) {
      path = path.isEmpty() ? value : path + "/" + value;
    }
    return new Place(tree, other == null ? subsystem : other, path, all, level, depth);
  }

  private Place in(String name) {
    return new Place(tree, name, device, labels, level, depth);
  }

  /** Stats above the level that names the subsystem go under the name of their directory. */
  Place inSubsystem(Path directory) {
    if (!subsystem.isEmpty()) {
      return this;
    }
    Path absolute = directory.toAbsolutePath().normalize();
    return in(absolute.getFileName() == null ? "root" : PathText.nameOf(absolute));
  }

  private static String above(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private String below(String name) {
    return device.isEmpty() ? name : device + "/" + name;
  }
}
