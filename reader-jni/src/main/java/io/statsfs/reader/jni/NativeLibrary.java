package io.statsfs.reader.jni;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Loads the C library, once, and keeps what went wrong. */
final class NativeLibrary {
  static final String PATH_PROPERTY = "io.statsfs.native.path";
  static final String DIRECTORY_PROPERTY = "io.statsfs.native.tmpdir";

  private static final String USE_NIO = "or use the reader 'nio'";

  private NativeLibrary() {}

  /** Loading happens when this is initialised, and never throws there. */
  private static final class Loaded {
    static final @Nullable Throwable FAILURE = tryToLoad();
  }

  /** Why the library cannot be used; null if it can. The first call loads it. */
  static @Nullable Throwable failure() {
    return Loaded.FAILURE;
  }

  private static @Nullable Throwable tryToLoad() {
    try {
      load();
      return null;
    } catch (IllegalCallerException e) {
      return explained(
          String.valueOf(e.getMessage()),
          "Start Java with --enable-native-access=ALL-UNNAMED, or on the module path with"
              + " --enable-native-access=io.statsfs.reader.jni",
          e);
    } catch (IOException | RuntimeException | LinkageError e) {
      return e;
    }
  }

  private static void load() throws IOException {
    String path = System.getProperty(PATH_PROPERTY);
    if (path != null) {
      load(Path.of(path).toAbsolutePath(), "Check what -D" + PATH_PROPERTY + " names");
    } else {
      extractAndLoad();
    }
    String expected = version();
    String found = foundVersion();
    if (!found.equals(expected)) {
      throw new UnsatisfiedLinkError(
          "The native library is of version "
              + found
              + " and the jar of "
              + expected
              + ". Set -D"
              + PATH_PROPERTY
              + " to a library of the same version, or leave it unset, "
              + USE_NIO
              + ".");
    }
  }

  private static String foundVersion() {
    try {
      return Native.version();
    } catch (UnsatisfiedLinkError e) {
      throw explained(
          System.getProperty(PATH_PROPERTY)
              + " is a library, but not that of this reader: it has no "
              + e.getMessage(),
          "Check what -D" + PATH_PROPERTY + " names",
          e);
    }
  }

  private static UnsatisfiedLinkError explained(String what, String fix, Throwable cause) {
    UnsatisfiedLinkError explained =
        new UnsatisfiedLinkError(what + ". " + fix + ", " + USE_NIO + ".");
    explained.initCause(cause);
    return explained;
  }

  private static void load(Path file, String fix) {
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      String message = String.valueOf(e.getMessage());
      String why =
          message.contains("already loaded in another classloader")
              ? "Another class loader has loaded this file. Leave -D"
                  + PATH_PROPERTY
                  + " unset, so that each loads a copy of its own, or put the jar where both share it"
              : fix;
      throw explained(message, why, e);
    }
  }

  private static void extractAndLoad() throws IOException {
    String resource = "/META-INF/native/" + platform() + "/libstatsfs.so";
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new UnsatisfiedLinkError(
            "The jar has no native library for "
                + platform()
                + ", only for linux-x86_64 and linux-aarch64. Build one and name it with -D"
                + PATH_PROPERTY
                + ", "
                + USE_NIO
                + ".");
      }
      Path directory = privateDirectory();
      Path file = directory.resolve("libstatsfs.so");
      try {
        copy(library, file, directory.getParent());
        requirePrivate(directory, file);
        load(
            file.toRealPath(),
            "If "
                + directory.getParent()
                + " is mounted noexec, set -D"
                + DIRECTORY_PROPERTY
                + " to a directory that is not, or -D"
                + PATH_PROPERTY
                + " to the library");
      } finally {
        // A library that is loaded needs its file no more.
        Files.deleteIfExists(file);
        Files.deleteIfExists(directory);
      }
    }
  }

  private static void copy(InputStream library, Path file, Path parent) throws IOException {
    try {
      // Fails if there is anything of this name, be it a link.
      Files.copy(library, file);
    } catch (IOException e) {
      throw new IOException(
          "The native library cannot be written below "
              + parent
              + " ("
              + e
              + "). Set -D"
              + DIRECTORY_PROPERTY
              + " to a directory with room for it, "
              + USE_NIO
              + ".",
          e);
    }
  }

  /** A new directory that nobody else can enter or exchange. */
  static Path privateDirectory() throws IOException {
    Path parent =
        Path.of(System.getProperty(DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir")));
    Path directory;
    try {
      directory =
          Files.createTempDirectory(
              parent,
              "statsfs-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new IOException(
          "No directory can be made in "
              + parent
              + " for the native library ("
              + e
              + "). Set -D"
              + DIRECTORY_PROPERTY
              + " to one that can be written, "
              + USE_NIO
              + ".",
          e);
    }
    return directory;
  }

  /** The directory must still be the one that was made, with the file of this process in it. */
  private static void requirePrivate(Path directory, Path file) throws IOException {
    PosixFileAttributes made =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    boolean isPrivate =
        made.isDirectory()
            && PosixFilePermissions.toString(made.permissions()).equals("rwx------")
            && made.owner().equals(Files.getOwner(file, LinkOption.NOFOLLOW_LINKS));
    if (!isPrivate) {
      throw new IOException(
          directory
              + " was made for the native library, but belongs to somebody else or is open to"
              + " others. Set -D"
              + DIRECTORY_PROPERTY
              + " to a directory that only this user can write, "
              + USE_NIO
              + ".");
    }
  }

  /** As the directories in the jar are named. */
  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String architecture = System.getProperty("os.arch");
    return os + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
  }

  /** The version that the build wrote beside this class, as it wrote it into the library. */
  static String version() {
    try (InputStream in = NativeLibrary.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
