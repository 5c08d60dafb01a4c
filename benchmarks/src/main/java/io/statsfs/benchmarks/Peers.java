package io.statsfs.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The CPU time of a collection, against that of node_exporter and of the Collector's receiver
 * hostmetrics. Each is a process of its own that works in its own slices and is idle, or stopped,
 * in those of the others. What is measured is the user and system time of the whole process, over
 * all its threads, as the kernel accounts it.
 */
final class Peers {
  /** What both read by default. */
  private static final List<String> COLLECTORS =
      List.of(
          "conntrack",
          "cpu",
          "cpufreq",
          "diskstats",
          "entropy",
          "filefd",
          "loadavg",
          "meminfo",
          "netclass",
          "netdev",
          "netstat",
          "pressure",
          "sockstat",
          "softnet",
          "stat",
          "vmstat");

  /** The receiver's scrapers that read no process. */
  private static final List<String> SCRAPERS =
      List.of("cpu", "disk", "load", "memory", "network", "paging");

  private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Until all is compiled that will be. */
  private static final long WARM_UP_NANOS = 20 * SLICE_NANOS;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private final Baseline baseline;

  private Peers(Path baseline) throws IOException {
    this.baseline = keep(new Baseline(baseline));
  }

  /** The baseline, the programs node_exporter and Collector, and how many rounds. */
  public static void main(String[] args) throws Exception {
    Peers peers = new Peers(Path.of(args[0]));
    try {
      peers.measure(Path.of(args[1]), Path.of(args[2]), Integer.parseInt(args[3]));
    } finally {
      for (AutoCloseable resource : peers.open) {
        resource.close();
      }
    }
  }

