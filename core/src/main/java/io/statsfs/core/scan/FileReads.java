package io.statsfs.core.scan;

import io.statsfs.core.batch.EntryCount;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.thread.FileGuard;
import io.statsfs.core.thread.GuardedCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a tree that scans have to read. One that does not answer within a second is
 * left behind with the thread of the scan, of which there are few; the scan that is begun again
 * then does without it. For one thread at a time.
 */
final class FileReads {
  /** Threads that may hang in what is there. */
  private static final int MOST_HANGING = 4;

  /** Threads that may hang altogether, also in what is gone. */
  private static final int MOST_LEFT = 16;

  private final int maxBytes;
  private final FileAccess files;
  private FileGuard guard = FileGuard.NONE;

  /** What the last scan was reading when it was left behind; null if it was not. */
  private @Nullable GuardedCall<ByteBuffer> current;

  private final List<GuardedCall<ByteBuffer>> hanging = new ArrayList<>();
  private final List<GuardedCall<ByteBuffer>> left = new ArrayList<>();

  FileReads(int maxBytes, FileAccess files) {
    this.maxBytes = maxBytes;
    this.files = files;
  }

  /** Before each scan. */
  void readBy(FileGuard guard) {
    this.guard = guard;
    if (current != null) {
      hanging.add(current);
      left.add(current);
      current = null;
    }
  }

  private ByteBuffer run(GuardedCall<ByteBuffer> call) throws IOException {
    current = call;
    guard.read(call);
    current = null;
    return call.get();
  }

  /** The reads of one file. */
  final class OfFile {
    private final Path path;
    private final int maxBytes;
    private final boolean isEntries;

    /** Null unless it hangs, or failed. */
    private @Nullable GuardedCall<ByteBuffer> last;

    /** What the file was when the last read began. */
    private @Nullable Inode lastInode;

    private OfFile(Path path, int maxBytes, boolean isEntries) {
      this.path = path;
      this.maxBytes = maxBytes;
      this.isEntries = isEntries;
    }

    /** The text of the file; while it hangs, or too many others do, a failure. */
    ByteBuffer read(Inode now) throws IOException {
      hanging.removeIf(call -> !call.isBusy());
      left.removeIf(call -> !call.isBusy());
      if (last == null || !last.isBusy()) {
        if (hanging.size() >= MOST_HANGING || left.size() >= MOST_LEFT) {
          throw new FileSystemException(
              path.toString(), null, "not tried, since others here do not answer");
        }
        last = new GuardedCall<>(this::readNow);
        lastInode = now;
        ByteBuffer text = run(last);
        // It would keep the text, some 16 KiB of each file.
        last = null;
        return text;
      }
      throw new FileSystemException(path.toString(), null, "it does not answer");
    }

    private ByteBuffer readNow() throws IOException {
      return isEntries ? EntryCount.text(path) : files.read(path, maxBytes);
    }

    /** What hangs in a file that was replaced does not keep the new one from being read. */
    void replacedBy(Inode now) {
      if (lastInode != null && !lastInode.isSame(now)) {
        abandon();
      }
    }

    /** A thread that hangs in what is not there any more does not keep others from being read. */
    void abandon() {
      hanging.remove(last);
      last = null;
      lastInode = null;
    }
  }

  OfFile of(Path path) {
    return of(path, maxBytes);
  }

  /** The reads of the number of a directory's entries. */
  OfFile ofEntries(Path path) {
    return new OfFile(path, maxBytes, true);
  }

  /** The reads of one file of which no more is wanted. */
  OfFile of(Path path, int most) {
    return new OfFile(path, Math.min(most, maxBytes), false);
  }
}
