package io.statsfs.testkit;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tree of statistics made of ordinary files, in the shape of statsfs: a directory per source and
 * a file per stat.
 *
 * <p>Names are written as {@code io.statsfs.Stat#name()} has them; a byte that no text can hold is
 * {@code \xHH}, and a backslash that could be taken for the beginning of that is {@code \x5c}. Not
 * safe for use by several threads.
 */
public final class TestTree implements AutoCloseable {
  private final Path root;

  /**
   * An empty tree.
   *
   * @param root a directory, which is made if it is not there
   */
  public TestTree(Path root) {
    this.root = root;
    io(() -> Files.createDirectories(root));
  }

  /**
   * An empty tree in memory, on the machine's {@code /dev/shm}. A test for which that is too small
   * is skipped.
   *
   * @return the tree; closing removes it
   */
  public static TestTree inMemory() {
    return new TestTree(io(() -> Files.createTempDirectory(Path.of("/dev/shm"), "statsfs-test-")));
  }

  /**
   * Where the tree is.
   *
   * @return the directory
   */
  public Path root() {
    return root;
  }

  /**
   * Writes a stat's file, and the directories above it. One that is there gets the new text in
   * place, so that its inode stays.
   *
   * @param path relative to the root, such as {@code kvm/1234-11/exits}
   * @param text what the file is to hold
   * @return this
   */
  public TestTree stat(String path, String text) {
    return file(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a stat's file as the kernel does, with a line end.
   *
   * @param path relative to the root
   * @param value the value
   * @return this
   */
  public TestTree stat(String path, long value) {
    return stat(path, value + "\n");
  }

  /**
   * Writes the schema of a source.
   *
   * @param source relative to the root
   * @param text what {@code .schema} is to hold
   * @return this
   */
  public TestTree schema(String source, String text) {
    return stat(source + "/.schema", text);
  }

  /**
   * Writes any bytes.
   *
   * @param path relative to the root
   * @param bytes what the file is to hold
   * @return this
   */
  public TestTree file(String path, byte[] bytes) {
    Path file = path(path);
    io(() -> Files.createDirectories(file.getParent()));
    io(() -> Files.write(file, bytes));
    return this;
  }

  /**
   * Removes a file, or a directory with all that it holds.
   *
   * @param path relative to the root
   * @return this
   */
  public TestTree remove(String path) {
    removeAll(path(path));
    return this;
  }

  /**
   * Puts an empty directory.
   *
   * @param path relative to the root
   * @return this
   */
  public TestTree directory(String path) {
    io(() -> Files.createDirectories(path(path)));
    return this;
  }

  /**
   * Puts a symbolic link.
   *
   * @param path relative to the root
   * @param target where it leads to
   * @return this
   */
  public TestTree link(String path, Path target) {
    io(() -> Files.createSymbolicLink(path(path), target));
    return this;
  }

  /**
   * Says who may do what with a file or a directory.
   *
   * @param path relative to the root; empty for the root
   * @param permissions such as {@code rw-r--r--}
   * @return this
   */
  public TestTree permissions(String path, String permissions) {
    io(
        () ->
            Files.setPosixFilePermissions(
                path(path), PosixFilePermissions.fromString(permissions)));
    return this;
  }

  /**
   * Moves a file or a directory.
   *
   * @param from relative to the root
   * @param to relative to the root
   * @return this
   */
  public TestTree move(String from, String to) {
    io(() -> Files.move(path(from), path(to)));
    return this;
  }

  /**
   * Makes all directories look as if nothing had changed in them for a minute, so that nobody has
   * to wait until listings are taken to be complete.
   *
   * @return this
   */
  public TestTree settle() {
    FileTime time = FileTime.from(Instant.now().minus(Duration.ofMinutes(1)));
    for (Path path : io(() -> walk(root))) {
      if (Files.isDirectory(path)) {
        io(() -> Files.setLastModifiedTime(path, time));
      }
    }
    return this;
  }

  /**
   * The path of something in the tree.
   *
   * @param relative relative to the root, with bytes that no text can hold as {@code \xHH}
   * @return the path
   */
  public Path path(String relative) {
    return Names.path(root, relative);
  }

  /** Removes the tree. */
  @Override
  public void close() {
    removeAll(root);
  }

  private static void removeAll(Path top) {
    if (Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> paths = io(() -> walk(top));
      paths.stream()
          .sorted(Comparator.reverseOrder())
          .forEach(p -> io(() -> Files.deleteIfExists(p)));
    }
  }

  private static List<Path> walk(Path top) throws IOException {
    try (Stream<Path> paths = Files.walk(top)) {
      return paths.toList();
    }
  }

  private interface Io<T> {
    T call() throws IOException;
  }

  private static <T> T io(Io<T> action) {
    try {
      return action.call();
    } catch (IOException e) {
      // Containers have 64 MB of /dev/shm by default.
      assumeFalse(
          String.valueOf(e.getMessage()).endsWith("No space left on device"),
          "there is too little space for a tree of this size");
      throw new UncheckedIOException(e);
    }
  }
}
