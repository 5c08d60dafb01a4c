package io.statsfs.core.files;

import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.scan.SourceImpl;
import io.statsfs.core.scan.TableCells;
import io.statsfs.core.scan.TableFile;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The files that hold some stats, with the numbers that batches call them by. */
final class SampledFiles {
  private final List<DirectoryPlan> directories = new ArrayList<>();

  /** For each directory the file of several values that it is read for; null for other ones. */
  private final List<@Nullable TableFile> tables = new ArrayList<>();

  /**
   * The numbers of the first files of the directories, and behind them how many files there are.
   */
  private final int[] firstFiles;

  private final List<Stat> stats;
  private final int[] indices;

  /** Where the values go of which an error can say that there is none. */
  private final int[] mayHaveNone;

  /** The errors that say so of each of these. */
  private final int[][] noValueErrnos;

  /**
   * The files of some stats.
   *
   * @param stats which ones; those of one source stand together
   * @param indices where the values go
   * @param maxBytes how much of a file of several lines is read
   */
  SampledFiles(List<Stat> stats, int[] indices, int maxBytes) {
    this.stats = stats;
    this.indices = indices;
    int[] some =
        IntStream.range(0, stats.size())
            .filter(i -> !SourceImpl.noValueErrnos(stats.get(i)).isEmpty())
            .toArray();
    mayHaveNone = IntStream.of(some).map(i -> indices[i]).toArray();
    noValueErrnos =
        IntStream.of(some)
            .mapToObj(i -> SourceImpl.noValueErrnos(stats.get(i)))
            .map(errnos -> errnos.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    Map<TableFile, Table> byFile = new IdentityHashMap<>();
    List<Table> inOrder = new ArrayList<>();
    for (int i = 0; i < stats.size(); ) {
      SourceImpl source = (SourceImpl) stats.get(i).source();
      TableFile file = source.table();
      int first = i;
      while (i < stats.size() && stats.get(i).source() == source) {
        i++;
      }
      if (file == null) {
        add(source, first, i, maxBytes);
        continue;
      }
      Table table = byFile.get(file);
      if (table == null) {
        table = new Table(source, file);
        byFile.put(file, table);
        inOrder.add(table);
      }
      table.put(stats, indices, first, i);
    }
    for (Table table : inOrder) {
      if (table.isWanted) {
        add(table.source, table.file, directory(table), List.of(table.plan()), maxBytes);
      }
    }
    firstFiles = new int[directories.size() + 1];
    for (int i = 0; i < directories.size(); i++) {
      firstFiles[i + 1] = firstFiles[i] + directories.get(i).files().size();
    }
  }

  /** Where the values of a file go. */
  private static final class Table {
    final SourceImpl source;
    final TableFile file;
    private final TableCells cells;
    private final int[] slots;
    private final boolean[] floats;
    private final boolean[] noValues;

    /** What a later scan found gone is not read. */
    boolean isWanted;

    Table(SourceImpl source, TableFile file) {
      this.source = source;
      this.file = file;
      cells = file.cells();
      slots = new int[cells.rows().size() * cells.columns().size()];
      floats = new boolean[slots.length];
      noValues = new boolean[slots.length];
      Arrays.fill(slots, FilePlan.NOT_WANTED);
    }

    void put(List<Stat> stats, int[] indices, int from, int to) {
      for (int i = from; i < to; i++) {
        int cell = SourceImpl.cell(stats.get(i), cells);
        if (cell >= 0) {
          slots[cell] = indices[i];
          floats[cell] = stats.get(i).type() == Stat.Type.FLOAT;
          noValues[cell] = !SourceImpl.noValueWords(stats.get(i)).isEmpty();
          isWanted = true;
        }
      }
    }

    FilePlan plan() {
      return new FilePlan(
          name(file.path()), file.shape(), cells.rows(), cells.columns(), slots, floats, noValues);
    }
  }

  /** Files of one value, which are many: their plans are made when they are asked for. */
  private static final class ValueFiles extends AbstractList<FilePlan> {
    private final List<Stat> stats;
    private final int[] indices;
    private final int from;
    private final int to;

    ValueFiles(List<Stat> stats, int[] indices, int from, int to) {
      this.stats = stats;
      this.indices = indices;
      this.from = from;
      this.to = to;
    }

    @Override
    public FilePlan get(int i) {
      int k = from + Objects.checkIndex(i, size());
      Stat stat = stats.get(k);
      String name = SourceImpl.fileName(stat);
      boolean isFloat = stat.type() == Stat.Type.FLOAT;
      List<String> noValue = SourceImpl.noValueWords(stat);
      return noValue.isEmpty()
          ? FilePlan.value(name, indices[k], isFloat)
          : FilePlan.value(name, indices[k], isFloat, Shape.VALUE.withNoValue(noValue));
    }

    @Override
    public int size() {
      return to - from;
    }
  }

  private static String name(Path file) {
    return PathText.nameOf(file);
  }

  private static Path directory(Table table) {
    Path parent = table.file.path().getParent();
    return parent == null ? Path.of("") : parent;
  }

  private void add(SourceImpl source, int from, int to, int maxBytes) {
    List<FilePlan> values = new ValueFiles(stats, indices, from, to);
    add(source, source, FilePaths.of(source), values, maxBytes);
  }

  private void add(
      SourceImpl source, Object identity, Path directory, List<FilePlan> plans, int maxBytes) {
    FileSystemType type = source.type();
    boolean isRootFile =
        FilePaths.of(source).equals(FilePaths.of(source.tree())) && source.table() != null;
    // A declared path may lead through links of the kernel's, as that of net in procfs.
    boolean isOwnRoot =
        isRootFile
            || source.table() != null
                && source.tree().layout().hasDeclaredFilesOnly()
                && !type.userMade();
    directories.add(
        DirectoryPlan.builder(identity, directory, plans)
            // A root that is a file is one in its directory.
            .root(isOwnRoot ? directory : FilePaths.of(source.tree()))
            .links(source.tree().layout().links().orElse(null))
            .keepOpen(keepsOpen(type, plans))
            .staleZeros(type.staleZeros())
            .userMade(type.userMade())
            .maxBytes(maxBytes)
            .build());
    tables.add(source.table());
  }

  private static boolean keepsOpen(FileSystemType type, List<FilePlan> plans) {
    boolean isSo = type.keepsOpen();
    for (int i = 0; isSo && !type.keepsAllOpen() && i < plans.size(); i++) {
      isSo = type.keepsOpen(plans.get(i).name());
    }
    return isSo;
  }

  List<DirectoryPlan> directories() {
    return directories;
  }

  int size() {
    return firstFiles[directories.size()];
  }

  /** Where the values of a file go. */
  int[] slots(int file) {
    return plan(file).slots();
  }

  private FilePlan plan(int file) {
    int directory = directoryOf(file);
    return directories.get(directory).files().get(file - firstFiles[directory]);
  }

  /** The number of the directory of a file. Each has a file, so that no two begin with the same. */
  private int directoryOf(int file) {
    int found = Arrays.binarySearch(firstFiles, file);
    return found >= 0 ? found : -found - 2;
  }

  /** The index by which a file is left out. */
  int first(int file) {
    return plan(file).firstSlot();
  }

  /** Of stats that could not be read, and of which the error says that there is no value. */
  void putNoValues(SampleMemory memory) {
    for (int i = 0; i < mayHaveNone.length; i++) {
      int index = mayHaveNone[i];
      if (memory.status(index) == Status.FAILED) {
        int errno = memory.errno(index);
        for (int noValue : noValueErrnos[i]) {
          if (noValue == errno) {
            memory.putFailure(index, Status.NO_VALUE, errno);
          }
        }
      }
    }
  }

  /** Makes the next scan look at a file of several values again. */
  void reportOutdated(int file) {
    Objects.requireNonNull(tables.get(directoryOf(file))).reportOutdated();
  }
}
