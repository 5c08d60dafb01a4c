package io.statsfs.reader.jni;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A new directory that nobody but this user can enter, change or exchange.
 *
 * <p>Its own mode is not enough: whoever may write to the directory above can rename it and put
 * another one in its place. So each directory above must belong to this user or to root, and others
 * must not be able to write to it, unless it has the sticky bit, as {@code /tmp} has. Root itself
 * is trusted.
 *
 * @param path the real path
 * @param key its device and inode when it was made
 * @param user the user that files of this process belong to
 */
record PrivateDirectory(Path path, Object key, int user) {

  /** For files and directories alike. */
  static final FileAttribute<Set<PosixFilePermission>> FOR_THIS_USER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final String ATTRIBUTES = "unix:mode,uid,fileKey";
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String USER_LINE = "Uid:";
  private static final int ROOT = 0;
  private static final long LEAST_NUMBER = 1_000_000_000_000_000_000L;
  private static final int MOST_NAMES = 100;
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int STICKY = 01000;
  private static final int OTHERS_MAY_WRITE = 0022;
  private static final int PERMISSIONS = 07777;

  static PrivateDirectory create(Path parent) throws IOException {
    int user = thisUser();
    Path real;
    try {
      real = parent.toRealPath();
    } catch (IOException e) {
      throw notMade(parent, e.toString(), e);
    }
    for (Path above = real; above != null; above = above.getParent()) {
      requireTrusted(above, parent, user);
    }
    try {
      Path path = newDirectory(real);
      PrivateDirectory made = new PrivateDirectory(path, attributes(path).get("fileKey"), user);
      made.requireUnchanged();
      return made;
    } catch (IOException e) {
      throw notMade(parent, e.toString(), e);
    }
  }

  /**
   * As {@link Files#createTempDirectory} does, which first looks for a source of secure numbers.
   */
  private static Path newDirectory(Path parent) throws IOException {
    for (int i = 1; ; i++) {
      long number = ThreadLocalRandom.current().nextLong(LEAST_NUMBER, Long.MAX_VALUE);
      try {
        return Files.createDirectory(parent.resolve("statsfs-" + number), FOR_THIS_USER);
      } catch (FileAlreadyExistsException e) {
        if (i == MOST_NAMES) {
          throw e;
        }
      }
    }
  }

  private static void requireTrusted(Path above, Path parent, int user) throws IOException {
    Map<String, Object> attributes = attributes(above);
    int mode = (int) attributes.get("mode");
    int owner = (int) attributes.get("uid");
    if (owner != user && owner != ROOT) {
      throw notMade(
          parent, above + " belongs to user " + owner + ", who could exchange the library", null);
    } else if ((mode & OTHERS_MAY_WRITE) != 0 && (mode & STICKY) == 0) {
      throw notMade(
          parent,
          String.format(
              "%s has mode %o, so that others could exchange the library; it needs the sticky bit,"
                  + " as /tmp has it",
              above, mode & PERMISSIONS),
          null);
    }
  }

  /**
   * The directory must still be the one that was made. With what was required of those above it,
   * nobody but root can have changed that.
   *
   * @throws IOException if it is not
   */
  void requireUnchanged() throws IOException {
    Map<String, Object> now = attributes(path);
    int mode = (int) now.get("mode");
    if (!key.equals(now.get("fileKey"))
        || (int) now.get("uid") != user
        || (mode & TYPE) != DIRECTORY
        || (mode & OTHERS_MAY_WRITE) != 0) {
      throw notMade(
          path.getParent(), path + " was made for the library, but is another one now", null);
    }
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
  }

  /** The fourth number (proc(5)) is the user that new files belong to. */
  private static int thisUser() throws IOException {
    for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(USER_LINE)) {
        return Integer.parseUnsignedInt(line.split("\\s+")[4]);
      }
    }
    throw new IOException(STATUS + " has no line '" + USER_LINE + "'");
  }

  private static IOException notMade(Path parent, String why, @Nullable IOException cause) {
    return new IOException(
        "No private directory can be made in "
            + parent
            + " for the native library: "
            + why
            + ". Set -D"
            + NativeLibrary.DIRECTORY_PROPERTY
            + " to a directory that only this user or root can write, "
            + NativeLibrary.USE_NIO
            + ".",
        cause);
  }
}
