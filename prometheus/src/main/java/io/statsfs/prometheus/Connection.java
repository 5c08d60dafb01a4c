package io.statsfs.prometheus;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client, which asks and is answered, as HTTP/1.1 has it. Never waits for it: what it does not
 * take at once goes out when the selector says so. Has a time for each request, each answer, and
 * the pause before the next request. For the thread of the server.
 */
final class Connection implements AutoCloseable {
  /** For the head of a request. */
  static final int MAX_HEAD = 16 << 10;

  private static final int USUAL_HEAD = 1 << 10;

  /** From the first connecting, or the first byte, until a request has come. */
  private static final long REQUEST_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** For an answer to be read: longer than Prometheus waits in any sane configuration. */
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Until the next request: as long as Prometheus keeps a connection. */
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** For the client to close. If this did so at once, the last answer might get lost. */
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int OK = 200;
  private static final int TOO_LARGE = 431;

  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final byte[] LINE_END = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = bytes("\r\n0\r\n\r\n");
  private static final byte[] NOTHING = {};

  private final SocketChannel channel;
  private final SelectionKey key;
  private final PrometheusServer server;
  private State state = State.READING;
  private long deadline = System.nanoTime() + REQUEST_NANOS;
  private ByteBuffer in = ByteBuffer.allocate(USUAL_HEAD);
  private final ByteBuffer[] out = {
    ByteBuffer.wrap(NOTHING), ByteBuffer.wrap(NOTHING), ByteBuffer.wrap(NOTHING)
  };

  /** What is being answered, or was. */
  private Request request = Request.refused(OK);

  /** What goes out behind {@link #out}; null if nothing does. */
  private @Nullable Body body;

  private boolean isChunked;

  private enum State {
    READING,
    BEING_ANSWERED,
    WRITING,
    ENDING
  }

  Connection(SocketChannel channel, SelectionKey key, PrometheusServer server) {
    this.channel = channel;
    this.key = key;
    this.server = server;
  }

  /** When this should be closed, as {@link System#nanoTime} counts; it may be answered then. */
  long deadline() {
    return deadline;
  }

  /** Goes on when the client has sent or read something. */
  void proceed() throws IOException {
    switch (state) {
      case READING -> {
        boolean isFirst = in.position() == 0;
        read();
        if (isFirst && in.position() > 0) {
          deadline = System.nanoTime() + REQUEST_NANOS;
        }
        readRequests();
      }
      case WRITING -> {
        write();
        readRequests();
      }
      case ENDING -> {
        in.clear();
        read();
      }
      case BEING_ANSWERED -> {
        // What has come stays where it is until the answer is written.
      }
    }
  }

  private void read() throws IOException {
    if (channel.read(in) < 0) {
      throw new EOFException("the client has closed");
    }
  }

  /** Has the requests answered that have come as a whole, one after the other. */
  void readRequests() throws IOException {
    while (state == State.READING && in.position() > 0) {
      int end = Request.end(in.array(), in.position());
      if (end >= 0) {
        request = Request.of(new String(in.array(), 0, end, StandardCharsets.ISO_8859_1));
        in.flip().position(end);
        in.compact();
      } else if (in.hasRemaining()) {
        return;
      } else if (in.capacity() < MAX_HEAD) {
        in = ByteBuffer.allocate(MAX_HEAD).put(in.flip());
        return;
      } else {
        request = Request.refused(TOO_LARGE);
      }
      state = State.BEING_ANSWERED;
      deadline = System.nanoTime() + ANSWER_NANOS;
      server.answer(this, request);
    }
  }

  /**
   * Answers a request with a text.
   *
   * @param fields more of the head, each with the end of its line
   */
  void answer(int status, String fields, String text) throws IOException {
    byte[] bytes = bytes(text);
    put(
        head(
            status,
            fields
                + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + bytes.length
                + "\r\n"),
        bytes,
        request.isHead() ? 0 : bytes.length,
        NOTHING);
    write();
  }

  /**
   * Answers a request with a head alone, as it would be in front of a body.
   *
   * @param fields more of the head, each with the end of its line
   */
  void answer(String fields) throws IOException {
    put(head(OK, fields), NOTHING, 0, NOTHING);
    write();
  }

