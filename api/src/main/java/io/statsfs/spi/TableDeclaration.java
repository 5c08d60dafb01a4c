package io.statsfs.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cells of a file that are stats. Each set of values of the labels is a source, whose device is
 * these values with {@code /} between them. A cell belongs to the first table of its file that has
 * its row and its column.
 *
 * <p>Immutable; equal if everything is.
 */
public final class TableDeclaration {
  private final @Nullable String subsystem;
  private final Axis sections;
  private final Axis rows;
  private final Axis columns;
  private final StatDeclarations stats;
  private final boolean isDefault;

  private TableDeclaration(
      @Nullable String subsystem,
      Axis sections,
      Axis rows,
      Axis columns,
      StatDeclarations stats,
      boolean isDefault) {
    this.isDefault = isDefault;
    this.subsystem = subsystem;
    this.sections = Objects.requireNonNull(sections, "sections");
    this.rows = Objects.requireNonNull(rows, "rows");
    this.columns = Objects.requireNonNull(columns, "columns");
    this.stats = Objects.requireNonNull(stats, "stats");
  }

  private TableDeclaration checked() {
    boolean namedByRows = rows.meaning() == Axis.Meaning.STATS;
    boolean namedByColumns = columns.meaning() == Axis.Meaning.STATS;
    if (namedByRows && namedByColumns) {
      throw new IllegalArgumentException(
          "Rows and columns both name stats; one of them has to be labels, such as '{name}'");
    } else if (!namedByRows
        && !namedByColumns
        && (stats.all().size() != 1 || !stats.patterns().isEmpty())) {
      throw new IllegalArgumentException(
          "Neither rows nor columns name stats, so 'stats' needs one stat, with its name");
    }
    if (sections.meaning() == Axis.Meaning.STATS || !sections.names().isEmpty()) {
      throw new IllegalArgumentException(
          "Sections are one heading, or headings with labels, such as '{name}'");
    }
    int labels = sections.labelKeys().size() + rows.labelKeys().size() + columns.labelKeys().size();
    if (labels > 1 && labels > Set.copyOf(labelKeys()).size()) {
      throw new IllegalArgumentException(
          "A label cannot come from two of sections, rows and columns");
    }
    return this;
  }

  /**
   * A table.
   *
   * @param subsystem of the sources; null for that of the layout
   * @param rows what the keys of the rows are
   * @param columns what the keys of the columns are
   * @param stats what is known of the stats. If neither axis has the names of stats, exactly one,
   *     which gives the stat of each source its name
   * @return the table
   * @throws IllegalArgumentException if both axes have the names of stats, if none has and there is
   *     not exactly one stat with a name of its own, or if both have the same label
   */
  public static TableDeclaration of(
      @Nullable String subsystem, Axis rows, Axis columns, List<StatDeclaration> stats) {
    return of(subsystem, rows, columns, StatDeclarations.of(stats));
  }

  /**
   * The same, of declarations that may be made when they are found.
   *
   * @param subsystem of the sources; null for that of the layout
   * @param rows what the keys of the rows are
   * @param columns what the keys of the columns are
   * @param stats what is known of the stats
   * @return the table
   * @throws IllegalArgumentException for the same reasons
   */
  public static TableDeclaration of(
      @Nullable String subsystem, Axis rows, Axis columns, StatDeclarations stats) {
    return new TableDeclaration(subsystem, Axis.single(), rows, columns, stats, true).checked();
  }

  /**
   * A table without any check, for declarations that were compiled from checked ones. What does not
   * go together is not noticed, and what is read of such a table can be wrong.
   *
   * @param subsystem of the sources; null for that of the layout
   * @param sections which headings; {@link Axis#single()} if there are none
   * @param rows what the keys of rows are
   * @param columns what the keys of columns are
   * @param stats what is known of them
   * @param isDefault see {@link #byDefault}
   * @return the table
   */
  public static TableDeclaration unchecked(
      @Nullable String subsystem,
      Axis sections,
      Axis rows,
      Axis columns,
      StatDeclarations stats,
      boolean isDefault) {
    return new TableDeclaration(subsystem, sections, rows, columns, stats, isDefault);
  }

  /**
   * The same table, of whose stats others are exported when nobody names any.
   *
   * @param isDefault whether those are that say nothing of it ({@link StatDeclaration#byDefault()})
   *     or are not described. Of a new table they are
   * @return another table
   */
  public TableDeclaration byDefault(boolean isDefault) {
    return new TableDeclaration(subsystem, sections, rows, columns, stats, isDefault);
  }

  /**
   * The same table, whose rows are those below some {@linkplain Shape#heading headings}.
   *
   * @param headings one heading, or patterns with labels. What is between words there is one blank,
   *     whatever the text has
   * @return another table
   * @throws IllegalArgumentException if it is another axis, or has a label of the rows or columns
   */
  public TableDeclaration inSections(Axis headings) {
    return new TableDeclaration(subsystem, headings, rows, columns, stats, isDefault).checked();
  }

  /**
   * The subsystem of the sources.
   *
   * @return the name; null for that of the layout
   */
  public @Nullable String subsystem() {
    return subsystem;
  }

  /**
   * What the headings of the rows are.
   *
   * @return the axis; {@linkplain Axis#isKeyless without a key} if the text has no headings
   */
  public Axis sections() {
    return sections;
  }

  /**
   * What the keys of the rows are.
   *
   * @return the axis
   */
  public Axis rows() {
    return rows;
  }

  /**
   * What the keys of the columns are.
   *
   * @return the axis
   */
  public Axis columns() {
    return columns;
  }

  /**
   * What is known of the stats.
   *
   * @return the declarations; may be empty
   */
  public StatDeclarations stats() {
    return stats;
  }

  /**
   * Whether the stats of which nothing else says so are exported when nobody names any.
   *
   * @return true unless {@link #byDefault} said otherwise
   */
  public boolean isDefault() {
    return isDefault;
  }

  /**
   * The labels of the sources.
   *
   * @return the keys: those of the sections, then those of the rows, then those of the columns
   */
  public List<String> labelKeys() {
    List<String> keys = new ArrayList<>(sections.labelKeys());
    keys.addAll(rows.labelKeys());
    keys.addAll(columns.labelKeys());
    return keys;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TableDeclaration that
        && Objects.equals(subsystem, that.subsystem)
        && sections.equals(that.sections)
        && rows.equals(that.rows)
        && columns.equals(that.columns)
        && stats.all().equals(that.stats.all())
        && isDefault == that.isDefault;
  }

  @Override
  public int hashCode() {
    return Objects.hash(subsystem, sections, rows, columns);
  }

  /** Its axes, for people. */
  @Override
  public String toString() {
    return (sections.isKeyless() ? "" : "sections " + sections + ", ")
        + "rows "
        + rows
        + ", columns "
        + columns;
  }
}
