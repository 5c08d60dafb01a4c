package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.benchmarks.Interleaved.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Measures the counters of the network interfaces that there are, by netlink, against C that keeps
 * their files open.
 *
 * <p>{@code ./bench --interfaces} starts this in network namespaces of its own, with the baseline
 * and the target.
 */
final class Interfaces {
  private static final Path NET = Path.of("/sys/class/net");
  private static final String NETLINK = "io.statsfs.native.netlink";

  /** What a process has open beside the files that it keeps. */
  private static final int OTHER_FILES = 500;

  private Interfaces() {}

  /** The baseline's program, the target as a ratio, and the number of rounds. */
  public static void main(String[] args) throws Exception {
    MeasuredTree all = MeasuredTree.of("", NET, true);
    long interfaces = all.stats().stream().map(stat -> stat.source()).distinct().count();
    int perInterface = (int) (all.stats().size() / interfaces);
    String name = String.format("%,d interfaces", interfaces);
    // With the directory of each.
    long mostKept = mostFiles() / (perInterface + 1) * perInterface;
    int kept = (int) Math.min(all.stats().size(), mostKept);
    MeasuredTree some = new MeasuredTree(name, NET, all.stats().subList(0, kept), true);
    try (Baseline baseline = new Baseline(Path.of(args[0]));
        StatsFs byNetlink = MeasuredTree.open(NET, "jni");
        StatsFs fromFiles = withoutNetlink();
        StatsFs nio = MeasuredTree.open(NET, "nio");
        Sampler sampler = byNetlink.sampler();
        Sampler sampleOfFiles = fromFiles.sampler();
        Sampler sampleOfNio = nio.sampler()) {
      requireSame(sampler, sampleOfNio);
      if (byNetlink.diagnostics().filesKeptOpen() != 0) {
        throw new IllegalStateException("Files are read, and not netlink");
      }
      Interleaved measured = new Interleaved();
      Method c = baseline.sample(baseline.load(some.list()), "kept", kept);
      Row best = measured.c(name, String.format("baseline: kept, pread, of %,d", kept), kept, c);
      int stats = sampler.size();
      Row jni = measured.java(name, "JNI by netlink", stats, sampler::sample);
      jni.best = best;
      measured.java(name, "JNI from files", stats, sampleOfFiles::sample).best = best;
      // One of them, which is asked for alone where there are many.
      try (Sampler one = byNetlink.sampler(StatFilter.device("lo"))) {
        measured.java(name, "JNI by netlink, of lo", one.size(), one::sample).best = best;
        measured.run(Integer.parseInt(args[2]));
      }
      Bench.print(measured.rows(), "interfaces");
      System.out.printf(
          "%nJNI by netlink / C's kept files, %s: %.4f, quartiles %.4f – %.4f%n",
          name, jni.ratio(best), jni.ratio(best, 0.25), jni.ratio(best, 0.75));
      double target = Double.parseDouble(args[1]);
      Bench.atMost("JNI by netlink / C's kept files, " + name, jni.ratio(best), target);
      Bench.atMost("bytes per sample, JNI by netlink, " + name, jni.bytes, 0);
    }
  }

  private static StatsFs withoutNetlink() {
    System.setProperty(NETLINK, "false");
    try {
      return MeasuredTree.open(NET, "jni");
    } finally {
      System.clearProperty(NETLINK);
    }
  }

  /** How many files the baseline can keep open. */
  private static long mostFiles() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        List<String> words = List.of(line.substring(26).trim().split(" +"));
        return Long.parseLong(words.get(1)) - OTHER_FILES;
      }
    }
    throw new IOException("/proc/self/limits does not say how many files may be open");
  }

  /** Nothing happens in the namespace, so that values stand still. */
  private static void requireSame(Sampler one, Sampler other) {
    one.sample();
    other.sample();
    for (int i = 0; i < one.size(); i++) {
      if (!one.stat(i).toString().equals(other.stat(i).toString())
          || one.status(i) != Status.OK
          || one.longValue(i) != other.longValue(i)) {
        throw new IllegalStateException(one.stat(i) + " is not what its file says");
      }
    }
  }
}
