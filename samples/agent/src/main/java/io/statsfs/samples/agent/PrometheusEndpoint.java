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
  private final PrometheusAddress address;
  private CollectionRegistration registration = CollectionRegistration.noop();
  private @Nullable PrometheusHttpServer server;
  private boolean isShutDown;

  /** At the address that {@code OTEL_EXPORTER_PROMETHEUS_HOST} and {@code _PORT} name. */
  PrometheusEndpoint(ConfigProperties config) {
    address =
        new PrometheusAddress(
            config.getString(PrometheusAddress.HOST, PrometheusAddress.DEFAULT_HOST),
            config.getInt(PrometheusAddress.PORT, PrometheusAddress.DEFAULT_PORT));
  }

  /**
   * Begins to answer.
   *
   * @throws StatsFsException if that is not possible at this address
   */
  synchronized void open() {
    if (isShutDown) {
      return;
    }
    InetSocketAddress where = address.resolve();
    try {
      server =
          PrometheusHttpServer.builder()
              .setHost(address.host())
              .setPort(where.getPort())
              .setMemoryMode(getMemoryMode())
              .build();
    } catch (RuntimeException e) {
      throw address.cannotListen(e);
    }
    server.register(registration);
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
    return "Prometheus at " + address;
  }
}
