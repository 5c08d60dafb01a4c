package io.statsfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Tells what files this process has open, from {@code /proc/self/fd}. */
public final class OpenFiles {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private OpenFiles() {}

  /**
   * All descriptors.
   *
   * @return what each leads to, in alphabetical order
   */
  public static List<String> all() {
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

  /**
   * The descriptors of files and directories at or below a path, whether these still exist or not.
   *
   * @param path a path without symbolic links
   * @return what each leads to, in alphabetical order
   */
  public static List<String> below(Path path) {
    return all().stream().filter(open -> Path.of(open).startsWith(path)).toList();
  }
}