  private void measure(Path nodeExporter, Path collector, int rounds) throws Exception {
    List<Contender> all =
        List.of(
            keep(new Ours("all")),
            keep(new Ours("receiver")),
            keep(new NodeExporter(nodeExporter, COLLECTORS)),
            keep(new NodeExporter(nodeExporter, List.of("loadavg"))),
            keep(new Receiver(collector, false)),
            keep(new Receiver(collector, true)));
    double[][] micros = new double[all.size()][rounds];
    int[] perSlice = new int[all.size()];
    for (int i = 0; i < all.size(); i++) {
      perSlice[i] = warmUp(all.get(i));
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, all.size()).boxed().toList());
    Random random = new Random(1);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random);
      for (int i : order) {
        long pid = all.get(i).process.pid();
        long before = baseline.cpuNanos(pid);
        int times = all.get(i).collect(perSlice[i]);
        micros[i][round] = (baseline.cpuNanos(pid) - before) / 1e3 / times;
      }
    }
    System.out.printf(
        "%-60s | %8s | %17s | %6s | %15s | %15s%n",
        "CPU time of one collection", "µs", "quartiles", "points", "all / this", "quartiles");
    System.out.println("-".repeat(60) + " | " + "-".repeat(75));
    for (int i = 0; i < all.size(); i++) {
      double[] ratios = ratios(micros[0], micros[i]);
      System.out.printf(
          "%-60s | %8.0f | %7.0f – %7.0f | %6s | %15.3f | %6.3f – %6.3f%n",
          all.get(i).name(),
          Interleaved.quantile(micros[i], 0.5),
          Interleaved.quantile(micros[i], 0.25),
          Interleaved.quantile(micros[i], 0.75),
          all.get(i).points() == 0 ? "" : all.get(i).points(),
          Interleaved.quantile(ratios, 0.5),
          Interleaved.quantile(ratios, 0.25),
          Interleaved.quantile(ratios, 0.75));
    }
    System.out.println();
    atMost("all defaults / node_exporter, the same collectors", ratios(micros[0], micros[2]));
    atMost("all defaults / hostmetrics, the same scrapers", ratios(micros[0], micros[5]));
    atMost("what the receiver has / hostmetrics, no connections", ratios(micros[1], micros[4]));
    double more = Interleaved.quantile(ratios(micros[0], micros[4]), 0.5);
    System.out.printf(
        "%-62s %8.3f  for comparison%n", "all defaults / hostmetrics, no connections", more);
  }

  /** Returns how many times it collects in a slice. */
  private static int warmUp(Contender contender) throws IOException {
    long began = System.nanoTime();
    int times = 0;
    while (System.nanoTime() - began < WARM_UP_NANOS) {
      times += contender.collect(20);
    }
    return (int) Math.max(1, SLICE_NANOS * times / (System.nanoTime() - began));
  }

  private static double[] ratios(double[] these, double[] those) {
    return IntStream.range(0, these.length).mapToDouble(i -> these[i] / those[i]).toArray();
  }

  private static void atMost(String what, double[] ratios) {
    double ratio = Interleaved.quantile(ratios, 0.5);
    System.out.printf(
        "%-62s %8.3f  at most  %6.2f  %s%n", what, ratio, 0.25, ratio <= 0.25 ? "ok" : "short");
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.push(resource);
    return resource;
  }

  /** A process that collects when it is asked to. */
  private abstract static class Contender implements AutoCloseable {
    final Process process;

    Contender(List<String> command) throws IOException {
      Path log = Files.createTempFile("statsfs-bench-", ".log");
      process = new ProcessBuilder(command).redirectError(log.toFile()).start();
      log.toFile().deleteOnExit();
    }

    abstract String name();

    /** Collects at least so many times; returns how many. */
    abstract int collect(int times) throws IOException;

    /** How many numbers the last collection had; 0 if that is not known. */
    abstract int points() throws IOException;

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
    }
  }

  private static final class Ours extends Contender {
    private final String what;
    private final BufferedReader answers = process.inputReader();
    private int points;

    Ours(String what) throws IOException {
      super(Bench.java(List.of("-XX:+UseSerialGC", "-Xmx256m"), CollectionProgram.class, what));
      this.what = what;
    }

    @Override
    String name() {
      return what.equals("all")
          ? "all defaults, to OTLP's bytes"
          : "what the receiver has, its names, to OTLP's bytes";
    }

    @Override
    int collect(int times) throws IOException {
      process.outputWriter().write(times + "\n");
      process.outputWriter().flush();
      points = Integer.parseInt(answers.readLine());
      return times;
    }

    @Override
    int points() {
      return points;
    }
  }

  /** Scraped over HTTP, one scrape after the other. */
  private static final class NodeExporter extends Contender {
    private final List<String> collectors;
    private final URI uri;
    private byte[] text = {};

    NodeExporter(Path program, List<String> collectors) throws IOException {
      this(program, collectors, freePort());
    }

    private NodeExporter(Path program, List<String> collectors, int port) throws IOException {
      super(command(program, collectors, port));
      this.collectors = collectors;
      uri = URI.create("http://127.0.0.1:" + port + "/metrics");
      for (int i = 0; i < 100; i++) {
        try {
          collect(1);
          return;
        } catch (IOException e) {
          sleep(100);
        }
      }
      throw new IOException("node_exporter does not answer");
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    }

    private static List<String> command(Path program, List<String> collectors, int port) {
      List<String> command = new ArrayList<>(List.of(program.toString()));
      command.add("--web.listen-address=127.0.0.1:" + port);
      command.add("--web.disable-exporter-metrics");
      command.add("--collector.disable-defaults");
      collectors.forEach(collector -> command.add("--collector." + collector));
      return command;
    }

    @Override
    String name() {
      return collectors.size() == 1
          ? "node_exporter, scrape of load averages alone"
          : "node_exporter, scrape of the same collectors";
    }

    @Override
    int collect(int times) throws IOException {
      for (int i = 0; i < times; i++) {
        URLConnection connection = uri.toURL().openConnection();
        try (InputStream in = connection.getInputStream()) {
          text = in.readAllBytes();
        }
      }
      return times;
    }

    @Override
    int points() {
      return (int)
          new String(text, StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .count();
    }
  }

  /**
   * Collects each time when an interval has passed, as the receiver cannot be asked to, and is
   * stopped when others are measured. It writes OTLP's bytes to nowhere, and then a dot.
   */
  private static final class Receiver extends Contender {
    private final InputStream dots = process.getInputStream();
    private final boolean hasConnections;

    /**
     * Starts it.
     *
     * @param hasConnections whether it counts connections, as it does by default, for which it
     *     looks at the open files of all processes
     */
    Receiver(Path program, boolean hasConnections) throws IOException {
      super(List.of(program.toString(), "--config=" + configuration(hasConnections)));
      this.hasConnections = hasConnections;
      dot();
      signal("STOP");
    }

    private static Path configuration(boolean hasConnections) throws IOException {
      Path file = Files.createTempFile("statsfs-bench-", ".yaml");
      file.toFile().deleteOnExit();
      List<String> lines = new ArrayList<>();
      lines.addAll(List.of("receivers:", "  hostmetrics:", "    collection_interval: 10ms"));
      lines.addAll(List.of("    initial_delay: 10ms", "    scrapers:"));
      SCRAPERS.forEach(scraper -> lines.add("      " + scraper + ":"));
      if (!hasConnections) {
        int network = lines.indexOf("      network:");
        lines.add(network + 1, "        metrics: {system.network.connections: {enabled: false}}");
      }
      lines.addAll(List.of("exporters:", "  nowhere:", "service:", "  telemetry:"));
      lines.addAll(List.of("    metrics:", "      level: none", "  pipelines:", "    metrics:"));
      lines.addAll(List.of("      receivers: [hostmetrics]", "      exporters: [nowhere]"));
      return Files.write(file, lines);
    }

    @Override
    String name() {
      return "Collector, hostmetrics, to OTLP's bytes"
          + (hasConnections ? ", connections counted" : "");
    }

    private void dot() throws IOException {
      if (dots.read() < 0) {
        throw new IOException("The Collector ended: " + process.onExit().join().exitValue());
      }
    }

    private void signal(String name) throws IOException {
      try {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    int collect(int times) throws IOException {
      signal("CONT");
      for (int i = 0; i < times; i++) {
        dot();
      }
      signal("STOP");
      int more = dots.available();
      dots.skipNBytes(more);
      return times + more;
    }

    @Override
    int points() {
      return 0;
    }
  }

  private static void sleep(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
