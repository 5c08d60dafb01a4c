package io.statsfs.samples.agent;

import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.statsfs.StatsFsException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint for Prometheus, which opens when there is something to scrape: OpenTelemetry's own
 * answers as soon as it is made, with nothing.
 */
final class PrometheusEndpoint implements MetricReader {
  private static final int DEFAULT_PORT = 9464;
  private static final int MAX_PORT = 65535;

  private final String host;
  private final int port;
  private CollectionRegistration registration = CollectionRegistration.noop();
  private @Nullable PrometheusHttpServer server;
  private boolean isShutDown;

  /** At the address that {@code OTEL_EXPORTER_PROMETHEUS_HOST} and {@code _PORT} name. */
  PrometheusEndpoint(ConfigProperties config) {
    host = config.getString("otel.exporter.prometheus.host", "localhost");
    port = config.getInt("otel.exporter.prometheus.port", DEFAULT_PORT);
  }

  /**
   * Begins to answer.
   *
   * @throws StatsFsException if that is not possible at this address
   */
  synchronized void open() {
    if (isShutDown) {
      return;
    } else if (port < 0 || port > MAX_PORT) {
      throw cannotListen("a port is at most " + MAX_PORT, null);
    } else if (new InetSocketAddress(host, port).isUnresolved()) {
      throw cannotListen("unknown host", null);
    }
    try {
      server =
          PrometheusHttpServer.builder()
              .setHost(host)
              .setPort(port)
              .setMemoryMode(getMemoryMode())
              .build();
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw cannotListen(cause.getMessage() == null ? cause.toString() : cause.getMessage(), e);
    }
    server.register(registration);
  }

  private StatsFsException cannotListen(String why, @Nullable Throwable cause) {
    return new StatsFsException(
        "Prometheus cannot be served at "
            + host
            + ":"
            + port
            + ": "
            + why
            + "; choose another address with OTEL_EXPORTER_PROMETHEUS_HOST and"
            + " OTEL_EXPORTER_PROMETHEUS_PORT",
        cause);
  }

  @Override
  public synchronized void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.REUSABLE_DATA;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public synchronized CompletableResultCode shutdown() {
    isShutDown = true;
    return server == null ? CompletableResultCode.ofSuccess() : server.shutdown();
  }

  @Override
  public String toString() {
    return "Prometheus at " + host + ":" + port;
  }
}
