package io.statsfs.reader.nio;

import io.statsfs.core.batch.OpenOptions;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of one value or of many, that is opened for each sample or kept open between them. */
final class StatFile {
  private static final int EINVAL = 22;

  /**
   * In place of a length: a file that is kept open says that it has no value now, such as that an
   * interface without a link has no speed. Of a file that is gone it would be another error.
   */
  static final int NO_VALUE = -EINVAL;

  private final Path path;
  private final boolean keepOpen;
  private final boolean userMade;
  private final DescriptorBudget budget;
  private @Nullable FileChannel kept;

  StatFile(Path path, DirectoryPlan plan, DescriptorBudget budget) {
    this.path = path;
    keepOpen = plan.keepOpen();
    userMade = plan.userMade();
    this.budget = budget;
  }

  boolean isKept() {
    return kept != null;
  }

  Path path() {
    return path;
  }

  /**
   * Reads a line, which ends with a line feed, with the file, or when it is too long for a value.
   *
   * @return how many bytes it has, or {@link #NO_VALUE}
   */
  int readLine(Text text) throws IOException {
    return read(text, FilePlan.VALUE_BYTES, true);
  }

  /** Reads the file to its end, or {@code max} bytes; returns the same. */
  int readAll(Text text, int max) throws IOException {
    return read(text, max, false);
  }

  private int read(Text text, int max, boolean toLineEnd) throws IOException {
    while (true) {
      try {
        return readOnce(text, max, toLineEnd);
      } catch (ClosedByInterruptException e) {
        text.interrupted = true;
        Thread.interrupted();
      }
    }
  }

  private int readOnce(Text text, int max, boolean toLineEnd) throws IOException {
    if (kept != null) {
      try {
        return fill(kept, true, text, max, toLineEnd);
      } catch (ClosedByInterruptException e) {
        close();
        throw e;
      } catch (IOException e) {
        if (isAnswer(e)) {
          return NO_VALUE;
        }
        // What it was opened for is gone. There may be another one under this name.
        close();
      }
    }
    if (userMade) {
      ReadFailure.requireRegularFile(path);
    }
    FileChannel channel = FileChannel.open(path, OpenOptions.READ);
    boolean keep = false;
    try {
      int length = fill(channel, keepOpen, text, max, toLineEnd);
      keep = keepOpen && budget.take();
      text.notKept += keepOpen && !keep ? 1 : 0;
      return length;
    } catch (IOException e) {
      keep = keepOpen && isAnswer(e) && budget.take();
      throw e;
    } finally {
      if (keep) {
        kept = channel;
      } else {
        channel.close();
      }
    }
  }

  /** Whether an error of reading is what the file itself has to say. */
  private static boolean isAnswer(IOException e) {
    return ReadFailure.errno(e) == EINVAL;
  }

  private static int fill(
      FileChannel channel, boolean positional, Text text, int max, boolean toLineEnd)
      throws IOException {
    int length = 0;
    text.bytes.clear().limit(Math.min(max, text.bytes.capacity()));
    while (length < max) {
      if (!text.bytes.hasRemaining()) {
        text.grow(max);
      }
      int read = positional ? channel.read(text.bytes, length) : channel.read(text.bytes);
      if (read <= 0) {
        break;
      }
      length += read;
      if (toLineEnd && text.bytes.get(length - 1) == '\n') {
        break;
      }
    }
    text.bytes.get(0, text.array, 0, length);
    return length;
  }

  void close() {
    if (kept != null) {
      try {
        kept.close();
      } catch (IOException e) {
        // Nothing was written that could be lost.
      }
      kept = null;
      budget.giveBack();
    }
  }
}
