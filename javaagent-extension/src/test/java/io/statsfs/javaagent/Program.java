package io.statsfs.javaagent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Another JVM, and a receiver of what it exports over OTLP. */
final class Program implements AutoCloseable {
  private final Map<String, Long> points = new ConcurrentSkipListMap<>();
  private final HttpServer receiver;
  private final Path directory;

  Program(Path directory) throws IOException {
    this.directory = directory;
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/v1/metrics",
        exchange -> {
          receive(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
  }

  private void receive(ExportMetricsServiceRequest request) {
    request.getResourceMetricsList().stream()
        .flatMap(r -> r.getScopeMetricsList().stream())
        .filter(s -> s.getScope().getName().equals("io.statsfs"))
        .flatMap(s -> s.getMetricsList().stream())
        .forEach(this::receive);
  }

  private void receive(Metric metric) {
    for (NumberDataPoint point : metric.getGauge().getDataPointsList()) {
      Map<String, String> attributes = new TreeMap<>();
      for (KeyValue attribute : point.getAttributesList()) {
        attributes.put(attribute.getKey(), attribute.getValue().getStringValue());
      }
      points.put(metric.getName() + attributes, point.getAsInt());
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/v1/metrics";
  }

  /** The last value of each series of the stats, all of which are integers. */
  Map<String, Long> points() {
    return points;
  }

  /** The lines that it has written so far. */
  List<String> log() {
    try {
      return Files.readAllLines(err());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path err() {
    return directory.resolve("err");
  }

  /** This JVM's class path, or a part of it. */
  static String classPath(Predicate<String> part) {
    return String.join(
        File.pathSeparator,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(part)
            .toList());
  }

  /** Runs it to its end. */
  void run(Class<?> main, Map<String, String> environment, String... options) throws Exception {
    run(main, environment, () -> true, options);
  }

  /** Runs it until something has come about, and then to its end. */
  void run(Class<?> main, Map<String, String> environment, BooleanSupplier until, String... options)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    // It ends before the optimizing compiler could be of use.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%6$s%n");
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of(options));
    command.add(main.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err().toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    // The Java agent alone takes more than a minute to start on a machine under load.
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (!until.getAsBoolean() && process.isAlive() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes());
    int exit = process.waitFor();
    assertEquals(0, exit, "" + log());
    assertEquals("runs\n", out);
  }

  @Override
  public void close() {
    receiver.stop(0);
  }
}
