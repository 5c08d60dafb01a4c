package io.statsfs.reader.nio;

import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;

/** Reads a source of one file per value. */
final class DirectoryReader extends SourceReader {
  /** What looking at a directory that is gone answers, so that all its files tell the same. */
  private static final int ENOENT = 2;

  private final StatFile[] files;
  private final boolean[] asDouble;
  private final boolean doubtful;
  private boolean gone;

  DirectoryReader(SourcePlan plan, DescriptorBudget budget) {
    super(plan);
    files = new StatFile[plan.stats().size()];
    asDouble = new boolean[files.length];
    doubtful = plan.doubtful();
    for (int i = 0; i < files.length; i++) {
      Stat stat = plan.stats().get(i);
      files[i] = new StatFile(stat.path(), plan.keepOpen(), budget);
      asDouble[i] = stat.type() == Stat.Type.FLOAT;
    }
  }

  @Override
  void sample(SampleMemory memory, Text text) {
    boolean known = false;
    for (int i = 0; i < files.length; i++) {
      int index = firstIndex() + i;
      if (memory.isLeftOut(index)) {
        continue;
      }
      text.moveTo(index);
      // One look at a directory that was gone, instead of one failure per file.
      gone = gone && (known || isGone());
      known = true;
      if (gone) {
        memory.putFailure(index, Status.GONE, ENOENT);
      } else {
        sample(i, memory, text);
      }
    }
    if (doubtful) {
      dropValuesOfTheDead(memory, text);
    }
  }

  /**
   * A source of statsfs that goes while it is read answers 0, or the largest number for a minimum,
   * where a file was opened before, and no error. So such a value counts only if its file is there
   * when all have been read; the first one that is speaks for the others, since a source goes as a
   * whole.
   */
  private void dropValuesOfTheDead(SampleMemory memory, Text text) {
    for (int i = 0; i < files.length; i++) {
      int index = firstIndex() + i;
      long value = memory.longValue(index);
      if ((value == 0 || value == -1) && memory.status(index) == Status.OK) {
        text.moveTo(index);
        if (!Files.notExists(files[i].path(), LinkOption.NOFOLLOW_LINKS)) {
          return;
        }
        memory.putFailure(index, Status.GONE, ENOENT);
      }
    }
  }

  private void sample(int i, SampleMemory memory, Text text) {
    int index = firstIndex() + i;
    try {
      int length = files[i].readValue(text);
      if (length < Text.VALUE_BYTES) {
        NumberText.put(text.bytes, 0, length, asDouble[i], memory, index);
      } else {
        memory.putFailure(index, Status.NOT_A_NUMBER, 0);
      }
    } catch (IOException e) {
      Status status = ReadFailure.status(e, files[i].path());
      memory.putFailure(index, status, ReadFailure.errno(e));
      if (status == Status.GONE && isGone()) {
        gone = true;
        close();
      }
    }
  }

  private boolean isGone() {
    return Files.notExists(source().path(), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  boolean isOutdated() {
    return false;
  }

  @Override
  int kept() {
    int kept = 0;
    for (StatFile file : files) {
      kept += file.isKept() ? 1 : 0;
    }
    return kept;
  }

  @Override
  void close() {
    for (StatFile file : files) {
      file.close();
    }
  }
}
