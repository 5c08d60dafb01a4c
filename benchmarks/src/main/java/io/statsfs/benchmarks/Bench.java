package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.benchmarks.Interleaved.Row;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.NetworkIF;

/**
 * Measures every tree by every method, in several JVMs one after the other, and compares the result
 * with the targets.
 *
 * <p>{@code ./bench} starts this with a directory on tmpfs to write trees to, the directory that
 * the baseline was built in and, where it could be mounted, debugfs.
 */
final class Bench {
  private static final String PATH = "C library: whole path";
  private static final String PLAIN_KEPT = "C library: kept, pread";
  private static final String OPENAT = "baseline: openat";
  private static final String KEPT = "baseline: kept, pread";
  private static final String COPY = "baseline: the same in the JVM";
  private static final String JNI = "JNI";
  private static final String NIO = "NIO";
  private static final String READ_STRING = "Files.readString";
  private static final String OSHI = "OSHI, its 8 counters";
  private static final String AND_OPENTELEMETRY = " and OpenTelemetry";
  private static final String WITH_TIMEOUT = " with a read timeout";
  private static final String TO_OTLP = " to OTLP's bytes";
  private static final String BY_PRODUCER = " by a MetricProducer";
  private static final String JNI_AS_OSHI = "JNI, the same counters";

  private static final String NET = "sysfs net";
  private static final String VMSTAT = "/proc/vmstat";
  private static final List<String> TABLES =
      List.copyOf(new TreeSet<>(MeasuredTree.TABLES.keySet()));
  private static final String DEBUGFS = "debugfs kvm";
  private static final String DEFAULTS = "default trees";
  private static final String BY_HAND = "C by hand";
  private static final String BY_HAND_COPY = "C by hand, the same in the JVM";
  private static final String VISIT = "C: list and read the same";
  private static final String MOUNTS = "mounted file systems";
  private static final String STATFS = "C: statfs";
  private static final String MACHINE = "virtual machine";
  private static final String DEBUGFS_FILES = "C: files of debugfs";
  private static final String DESCRIPTORS = "C: descriptors, unchecked";
  private static final String OPEN = "opening, ";
  private static final String DECLARATIONS = "declarations";
  private static final int OPENINGS_TO_WARM_UP = 4_000;

  /** Of the arguments: to measure, and to leave what was measured to another JVM. */
  private static final String ONE_OF_SEVERAL = "one-of-several";

  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int SMALL = 1_000;
  private static final int COLLECTED = 20_000;
  private static final int LARGE = 100_000;

  /** What OSHI's NetworkIF has of these statistics. */
  private static final Set<String> OSHI_COUNTERS =
      Set.of(
          "rx_bytes",
          "tx_bytes",
          "rx_packets",
          "tx_packets",
          "rx_errors",
          "tx_errors",
          "rx_dropped",
          "collisions");

  private final boolean quick;
  private final Path scratch;
  private final Path build;
  private final Interleaved sampling = new Interleaved();
  private final Interleaved discovery = new Interleaved();
  private final Interleaved defaults = new Interleaved();
  private final Interleaved mounts = new Interleaved();
  private final Interleaved machines = new Interleaved();
  private @Nullable Baseline baseline;
  private final Map<String, double[]> cold = new HashMap<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Map<String, Row> rows = new HashMap<>();

  private Bench(boolean quick, Path scratch, Path build) {
    this.quick = quick;
    this.scratch = scratch;
    this.build = build;
  }

