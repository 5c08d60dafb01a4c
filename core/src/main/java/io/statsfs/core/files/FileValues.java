package io.statsfs.core.files;

import io.statsfs.Limits;
import io.statsfs.Stat;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.core.batch.EntryCount;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.scan.SourceImpl;
import io.statsfs.core.scan.TableCells;
import io.statsfs.core.scan.TableFile;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.text.TextCell;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reads single values, without a reader. Safe for use by several threads. */
final class FileValues {
  /** What is read of a file as text. */
  private static final int MAX_TEXT_BYTES = 64 << 10;

  private static final int MOST_READ_AGAIN = 2;

  private final Limits limits;

  FileValues(Limits limits) {
    this.limits = limits;
  }

  void read(Stat stat, SampleMemory memory) {
    ByteBuffer text = readFile(stat);
    TableFile table = TableFile.of(stat);
    boolean isFloat = stat.type() == Stat.Type.FLOAT;
    List<String> noValue = SourceImpl.noValueWords(stat);
    if (table != null) {
      cell(table, stat)
          .put(text.array(), text.remaining(), isCut(text), isFloat, !noValue.isEmpty(), memory);
    } else if (noValue.contains(text(text))) {
      memory.putFailure(0, Status.NO_VALUE, 0);
    } else {
      NumberText.put(text.array(), 0, text.remaining(), isFloat, memory, 0);
    }
    if (memory.status(0) != Status.OK) {
      throw unreadable(stat, memory.status(0));
    }
  }

  String readText(Stat stat) {
    ByteBuffer text = readFile(stat);
    TableFile table = TableFile.of(stat);
    if (table != null) {
      return cell(table, stat)
          .text(text.array(), text.remaining(), isCut(text))
          .orElseThrow(() -> unreadable(stat, Status.GONE));
    }
    return text(text);
  }

  private static String text(ByteBuffer text) {
    return PathText.decode(Arrays.copyOf(text.array(), text.remaining())).strip();
  }

  private static TextCell cell(TableFile table, Stat stat) {
    TableCells cells = table.cells();
    int number = SourceImpl.cell(stat, cells);
    if (number < 0) {
      throw unreadable(stat, Status.GONE);
    }
    return new TextCell(table.shape(), cells.rows(), cells.columns(), number);
  }

  private boolean isCut(ByteBuffer text) {
    return text.remaining() == limits.fileBytes();
  }

  private static StatReadException unreadable(Stat stat, Status status) {
    String why =
        status == Status.GONE
            ? "the file does not have it any more"
            : status == Status.NO_VALUE
                ? "the kernel says so; readText has its word"
                : "what it holds is not one number; readText has it";
    return new StatReadException(
        status, stat + " has no value, in " + stat.origin() + ": " + why, null);
  }

  private ByteBuffer readFile(Stat stat) {
    Path file = FilePaths.of(stat);
    SourceImpl source = (SourceImpl) stat.source();
    TableFile table = source.table();
    boolean isEntries = table != null && table.shape().isEntries();
    try {
      if (source.type().userMade()) {
        directory(source).require();
        if (!isEntries) {
          ReadFailure.requireRegularFile(file);
        }
      }
      if (isEntries) {
        return EntryCount.text(file);
      }
      return table == null ? readOneValue(source, file) : TextFile.read(file, limits.fileBytes());
    } catch (IOException e) {
      boolean isNoValue = SourceImpl.noValueErrnos(stat).contains(ReadFailure.errno(e));
      throw new StatReadException(
          isNoValue ? Status.NO_VALUE : ReadFailure.status(e, file),
          stat.origin() + " cannot be read: " + ReadFailure.describe(e),
          e);
    }
  }

  private static SourceDirectory directory(SourceImpl source) {
    Path root = FilePaths.of(source.tree());
    Path path = FilePaths.of(source);
    if (source.table() != null && !path.equals(root)) {
      path = path.resolveSibling("");
    }
    return new SourceDirectory(root, path, source.tree().layout().links().orElse(null));
  }

  private static ByteBuffer readOneValue(SourceImpl source, Path file) throws IOException {
    ByteBuffer text = TextFile.read(file, MAX_TEXT_BYTES);
    if (source.type().staleZeros()) {
      // It may have gone, and another one come, between the opening and the reading.
      Inode before = source.inode();
      for (int again = 0; mayBeEmptyAggregate(text); again++) {
        Inode now = Inode.of(FilePaths.of(source), false);
        if (now.isSame(before)) {
          break;
        } else if (again == MOST_READ_AGAIN) {
          throw new NoSuchFileException(source.origin());
        }
        before = now;
        text = TextFile.read(file, MAX_TEXT_BYTES);
      }
    }
    return text;
  }

  private static boolean mayBeEmptyAggregate(ByteBuffer text) {
    SampleMemory memory = new SampleMemory(1);
    NumberText.put(text.array(), 0, text.remaining(), false, memory, 0);
    return NumberText.mayBeEmptyAggregate(memory, 0);
  }
}
