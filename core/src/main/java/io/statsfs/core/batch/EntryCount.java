package io.statsfs.core.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * How many entries a directory has. Of the file descriptors of this process those that the counting
 * takes do not count.
 */
public final class EntryCount {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private EntryCount() {}

  /**
   * Counts the entries. Since Linux 6.2 the size of a directory of file descriptors is their
   * number, so that it need not be listed.
   *
   * @param directory the directory; no symbolic link
   * @return the number
   * @throws NotDirectoryException if it is something else
   * @throws IOException if it cannot be looked at or listed
   */
  public static long of(Path directory) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    boolean isOwn = isOwn(directory, attributes);
    return isOwn && attributes.size() > 0 ? attributes.size() : list(directory, isOwn);
  }

  private static boolean isOwn(Path directory, BasicFileAttributes attributes) {
    if (!directory.endsWith(DESCRIPTORS.getFileName())) {
      return false;
    }
    try {
      Object key = attributes.fileKey();
      return key != null
          && key.equals(Files.readAttributes(DESCRIPTORS, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return false;
    }
  }

  /** Lists it, as kernels before 6.2 need. */
  static long list(Path directory, boolean isOwn) throws IOException {
    Path itself = isOwn ? directory.toRealPath() : directory;
    long count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        count += isOwn && leadsTo(entry, itself) ? 0 : 1;
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return count;
  }

  private static boolean leadsTo(Path link, Path target) {
    try {
      return Files.readSymbolicLink(link).equals(target);
    } catch (IOException e) {
      // Another thread has closed it.
      return false;
    }
  }

  /**
   * The number as a text, in place of that of a file.
   *
   * @param directory the directory
   * @return the digits
   * @throws IOException as {@link #of} says
   */
  public static ByteBuffer text(Path directory) throws IOException {
    return ByteBuffer.wrap(Long.toString(of(directory)).getBytes(StandardCharsets.US_ASCII));
  }
}