  /**
   * Answers a request with a body, which is released when it is written or cannot be.
   *
   * @param fields more of the head, each with the end of its line
   */
  void answer(String fields, Body body) throws IOException {
    this.body = body;
    body.next();
    isChunked = !body.isLast() && request.takesChunks();
    String length =
        isChunked
            ? "Transfer-Encoding: chunked\r\n"
            // Else it ends where the connection does.
            : body.isLast() ? "Content-Length: " + body.length() + "\r\n" : "";
    putPiece(head(OK, fields + length), body);
    write();
  }

  private byte[] head(int status, String fields) {
    return bytes(
        "HTTP/1.1 "
            + status
            + reason(status)
            + date(System.currentTimeMillis())
            + fields
            + (request.keepsConnection() ? "\r\n" : "Connection: close\r\n\r\n"));
  }

  private void putPiece(byte[] before, Body body) {
    if (isChunked) {
      byte[] size = bytes(Integer.toHexString(body.length()) + "\r\n");
      byte[] both = Arrays.copyOf(before, before.length + size.length);
      System.arraycopy(size, 0, both, before.length, size.length);
      before = both;
    }
    put(
        before,
        body.bytes(),
        body.length(),
        !isChunked ? NOTHING : body.isLast() ? LAST_CHUNK : LINE_END);
  }

  private void put(byte[] before, byte[] bytes, int length, byte[] after) {
    out[0] = ByteBuffer.wrap(before);
    out[1] = ByteBuffer.wrap(bytes, 0, length);
    out[2] = ByteBuffer.wrap(after);
  }

  /** Writes what the client takes. */
  private void write() throws IOException {
    do {
      channel.write(out);
      if (out[0].hasRemaining() || out[1].hasRemaining() || out[2].hasRemaining()) {
        if (state != State.WRITING) {
          state = State.WRITING;
          deadline = System.nanoTime() + ANSWER_NANOS;
          key.interestOps(SelectionKey.OP_WRITE);
        }
        return;
      }
    } while (putNext());
    put(NOTHING, NOTHING, 0, NOTHING);
    releaseBody();
    key.interestOps(SelectionKey.OP_READ);
    if (request.keepsConnection()) {
      state = State.READING;
      deadline = System.nanoTime() + (in.position() > 0 ? REQUEST_NANOS : PAUSE_NANOS);
    } else {
      state = State.ENDING;
      deadline = System.nanoTime() + END_NANOS;
      channel.shutdownOutput();
    }
  }

  private boolean putNext() {
    if (body == null || !body.next()) {
      return false;
    }
    putPiece(NOTHING, body);
    return true;
  }

  private void releaseBody() {
    Body written = body;
    body = null;
    if (written != null) {
      server.release(written);
    }
  }

  /** Ends this at once. An answer that is cut off does not look whole. */
  @Override
  public void close() {
    releaseBody();
    try {
      if (state == State.WRITING) {
        // A reset, since without chunks the end of the connection is the end of the body.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  private static String reason(int status) {
    return switch (status) {
      case OK -> " OK\r\n";
      case 400 -> " Bad Request\r\n";
      case 404 -> " Not Found\r\n";
      case 405 -> " Method Not Allowed\r\n";
      case TOO_LARGE -> " Request Header Fields Too Large\r\n";
      case 500 -> " Internal Server Error\r\n";
      case 505 -> " HTTP Version Not Supported\r\n";
      default -> " \r\n";
    };
  }

  /** Written here, since a formatter takes half a megabyte and some milliseconds to be made. */
  static String date(long epochMillis) {
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(
            TimeUnit.MILLISECONDS.toSeconds(epochMillis), 0, ZoneOffset.UTC);
    StringBuilder date = new StringBuilder("Date: ");
    date.append(DAYS, 3 * time.getDayOfWeek().ordinal(), 3 * time.getDayOfWeek().getValue());
    pair(date.append(", "), time.getDayOfMonth()).append(' ');
    date.append(MONTHS, 3 * time.getMonth().ordinal(), 3 * time.getMonthValue()).append(' ');
    pair(date.append(time.getYear()).append(' '), time.getHour());
    pair(date.append(':'), time.getMinute());
    return pair(date.append(':'), time.getSecond()).append(" GMT\r\n").toString();
  }

  private static StringBuilder pair(StringBuilder to, int number) {
    return to.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
