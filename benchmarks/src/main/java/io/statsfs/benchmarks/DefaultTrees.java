package io.statsfs.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All trees that are read by default, with their default stats: what the baseline is to read of
 * them, file by file. Files whose form the baseline does not know are left out of both sides.
 */
final class DefaultTrees {
  private static final List<String> CPU =
      List.of("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal");
  private static final List<String> DISK =
      List.of(
          "reads",
          "reads_merged",
          "sectors_read",
          "read_time",
          "writes",
          "writes_merged",
          "sectors_written",
          "write_time",
          "in_flight",
          "io_time",
          "weighted_io_time",
          "discards",
          "discards_merged",
          "sectors_discarded",
          "discard_time",
          "flushes",
          "flush_time");

  /** Where the kernel has the numbers of {@code /proc/self/stat}, from the state on. */
  private static final Map<String, Integer> PROCESS =
      Map.of(
          "minflt",
          7,
          "majflt",
          9,
          "utime",
          11,
          "stime",
          12,
          "num_threads",
          17,
          "starttime",
          19,
          "vsize",
          20,
          "rss",
          21);

  private static final Map<String, Integer> SOCKETS =
      Map.of(
          "TCP inuse",
          0,
          "TCP orphan",
          1,
          "TCP tw",
          2,
          "TCP alloc",
          3,
          "TCP mem",
          4,
          "UDP inuse",
          0,
          "UDP mem",
          1);

  /** A number that the baseline stores. */
  private record Wanted(int index, String row, String column) {}

  private final List<String> list = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> leftOut = new TreeSet<>();

  /** Looks at the trees of this machine. */
  DefaultTrees() {
    try (StatsFs fs = open("nio")) {
      try (Sampler sampler = fs.sampler(StatFilter.defaults())) {
        for (int i = 0; i < sampler.size(); i++) {
          if (form(sampler.stat(i)) == 0) {
            leftOut.add(sampler.stat(i).path().orElseThrow().toString());
          } else {
            names.add(sampler.stat(i).toString());
          }
        }
      }
      try (Sampler sampler = fs.sampler(filter())) {
        makeList(sampler);
      }
    }
  }

  /**
   * Without a thread that would disturb what is measured, and without what is in no file, which
   * {@link MountedFileSystems} and {@link MeasuredMachine} are about.
   */
  static StatsFs open(String reader) {
    return StatsFs.builder()
        .detect()
        .withoutTrees(MountedFileSystems.TREE, "kvm")
        .reader(reader)
        .refreshInterval(Duration.ZERO)
        .build();
  }

  StatFilter filter() {
    return stat -> names.contains(stat.toString());
  }

  int size() {
    return names.size();
  }

  /** Files that the baseline cannot read. */
  Set<String> leftOut() {
    return leftOut;
  }

  /** What {@code defaults.h} describes. The indexes are those of a sampler with the filter. */
  List<String> list() {
    return list;
  }

