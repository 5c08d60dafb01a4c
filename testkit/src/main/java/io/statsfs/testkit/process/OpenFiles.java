package io.statsfs.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Says what files this process has open, from {@code /proc/self/fd}. */
public final class OpenFiles {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /**
   * What the JVM opens at moments of its own: files of the JDK, sources of random numbers, and now
   * and then what the kernel says of memory and control groups.
   */
  private static final List<Path> OF_THE_JVM =
      List.of(
          javaHome(),
          Path.of("/dev/random"),
          Path.of("/dev/urandom"),
          Path.of("/proc/meminfo"),
          Path.of("/sys/fs/cgroup"));

  private OpenFiles() {}

  /**
   * The descriptors of files and directories, to be compared with those of another moment.
   *
   * <p>What the JVM opens for itself is left out, jars among that, since classes are loaded when
   * they are first used. So is what has no path, such as the JVM's sockets and the pipes of a
   * process that a test started; no reader has either.
   *
   * @return what each leads to, in alphabetical order
   */
  public static List<String> all() {
    return descriptors().stream().filter(open -> !isOfTheJvm(open)).toList();
  }

  /** As descriptors show it, without symbolic links. */
  private static Path javaHome() {
    try {
      return Path.of(System.getProperty("java.home")).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfTheJvm(String open) {
    return !open.startsWith("/")
        || open.endsWith(".jar")
        || OF_THE_JVM.stream().anyMatch(Path.of(open)::startsWith);
  }

  /**
   * The descriptors of files and directories at or below a path, whether these still exist or not.
   *
   * @param path a path without symbolic links
   * @return what each leads to, in alphabetical order
   */
  public static List<String> below(Path path) {
    return descriptors().stream().filter(open -> Path.of(open).startsWith(path)).toList();
  }

  private static List<String> descriptors() {
    List<String> open = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        try {
          open.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
          // Closed since it was listed.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Collections.sort(open);
    return open;
  }
}
