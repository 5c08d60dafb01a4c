package io.statsfs.core.scan;

import io.statsfs.core.mounts.Inode;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.PathText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The CPUs that there can be, by the columns of {@code softirqs}. It is looked for above the file
 * of whose lines one has to know the CPU, so that it is of the same kernel, also where a procfs is
 * mounted elsewhere or was copied.
 */
final class PossibleCpus {
  private static final String SOFTIRQS = "softirqs";

  /** As {@code net/softnet_stat} and {@code 1/net/softnet_stat} are below a procfs. */
  private static final int MOST_LEVELS = 4;

  private final TreeContext context;
  private final Path file;
  private FileReads.@Nullable OfFile reads;

  PossibleCpus(TreeContext context, Path file) {
    this.context = context;
    this.file = file;
  }

  /**
   * Why it is not known of which CPU each of the lines of a text is.
   *
   * @param lines how many there are
   * @return null if there is one for each CPU
   */
  @Nullable String whyUnknown(int lines) {
    String why = why(lines);
    return why == null
        ? null
        : "its " + lines + " lines do not say which CPU they are of, and give no value: " + why;
  }

  private @Nullable String why(int lines) {
    Path directory = file.getParent();
    for (int level = 0; level < MOST_LEVELS && directory != null; level++) {
      Path softirqs = directory.resolve(SOFTIRQS);
      directory = directory.getParent();
      try {
        Inode inode = context.files().at(softirqs, false);
        if (!inode.isRegularFile()) {
          continue;
        }
        reads = reads == null ? context.reads().of(softirqs) : reads;
        int cpus = count(reads.read(inode));
        return cpus == lines
            ? null
            : PathText.of(softirqs) + " has " + (cpus < 0 ? "not all" : cpus) + " CPUs";
      } catch (NoSuchFileException e) {
        // It is further up.
      } catch (IOException e) {
        return PathText.of(softirqs) + ": " + ReadFailure.describe(e);
      }
    }
    return "no directory above has " + SOFTIRQS + ", which has all CPUs";
  }

  /** How many CPUs a text has, if these are all up to some number; else -1. */
  private static int count(ByteBuffer text) {
    String all = StandardCharsets.ISO_8859_1.decode(text.duplicate()).toString();
    String header = all.substring(0, Math.max(0, all.indexOf('\n'))).strip();
    String[] names = header.split("\\s+");
    for (int cpu = 0; cpu < names.length; cpu++) {
      if (!names[cpu].equals("CPU" + cpu)) {
        return -1;
      }
    }
    return names.length;
  }
}
