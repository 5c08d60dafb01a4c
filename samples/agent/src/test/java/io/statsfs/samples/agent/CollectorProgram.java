package io.statsfs.samples.agent;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** The OpenTelemetry Collector with samples/collector/config.yaml, on ports of its own. */
final class CollectorProgram implements AutoCloseable {
  private final int grpc = ServerProgram.freePort();
  private final int http = ServerProgram.freePort();
  private final int health = ServerProgram.freePort();
  private final Path ports;
  private final Path log;
  private ServerProgram program;

  CollectorProgram(Path directory, OtlpReceiver next) throws IOException, InterruptedException {
    ports = directory.resolve("ports.yaml");
    log = directory.resolve("collector.log");
    Files.writeString(
        ports,
        """
        receivers:
          otlp:
            protocols:
              grpc:
                endpoint: 127.0.0.1:%d
                max_recv_msg_size_mib: 4 # A collector's default, which the agent must keep to.
              http:
                endpoint: 127.0.0.1:%d
        exporters:
          otlp_http:
            endpoint: %s
        extensions:
          health_check:
            endpoint: 127.0.0.1:%d
        """
            .formatted(grpc, http, next.endpoint(), health));
    program = start();
  }

  private ServerProgram start() throws IOException, InterruptedException {
    return new ServerProgram(
        log,
        URI.create("http://127.0.0.1:" + health + "/"),
        System.getProperty("collector"),
        "--config",
        ServerProgram.sample("collector/config.yaml").toString(),
        "--config",
        ports.toString());
  }

  String endpoint(String protocol) {
    return "http://127.0.0.1:" + (protocol.equals("grpc") ? grpc : http);
  }

  void stop() {
    program.close();
  }

  void startAgain() throws IOException, InterruptedException {
    program = start();
  }

  String log() {
    return program.log();
  }

  @Override
  public void close() {
    program.close();
  }
}
