package io.statsfs.core.scan;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.schema.Schema;
import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One life of a source. */
public final class SourceImpl implements Source {
  private final Place place;
  private final Path path;
  private final FileSystemType type;
  private final @Nullable Inode inode;
  private final Map<String, String> labels;
  private final @Nullable TableFile table;
  private final List<Stat> stats;

  /** Of a directory; the names are those of its files. */
  static SourceImpl ofDirectory(
      Place place,
      Path path,
      FileSystemType type,
      Inode inode,
      Schema schema,
      DeclaredStats shipped,
      Collection<StatFile> files) {
    List<Stat> stats = new ArrayList<>(files.size());
    SourceImpl source = new SourceImpl(place, path, type, inode, schema, null, stats);
    for (StatFile file : files) {
      Schema.Metric declared = shipped.find(file.fileName());
      Schema.Metric metric = schema.find(file.fileName());
      if (metric == null) {
        metric = declared == null ? undescribed(place, file) : declared;
      } else if (declared != null) {
        // Of that, the kernel says nothing.
        metric = metric.withDefault(declared.byDefault());
      }
      stats.add(new FileStat(source, file, metric));
    }
    return source;
  }

  private static Schema.Metric undescribed(Place place, StatFile file) {
    boolean counts =
        place.tree().layout().hasKindsByMode() && Inode.isWritableByAnyone(file.permissions());
    return counts ? Schema.Metric.UNKNOWN_COUNTER : Schema.Metric.UNKNOWN;
  }

  /** Of cells of a file. */
  static SourceImpl ofTable(Place place, TableFile table, List<FileContents.CellFound> cells) {
    List<Stat> stats = new ArrayList<>(cells.size());
    SourceImpl source =
        new SourceImpl(place, table.path(), table.type(), null, Schema.EMPTY, table, stats);
    for (FileContents.CellFound cell : cells) {
      stats.add(new CellStat(source, cell));
    }
    return source;
  }

  private SourceImpl(
      Place place,
      Path path,
      FileSystemType type,
      @Nullable Inode inode,
      Schema schema,
      @Nullable TableFile table,
      List<Stat> stats) {
    this(
        place,
        path,
        type,
        inode,
        schema.labels().isEmpty() ? place.labels() : schema.labels(),
        table,
        stats);
  }

  private SourceImpl(
      Place place,
      Path path,
      FileSystemType type,
      @Nullable Inode inode,
      Map<String, String> labels,
      @Nullable TableFile table,
      List<Stat> stats) {
    this.place = place;
    this.path = path;
    this.type = type;
    this.inode = inode;
    this.labels = labels;
    this.table = table;
    this.stats = Collections.unmodifiableList(stats);
  }

  /** The same without some stats. */
  public SourceImpl without(Set<String> names) {
    List<Stat> left = new ArrayList<>(stats.size());
    SourceImpl source = new SourceImpl(place, path, type, inode, labels, table, left);
    for (Stat stat : stats) {
      if (!names.contains(stat.name())) {
        left.add(((StatImpl) stat).in(source));
      }
    }
    return source;
  }

  /** Whether another source is this one: the same cells of the same file, described alike. */
  boolean isLike(SourceImpl other) {
    if (table != other.table
        || !subsystem().equals(other.subsystem())
        || !device().equals(other.device())
        || !labels.equals(other.labels)
        || stats.size() != other.stats.size()) {
      return false;
    }
    for (int i = 0; i < stats.size(); i++) {
      CellStat its = (CellStat) stats.get(i);
      CellStat others = (CellStat) other.stats.get(i);
      if (its.cell.row() != others.cell.row()
          || its.cell.column() != others.cell.column()
          || !its.name().equals(others.name())
          || !its.metric().equals(others.metric())) {
        return false;
      }
    }
    return true;
  }

  /** Whether its place in the tree gives it these labels. */
  boolean isAt(Place its) {
    return place.labels().equals(its.labels());
  }

  /** Whether the stats are just these files, in this order. */
  boolean hasFiles(Collection<StatFile> files) {
    if (files.size() != stats.size()) {
      return false;
    }
    int i = 0;
    for (StatFile file : files) {
      StatFile known = ((FileStat) stats.get(i++)).file;
      if (file.permissions() != known.permissions() || !file.fileName().equals(known.fileName())) {
        return false;
      }
    }
    return true;
  }

