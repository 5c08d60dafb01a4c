package io.statsfs.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A file of several values whose shape is known. Nothing is guessed: a text of another shape gives
 * no value.
 *
 * <p>Immutable; equal if everything but the {@linkplain #origin origin} is.
 */
public final class FileDeclaration {
  private final String path;
  private final String origin;

  /** Null until they are asked for; so is the name. Several threads may make each of them. */
  private @Nullable Contents contents;

  private @Nullable KeyPattern name;

  /** Makes the contents; null if they are made already. */
  private final @Nullable IntFunction<FileDeclaration> later;

  private final int number;

  private FileDeclaration(
      String path,
      String origin,
      @Nullable Contents contents,
      @Nullable IntFunction<FileDeclaration> later,
      int number) {
    this.path = Objects.requireNonNull(path, "path");
    this.origin = Objects.requireNonNull(origin, "origin");
    this.contents = contents;
    this.later = later;
    this.number = number;
  }

  /** What is in the file. */
  private static final class Contents {
    final Shape shape;
    final List<TableDeclaration> tables;
    final List<FileDeclaration> others;

    Contents(Shape shape, List<TableDeclaration> tables, List<FileDeclaration> others) {
      this.shape = Objects.requireNonNull(shape, "shape");
      this.tables = List.copyOf(tables);
      this.others = List.copyOf(others);
    }

    void check(String path, KeyPattern name, String directory) {
      if (name.hasWildcards() || !directory.isEmpty() && !KeyPattern.of(directory).isLiteral()) {
        throw new IllegalArgumentException(
            "In '" + path + "' only a {label} of the last part can stand for several names");
      } else if (tables.isEmpty()) {
        throw new IllegalArgumentException("File '" + path + "' has no table");
      }
      boolean isByPosition = shape.columnKey() == Shape.ColumnKey.POSITION;
      for (TableDeclaration table : tables) {
        if (table.rows().isKeyless() != (shape.rowKey() == Shape.RowKey.NONE)) {
          throw new IllegalArgumentException("One row and no row key need each other");
        } else if (!isByPosition && table.columns().isKeyless()) {
          throw new IllegalArgumentException("One column needs columns by position");
        } else if (!isByPosition && !table.columns().names().isEmpty()
            || shape.rowKey() != Shape.RowKey.LINE_NUMBER && !table.rows().names().isEmpty()) {
          throw new IllegalArgumentException("Only numbers can be given names");
        } else if (table.sections().isKeyless() != (shape.heading() == Shape.Heading.NONE)) {
          throw new IllegalArgumentException("Headings and sections of tables need each other");
        } else if (shape.isEntries() && (path.isEmpty() || !table.columns().isKeyless())) {
          throw new IllegalArgumentException(
              "The number of a directory's entries is one value, below the root");
        }
        if (!name.labels().isEmpty() && !Collections.disjoint(table.labelKeys(), name.labels())) {
          throw new IllegalArgumentException("'" + path + "' has a label of one of its tables");
        }
      }
    }
  }

  private Contents contents() {
    Contents known = contents;
    if (known == null) {
      known = Objects.requireNonNull(later).apply(number).contents();
      contents = known;
    }
    return known;
  }

  /**
   * A file.
   *
   * @param path of the file, relative to the directory of a source, or below the root where the
   *     layout names no directories; empty if the root itself is the file. In its last part <code>
   *     {label}</code> stands for one or more characters, which are the value of that label: each
   *     file that matches is one, unless another declaration has its very name
   * @param shape how the text is divided into cells
   * @param tables which cells are stats; at least one
   * @return the file
   * @throws IllegalArgumentException if there is no table; if the path has another pattern than
   *     labels in its last part; or if an axis does not fit the shape: the rows are {@linkplain
   *     Axis#single single without a key} if, and only if, there is no row key; single columns, and
   *     names of numbers, need columns by position; names of rows line numbers; sections headings,
   *     and the other way round; {@link Shape#ENTRIES} one value
   */
  public static FileDeclaration of(String path, Shape shape, List<TableDeclaration> tables) {
    FileDeclaration file = unchecked(path, shape, tables);
    file.contents().check(path, file.name(), file.directory());
    return file;
  }

  /**
   * The same without any check, for declarations that were compiled from checked ones. What does
   * not go together is not noticed, and what is read of such a file can be wrong.
   *
   * @param path of the file
   * @param shape how the text is divided into cells
   * @param tables which cells are stats
   * @return the file
   */
  public static FileDeclaration unchecked(String path, Shape shape, List<TableDeclaration> tables) {
    return new FileDeclaration(path, "", new Contents(shape, tables, List.of()), null, 0);
  }

  /**
   * A file of which all but the path is declared when it is first asked for, so that the
   * declaration of a file that is not there takes next to nothing.
   *
   * @param path of the file, as above; if it has another pattern, {@code whole} is to say so
   * @param whole makes a whole declaration of that path; if several threads ask at a time, several
   *     times. What it throws comes out of what asks
   * @param number what it is given: which declaration to make
   * @return the file
   */
  public static FileDeclaration later(String path, IntFunction<FileDeclaration> whole, int number) {
    return new FileDeclaration(path, "", null, Objects.requireNonNull(whole, "whole"), number);
  }

  /**
   * A file of {@code NAME NUMBER [UNIT]} lines, all of which are stats.
   *
   * @param path as above
   * @param stats what is known of them; may be empty
   * @return the file
   */
  public static FileDeclaration flatKeyed(String path, List<StatDeclaration> stats) {
    return of(
        path,
        Shape.FLAT_KEYED,
        List.of(TableDeclaration.of(null, Axis.stats("*"), Axis.single(), stats)));
  }

  /**
   * The same file, which may have another form instead, such as that of older kernels. Of all its
   * forms the first counts that the text has as a whole, in each line. A text that has none of them
   * so is read by the first one.
   *
   * @param other the other form of the same file, perhaps with further ones
   * @return another declaration
   * @throws IllegalArgumentException if the other one has another path, or one of both is that of a
   *     directory's entries
   */
  public FileDeclaration or(FileDeclaration other) {
    if (!other.path.equals(path)) {
      throw new IllegalArgumentException(
          "'" + other.path + "' is another file than '" + path + "'");
    }
    List<FileDeclaration> more = new ArrayList<>(contents().others);
    more.addAll(other.forms());
    if (shape().isEntries() || other.shape().isEntries()) {
      throw new IllegalArgumentException("The number of a directory's entries has one form");
    }
    return new FileDeclaration(path, origin, new Contents(shape(), tables(), more), null, 0);
  }

  /**
   * The same, declared at some place, which problems with the file then name.
   *
   * @param origin such as the name of a file, a line and a column; empty if that is not known
   * @return another declaration, equal to this one
   */
  public FileDeclaration declaredAt(String origin) {
    return new FileDeclaration(path, origin, contents, later, number);
  }

  /**
   * The forms that the file may have, each as a declaration of that form alone.
   *
   * @return this form, then {@linkplain #or others}
   */
  public List<FileDeclaration> forms() {
    if (contents().others.isEmpty()) {
      return List.of(this);
    }
    List<FileDeclaration> forms = new ArrayList<>();
    Contents first = new Contents(shape(), tables(), List.of());
    forms.add(new FileDeclaration(path, origin, first, null, 0));
    forms.addAll(contents().others);
    return List.copyOf(forms);
  }

  /**
   * Where the file is.
   *
   * @return a path relative to the directory of a source, or to the root; empty for the root itself
   */
  public String path() {
    return path;
  }

  /**
   * What the names of the files have in common.
   *
   * @return the last part of the path
   */
  public KeyPattern name() {
    KeyPattern known = name;
    if (known == null) {
      known = KeyPattern.of(path.substring(path.lastIndexOf('/') + 1));
      name = known;
    }
    return known;
  }

  /**
   * Where the files are.
   *
   * @return the path without its last part; empty for the directory of the source, or the root
   */
  public String directory() {
    int end = path.lastIndexOf('/');
    return end < 0 ? "" : path.substring(0, end);
  }

  /**
   * How the text is divided into cells.
   *
   * @return the shape; the first one where there are several {@link #forms}, as all else is
   */
  public Shape shape() {
    return contents().shape;
  }

  /**
   * Which cells are stats.
   *
   * @return at least one table
   */
  public List<TableDeclaration> tables() {
    return contents().tables;
  }

  /**
   * Where this is declared.
   *
   * @return the place; empty if it is not known
   */
  public String origin() {
    return origin;
  }

  @Override
  public boolean equals(Object other) {
    return other == this
        || other instanceof FileDeclaration that
            && path.equals(that.path)
            && shape().equals(that.shape())
            && tables().equals(that.tables())
            && contents().others.equals(that.contents().others);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  /** The path and the shape, for people. */
  @Override
  public String toString() {
    return "'" + path + "': " + shape();
  }
}
