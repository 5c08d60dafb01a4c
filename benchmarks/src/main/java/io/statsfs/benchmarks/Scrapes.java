package io.statsfs.benchmarks;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.prometheus.PrometheusExporter;
import io.statsfs.prometheus.PrometheusFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What a scrape of the agent costs, against node_exporter with the collectors that read the same
 * files. Each is a process of its own, as users start it, that works in its own slices. What is
 * measured is the user and system time of the whole process, over all its threads, as the kernel
 * accounts it.
 */
final class Scrapes {
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** As many as a Prometheus makes in 50 minutes. */
  private static final int WARM_UP = 200;

  private static final int FIRST = 100;

  private static final List<String> OPENTELEMETRY = List.of("--own-metrics", "all");

  private Scrapes() {}

  /**
   * Measures.
   *
   * @param args {@code series}, {@code interfaces}, {@code memory} or {@code sample}; then for the
   *     first three the baseline, the start script of the agent, node_exporter, and how many
   *     rounds; for the last a directory on tmpfs, how many stats, and how many rounds
   */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "sample" ->
          sample(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      default -> {
        try (Baseline baseline = new Baseline(Path.of(args[1]))) {
          Programs programs = new Programs(baseline, Path.of(args[2]), Path.of(args[3]));
          int rounds = Integer.parseInt(args[4]);
          switch (args[0]) {
            case "series" -> programs.series(rounds);
            case "interfaces" -> programs.interfaces(rounds);
            default -> programs.memory();
          }
        }
      }
    }
  }

  /** A text to nowhere against the sample that it takes, in this process, interleaved. */
  private static void sample(Path directory, int stats, int rounds) throws IOException {
    int perSource = 40;
    for (int i = 0; i < stats; i++) {
      Path source = directory.resolve("scrapes/kvm/source" + i / perSource);
      Files.createDirectories(source);
      Files.writeString(source.resolve("stat" + i % perSource), i * 7919L + "\n");
    }
    try (StatsFs fs =
            StatsFs.builder()
                .root(directory.resolve("scrapes"), Layout.statsfs())
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler(StatFilter.all(), Duration.ofSeconds(1));
        PrometheusExporter exporter =
            PrometheusExporter.builder(fs).filter(StatFilter.all()).build()) {
      Interleaved interleaved = new Interleaved();
      String tree = "tmpfs " + stats;
      Interleaved.Row sample = interleaved.java(tree, "sample", stats, sampler::sample);
      List<Interleaved.Row> rows = new ArrayList<>();
      OutputStream nowhere = OutputStream.nullOutputStream();
      for (PrometheusFormat format : PrometheusFormat.values()) {
        rows.add(
            interleaved.java(
                tree, "scrape, " + format, stats, () -> write(exporter, nowhere, format, false)));
        rows.add(
            interleaved.java(
                tree,
                "scrape, " + format + ", gzip",
                stats,
                () -> write(exporter, nowhere, format, true)));
      }
      interleaved.run(rounds);
      System.out.printf(
          "%s by %s: a sample takes %.0f ns per stat%n",
          tree, fs.readerName(), sample.quantile(0.5));
      for (Interleaved.Row row : rows) {
        System.out.printf(
            "%-32s %8.0f ns per stat %8.3f of the sample (%.3f – %.3f), %d bytes allocated%n",
            row.name,
            row.quantile(0.5),
            row.ratio(sample),
            row.ratio(sample, 0.25),
            row.ratio(sample, 0.75),
            row.bytes);
      }
      target("scrape, uncompressed / sample", rows.get(0).ratio(sample), 1.3);
      target("bytes allocated by a scrape", rows.get(0).bytes, 0);
    }
  }

  private static void write(
      PrometheusExporter exporter, OutputStream out, PrometheusFormat format, boolean isGzip)
      throws IOException {
    if (isGzip) {
      exporter.writeGzip(out, format);
    } else {
      exporter.write(out, format);
    }
  }

  private static void target(String what, double value, double atMost) {
    System.out.printf(
        "%-62s %8.3f  at most  %6.2f  %s%n", what, value, atMost, value <= atMost ? "ok" : "short");
  }

  /** The programs that are compared. */
  private record Programs(Baseline baseline, Path agent, Path nodeExporter) {

    Program agent(List<String> options) throws IOException {
      int port = freePort();
      List<String> command = new ArrayList<>(List.of(agent.toString(), "--exporter", "prometheus"));
      command.addAll(options);
      return new Program(command, port, Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + port));
    }

    Program nodeExporter(List<String> collectors, List<String> options) throws IOException {
      int port = freePort();
      List<String> command = new ArrayList<>(List.of(nodeExporter.toString()));
      command.add("--web.listen-address=127.0.0.1:" + port);
      command.add("--web.disable-exporter-metrics");
      command.add("--collector.disable-defaults");
      collectors.forEach(collector -> command.add("--collector." + collector));
      command.addAll(options);
      return new Program(command, port, Map.of());
    }

    private Program netAndVmstat() throws IOException {
      return nodeExporter(List.of("netdev", "vmstat"), List.of("--collector.vmstat.fields=.*"));
    }

    private static List<String> ofNetAndVmstat() {
      return List.of("--tree", "net", "--tree", "vmstat", "--stats", "all", "--counters");
    }

    void series(int rounds) throws IOException {
      double[] ours = new double[Math.min(rounds, 9)];
      double[] theirs = new double[ours.length];
      for (int i = 0; i < ours.length; i++) {
        try (Program agent = agent(ofNetAndVmstat());
            Program other = netAndVmstat()) {
          ours[i] = micros(agent, FIRST);
          theirs[i] = micros(other, FIRST);
        }
      }
      print("the agent, the first " + FIRST, ours, "");
      print("node_exporter, the first " + FIRST, theirs, "");
      double first = Interleaved.quantile(ratios(ours, theirs), 0.5);
      try (Program agent = agent(ofNetAndVmstat());
          Program sdk = agent(and(ofNetAndVmstat(), OPENTELEMETRY));
          Program other = netAndVmstat()) {
        double[][] micros = interleaved(List.of(agent, sdk, other), rounds);
        print("the agent", micros[0], agent.size());
        print("the agent through OpenTelemetry", micros[1], sdk.size());
        print("node_exporter", micros[2], other.size());
        target(
            "scrape of netdev and vmstat / node_exporter",
            Interleaved.quantile(ratios(micros[0], micros[2]), 0.5),
            0.3);
      }
      target("the same, the first 100 after the start", first, 0.8);
    }

    void interfaces(int rounds) throws IOException {
      List<String> net = List.of("--tree", "net", "--stats", "all", "--counters");
      try (Program agent = agent(net);
          Program sdk = agent(and(net, OPENTELEMETRY));
          Program other = nodeExporter(List.of("netdev"), List.of())) {
        double[][] micros = interleaved(List.of(agent, sdk, other), rounds);
        print("the agent", micros[0], agent.size());
        print("the agent through OpenTelemetry", micros[1], sdk.size());
        print("node_exporter, netdev", micros[2], other.size());
        double perSeries = (double) other.series() / agent.series();
        target(
            "scrape of all interfaces / node_exporter, per series",
            Interleaved.quantile(ratios(micros[0], micros[2]), 0.5) * perSeries,
            0.1);
      }
    }

    void memory() throws IOException {
      Map<String, Double> megabytes = new HashMap<>();
      for (List<String> options : List.of(List.<String>of(), OPENTELEMETRY)) {
        try (Program agent = agent(options)) {
          agent.scrape(WARM_UP);
          String which = options.isEmpty() ? "Prometheus alone" : "through OpenTelemetry";
          megabytes.put(which, agent.residentBytes() / 1e6);
          System.out.printf(
              "the agent, %s, all default trees, after %d scrapes: %.1f MB resident; %s%n",
              which, WARM_UP, megabytes.get(which), agent.size());
        }
      }
      target("resident memory of the agent, MB", megabytes.get("Prometheus alone"), 60);
    }

    private double micros(Program program, int times) throws IOException {
      long before = baseline.cpuNanos(program.pid());
      program.scrape(times);
      return (baseline.cpuNanos(program.pid()) - before) / 1e3 / times;
    }

    private double[][] interleaved(List<Program> programs, int rounds) throws IOException {
      int[] perSlice = new int[programs.size()];
      for (int i = 0; i < perSlice.length; i++) {
        programs.get(i).scrape(WARM_UP - 20);
        long began = System.nanoTime();
        programs.get(i).scrape(20);
        perSlice[i] = (int) Math.max(1, SLICE_NANOS * 20 / (System.nanoTime() - began));
      }
      List<Integer> order = new ArrayList<>(IntStream.range(0, perSlice.length).boxed().toList());
      double[][] micros = new double[perSlice.length][rounds];
      Random random = new Random(1);
      for (int round = 0; round < rounds; round++) {
        Collections.shuffle(order, random);
        for (int i : order) {
          micros[i][round] = micros(programs.get(i), perSlice[i]);
        }
      }
      return micros;
    }
  }

  private static List<String> and(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static void print(String what, double[] micros, String size) {
    System.out.printf(
        "%-44s %9.0f µs of CPU per scrape (%.0f – %.0f) %s%n",
        what,
        Interleaved.quantile(micros, 0.5),
        Interleaved.quantile(micros, 0.25),
        Interleaved.quantile(micros, 0.75),
        size);
  }

  private static double[] ratios(double[] these, double[] those) {
    return IntStream.range(0, these.length).mapToDouble(i -> these[i] / those[i]).toArray();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** A program that is scraped over HTTP, one scrape after the other, over one connection. */
  private static final class Program implements AutoCloseable {
    private final Process process;
    private final URI uri;
    private byte[] text = {};

    Program(List<String> command, int port, Map<String, String> environment) throws IOException {
      Path log = Files.createTempFile("statsfs-bench-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      process = builder.start();
      uri = URI.create("http://127.0.0.1:" + port + "/metrics");
      for (int i = 0; text.length == 0; i++) {
        try {
          scrape(1);
        } catch (IOException e) {
          if (i == 600 || !process.isAlive()) {
            throw new IOException(command + " does not answer: " + Files.readString(log), e);
          }
          sleep();
        }
      }
      Files.delete(log);
    }

    long pid() {
      return process.pid();
    }

    void scrape(int times) throws IOException {
      for (int i = 0; i < times; i++) {
        URLConnection connection = uri.toURL().openConnection();
        try (InputStream in = connection.getInputStream()) {
          text = in.readAllBytes();
        }
      }
    }

    long series() {
      return new String(text, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .count();
    }

    String size() {
      return series() + " series, " + text.length + " bytes";
    }

    double residentBytes() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024.0;
        }
      }
      throw new IOException("no VmRSS");
    }

    private static void sleep() {
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