  /** The command for another JVM with this one's class path. */
  static List<String> java(List<String> options, Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /**
   * {@code full}, {@code quick}, {@code defaults}, {@code mounts} or {@code kvm} (these alone), a
   * directory on tmpfs, the one that the baseline was built in, and debugfs or nothing; or for
   * {@code mounts} the directory that they are below. {@link #measureInOthers} has two more.
   */
  public static void main(String[] args) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(args));
    boolean isOne = arguments.remove(ONE_OF_SEVERAL);
    Bench bench = new Bench(!args[0].equals("full"), Path.of(args[1]), Path.of(args[2]));
    try {
      Path last = arguments.size() > 3 ? Path.of(arguments.get(3)) : null;
      if (args[0].equals("mounts")) {
        bench.measureMounts(Objects.requireNonNull(last));
      } else if (args[0].equals("kvm")) {
        bench.measureMachine(Objects.requireNonNull(last));
      } else if (isOne) {
        bench.measure(args[0].equals("defaults"), last);
      } else {
        bench.measureInOthers(arguments);
      }
    } finally {
      for (AutoCloseable resource : bench.open) {
        resource.close();
      }
    }
  }

  /**
   * Measures in several JVMs, each with a baseline of its own. Where code and data lie is drawn for
   * each process, and decides on some percent of what it takes; so two runs of one program differ
   * by more than their passes do.
   */
  private void measureInOthers(List<String> arguments) throws Exception {
    boolean isDefaults = arguments.get(0).equals("defaults");
    if (!isDefaults) {
      say("writing the trees");
      for (int stats : new int[] {SMALL, 10_000, COLLECTED, LARGE}) {
        MeasuredTree.write(root(stats), stats);
      }
      // A young directory is listed more than once.
      TimeUnit.MILLISECONDS.sleep(1500);
    }
    List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
    arguments.add(ONE_OF_SEVERAL);
    int times = quick ? 3 : 5;
    for (int i = 1; i <= times; i++) {
      say("JVM " + i + " of " + times);
      List<String> command = java(options, Bench.class, arguments.toArray(String[]::new));
      ProcessBuilder one = new ProcessBuilder(command).inheritIO();
      if (one.start().waitFor() != 0) {
        throw new IOException("A JVM that measured has failed");
      }
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(measured())))) {
        for (Interleaved group : groups()) {
          group.add(in);
        }
      }
    }
    groups().forEach(group -> group.rows().forEach(this::add));
    measureCold();
    if (isDefaults) {
      printDefaults();
      printTargetsOfDefaults();
      return;
    }
    say("measuring memory");
    Memory.Use nio = Memory.Use.of(root(LARGE), "nio");
    Memory.Use jni = Memory.Use.of(root(LARGE), "jni");

    printDefaults();
    print(sampling.rows(), "reading");
    print(discovery.rows(), "discovery");
    System.out.printf("%nmemory per stat, of %,d on tmpfs, ready to be sampled%n", LARGE);
    System.out.printf("NIO  %4.0f bytes of heap, %4.0f outside%n", nio.heap(), nio.outside());
    System.out.printf("JNI  %4.0f bytes of heap, %4.0f outside%n", jni.heap(), jni.outside());
    printTargets();
  }

  private List<Interleaved> groups() {
    return List.of(defaults, discovery, sampling);
  }

  /** Where one of the JVMs leaves what it measured. */
  private Path measured() {
    return scratch.resolve("measured");
  }

  /** Measures as one of several JVMs. */
  private void measure(boolean isDefaults, @Nullable Path debugfs) throws Exception {
    addDefaults();
    if (!isDefaults) {
      addTrees(debugfs);
    }
    say("measuring the default trees");
    defaults.run(isDefaults ? 15 : quick ? 8 : 12);
    if (!isDefaults) {
      say("measuring discovery");
      discovery.run(quick ? 3 : 6);
      say("measuring samples");
      sampling.run(quick ? 5 : 12);
    }
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(measured())))) {
      for (Interleaved group : groups()) {
        group.write(out);
      }
    }
  }

  private void addTrees(@Nullable Path debugfs) throws IOException {
    List<MeasuredTree> trees = new ArrayList<>();
    trees.add(MeasuredTree.of(NET, Path.of("/sys/class/net"), true));
    trees.add(MeasuredTree.of(VMSTAT, Path.of("/proc/vmstat"), true));
    for (String table : TABLES) {
      trees.add(MeasuredTree.of(table, Path.of(table), true));
    }
    if (debugfs != null && Files.isDirectory(debugfs.resolve("kvm"))) {
      trees.add(MeasuredTree.of(DEBUGFS, debugfs.resolve("kvm"), false));
    }
    for (int stats : new int[] {SMALL, 10_000, LARGE}) {
      trees.add(MeasuredTree.of(tmpfs(stats), root(stats), false));
    }
    for (MeasuredTree tree : trees) {
      if (tree.stats().isEmpty()) {
        say(tree.name() + " is left out: nothing there can be read as a number");
      } else {
        add(tree);
      }
    }
    addOshi(trees.get(0));
    addCollections(MeasuredTree.of(tmpfs(COLLECTED), root(COLLECTED), false));
    addDiscovery(COLLECTED);
    addDiscovery(LARGE);
  }

  private static void say(String what) {
    System.err.println("== bench: " + what);
  }

  private static String tmpfs(int stats) {
    return String.format("tmpfs %,d", stats);
  }

  private Path root(int stats) {
    return scratch.resolve("tree" + stats);
  }

  private void add(MeasuredTree tree) throws IOException {
    int stats = tree.stats().size();
    int list = baseline().load(tree.list());
    add(sampling.c(tree.name(), PATH, stats, baseline().sample(list, "plain-path", stats)));
    Row best =
        add(sampling.c(tree.name(), OPENAT, stats, baseline().sample(list, "openat", stats)));
    String way = tree.isKept() ? "kept" : "openat";
    if (tree.isKept()) {
      Method kept = baseline().sample(list, "plain-kept", stats);
      add(sampling.c(tree.name(), PLAIN_KEPT, stats, kept));
      best = add(sampling.c(tree.name(), KEPT, stats, baseline().sample(list, "kept", stats)));
    }
    Method copy = BaselineCopy.sample(tree.list(), way, stats);
    add(sampling.java(tree.name(), COPY, stats, copy));
    for (String reader : List.of("jni", "nio")) {
      String name = reader.equals("jni") ? JNI : NIO;
      add(sampling.java(tree.name(), name, stats, sampling(tree, reader, null)));
    }
    if (tree.name().equals(NET)) {
      add(sampling.java(NET, JNI + WITH_TIMEOUT, stats, sampling(tree, "jni", TIMEOUT)));
    }
    if (!TABLES.contains(tree.name())) {
      add(sampling.java(tree.name(), READ_STRING, stats, tree.readString()));
    }
    compare(sampling, tree.name(), best);
  }

  /**
   * With a timeout another thread reads; what {@code nio} allocates is collected by another one.
   */
  private static Method method(Opened opened, String reader, @Nullable Duration timeout) {
    return reader.equals("jni") && timeout == null
        ? Method.ofThread(opened::sample)
        : Method.of(opened::sample);
  }

  private static void compare(Interleaved group, String tree, Row best) {
    group.rows().stream().filter(row -> row.tree.equals(tree)).forEach(row -> row.best = best);
    best.best = null;
  }

  private Row add(Row row) {
    rows.put(row.tree + row.name, row);
    return row;
  }

  private Method sampling(MeasuredTree tree, String reader, @Nullable Duration timeout) {
    return sampling(tree, reader, tree.filter(), timeout, tree.stats().size());
  }

  private Method sampling(
      MeasuredTree tree, String reader, StatFilter filter, @Nullable Duration timeout, int stats) {
    Opened opened =
        keep(
            new Opened(
                () -> MeasuredTree.open(tree.root(), reader),
                fs -> timeout == null ? fs.sampler(filter) : fs.sampler(filter, timeout)));
    Sampler sampler = opened.sampler();
    if (sampler.size() != stats) {
      throw new IllegalStateException(
          tree.name() + " has " + sampler.size() + " stats now, not " + stats);
    }
    Method method = method(opened, reader, timeout);
    // Nothing is kept of the others, which are large.
    return tree.isKept() ? method.renewedBy(opened::renew) : method;
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.push(resource);
    return resource;
  }

  private void addOshi(MeasuredTree net) {
    List<NetworkIF> interfaces = new SystemInfo().getHardware().getNetworkIFs(true);
    Set<String> names = Set.copyOf(interfaces.stream().map(NetworkIF::getName).toList());
    int values = interfaces.size() * OSHI_COUNTERS.size();
    StatFilter same =
        stat -> OSHI_COUNTERS.contains(stat.name()) && names.contains(stat.source().device());
    Row oshi =
        add(
            sampling.java(
                NET, OSHI, values, () -> interfaces.forEach(NetworkIF::updateAttributes)));
    Row jni =
        add(sampling.java(NET, JNI_AS_OSHI, values, sampling(net, "jni", same, null, values)));
    oshi.best = rows.get(NET + KEPT);
    jni.best = rows.get(NET + KEPT);
  }

  /** What it takes to have all values in the SDK, and what of that is the sample. */
  private void addCollections(MeasuredTree tree) throws IOException {
    int stats = tree.stats().size();
    int list = baseline().load(tree.list());
    Row best =
        add(sampling.c(tree.name(), OPENAT, stats, baseline().sample(list, "openat", stats)));
    for (String reader : List.of("jni", "nio")) {
      String name = reader.equals("jni") ? JNI : NIO;
      add(sampling.java(tree.name(), name, stats, sampling(tree, reader, null)));
      Method withTimeout = sampling(tree, reader, TIMEOUT);
      add(sampling.java(tree.name(), name + WITH_TIMEOUT, stats, withTimeout));
      Collection collection = keep(Collection.byInstruments(tree.root(), reader));
      add(sampling.java(tree.name(), name + AND_OPENTELEMETRY, stats, collection::collect));
    }
    Collection instruments = keep(Collection.byInstruments(tree.root(), "jni"));
    Collection producer = keep(Collection.byProducer(tree.root(), "jni"));
    add(sampling.java(tree.name(), JNI + TO_OTLP, stats, instruments::export));
    add(sampling.java(tree.name(), JNI + TO_OTLP + BY_PRODUCER, stats, producer::export));
    compare(sampling, tree.name(), best);
  }

  private Baseline baseline() throws IOException {
    Baseline its = baseline;
    if (its == null) {
      its = keep(new Baseline(build.resolve("baseline")));
      baseline = its;
    }
    return its;
  }

  private void measureCold() throws IOException {
    int times = quick ? 7 : 15;
    Path stats = Files.write(scratch.resolve("stats"), Opening.foundStats());
    cold.put("jni", Opening.cold(times, "jni"));
    cold.put("nio", Opening.cold(times, "nio"));
    // They take milliseconds, of which a JVM that begins can lose one and more to anything.
    cold.put(DECLARATIONS, Opening.cold(51, DECLARATIONS, stats.toString()));
  }

  private void measureMounts(Path directory) throws IOException {
    MountedFileSystems jni = keep(new MountedFileSystems(directory, "jni"));
    MountedFileSystems nio = keep(new MountedFileSystems(directory, "nio"));
    List<String> points = jni.points();
    baseline().loadMounts(points);
    int size = points.size();
    Row best = add(mounts.c(MOUNTS, STATFS, size, baseline().sampleMounts(size)));
    add(mounts.java(MOUNTS, JNI, size, jni.sampler(null)::sample));
    Sampler withTimeout = jni.sampler(TIMEOUT);
    add(mounts.java(MOUNTS, JNI + WITH_TIMEOUT, size, withTimeout::sample));
    add(mounts.java(MOUNTS, NIO, size, nio.sampler(null)::sample));
    compare(mounts, MOUNTS, best);
    say("measuring " + size + " mounted file systems, of which a stat is one");
    mounts.run(61);
    print(mounts.rows(), "mounts");
    System.out.println();
    Row row = rows.get(MOUNTS + JNI);
    atMost("JNI / statfs in C, " + MOUNTS, row.ratio(best), 1.30);
    atMost("bytes per sample, JNI, " + MOUNTS, row.bytes, 0);
  }

  /** A file of debugfs is a stat, and so is each description of a descriptor. */
  private void measureMachine(Path debugfs) throws IOException {
    MeasuredMachine machine = keep(new MeasuredMachine(debugfs));
    List<String> list = machine.files();
    int files = (int) list.stream().filter(line -> line.startsWith("F ")).count();
    int described = baseline().loadMachines(machine.pid());
    int read = baseline().load(list);
    Row best =
        add(machines.c(MACHINE, DEBUGFS_FILES, files, baseline().sample(read, "openat", files)));
    add(machines.c(MACHINE, DESCRIPTORS, described, baseline().sampleMachines(described)));
    Sampler sampler = machine.sampler(null);
    int stats = sampler.size();
    add(machines.java(MACHINE, JNI, stats, sampler::sample));
    Sampler withTimeout = machine.sampler(TIMEOUT);
    add(machines.java(MACHINE, JNI + WITH_TIMEOUT, stats, withTimeout::sample));
    compare(machines, MACHINE, best);
    say(
        String.format(
            "measuring a machine: %d files of debugfs, %d stats of descriptors, and %d of them"
                + " that are no histograms",
            files, described, stats));
    machines.run(31);
    print(machines.rows(), "virtual machines");
    System.out.println();
    Row row = rows.get(MACHINE + JNI);
    atLeast("files of debugfs in C / JNI by descriptors, per stat", best.ratio(row), 60);
    compared("JNI / C, both by descriptors", row.ratio(rows.get(MACHINE + DESCRIPTORS)));
    atMost("bytes per sample, JNI, " + MACHINE, row.bytes, 0);
  }

  private void printDefaults() {
    print(defaults.rows(), "defaults");
    System.out.printf("%nin a JVM that has just begun%n");
    print("opening all default trees, jni", cold.get("jni"));
    print("opening all default trees, nio", cold.get("nio"));
    print("of that the declarations", cold.get(DECLARATIONS));
  }

  private void addDefaults() throws IOException {
    DefaultTrees trees = new DefaultTrees();
    if (!trees.leftOut().isEmpty()) {
      say("left out on both sides, as the baseline does not know their form: " + trees.leftOut());
    }
    int stats = trees.size();
    baseline().loadDefaults(trees.list());
    Row best = add(defaults.c(DEFAULTS, BY_HAND, stats, baseline().sampleDefaults()));
    Method copy = BaselineCopy.sampleDefaults(trees.list());
    add(defaults.java(DEFAULTS, BY_HAND_COPY, stats, copy));
    for (String reader : List.of("jni", "nio")) {
      Opened opened =
          keep(new Opened(() -> DefaultTrees.open(reader), fs -> fs.sampler(trees.filter())));
      int same = trees.requireSame(opened.sampler(), baseline()::values);
      say(
          String.format(
              "the baseline and %s agree on the %d of %d stats of default trees that stand still,"
                  + " and on which of the others have values",
              reader, same, stats));
      String name = reader.equals("jni") ? JNI : NIO;
      Method method = method(opened, reader, null).renewedBy(opened::renew);
      add(defaults.java(DEFAULTS, name, stats, method));
    }
    compare(defaults, DEFAULTS, best);
    Path places = Files.write(scratch.resolve("places"), Opening.places());
    say("opening all default trees until that is compiled");
    int all;
    try (StatsFs fs = DefaultTrees.open("jni")) {
      all = fs.catalog().stats().size();
    }
    Row visit = add(defaults.c(OPEN + DEFAULTS, VISIT, all, baseline().visit(places)));
    for (String reader : List.of("jni", "nio")) {
      Method opening = Opening.of(reader);
      // Until what it takes is compiled.
      opening.measure(0, OPENINGS_TO_WARM_UP);
      add(defaults.java(OPEN + DEFAULTS, OPEN + reader, all, opening));
    }
    compare(defaults, OPEN + DEFAULTS, visit);
  }

  private void addDiscovery(int stats) throws IOException {
    String tree = tmpfs(stats);
    Path root = root(stats);
    Row best = add(discovery.c(tree, "C walk", stats, baseline().walk(root, stats)));
    for (String reader : List.of("jni", "nio")) {
      add(
          discovery.java(
              tree,
              "discovery, " + reader,
              stats,
              () -> {
                try (StatsFs fs = MeasuredTree.open(root, reader)) {
                  if (fs.catalog().sources().isEmpty()) {
                    throw new IOException("Nothing was found in " + root);
                  }
                }
              }));
    }
    StatsFs known = keep(MeasuredTree.open(root, "nio"));
    add(discovery.java(tree, "looking again", stats, known::refresh));
    compare(discovery, tree, best);
  }

  static void print(List<Row> rows, String title) {
    System.out.printf(
        "%n%-22s | %-39s | %11s | %15s | %5s | %13s | %10s%n",
        title, "method", "ns per stat", "quartiles", "ratio", "quartiles", "bytes");
    System.out.println("-".repeat(22) + " | " + "-".repeat(108));
    for (Row row : rows) {
      System.out.printf(
          "%-22s | %-39s | %11.0f | %6.0f – %6.0f | %5s | %13s | %10s%n",
          row.tree,
          row.name,
          row.quantile(0.5),
          row.quantile(0.25),
          row.quantile(0.75),
          row.best == null ? "1" : String.format("%.2f", row.ratio(row.best)),
          row.best == null
              ? ""
              : String.format("%.2f – %.2f", row.ratio(row.best, 0.25), row.ratio(row.best, 0.75)),
          row.bytes < 0 ? "" : String.format("%,d", row.bytes));
    }
  }

  private static void print(String what, double[] millis) {
    int last = millis.length - 1;
    System.out.printf(
        "%-38s | %6.1f ms | quartiles %6.1f – %6.1f | least %6.1f%n",
        what, millis[last / 2], millis[last / 4], millis[last * 3 / 4], millis[0]);
  }

  private void printTargets() {
    System.out.println();
    List<String> trees = List.of(NET, VMSTAT, DEBUGFS, tmpfs(SMALL), tmpfs(10_000), tmpfs(LARGE));
    for (String tree : trees) {
      Row copy = rows.get(tree + COPY);
      if (copy != null) {
        double ratio = copy.ratio(best(copy));
        print("the baseline's code twice, " + tree, ratio, "1 within", 0.03, isEqual(ratio));
      }
    }
    for (String tree : trees) {
      Row jni = rows.get(tree + JNI);
      if (jni == null) {
        System.out.printf("%-62s not measured: no readable tree%n", "JNI / C's best, " + tree);
      } else {
        atMost("JNI / C's best, " + tree, jni.ratio(best(jni)), 1.10);
      }
    }
    printTargetsOfDefaults();
    for (String table : TABLES) {
      Row jni = rows.get(table + JNI);
      if (jni == null) {
        System.out.printf("%-62s not measured: no readable tree%n", "JNI / C by hand, " + table);
      } else {
        atMost("JNI / C by hand, " + table, jni.ratio(best(jni)), 1.30);
        atMost("bytes per sample, JNI, " + table, jni.bytes, 0);
      }
      Row nio = rows.get(table + NIO);
      if (nio != null) {
        atMost("NIO / C by hand, " + table, nio.ratio(best(nio)), 2.00);
      }
    }
    atLeast("C's whole path / JNI, " + NET, rows.get(NET + PATH).ratio(rows.get(NET + JNI)), 6);
    for (String tree : trees) {
      Row nio = rows.get(tree + NIO);
      if (nio != null) {
        atMost("NIO / C's best, " + tree, nio.ratio(best(nio)), isKept(tree) ? 1.5 : 1.8);
      }
    }
    for (String tree : List.of(NET, DEBUGFS)) {
      Row nio = rows.get(tree + NIO);
      if (nio != null) {
        double faster = rows.get(tree + READ_STRING).ratio(nio);
        atLeast("Files.readString / NIO, " + tree, faster, isKept(tree) ? 8 : 2);
      }
    }
    atLeast("OSHI / JNI, per value", rows.get(NET + OSHI).ratio(rows.get(NET + JNI_AS_OSHI)), 30);
    for (String tree : trees) {
      Row nio = rows.get(tree + NIO);
      if (nio != null) {
        atMost("bytes per sample, JNI, " + tree, rows.get(tree + JNI).bytes, 0);
        if (isKept(tree)) {
          atMost("bytes per sample, NIO, " + tree, nio.bytes, 0);
        } else {
          atMost("bytes per reopened stat, NIO, " + tree, (double) nio.bytes / nio.stats, 400);
        }
      }
    }
    for (String method : List.of(JNI, NIO, OPENAT)) {
      double growth = rows.get(tmpfs(LARGE) + method).ratio(rows.get(tmpfs(SMALL) + method));
      String what = String.format("ns per stat at %,d / at %,d, %s", LARGE, SMALL, method);
      if (method.equals(OPENAT)) {
        compared(what, growth);
      } else {
        atMost(what, growth, 1.2);
      }
    }
    for (int stats : new int[] {COLLECTED, LARGE}) {
      for (String reader : List.of("jni", "nio")) {
        Row found = rows.get(tmpfs(stats) + "discovery, " + reader);
        atMost("discovery / C walk, " + found.tree + ", " + reader, found.ratio(best(found)), 3);
      }
    }
    for (String reader : List.of(JNI, NIO)) {
      String tree = tmpfs(COLLECTED);
      Row whole = rows.get(tree + reader + AND_OPENTELEMETRY);
      atMost("collection / sample, " + reader, whole.ratio(rows.get(tree + reader)), 1.15);
      Row withTimeout = rows.get(tree + reader + WITH_TIMEOUT);
      compared(
          "with a read timeout / without, " + reader, withTimeout.ratio(rows.get(tree + reader)));
    }
    Row handed = rows.get(NET + JNI + WITH_TIMEOUT);
    compared("with a read timeout / without, JNI, " + NET, handed.ratio(rows.get(NET + JNI)));
    Row producer = rows.get(tmpfs(COLLECTED) + JNI + TO_OTLP + BY_PRODUCER);
    Row instruments = rows.get(tmpfs(COLLECTED) + JNI + TO_OTLP);
    compared("to OTLP's bytes, instruments / producer", instruments.ratio(producer));
  }

  private void printTargetsOfDefaults() {
    Row copy = rows.get(DEFAULTS + BY_HAND_COPY);
    double twice = copy.ratio(best(copy));
    print("the C code twice, " + DEFAULTS, twice, "1 within", 0.03, isEqual(twice));
    Row jni = rows.get(DEFAULTS + JNI);
    Row nio = rows.get(DEFAULTS + NIO);
    atMost("JNI / C by hand, " + DEFAULTS, jni.ratio(best(jni)), 1.30);
    atMost("NIO / C by hand, " + DEFAULTS, nio.ratio(best(nio)), 2.00);
    atMost("bytes per sample, JNI, " + DEFAULTS, jni.bytes, 0);
    atMost("bytes per sample, NIO, " + DEFAULTS, nio.bytes, 0);
    Row opening = rows.get(OPEN + DEFAULTS + OPEN + "jni");
    atMost("opening / C that lists and reads the same, jni", opening.ratio(best(opening)), 3);
    double[] declarations = cold.get(DECLARATIONS);
    atMost(
        "declarations, in a JVM that has just begun, ms", declarations[declarations.length / 2], 5);
    Row nioOpening = rows.get(OPEN + DEFAULTS + OPEN + "nio");
    compared("opening / C that lists and reads the same, nio", nioOpening.ratio(best(nioOpening)));
  }

  private static boolean isEqual(double ratio) {
    return Math.abs(ratio - 1) <= 0.03;
  }

  private boolean isKept(String tree) {
    return rows.containsKey(tree + KEPT);
  }

  private static Row best(Row row) {
    return row.best == null ? row : row.best;
  }

  static void atMost(String what, double reached, double target) {
    print(what, reached, "at most", target, reached <= target);
  }

  private static void atLeast(String what, double reached, double target) {
    print(what, reached, "at least", target, reached >= target);
  }

  /** No target; helps to judge one. */
  private static void compared(String what, double reached) {
    System.out.printf("%-62s %8.2f  for comparison%n", what, reached);
  }

  private static void print(String what, double reached, String bound, double target, boolean ok) {
    System.out.printf(
        "%-62s %8.2f  %-8s %6.2f  %s%n", what, reached, bound, target, ok ? "ok" : "short");
  }
}
