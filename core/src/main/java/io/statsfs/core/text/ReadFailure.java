package io.statsfs.core.text;

import io.statsfs.Status;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the exceptions of {@code java.nio} say about a statistics file. Stateless. */
public final class ReadFailure {
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int ENOTDIR = 20;

  /**
   * Java keeps the text of an error and drops its number. These are the texts of glibc and musl for
   * whatever a driver or a file system may answer; under another locale for messages the number
   * stays unknown.
   */
  private static final Map<String, Integer> ERRNOS =
      Map.ofEntries(
          Map.entry("Operation not permitted", EPERM),
          // Of a read; opening has an exception of its own for it.
          Map.entry("No such file or directory", ENOENT),
          Map.entry("No such process", 3),
          Map.entry("Interrupted system call", 4),
          Map.entry("Input/output error", 5),
          Map.entry("I/O error", 5),
          Map.entry("No such device or address", 6),
          Map.entry("Argument list too long", 7),
          Map.entry("Bad file descriptor", 9),
          Map.entry("Resource temporarily unavailable", 11),
          Map.entry("Cannot allocate memory", 12),
          Map.entry("Out of memory", 12),
          Map.entry("Permission denied", EACCES),
          Map.entry("Bad address", 14),
          Map.entry("Device or resource busy", 16),
          Map.entry("Resource busy", 16),
          Map.entry("No such device", 19),
          Map.entry("Not a directory", ENOTDIR),
          Map.entry("Is a directory", 21),
          Map.entry("Invalid argument", 22),
          Map.entry("Too many open files in system", 23),
          Map.entry("Too many open files", 24),
          Map.entry("No file descriptors available", 24),
          Map.entry("Inappropriate ioctl for device", 25),
          Map.entry("Not a tty", 25),
          Map.entry("File too large", 27),
          Map.entry("No space left on device", 28),
          Map.entry("Illegal seek", 29),
          Map.entry("Invalid seek", 29),
          Map.entry("Read-only file system", 30),
          Map.entry("Broken pipe", 32),
          Map.entry("Numerical argument out of domain", 33),
          Map.entry("Domain error", 33),
          Map.entry("Numerical result out of range", 34),
          Map.entry("Result not representable", 34),
          Map.entry("File name too long", 36),
          Map.entry("Filename too long", 36),
          Map.entry("Function not implemented", 38),
          Map.entry("Too many levels of symbolic links", 40),
          Map.entry("Too many levels of symbolic links (NOFOLLOW_LINKS specified)", 40),
          Map.entry("Symbolic link loop", 40),
          Map.entry("Symbolic link loop (NOFOLLOW_LINKS specified)", 40),
          Map.entry("No data available", 61),
          Map.entry("Timer expired", 62),
          Map.entry("Device timeout", 62),
          Map.entry("Link has been severed", 67),
          Map.entry("Protocol error", 71),
          Map.entry("Bad message", 74),
          Map.entry("Value too large for defined data type", 75),
          Map.entry("Value too large for data type", 75),
          Map.entry("Invalid or incomplete multibyte or wide character", 84),
          Map.entry("Illegal byte sequence", 84),
          Map.entry("Operation not supported", 95),
          Map.entry("Not supported", 95),
          Map.entry("Network is down", 100),
          Map.entry("Software caused connection abort", 103),
          Map.entry("Connection aborted", 103),
          Map.entry("Transport endpoint is not connected", 107),
          Map.entry("Socket not connected", 107),
          Map.entry("Cannot send after transport endpoint shutdown", 108),
          Map.entry("Cannot send after socket shutdown", 108),
          Map.entry("Connection timed out", 110),
          Map.entry("Operation timed out", 110),
          Map.entry("Connection refused", 111),
          Map.entry("Host is down", 112),
          Map.entry("No route to host", 113),
          Map.entry("Host is unreachable", 113),
          Map.entry("Stale file handle", 116),
          Map.entry("Remote I/O error", 121),
          Map.entry("Operation canceled", 125));

  private ReadFailure() {}

  /**
   * The status of a stat whose file could not be opened or read. Where the error does not determine
   * it, a file that is not there any more is {@link Status#GONE}: debugfs, for one, answers EIO.
   *
   * @param failure what opening or reading threw
   * @param path the file
   * @return GONE, DENIED or FAILED
   */
  public static Status status(IOException failure, Path path) {
    switch (errno(failure)) {
      case ENOENT, 3, 6, 19, ENOTDIR, 116:
        return Status.GONE;
      case EPERM, EACCES:
        return Status.DENIED;
      default:
        return Files.notExists(path, LinkOption.NOFOLLOW_LINKS) ? Status.GONE : Status.FAILED;
    }
  }

  /**
   * Checks that a path is that of a regular file, before it is opened: opening a device may act,
   * and opening a FIFO may hang. Allocates nothing on JDK 17 if it is, and 158 bytes on 25. A link
   * to a regular file passes, so that the opening must not follow links.
   *
   * @param path the path
   * @throws IOException if something else is there, or nothing
   */
  public static void requireRegularFile(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return;
    }
    BasicFileAttributes there =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!there.isRegularFile()) {
      String reason =
          there.isSymbolicLink()
              ? "Too many levels of symbolic links"
              // What opening a socket answers.
              : there.isDirectory() ? "Is a directory" : "No such device or address";
      throw new FileSystemException(path.toString(), null, reason);
    }
  }

  /**
   * The error number behind an exception.
   *
   * @param failure what opening or reading threw
   * @return Linux's number, or 0 if it is not known
   */
  public static int errno(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return ENOENT;
    } else if (failure instanceof AccessDeniedException) {
      return EACCES;
    } else if (failure instanceof NotDirectoryException) {
      return ENOTDIR;
    }
    Integer errno = ERRNOS.get(reason(failure));
    return errno == null ? 0 : errno;
  }

  /**
   * An exception in words, without the path that {@code java.nio} puts before them.
   *
   * @param failure what opening or reading threw
   * @return such as {@code permission denied}
   */
  public static String describe(IOException failure) {
    return switch (errno(failure)) {
      case ENOENT -> "it does not exist";
      case EACCES -> "permission denied";
      case ENOTDIR -> "it is not a directory";
      case EPERM -> "operation not permitted (does kernel lockdown forbid it?)";
      default -> reason(failure);
    };
  }

  private static String reason(IOException failure) {
    @Nullable String reason =
        failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    return reason == null ? failure.getClass().getSimpleName() : reason;
  }
}
