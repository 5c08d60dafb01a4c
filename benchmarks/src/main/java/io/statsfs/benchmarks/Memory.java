package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Says how much memory a stat takes that is ready to be sampled, in a JVM of its own.
 *
 * <p>In the heap: what is used after a collection, against before. Outside: by how much the
 * process's resident memory grew. For that to mean anything, the heap is of fixed size and touched
 * from the beginning, and nothing is compiled while it is measured.
 */
final class Memory {
  private static final List<String> OPTIONS =
      List.of("-Xint", "-XX:+UseSerialGC", "-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch");

  private Memory() {}

  /**
   * The bytes per stat, in the heap and outside.
   *
   * @param root a tree on a file system where files are reopened
   */
  record Use(double heap, double outside) {
    static Use of(Path root, String reader) throws IOException {
      List<String> command = Bench.java(OPTIONS, Memory.class, root.toString(), reader);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String[] answer = new String(process.getInputStream().readAllBytes()).strip().split(" ");
      if (answer.length != 2) {
        throw new IOException("No answer from " + command);
      }
      return new Use(Double.parseDouble(answer[0]), Double.parseDouble(answer[1]));
    }
  }

  /** A root and a reader. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    // So that all classes are loaded: a tree of few stats.
    try (var some = Files.list(root)) {
      Path one = some.sorted().findFirst().orElseThrow();
      try (var few = Files.list(one)) {
        Path source = few.findFirst().orElseThrow();
        for (int i = 0; i < 3; i++) {
          sample(source, args[1]);
        }
      }
    }
    long heap = heap();
    long resident = resident();
    try (StatsFs fs = MeasuredTree.open(root, args[1]);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      System.out.printf(
          "%.1f %.1f%n",
          (double) (heap() - heap) / sampler.size(),
          (double) (resident() - resident) / sampler.size());
      sampler.sample();
    }
  }

  private static void sample(Path root, String reader) {
    try (StatsFs fs = MeasuredTree.open(root, reader);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
    }
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      try {
        // Buffers outside the heap are freed by another thread.
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("/proc/self/status has no VmRSS");
  }
}
