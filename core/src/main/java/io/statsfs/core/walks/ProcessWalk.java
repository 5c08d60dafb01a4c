package io.statsfs.core.walks;

import io.statsfs.Status;
import io.statsfs.core.text.ReadFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Counts processes by their state, which {@code /proc/PID/stat} has as a letter. */
final class ProcessWalk implements Walk {
  private static final List<String> STATES =
      List.of(
          "running",
          "sleeping",
          "disk_sleep",
          "idle",
          "stopped",
          "tracing_stop",
          "zombie",
          "other");

  /** Of all states but the last. The kernel has them in task_state_array of fs/proc/array.c. */
  private static final String LETTERS = "RSDITtZ";

  private final Path proc;

  ProcessWalk(Path proc) {
    this.proc = proc;
  }

  @Override
  public List<String> states() {
    return STATES;
  }

  @Override
  public Path place() {
    return proc;
  }

  @Override
  public String what() {
    return "the processes";
  }

  @Override
  public boolean count(ByteBuffer text, long[] counts) throws IOException {
    boolean hasFirst = false;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, ProcessWalk::isProcess)) {
      for (Path process : processes) {
        hasFirst |= process.endsWith("1");
        if (!count(process.resolve("stat"), text, counts)) {
          return false;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    if (!hasFirst) {
      // Each procfs has it, unless it is mounted with hidepid=2: then those of other users are
      // hidden.
      throw new AccessDeniedException(proc.resolve("1").toString());
    }
    return true;
  }

  private static boolean isProcess(Path path) {
    char first = path.getFileName().toString().charAt(0);
    return first >= '0' && first <= '9';
  }

  private static boolean count(Path stat, ByteBuffer text, long[] counts) throws IOException {
    text.clear();
    try (FileChannel file = FileChannel.open(stat)) {
      file.read(text);
    } catch (IOException e) {
      if (ReadFailure.status(e, stat) == Status.GONE) {
        return true;
      }
      throw e;
    }
    text.flip();
    // Behind the name of the program, which may have brackets in it; all else is numbers.
    int i = text.limit() - 1;
    while (i >= 0 && text.get(i) != ')') {
      i--;
    }
    if (i < 0 || i + 2 >= text.limit() || text.get(i + 1) != ' ') {
      return false;
    }
    int state = LETTERS.indexOf(text.get(i + 2));
    counts[state < 0 ? LETTERS.length() : state]++;
    return true;
  }
}
