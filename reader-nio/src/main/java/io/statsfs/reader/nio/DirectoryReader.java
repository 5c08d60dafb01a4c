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
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Reads a source of one file per value. */
final class DirectoryReader extends SourceReader {
  /** What looking at a directory that is gone answers, so that all its files tell the same. */
  private static final int ENOENT = 2;

  private static final int MOST_READ_AGAIN = 2;

  private final StatFile[] files;
  private final boolean[] asDouble;
  private final boolean doubtful;
  private final boolean userMade;

  /** Why the directory is not read, if it is not. */
  private @Nullable Status missing;

  private int missingErrno;

  /** Which directory was there when it was looked at last. */
  private @Nullable Object life;

  DirectoryReader(SourcePlan plan, DescriptorBudget budget) {
    super(plan);
    files = new StatFile[plan.stats().size()];
    asDouble = new boolean[files.length];
    doubtful = plan.doubtful();
    userMade = plan.userMade();
    for (int i = 0; i < files.length; i++) {
      Stat stat = plan.stats().get(i);
      files[i] = new StatFile(stat.path().orElseThrow(), plan, budget);
      asDouble[i] = stat.type() == Stat.Type.FLOAT;
    }
  }

  @Override
  void sample(SampleMemory memory, Text text) {
    read(memory, text);
    if (doubtful) {
      requireOneLife(memory, text);
    }
  }

  private void read(SampleMemory memory, Text text) {
    // One look at a directory that was gone, instead of one failure per file.
    boolean looked = !userMade && missing == null;
    for (int i = 0; i < files.length; i++) {
      int index = firstIndex() + i;
      if (memory.isLeftOut(index)) {
        continue;
      }
      text.moveTo(index);
      if (!looked) {
        looked = true;
        look();
      }
      if (missing != null) {
        memory.putFailure(index, missing, missingErrno);
      } else {
        sample(i, memory, text);
      }
    }
  }

  private void look() {
    missing = null;
    try {
      if (userMade) {
        requireDirectory();
      } else if (isGone()) {
        goesMissing(Status.GONE, ENOENT);
      }
    } catch (IOException e) {
      goesMissing(ReadFailure.status(e, source().path().orElseThrow()), ReadFailure.errno(e));
    }
  }

  private void goesMissing(Status status, int errno) {
    missing = status;
    missingErrno = errno;
    close();
  }

  /**
   * A value that may be of nothing counts only if the source is the same afterwards that it was
   * when it was looked at last, which was before the reading. Else all is read again.
   */
  private void requireOneLife(SampleMemory memory, Text text) {
    try {
      for (int again = 0; movesToValueOfNothing(memory, text); again++) {
        Object before = life;
        life =
            Files.readAttributes(
                    source().path().orElseThrow(),
                    BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        if (life.equals(before)) {
          return;
        } else if (again == MOST_READ_AGAIN) {
          throw new NoSuchFileException(source().path().orElseThrow().toString());
        }
        read(memory, text);
      }
    } catch (IOException e) {
      life = null;
      Status status = ReadFailure.status(e, source().path().orElseThrow());
      for (int i = firstIndex(); i < firstIndex() + files.length; i++) {
        if (NumberText.mayBeOfNothing(memory, i)) {
          memory.putFailure(i, status, ReadFailure.errno(e));
        }
      }
    }
  }

  private boolean movesToValueOfNothing(SampleMemory memory, Text text) {
    for (int i = firstIndex(); i < firstIndex() + files.length; i++) {
      if (NumberText.mayBeOfNothing(memory, i)) {
        text.moveTo(i);
        return true;
      }
    }
    return false;
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
        goesMissing(Status.GONE, ENOENT);
      }
    }
  }

  private boolean isGone() {
    return Files.notExists(source().path().orElseThrow(), LinkOption.NOFOLLOW_LINKS);
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
