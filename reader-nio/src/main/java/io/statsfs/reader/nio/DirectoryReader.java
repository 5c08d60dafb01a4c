package io.statsfs.reader.nio;

import io.statsfs.Status;
import io.statsfs.core.batch.EntryCount;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.core.text.FileCells;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the files of one directory. */
final class DirectoryReader {
  /** What looking at a directory that is gone answers, so that all its files answer the same. */
  private static final int ENOENT = 2;

  private static final int MOST_READ_AGAIN = 2;

  private final DirectoryPlan plan;
  private final Path path;

  /** Where users can put a link in the place of the directory. */
  private final @Nullable SourceDirectory directory;

  /** The number of the first file among those of the batch. */
  private final int firstFile;

  private final StatFile[] files;

  /** By file; null for one value. */
  private final @Nullable FileCells[] cells;

  /** By file; the plans of those of one value are not kept, as each call makes them anew. */
  private final int[] firstSlots;

  private final boolean[] isFloat;

  /** By file, whether it is a directory whose entries are counted. */
  private final boolean[] isEntries;

  /** Why the directory is not read, if it is not. */
  private @Nullable Status missing;

  private int missingErrno;

  /** The file key of the directory when it was looked at last. */
  private @Nullable Object key;

  /**
   * Takes over the files that are open.
   *
   * @param before what read the same directory; null if nothing did
   */
  DirectoryReader(
      DirectoryPlan plan,
      int firstFile,
      DescriptorBudget budget,
      FileCells.Shared shared,
      @Nullable DirectoryReader before) {
    this.plan = plan;
    this.firstFile = firstFile;
    path = plan.directory();
    directory =
        plan.userMade() ? new SourceDirectory(plan.root(), plan.directory(), plan.links()) : null;
    files = new StatFile[plan.files().size()];
    cells = new FileCells[files.length];
    firstSlots = new int[files.length];
    isFloat = new boolean[files.length];
    isEntries = new boolean[files.length];
    Map<String, StatFile> others = new HashMap<>();
    if (before != null) {
      missing = before.missing;
      missingErrno = before.missingErrno;
      key = before.key;
      others = before.filesUnlike(plan);
    }
    for (int i = 0; i < files.length; i++) {
      FilePlan file = plan.files().get(i);
      StatFile known =
          before != null && before.isLike(plan, i) ? before.files[i] : others.remove(file.name());
      files[i] =
          known == null ? new StatFile(PathText.resolve(path, file.name()), plan, budget) : known;
      isEntries[i] = file.shape().isEntries();
      boolean isValue =
          (file.shape().equals(Shape.VALUE) || isEntries[i]) && file.columns().size() == 1;
      cells[i] = isValue ? null : new FileCells(file, shared);
      firstSlots[i] = file.firstSlot();
      isFloat[i] = isValue && file.isFloat(0);
    }
    others.values().forEach(StatFile::close);
  }

  /** Whether a plan has the same file in the same place. */
  private boolean isLike(DirectoryPlan other, int i) {
    return i < files.length
        && i < other.files().size()
        && plan.files().get(i).name().equals(other.files().get(i).name());
  }

  /** The other files, by their names. */
  private Map<String, StatFile> filesUnlike(DirectoryPlan other) {
    Map<String, StatFile> unlike = new HashMap<>();
    for (int i = 0; i < files.length; i++) {
      if (!isLike(other, i)) {
        unlike.put(plan.files().get(i).name(), files[i]);
      }
    }
    return unlike;
  }

  DirectoryPlan plan() {
    return plan;
  }

  /** Reads each file once, except for those that are left out. */
  void sample(SampleMemory memory, Text text) {
    read(memory, text);
    if (plan.staleZeros()) {
      requireSameDirectory(memory, text);
    }
  }

  private void read(SampleMemory memory, Text text) {
    // One look at a directory that was gone, instead of one failure per file.
    boolean looked = directory == null && missing == null;
    for (int i = 0; i < files.length; i++) {
      int slot = firstSlots[i];
      if (slot < 0 || memory.isLeftOut(slot)) {
        continue;
      }
      text.moveTo(firstFile + i);
      if (!looked) {
        looked = true;
        look();
      }
      if (missing != null) {
        fail(i, missing, missingErrno, memory);
      } else {
        sample(i, memory, text);
      }
    }
  }