  private void makeList(Sampler sampler) {
    Map<Path, List<Integer>> files = new LinkedHashMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      Path file = sampler.stat(i).path().orElseThrow();
      files.computeIfAbsent(file, f -> new ArrayList<>()).add(i);
    }
    Path directory = null;
    for (Map.Entry<Path, List<Integer>> file : files.entrySet()) {
      if (!file.getKey().getParent().equals(directory)) {
        directory = file.getKey().getParent();
        list.add("D " + directory);
      }
      Map<String, List<Wanted>> rows = new TreeMap<>();
      char form = 0;
      for (int i : file.getValue()) {
        Stat stat = sampler.stat(i);
        form = form(stat);
        Wanted wanted = wanted(stat, form, i);
        rows.computeIfAbsent(wanted.row, row -> new ArrayList<>()).add(wanted);
      }
      list.add("F " + form + " " + file.getKey().getFileName());
      for (List<Wanted> row : rows.values()) {
        row.forEach(w -> list.add("W " + w.index + " " + w.row + " " + w.column));
      }
    }
  }

  /** The letter of a form in {@code defaults.c}, or 0. */
  private static char form(Stat stat) {
    Path path = stat.path().orElseThrow();
    String file = path.toString();
    String name = path.getFileName().toString();
    if (Files.isDirectory(path)) {
      // Its entries are counted.
      return 0;
    } else if (Files.isDirectory(stat.source().path().orElseThrow())) {
      return name.equals("speed") ? 'Q' : 'F';
    } else if (file.startsWith("/proc/pressure/")) {
      return 'P';
    }
    return switch (name) {
      case "cpu.cfs_quota_us" -> 'Q';
      case "memory.limit_in_bytes" -> 'L';
      case "diskstats" -> 'K';
      case "snmp", "netstat" -> 'N';
      case "sockstat", "sockstat6" -> 'O';
      case "softnet_stat" -> 'X';
      case "loadavg" -> 'A';
      case "uptime" -> 'U';
      case "file-nr" -> 'R';
      case "cpu.pressure", "io.pressure", "memory.pressure" -> 'P';
      case "meminfo" -> file.startsWith("/proc/") ? 'C' : 'M';
      case "io", "status" -> 'C';
      case "stat" -> file.equals("/proc/stat") ? 'T' : 'B';
      case "cpu.stat", "memory.stat", "numastat", "vmstat", "snmp6" -> 'T';
      default -> isOneValue(path) ? 'F' : 0;
    };
  }

  private static boolean isOneValue(Path file) {
    // At once, since a second read of a file below /proc/sys finds its end.
    byte[] text = new byte[64];
    try (InputStream in = Files.newInputStream(file)) {
      int length = in.read(text);
      return new String(text, 0, Math.max(length, 0), US_ASCII).matches("-?[0-9]+\n");
    } catch (IOException e) {
      return false;
    }
  }

  private static Wanted wanted(Stat stat, char form, int index) {
    Source source = stat.source();
    String name = stat.name();
    String device = source.device();
    String last = device.substring(device.lastIndexOf('/') + 1);
    return switch (form) {
      case 'K' -> new Wanted(index, device, column(DISK, name));
      case 'N' -> new Wanted(index, device, name);
      case 'O' -> {
        // Those that are not listed have one number.
        String column = SOCKETS.getOrDefault(device + " " + name, 0).toString();
        yield new Wanted(index, device, column);
      }
      case 'X' ->
          new Wanted(index, device, column(List.of("processed", "dropped", "time_squeeze"), name));
      case 'A' ->
          new Wanted(index, "-", column(List.of("load1", "load5", "load15", "threads"), name));
      case 'R' -> new Wanted(index, "-", name.equals("allocated") ? "0" : "2");
      case 'P' ->
          new Wanted(index, last, column(List.of("avg10", "avg60", "avg300", "total"), name));
      case 'B' -> new Wanted(index, "-", PROCESS.get(name).toString());
      case 'T' ->
          source.subsystem().equals("cpu")
              ? new Wanted(index, "cpu" + device, column(CPU, name))
              : new Wanted(index, name, "0");
      case 'C', 'M' -> new Wanted(index, name, "0");
      default -> new Wanted(index, "-", "0");
    };
  }

  private static String column(List<String> columns, String name) {
    int column = columns.indexOf(name);
    if (column < 0) {
      throw new IllegalStateException("The baseline knows no column " + name);
    }
    return Integer.toString(column);
  }

  /** What gives the values of the baseline, in the order of a sampler. */
  @FunctionalInterface
  interface Values {
    List<String> get() throws IOException;
  }

  /**
   * Checks that both sides find the same: which stats have values and, of those that stand still
   * and are not about the process itself, which.
   *
   * @return how many stand still
   */
  int requireSame(Sampler sampler, Values baseline) throws IOException {
    int compared = 0;
    Set<Integer> different = new TreeSet<>();
    Set<Integer> open = new TreeSet<>();
    for (int i = 0; i < sampler.size(); i++) {
      open.add(i);
    }
    // What changed in between says nothing; nor does what changed and changed back.
    for (int attempt = 0; attempt < 20 && !open.isEmpty(); attempt++) {
      sampler.sample();
      List<String> before = values(sampler);
      List<String> theirs = baseline.get();
      sampler.sample();
      List<String> after = values(sampler);
      different.clear();
      for (int i : List.copyOf(open)) {
        String its = before.get(i);
        String subsystem = sampler.stat(i).source().subsystem();
        // The reader has another number of files open then.
        boolean isOwn = subsystem.startsWith("self") || subsystem.equals("filefd");
        if (its.equals("-") != theirs.get(i).equals("-")) {
          different.add(i);
        } else if (isOwn) {
          open.remove(i);
        } else if (its.equals(theirs.get(i))) {
          compared++;
          open.remove(i);
        } else if (its.equals(after.get(i))) {
          different.add(i);
        }
      }
    }
    if (!different.isEmpty()) {
      int first = different.iterator().next();
      throw new IllegalStateException(
          "The baseline differs in "
              + different.size()
              + " stats, such as "
              + sampler.stat(first)
              + ", which is "
              + value(sampler, first)
              + " and "
              + baseline.get().get(first));
    }
    return compared;
  }

  private static List<String> values(Sampler sampler) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < sampler.size(); i++) {
      values.add(value(sampler, i));
    }
    return values;
  }

  /** As the baseline prints it. */
  private static String value(Sampler sampler, int index) {
    if (sampler.status(index) != Status.OK) {
      return "-";
    }
    return sampler.isDouble(index)
        ? "d" + Double.doubleToRawLongBits(sampler.doubleValue(index))
        : Long.toString(sampler.longValue(index));
  }
}
