package io.statsfs.core.mounts;

import io.statsfs.core.batch.OpenOptions;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at files, reads and lists them, by the reader where that can do so faster than {@code
 * java.nio}. For one thread at a time.
 */
public final class FileAccess {
  /** By {@code java.nio} alone. */
  public static final FileAccess BY_NIO = new FileAccess(null);

  private final @Nullable StatReader reader;
  private @Nullable Throwable failure;

  public FileAccess(@Nullable StatReader reader) {
    this.reader = reader;
  }

  /** Nothing is at a path. Without a stack trace, which takes far longer than the look. */
  private static final class AbsentException extends NoSuchFileException {
    private static final long serialVersionUID = 1;

    AbsentException(Path path) {
      super(path.toString());
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /**
   * Whether an exception says that the kernel has answered ENOENT, and no more can be found out.
   */
  static boolean isAbsence(IOException e) {
    return e instanceof AbsentException;
  }

  private @Nullable FileStatus look(Path path, boolean followLink) throws IOException {
    if (reader == null) {
      return null;
    }
    FileStatus status = null;
    try {
      status = reader.look(path, followLink);
    } catch (RuntimeException | LinkageError e) {
      failure = e;
    }
    if (status == FileStatus.ABSENT) {
      throw new AbsentException(path);
    }
    return status;
  }

  /** What is at a path. */
  public Inode at(Path path, boolean followLink) throws IOException {
    FileStatus status = look(path, followLink);
    return status == null ? Inode.of(path, followLink) : Inode.of(status);
  }

  /**
   * Looks at files of a directory, at symbolic links themselves, if the reader does that faster.
   *
   * @return what was seen, {@link FileStatus#ABSENT} if nothing is there; not of what is still to
   *     be looked at
   */
  public Map<String, FileStatus> look(Path directory, List<String> names) {
    List<@Nullable FileStatus> all = lookByReader(directory, names);
    if (all == null) {
      return Map.of();
    }
    Map<String, FileStatus> seen = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      FileStatus its = all.get(i);
      if (its != null) {
        seen.put(names.get(i), its);
      }
    }
    return seen;
  }

  private @Nullable List<@Nullable FileStatus> lookByReader(Path directory, List<String> names) {
    if (reader == null) {
      return null;
    }
    try {
      return reader.look(directory, names);
    } catch (RuntimeException | LinkageError e) {
      failure = e;
      return null;
    }
  }

  /** What was seen at a path. */
  public static Inode seen(Path path, FileStatus its) throws IOException {
    if (its == FileStatus.ABSENT) {
      throw new AbsentException(path);
    }
    return Inode.of(its);
  }

  /** The type and the permissions of an entry, of a symbolic link itself. */
  public int mode(Path path) throws IOException {
    FileStatus status = look(path, false);
    return status == null ? Inode.mode(path) : status.mode();
  }

  /** What a file holds, see {@link TextFile#read(Path, int)}. */
  public ByteBuffer read(Path file, int maxBytes) throws IOException {
    ByteBuffer text = readByReader(file, maxBytes);
    return text == null ? TextFile.read(file, maxBytes) : text;
  }

  private @Nullable ByteBuffer readByReader(Path file, int maxBytes) {
    if (reader == null) {
      return null;
    }
    try {
      return reader.read(file, maxBytes);
    } catch (RuntimeException | LinkageError e) {
      failure = e;
      return null;
    }
  }

  /** Opens a file and closes it again, to see whether it can be opened. */
  public void open(Path file) throws IOException {
    if (readByReader(file, 0) == null) {
      FileChannel.open(file, OpenOptions.READ).close();
    }
  }

  /** The same of a directory, to which a symbolic link may lead. */
  public void openDirectory(Path directory) throws IOException {
    if (readByReader(directory, 0) == null) {
      FileChannel.open(directory, StandardOpenOption.READ).close();
    }
  }

  /** The entries of a directory; null if the caller has to list it. */
  public StatReader.@Nullable Listing list(Path directory, boolean withModes) {
    if (reader == null) {
      return null;
    }
    try {
      StatReader.Listing listing = reader.list(directory, withModes);
      failure = null;
      return listing;
    } catch (RuntimeException | LinkageError e) {
      failure = e;
      return null;
    }
  }

  /** Why the reader failed since it has listed a directory; null if it did not. */
  public @Nullable Throwable failure() {
    return failure;
  }
}
