package io.statsfs.samples.agent;

import io.statsfs.StatsFsException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where Prometheus is served: the address that {@code OTEL_EXPORTER_PROMETHEUS_HOST} and {@code
 * _PORT} name.
 */
record PrometheusAddress(String host, int port) {
  static final String HOST = "otel.exporter.prometheus.host";
  static final String PORT = "otel.exporter.prometheus.port";
  static final String DEFAULT_HOST = "localhost";
  static final int DEFAULT_PORT = 9464;

  private static final int MAX_PORT = 65535;

  /**
   * The address as a server takes it.
   *
   * @throws StatsFsException if there can be none
   */
  InetSocketAddress resolve() {
    if (port < 0 || port > MAX_PORT) {
      throw cannotListen("a port is at least 0 and at most " + MAX_PORT, null);
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw cannotListen("unknown host", null);
    }
    return address;
  }

  /** What to say if a server cannot be started there. */
  StatsFsException cannotListen(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cannotListen(cause.getMessage() == null ? cause.toString() : cause.getMessage(), e);
  }

  private StatsFsException cannotListen(String why, @Nullable Throwable cause) {
    return new StatsFsException(
        "Prometheus cannot be served at "
            + this
            + ": "
            + why
            + "; choose another address with OTEL_EXPORTER_PROMETHEUS_HOST and"
            + " OTEL_EXPORTER_PROMETHEUS_PORT",
        cause);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
