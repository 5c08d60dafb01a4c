package io.statsfs.prometheus;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Serves stats to Prometheus at {@code /metrics}, over HTTP/1.1: in Prometheus's text format or
 * OpenMetrics, compressed or not, as the request prefers.
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
 * <p>Clients are bounded, and wait for nothing but samples: one thread serves all, and none makes
 * it wait. There are at most 32 connections; for one more that comes, the one closes whose time
 * ends first. A client has 10 seconds to send a request, whose head has at most 16 KiB, 60 to read
 * the answer, and 5 minutes until the next request. An answer is sent in pieces of some 64 KiB, so
 * that none is in the heap as a whole.
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

  private static final String ALLOWED = "Allow: GET, HEAD\r\n";

  static final int MOST_CONNECTIONS = 32;

  /** How long to wait when there is no descriptor for a connection. */
  private static final long EXHAUSTED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long closing waits for a sample that is being taken. */
  private static final long JOIN_MILLIS = TimeUnit.SECONDS.toMillis(2);

  private final PrometheusExporter exporter;
  private final ServerSocketChannel listener;
  private final InetSocketAddress address;
  private final Selector selector;
  private final Thread thread;
  private volatile boolean isClosed;

  // What follows is for the thread alone.

  private final List<Connection> connections = new ArrayList<>();

  /** Who waits for a sample. */
  private List<Scrape> scrapes = new ArrayList<>();

  private record Scrape(Connection connection, Request request) {}

  private PrometheusServer(PrometheusExporter exporter, InetSocketAddress address)
      throws IOException {
    this.exporter = exporter;
    listener = ServerSocketChannel.open();
    try {
      listener.socket().bind(address, 0);
      this.address = (InetSocketAddress) listener.getLocalAddress();
      listener.configureBlocking(false);
      selector = Selector.open();
      listener.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    // Inherits nothing of the application.
    thread = new Thread(null, this::serve, "statsfs-prometheus", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
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
    PrometheusServer started = new PrometheusServer(exporter, address);
    started.thread.start();
    if (!started.address.getAddress().isLoopbackAddress()) {
      PrometheusExporter.LOG.warn(
          "Prometheus is served at "
              + started.address
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
    return address;
  }

  private void serve() {
    try (selector;
        listener) {
      while (!isClosed) {
        if (scrapes.isEmpty()) {
          selector.select(this::proceed, nextDeadline());
        } else {
          scrape();
        }
        closeLate();
      }
    } catch (IOException | RuntimeException | Error e) {
      PrometheusExporter.LOG.warn("Scrapes are not answered any more: " + e);
    } finally {
      List.copyOf(connections).forEach(this::close);
    }
  }

  private void proceed(SelectionKey key) {
    if (key.attachment() instanceof Connection connection) {
      with(connection, connection::proceed);
    } else {
      accept();
    }
  }

  /** What is done for one client. */
  private interface Step {
    void run() throws IOException;
  }

  /** Whatever fails affects that client alone. */
  private void with(Connection connection, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      // The client is gone.
      close(connection);
    } catch (RuntimeException e) {
      PrometheusExporter.LOG.warn("An answer to a scrape failed: " + e);
      close(connection);
    }
  }

  /** Takes in those who have come, whose requests may have come with them. */
  private void accept() {
    try {
      for (int i = 0; i < MOST_CONNECTIONS; i++) {
        SocketChannel channel = listener.accept();
        if (channel == null) {
          return;
        }
        accept(channel);
      }
    } catch (IOException e) {
      // There is no descriptor left.
      if (connections.isEmpty()) {
        LockSupport.parkNanos(EXHAUSTED_NANOS);
      } else {
        closeFirst();
      }
    }
  }

  private void accept(SocketChannel channel) throws IOException {
    if (connections.size() == MOST_CONNECTIONS) {
      closeFirst();
    }
    try {
      channel.configureBlocking(false);
      // Else the last piece of an answer would wait until the ones before are acknowledged.
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Connection connection = new Connection(channel, key, this);
      key.attach(connection);
      connections.add(connection);
      with(connection, connection::proceed);
    } catch (IOException e) {
      // The client is gone.
      channel.close();
    }
  }

  private void close(Connection connection) {
    connections.remove(connection);
    scrapes.removeIf(scrape -> scrape.connection == connection);
    connection.close();
  }

  /** The connection whose time ends first; null if there is none. */
  private @Nullable Connection first() {
    Connection first = null;
    for (int i = 0; i < connections.size(); i++) {
      Connection connection = connections.get(i);
      if (first == null || connection.deadline() - first.deadline() < 0) {
        first = connection;
      }
    }
    return first;
  }

  private void closeFirst() {
    Connection first = first();
    if (first != null) {
      close(first);
    }
  }

  private void closeLate() {
    long now = System.nanoTime();
    for (Connection first = first(); first != null && first.deadline() - now < 0; first = first()) {
      close(first);
    }
  }

  /** In milliseconds from now; 0 if there is none. */
  private long nextDeadline() {
    Connection first = first();
    return first == null
        ? 0
        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(first.deadline() - System.nanoTime()) + 1);
  }

  /** Answers a request, or will after the next sample. */
  void answer(Connection connection, Request request) throws IOException {
    boolean isHead = request.isHead();
    if (request.status() != OK) {
      connection.answer(request.status(), "", "This is no request that can be answered.\n");
    } else if (!isHead && !request.method().equals("GET")) {
      connection.answer(NOT_ALLOWED, ALLOWED, "Only GET and HEAD are answered.\n");
    } else if (request.path().equals(PATH)) {
      if (isHead) {
        connection.answer(fields(request));
      } else {
        scrapes.add(new Scrape(connection, request));
      }
    } else if (request.path().equals(HEALTHY)) {
      connection.answer(OK, "", "It answers.\n");
    } else {
      connection.answer(
          request.path().equals("/") ? OK : NOT_FOUND,
          "",
          "Statistics of the kernel are at " + PATH + ".\n");
    }
  }

  private static String fields(Request request) {
    return "Content-Type: "
        + PrometheusFormat.ofAccept(request.accept()).contentType()
        + "\r\nVary: Accept, Accept-Encoding\r\n"
        + (PrometheusFormat.isGzip(request.acceptEncoding()) ? "Content-Encoding: gzip\r\n" : "");
  }

  /** Answers all who wait for a sample, and who come while it is taken. */
  private void scrape() throws IOException {
    Snapshot snapshot = null;
    try {
      snapshot = exporter.snapshot();
    } catch (RuntimeException | Error e) {
      // Is logged.
    }
    selector.selectNow(this::proceed);
    List<Scrape> answered = scrapes;
    scrapes = new ArrayList<>();
    Snapshot taken = snapshot;
    for (Scrape scrape : answered) {
      with(scrape.connection, () -> answer(scrape, taken));
    }
    if (taken != null) {
      exporter.release(taken);
    }
  }

  private void answer(Scrape scrape, @Nullable Snapshot snapshot) throws IOException {
    Request request = scrape.request;
    Connection connection = scrape.connection;
    if (snapshot == null) {
      connection.answer(FAILED, "", "No sample could be taken: the log says why.\n");
    } else {
      exporter.share(snapshot);
      connection.answer(
          fields(request),
          exporter.begin(
              snapshot,
              PrometheusFormat.ofAccept(request.accept()),
              PrometheusFormat.isGzip(request.acceptEncoding())));
    }
    connection.readRequests();
  }

  void release(Body body) {
    exporter.release(body);
  }

  /** Stops to listen, and cuts off whoever is being answered. Closing again does nothing. */
  @Override
  public void close() {
    isClosed = true;
    selector.wakeup();
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