  private void look() {
    missing = null;
    try {
      if (directory != null) {
        directory.require();
      } else if (isGone()) {
        goesMissing(Status.GONE, ENOENT);
      }
    } catch (IOException e) {
      goesMissing(ReadFailure.status(e, path), ReadFailure.errno(e));
    }
  }

  private void goesMissing(Status status, int errno) {
    missing = status;
    missingErrno = errno;
    close();
  }

  /**
   * A value that may be an empty aggregate counts only if the directory is still the one that was
   * there when it was looked at last, before the reading. Else all is read again.
   */
  private void requireSameDirectory(SampleMemory memory, Text text) {
    try {
      for (int again = 0; movesToEmptyAggregate(memory, text); again++) {
        Object before = key;
        key =
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        if (key.equals(before)) {
          return;
        } else if (again == MOST_READ_AGAIN) {
          throw new NoSuchFileException(path.toString());
        }
        read(memory, text);
      }
    } catch (IOException e) {
      key = null;
      Status status = ReadFailure.status(e, path);
      for (int i = 0; i < files.length; i++) {
        if (mayBeEmptyAggregate(i, memory)) {
          fail(i, status, ReadFailure.errno(e), memory);
        }
      }
    }
  }

  private boolean movesToEmptyAggregate(SampleMemory memory, Text text) {
    for (int i = 0; i < files.length; i++) {
      if (mayBeEmptyAggregate(i, memory)) {
        text.moveTo(firstFile + i);
        return true;
      }
    }
    return false;
  }

  /** Whether one of a file's values may be. */
  private boolean mayBeEmptyAggregate(int i, SampleMemory memory) {
    FileCells its = cells[i];
    if (its == null) {
      return firstSlots[i] >= 0 && NumberText.mayBeEmptyAggregate(memory, firstSlots[i]);
    }
    for (int slot : its.plan().slots()) {
      if (slot >= 0 && NumberText.mayBeEmptyAggregate(memory, slot)) {
        return true;
      }
    }
    return false;
  }

  private void sample(int i, SampleMemory memory, Text text) {
    try {
      if (isEntries[i]) {
        putEntries(i, memory);
        return;
      }
      FileCells its = cells[i];
      boolean isOneLine = its == null || its.plan().shape().isOneLine();
      int max = isOneLine ? FilePlan.VALUE_BYTES : plan.maxBytes();
      int length = isOneLine ? files[i].readLine(text) : files[i].readAll(text, max);
      if (length == StatFile.NO_VALUE) {
        fail(i, Status.FAILED, -length, memory);
      } else {
        put(i, text, length, length == max, memory);
      }
    } catch (IOException e) {
      Status status = ReadFailure.status(e, files[i].path());
      fail(i, status, ReadFailure.errno(e), memory);
      if (status == Status.GONE && isGone()) {
        goesMissing(Status.GONE, ENOENT);
      }
    }
  }

  private void putEntries(int i, SampleMemory memory) throws IOException {
    long entries = EntryCount.of(files[i].path());
    if (isFloat[i]) {
      memory.putDouble(firstSlots[i], entries);
    } else {
      memory.putLong(firstSlots[i], entries);
    }
  }

  private void put(int i, Text text, int length, boolean isCut, SampleMemory memory) {
    FileCells its = cells[i];
    if (its != null) {
      its.put(text.array, length, isCut, memory);
      if (its.isOutdated()) {
        text.outdated.set(firstFile + i);
      }
      return;
    }
    if (isCut) {
      memory.putFailure(firstSlots[i], Status.NOT_A_NUMBER, 0);
    } else {
      NumberText.put(text.array, 0, length, isFloat[i], memory, firstSlots[i]);
    }
  }

  private void fail(int i, Status status, int errno, SampleMemory memory) {
    FileCells its = cells[i];
    if (its == null) {
      memory.putFailure(firstSlots[i], status, errno);
      return;
    }
    for (int slot : its.plan().slots()) {
      if (slot >= 0) {
        memory.putFailure(slot, status, errno);
      }
    }
  }

  private boolean isGone() {
    return Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** How many files are open. */
  int kept() {
    int kept = 0;
    for (StatFile file : files) {
      kept += file.isKept() ? 1 : 0;
    }
    return kept;
  }

  void close() {
    for (StatFile file : files) {
      file.close();
    }
  }
}
