package io.statsfs.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The code of the baseline in this process, called as the reader {@code jni} calls its library. Two
 * copies of the same code, measured as the two sides of a comparison, must come out equal. Their
 * difference is the error that any ratio may have.
 */
final class BaselineCopy {
  /** The positions of the ways in {@code baseline.h}. */
  private static final List<String> WAYS = List.of("plain-path", "plain-kept", "openat", "kept");

  static {
    System.loadLibrary("baseline-copy");
  }

  private BaselineCopy() {}

  /** The CPU time that all threads of this process have taken. */
  static native long cpuNanos();

  /** The CPU time that this thread has taken. */
  static native long threadCpuNanos();

  /** As {@link Baseline#sample}. */
  static Method sample(List<String> list, String way, int stats) throws IOException {
    Path file = Files.createTempFile("statsfs-bench-", ".list");
    try {
      int tree = load(Files.write(file, list).toString());
      int number = WAYS.indexOf(way);
      Method.Work sample =
          () -> {
            int found = sample(tree, number);
            if (found != stats) {
              throw new IOException("The baseline found " + found + " numbers of " + stats);
            }
          };
      return Method.ofThread(sample).renewedBy(() -> renew(tree));
    } finally {
      Files.delete(file);
    }
  }

  /** As {@link Baseline#sampleDefaults}. */
  static Method sampleDefaults(List<String> list) throws IOException {
    Path file = Files.createTempFile("statsfs-bench-", ".list");
    try {
      loadDefaults(Files.write(file, list).toString());
      return Method.ofThread(BaselineCopy::sampleDefaults).renewedBy(BaselineCopy::renewDefaults);
    } finally {
      Files.delete(file);
    }
  }

  private static native void loadDefaults(String list);

  private static native int sampleDefaults();

  private static native void renewDefaults();

  private static native int load(String list);

  private static native void renew(int tree);

  private static native int sample(int tree, int way);
}
