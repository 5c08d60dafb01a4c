package io.statsfs.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.regex.Pattern;

/** The programs that come in the jar, for the architecture that it was built on. */
final class BundledProgram {
  private static final Pattern TEXT_FILE_BUSY = Pattern.compile("error[=:] ?26\\b");
  private static final int TRIES = 50;

  private BundledProgram() {}

  /**
   * Copies a program to a directory, where it may be executed by this user alone.
   *
   * @param needs what its building needs, for the message
   * @param property the system property that names another one, for the message
   * @throws UnsupportedOperationException if the jar does not have it
   */
  static Path extract(String name, Path directory, String needs, String property)
      throws IOException {
    String architecture = System.getProperty("os.arch");
    String platform =
        System.getProperty("os.name").toLowerCase(Locale.ROOT)
            + "-"
            + (architecture.equals("amd64") ? "x86_64" : architecture);
    Path program = directory.resolve(name);
    try (InputStream in =
        BundledProgram.class.getResourceAsStream("/META-INF/native/" + platform + "/" + name)) {
      if (in == null) {
        throw new UnsupportedOperationException(
            "The jar has no "
                + name
                + " for "
                + platform
                + ", only for the machine that it was built on, and only if that had "
                + needs
                + ". Build one and name it with -D"
                + property
                + ".");
      }
      Files.copy(in, program);
    }
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  /** Starts a program that was written a moment ago. */
  static Process start(ProcessBuilder builder) throws IOException {
    for (int tried = 1; ; tried++) {
      try {
        return builder.start();
      } catch (IOException e) {
        // A process that another thread starts holds, for a moment, what was open for writing here.
        if (!TEXT_FILE_BUSY.matcher(String.valueOf(e.getMessage())).find() || tried == TRIES) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
