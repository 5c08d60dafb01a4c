package io.statsfs.reader.jni;

import io.statsfs.spi.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Loads the C library, once, and keeps what went wrong. */
final class NativeLibrary {
  static final String PATH_PROPERTY = "io.statsfs.native.path";
  static final String DIRECTORY_PROPERTY = "io.statsfs.native.tmpdir";

  static final String USE_NIO = "or use the reader 'nio'";

  /** Put together at run time, since shading changes constants that begin like a package. */
  private static final String ORIGINAL_PACKAGE = String.join(".", "io", "statsfs", "reader", "jni");

  /** What a full build holds. */
  private static final List<String> PLATFORMS = List.of("linux-x86_64", "linux-aarch64");

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
      String path = System.getProperty(PATH_PROPERTY);
      boolean isRelocated = !Native.class.getPackageName().equals(ORIGINAL_PACKAGE);
      throw isRelocated
          ? explained(
              "The classes of the reader were moved to the package "
                  + Native.class.getPackageName()
                  + ", where the functions of the native library do not find them",
              "Exclude the package " + ORIGINAL_PACKAGE + " from the relocation",
              e)
          : explained(
              (path == null ? "The native library in the jar" : path)
                  + " is a library, but not that of this reader: it has no "
                  + e.getMessage(),
              path == null
                  ? "Look for a second META-INF/native/" + platform() + " on the class path"
                  : "Check what -D" + PATH_PROPERTY + " names",
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
    String name = resource(platform());
    List<URL> copies = resources(name);
    if (copies.isEmpty()) {
      String others =
          PLATFORMS.stream()
              .filter(platform -> !resources(resource(platform)).isEmpty())
              .collect(Collectors.joining(" and "));
      throw new UnsatisfiedLinkError(
          "The jar has no native library for "
              + platform()
              + (others.isEmpty() ? ", nor for another platform" : ", only for " + others)
              + ". Build one and name it with -D"
              + PATH_PROPERTY
              + ", "
              + USE_NIO
              + ".");
    }
    PrivateDirectory directory = PrivateDirectory.create(parent());
    Path file = directory.path().resolve("libstatsfs.so");
    try {
      copy(ofThisJar(copies, name), file, directory.path().getParent());
      directory.requireUnchanged();
      requireExecutable(file);
      load(
          file,
          "Set -D"
              + DIRECTORY_PROPERTY
              + " to another directory, or -D"
              + PATH_PROPERTY
              + " to the library");
    } finally {
      remove(file, directory.path());
    }
  }

  private static Path parent() {
    return Path.of(System.getProperty(DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir")));
  }

  private static String resource(String platform) {
    return "META-INF/native/" + platform + "/libstatsfs.so";
  }

  /** All files of a name that the loader of this class has; several jars may bring one each. */
  private static List<URL> resources(String name) {
    try {
      ClassLoader loader = NativeLibrary.class.getClassLoader();
      return Collections.list(
          loader == null ? ClassLoader.getSystemResources(name) : loader.getResources(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one that came with this class, where a class path has two versions of the jar. */
  private static URL ofThisJar(List<URL> copies, String name) {
    String classFile = NativeLibrary.class.getName().replace('.', '/') + ".class";
    String self = String.valueOf(NativeLibrary.class.getResource("NativeLibrary.class"));
    String jar = self.substring(0, Math.max(0, self.length() - classFile.length()));
    return copies.stream()
        .filter(copy -> copy.toString().equals(jar + name))
        .findFirst()
        .orElse(copies.get(0));
  }

  private static void copy(URL library, Path file, Path parent) throws IOException {
    URLConnection connection = library.openConnection();
    // Else the jar would stay open when its class loader is closed.
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      // Fails if anything has this name, even a link.
      Files.createFile(file, PrivateDirectory.FOR_THIS_USER);
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
        in.transferTo(out);
      }
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

  /** On a mount with noexec, access(2) answers that a file with all rights is not executable. */
  private static void requireExecutable(Path file) throws IOException {
    if (!Files.isExecutable(file)) {
      throw new IOException(
          file.getParent().getParent()
              + " is mounted noexec, so that no library can be loaded from there. Set -D"
              + DIRECTORY_PROPERTY
              + " to a directory that is not, or -D"
              + PATH_PROPERTY
              + " to the library, "
              + USE_NIO
              + ".");
    }
  }

  /**
   * A library that is loaded does not need its file any more. One that cannot be removed, as on
   * NFS, where a mapped file keeps a name, is no reason not to use it.
   */
  static void remove(Path file, Path directory) {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      // In the reverse order.
      directory.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      System.getLogger("io.statsfs")
          .log(
              System.Logger.Level.INFO,
              PrintableText.of(
                  directory + " cannot be removed now; it is tried again when the JVM ends: " + e));
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
