package io.statsfs.core.files;

import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatClearException.Reason;
import io.statsfs.Status;
import io.statsfs.core.batch.OpenOptions;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystemPath;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.mounts.Uninterrupted;
import io.statsfs.core.scan.SourceImpl;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.AccessRemedy;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Clears a stat, once nothing speaks against it. */
public final class Clearing {

  /** An integer is far shorter. */
  private static final int MAX_BYTES = 4096;

  private static final int ANYBODY_MAY_WRITE = 0222;
  private static final int EROFS = 30;

  private final Paths paths;

  /** Says what a path leads to now. */
  public interface Paths {
    FileSystemPath at(Path path) throws IOException;
  }

  public Clearing(Paths paths) {
    this.paths = paths;
  }

  /**
   * Clears a stat.
   *
   * @throws StatClearException if it was not cleared
   */
  void clear(Stat stat) {
    try {
      Uninterrupted.run(
          () -> {
            clear(stat, source(stat));
            return true;
          });
    } catch (IOException e) {
      throw failed(stat, e);
    }
  }

  private static StatClearException refused(Reason reason, Stat stat, String why) {
    return refused(reason, stat, why, null);
  }

  private static StatClearException refused(
      Reason reason, Stat stat, String why, @Nullable Throwable cause) {
    return new StatClearException(
        reason, stat + " was not cleared, " + stat.origin() + ": " + why, cause);
  }

  private static StatClearException failed(Stat stat, IOException e) {
    String why = ReadFailure.describe(e);
    if (ReadFailure.errno(e) == EROFS) {
      return refused(Reason.DENIED, stat, why + "; mount it read-write", e);
    }
    return switch (ReadFailure.status(e, FilePaths.of(stat))) {
      case GONE -> refused(Reason.GONE, stat, why + "; refresh() shows what there is", e);
      case DENIED -> refused(Reason.DENIED, stat, why + ". " + AccessRemedy.ofWriting(), e);
      default -> refused(Reason.FAILED, stat, why, e);
    };
  }

  /** The source, if what is known of the stat does not speak against it. */
  private static SourceImpl source(Stat stat) {
    SourceImpl source = (SourceImpl) stat.source();
    if (source.table() != null) {
      throw refused(
          Reason.NOT_CLEARABLE,
          stat,
          "it is one of several values of a file; only a file of one value can be cleared");
    } else if (stat.type() == Stat.Type.FLOAT) {
      throw refused(
          Reason.NOT_CLEARABLE, stat, "its schema says FLOAT; only integers can be cleared");
    } else if (source.isDescribed(stat) && stat.kind() != Stat.Kind.COUNTER) {
      throw refused(
          Reason.NOT_CLEARABLE,
          stat,
          "it is described as a " + stat.kind() + "; only counters can be cleared");
    }
    return source;
  }

  private void clear(Stat stat, SourceImpl source) throws IOException {
    Path name = FilePaths.of(stat).getFileName();
    // Everything below happens in the directory that is open, even if its path leads to another
    // one meanwhile. Linux has the calls for that.
    try (SecureDirectoryStream<Path> directory =
        (SecureDirectoryStream<Path>) Files.newDirectoryStream(FilePaths.of(source))) {
      lookAt(stat, source, directory);
      requireInteger(stat, directory, name);
      Inode before = lookAt(stat, source, directory);
      try (SeekableByteChannel file = directory.newByteChannel(name, OpenOptions.WRITE)) {
        // Something else may have been mounted there by the time it was opened.
        if (!lookAt(stat, source, directory).isSame(before)) {
          throw refused(Reason.GONE, stat, "its file was replaced by another one; try again");
        }
        if (file.write(ByteBuffer.wrap(new byte[] {'0'})) != 1) {
          throw new IOException("the file did not take the 0");
        }
      }
    }
  }

  private Inode lookAt(Stat stat, SourceImpl source, SecureDirectoryStream<Path> directory)
      throws IOException {
    // In one call, so that the key, which is all that is known of the open directory, is of this
    // inode.
    Map<String, Object> found = Files.readAttributes(FilePaths.of(source), "unix:dev,ino,fileKey");
    Object open =
        directory.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey();
    if (!found.get("fileKey").equals(open)
        || !source.inode().isAt((long) found.get("dev"), (long) found.get("ino"))) {
      throw refused(
          Reason.GONE,
          stat,
          "its source was replaced by another one; refresh(), then take it anew");
    }
    Inode file = Inode.of(FilePaths.of(stat), false);
    requireClearingFileSystem(stat);
    if (!file.isRegularFile() || file.device() != source.inode().device()) {
      throw refused(
          Reason.GONE, stat, "what is there now is no file of this file system; see what it is");
    } else if ((file.mode() & ANYBODY_MAY_WRITE) == 0) {
      // Root could open it, and be refused only by the write.
      throw refused(
          Reason.NOT_CLEARABLE,
          stat,
          "nobody may write to it, which marks a floating stat; only what counts can be cleared");
    }
    return file;
  }

  private void requireClearingFileSystem(Stat stat) throws IOException {
    FileSystemPath at = paths.at(FilePaths.of(stat));
    if (!at.type().isKnown()) {
      throw refused(
          Reason.NOT_CLEARABLE,
          stat,
          "the type of its file system is unknown, as no mount of this process fits");
    } else if (at.isMounted()) {
      throw refused(
          Reason.NOT_CLEARABLE, stat, "another file is mounted over it; unmount that first");
    } else if (!at.clears()) {
      throw refused(
          Reason.NOT_CLEARABLE,
          stat,
          "it is on "
              + at.type().name()
              + ", where writing 0 may change a setting; only stats on statsfs, and those of KVM"
              + " on debugfs, can be cleared");
    }
  }

  private static void requireInteger(Stat stat, SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    ByteBuffer text;
    try (SeekableByteChannel file = directory.newByteChannel(name, OpenOptions.READ)) {
      text = TextFile.read(file, MAX_BYTES);
    }
    SampleMemory memory = new SampleMemory(1);
    NumberText.put(text.array(), 0, text.remaining(), false, memory, 0);
    // The stats that can be cleared are written in decimal; 0x10 is something else.
    boolean isHex = PathText.decode(text.array()).toLowerCase(Locale.ROOT).contains("x");
    if (memory.status(0) != Status.OK
        || memory.isDouble(0)
        || isHex
        || text.remaining() == MAX_BYTES) {
      throw refused(
          Reason.NOT_CLEARABLE,
          stat,
          "what it holds is not a decimal integer, and writing to a stat of text can hang the kernel");
    }
  }
}