  public FileSystemType type() {
    return type;
  }

  /** The file of which the stats are cells; null if each stat has a file of its own. */
  public @Nullable TableFile table() {
    return table;
  }

  /** Which cell of its file a stat is, row after row; -1 if the file has it no more. */
  public static int cell(Stat stat, TableCells cells) {
    FileContents.CellFound cell = ((CellStat) stat).cell;
    return cells.number(cell.row(), cell.column());
  }

  /** Of the directory when it was listed. Not for cells of a file. */
  public Inode inode() {
    return Objects.requireNonNull(inode);
  }

  /** Of the file of one of these stats, see {@link StatFile}; 0 for a cell of a file. */
  public int permissions(Stat stat) {
    return stat instanceof FileStat its ? its.file.permissions() : 0;
  }

  /**
   * The name of the file of one value in the directory of its source, as {@link Stat#name()} writes
   * names.
   */
  public static String fileName(Stat stat) {
    return ((FileStat) stat).file.fileName();
  }

  /**
   * Whether a schema describes one of these stats. If not, the mode of its file may give its kind.
   */
  public boolean isDescribed(Stat stat) {
    return !place.tree().layout().hasKindsByMode()
        && ((StatImpl) stat).metric() != Schema.Metric.UNKNOWN;
  }

  /** Words that say of a stat that there is no value. */
  public static List<String> noValueWords(Stat stat) {
    return ((StatImpl) stat).metric().noValueWords();
  }

  /** Errors that say so. */
  public static List<Integer> noValueErrnos(Stat stat) {
    return ((StatImpl) stat).metric().noValueErrnos();
  }

  @Override
  public Tree tree() {
    return place.tree();
  }

  @Override
  public String subsystem() {
    return place.subsystem();
  }

  @Override
  public String device() {
    return place.device();
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
  public Optional<Path> path() {
    return Optional.of(path);
  }

  @Override
  public Optional<String> form() {
    return table == null ? Optional.empty() : table.form();
  }

  @Override
  public String origin() {
    return PathText.of(path);
  }

  @Override
  public String toString() {
    return place.device().isEmpty() ? place.subsystem() : place.subsystem() + "/" + place.device();
  }

  private abstract static class StatImpl implements Stat {
    private final SourceImpl source;

    StatImpl(SourceImpl source) {
      this.source = source;
    }

    /** The same in another source. */
    abstract StatImpl in(SourceImpl other);

    abstract Schema.Metric metric();

    /** Where the value is read. */
    abstract Path filePath();

    @Override
    public Source source() {
      return source;
    }

    @Override
    public Kind kind() {
      return metric().kind();
    }

    @Override
    public Type type() {
      return metric().type();
    }

    @Override
    public String description() {
      // Here and not of all that is found, as few ask for it.
      return PrintableText.of(metric().description());
    }

    @Override
    public String unit() {
      return metric().unit();
    }

    @Override
    public boolean isDefault() {
      return !Boolean.FALSE.equals(metric().byDefault());
    }

    @Override
    public Optional<Path> path() {
      return Optional.of(filePath());
    }

    @Override
    public String origin() {
      return PathText.of(filePath());
    }

    @Override
    public String toString() {
      return source + "/" + name();
    }
  }

  /** A file of one value. */
  private static final class FileStat extends StatImpl {
    private final StatFile file;
    private final Schema.Metric metric;

    FileStat(SourceImpl source, StatFile file, Schema.Metric metric) {
      super(source);
      this.file = file;
      this.metric = metric;
    }

    @Override
    StatImpl in(SourceImpl other) {
      return new FileStat(other, file, metric);
    }

    @Override
    public String name() {
      return file.stat();
    }

    @Override
    Schema.Metric metric() {
      return metric;
    }

    @Override
    Path filePath() {
      return super.source.path.resolve(file.file());
    }
  }

  /** A cell of the file of its source. */
  private static final class CellStat extends StatImpl {
    private final FileContents.CellFound cell;

    CellStat(SourceImpl source, FileContents.CellFound cell) {
      super(source);
      this.cell = cell;
    }

    @Override
    StatImpl in(SourceImpl other) {
      return new CellStat(other, cell);
    }

    @Override
    public String name() {
      return cell.name();
    }

    @Override
    Schema.Metric metric() {
      return cell.metric();
    }

    @Override
    Path filePath() {
      return super.source.path;
    }
  }
}
