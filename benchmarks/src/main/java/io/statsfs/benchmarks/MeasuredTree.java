package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A tree to be measured, and the ways of reading it without this library.
 *
 * @param stats those that can be read and are numbers, in the order of a sampler
 */
record MeasuredTree(String name, Path root, List<Stat> stats, boolean isKept) {
  /** The files that the baseline has a parser for each, and how its list calls them. */
  static final Map<String, String> TABLES =
      Map.of(
          "/proc/stat", "S",
          "/proc/net/snmp", "N",
          "/proc/softirqs", "I",
          "/proc/diskstats", "K");

  private static final int STATS_PER_SOURCE = 40;
  private static final int SOURCES_PER_SUBSYSTEM = 100;

  /** Looks at a tree; has no stats if it cannot be read. */
  static MeasuredTree of(String name, Path root, boolean isKept) {
    try (StatsFs fs = open(root, "nio");
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      List<Stat> stats = new ArrayList<>();
      for (int i = 0; i < sampler.size(); i++) {
        // A word that says that there is no value is read as any other, by the baseline too.
        boolean isWord = sampler.status(i) == Status.NO_VALUE && sampler.errno(i) == 0;
        // The baseline's parser of /proc/stat takes of a row of counts the first one.
        boolean isPart = sampler.stat(i).source().subsystem().equals("softirq");
        if (!isPart && (sampler.status(i) == Status.OK || isWord)) {
          stats.add(sampler.stat(i));
        }
      }
      return new MeasuredTree(name, root, stats, isKept);
    }
  }

  /** Writes a tree of statsfs's shape. */
  static Path write(Path root, int stats) throws IOException {
    for (int source = 0; source < stats / STATS_PER_SOURCE; source++) {
      String device = "subsystem" + source / SOURCES_PER_SUBSYSTEM + "/device" + source;
      Path directory = Files.createDirectories(root.resolve(device));
      for (int i = 0; i < STATS_PER_SOURCE; i++) {
        Files.writeString(directory.resolve("stat_" + i), source * 1_000_003L + i + "\n");
      }
    }
    return root;
  }

  /** Without a thread that would disturb what is measured. */
  static StatsFs open(Path root, String reader) {
    return StatsFs.builder().root(root).reader(reader).refreshInterval(Duration.ZERO).build();
  }

  /** Accepts the same stats of another view of this tree. */
  StatFilter filter() {
    Set<String> names = new HashSet<>();
    stats.forEach(stat -> names.add(key(stat)));
    return stat -> names.contains(key(stat));
  }

  private static String key(Stat stat) {
    return stat.toString();
  }

  /** Whether a source is a file of several values. */
  private static boolean isFile(Source source) {
    return Files.isRegularFile(source.path().orElseThrow());
  }

  /** What the baseline is to read. */
  List<String> list() {
    List<String> list = new ArrayList<>();
    Path source = null;
    for (Stat stat : stats) {
      boolean many = isFile(stat.source());
      if (!stat.source().path().orElseThrow().equals(source)) {
        source = stat.source().path().orElseThrow();
        list.add((many ? TABLES.getOrDefault(source.toString(), "T") : "D") + " " + source);
      }
      if (!many) {
        list.add("F " + stat.name());
      }
    }
    return list;
  }

  /** What one writes without a library; not for tables. */
  Method.Work readString() {
    long[] values = new long[stats.size()];
    if (isFile(stats.get(0).source())) {
      Path file = stats.get(0).source().path().orElseThrow();
      return () -> {
        int i = 0;
        for (String line : Files.readString(file).split("\n")) {
          values[i++] = Long.parseLong(line.substring(line.indexOf(' ') + 1));
        }
      };
    }
    Path[] files = stats.stream().map(stat -> stat.path().orElseThrow()).toArray(Path[]::new);
    return () -> {
      for (int i = 0; i < files.length; i++) {
        values[i] = Long.parseLong(Files.readString(files[i]).trim());
      }
    };
  }
}
