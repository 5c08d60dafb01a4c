package io.statsfs.prometheus;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Serves stats to Prometheus at {@code /metrics}, by the HTTP server of the JDK: in Prometheus's
 * text format or OpenMetrics, compressed or not, as the request prefers.
 *
 * <pre>{@code
 * try (PrometheusExporter exporter = PrometheusExporter.create(fs);
 *     PrometheusServer server = PrometheusServer.start(exporter)) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Not for the open network: there is no TLS and no password. It listens on the loopback
 * interface by default. Elsewhere a proxy belongs in front, which has both; a line in the log says
 * so.
 *
 * <p>Clients are bounded. At most 16 are answered at a time. One has 10 seconds to send a request
 * and 60 to read the answer, and while others wait the slowest is cut off after 1 second. An answer
 * is sent in pieces of at most 64 KiB, so that none is in the heap as a whole. How many connections
 * there may be, and how long the header of a request, are properties of the JDK's server for the
 * whole JVM, {@code jdk.httpserver.maxConnections} and {@code sun.net.httpserver.maxReqHeaderSize}
 * (JDK 17.0.9 and later); connections that send nothing are closed after 30 seconds ({@code
 * sun.net.httpserver.idleInterval}).
 *
 * <p>Safe for use by several threads.
 */
public final class PrometheusServer implements AutoCloseable {
  /** The port that OpenTelemetry's exporter has by default. */
  public static final int DEFAULT_PORT = 9464;

  private static final String PATH = "/metrics";

  /** As OpenTelemetry's exporter has it. */
  private static final String HEALTHY = "/-/healthy";

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int FAILED = 500;

  /** Of {@link HttpExchange#sendResponseHeaders}. */
  private static final long NO_BODY = -1;

  private static final long UNKNOWN_LENGTH = 0;

  private final PrometheusExporter exporter;
  private final HttpServer server;
  private final Workers workers = new Workers();

  private PrometheusServer(PrometheusExporter exporter, HttpServer server) {
    this.exporter = exporter;
    this.server = server;
  }

  /**
   * Begins to listen on the loopback interface, at port 9464.
   *
   * @param exporter what to serve; stays open when the server is closed
   * @return a server that answers
   * @throws IOException if it cannot listen there
   */
  public static PrometheusServer start(PrometheusExporter exporter) throws IOException {
    return start(exporter, new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT));
  }

  /**
   * Begins to listen.
   *
   * @param exporter what to serve; stays open when the server is closed
   * @param address where to listen; port 0 for any that is free
   * @return a server that answers
   * @throws IOException if it cannot listen there
   */
  public static PrometheusServer start(PrometheusExporter exporter, InetSocketAddress address)
      throws IOException {
    Objects.requireNonNull(exporter, "exporter");
    PrometheusServer started = new PrometheusServer(exporter, HttpServer.create(address, 0));
    started.server.setExecutor(started.workers);
    started.server.createContext("/", started::answer);
    started.server.start();
    if (!started.address().getAddress().isLoopbackAddress()) {
      PrometheusExporter.LOG.warn(
          "Prometheus is served at "
              + started.address()
              + " to everybody who can reach that, without TLS and without a password. Put a"
              + " proxy in front that has both, or listen on localhost.");
    }
    return started;
  }

  /**
   * Where the server listens.
   *
   * @return the address, with the port that was chosen
   */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    workers.pause();
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    boolean isHead = method.equals("HEAD");
    if (!isHead && !method.equals("GET")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      answer(exchange, NOT_ALLOWED, "Only GET and HEAD are answered.\n", isHead);
    } else if (PATH.equals(path)) {
      scrape(exchange, isHead);
    } else if (HEALTHY.equals(path)) {
      answer(exchange, OK, "It answers.\n", isHead);
    } else if ("/".equals(path)) {
      answer(exchange, OK, "Statistics of the kernel are at " + PATH + ".\n", isHead);
    } else {
      answer(exchange, NOT_FOUND, "Statistics of the kernel are at " + PATH + ".\n", isHead);
    }
  }

  private void answer(HttpExchange exchange, int status, String text, boolean isHead)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    workers.resume();
    exchange.sendResponseHeaders(status, isHead ? NO_BODY : bytes.length);
    if (!isHead) {
      exchange.getResponseBody().write(bytes);
      end(exchange);
    }
  }

  private void scrape(HttpExchange exchange, boolean isHead) throws IOException {
    Headers request = exchange.getRequestHeaders();
    PrometheusFormat format = PrometheusFormat.ofAccept(all(request.get("Accept")));
    boolean isGzip = PrometheusFormat.isGzip(all(request.get("Accept-Encoding")));
    Snapshot snapshot = null;
    if (!isHead) {
      try {
        snapshot = exporter.snapshot();
      } catch (RuntimeException e) {
        answer(exchange, FAILED, "No sample could be taken: the log says why.\n", false);
        return;
      }
    }
    Headers response = exchange.getResponseHeaders();
    response.set("Content-Type", format.contentType());
    response.set("Vary", "Accept, Accept-Encoding");
    if (isGzip) {
      response.set("Content-Encoding", "gzip");
    }
    workers.resume();
    if (snapshot == null) {
      exchange.sendResponseHeaders(OK, NO_BODY);
    } else {
      try {
        exporter.write(snapshot, format, isGzip, new Response(exchange));
      } finally {
        exporter.release(snapshot);
      }
      // Not if that failed: a body that is cut off must not end as if it were whole.
      end(exchange);
    }
  }

  /** Keeps the connection, which {@link HttpExchange#close} would not. */
  private static void end(HttpExchange exchange) throws IOException {
    exchange.getResponseBody().close();
  }

  private static @Nullable String all(@Nullable List<String> lines) {
    return lines == null || lines.isEmpty()
        ? null
        : lines.size() == 1 ? lines.get(0) : String.join(",", lines);
  }

  /** A body whose length is given if it is of one piece. */
  private static final class Response implements Body.Sink {
    private final HttpExchange exchange;
    private boolean isBegun;

    Response(HttpExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void write(byte[] bytes, int length, boolean isLast) throws IOException {
      if (!isBegun) {
        isBegun = true;
        exchange.sendResponseHeaders(OK, !isLast ? UNKNOWN_LENGTH : length == 0 ? NO_BODY : length);
      }
      if (length > 0) {
        exchange.getResponseBody().write(bytes, 0, length);
      }
    }
  }

  /** Stops to listen, and cuts off whoever is being answered. Closing again does nothing. */
  @Override
  public void close() {
    server.stop(0);
    workers.close();
  }
}
