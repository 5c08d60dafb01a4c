package io.statsfs.prometheus;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Collects the text of one scrape in pieces, compresses them if that is wanted, and hands them on.
 * So a body is never as a whole in the heap. Used again for the next scrape, without any
 * allocation. For one thread at a time.
 */
final class Body implements AutoCloseable {
  /** Some 700 series, which then go out at once. */
  private static final int PIECE = 64 << 10;

  /** RFC 1952: the two first bytes, deflate, no name, no time, and of no file system. */
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private static final int GZIP_TRAILER_LENGTH = 8;
  private static final Sink NOWHERE = (bytes, length, isLast) -> {};

  private final byte[] text = new byte[PIECE];
  private int length;
  private boolean isGzip;
  private Sink sink = NOWHERE;

  /** Where {@link #toStream} writes. */
  private @Nullable OutputStream stream;

  private final Sink toStream =
      (bytes, count, isLast) -> Objects.requireNonNull(stream).write(bytes, 0, count);

  private final CRC32 checksum = new CRC32();

  /** Made when it is first wanted. */
  private @Nullable Deflater deflater;

  private byte[] compressed = {};
  private int compressedLength;

  /** Where the pieces go. */
  interface Sink {
    /**
     * Takes a piece.
     *
     * @param bytes has the piece at its beginning, and is used again
     * @param isLast whether it is the last one
     */
    void write(byte[] bytes, int length, boolean isLast) throws IOException;
  }

  /** Begins a scrape that is written to a stream. */
  void begin(OutputStream stream, boolean isGzip) {
    this.stream = stream;
    begin(toStream, isGzip);
  }

  /** Begins a scrape. */
  void begin(Sink sink, boolean isGzip) {
    this.isGzip = isGzip;
    this.sink = sink;
    length = 0;
    if (!isGzip) {
      return;
    }
    if (deflater == null) {
      deflater = new Deflater(Deflater.BEST_SPEED, true);
      compressed = new byte[PIECE];
    }
    deflater.reset();
    checksum.reset();
    System.arraycopy(GZIP_HEADER, 0, compressed, 0, GZIP_HEADER.length);
    compressedLength = GZIP_HEADER.length;
  }

  /** Writes bytes as they are. */
  void write(byte[] bytes) throws IOException {
    if (bytes.length > PIECE - length) {
      writeParts(bytes);
      return;
    }
    System.arraycopy(bytes, 0, text, length, bytes.length);
    length += bytes.length;
  }

  private void writeParts(byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; ) {
      int part = Math.min(bytes.length - at, PIECE - length);
      System.arraycopy(bytes, at, text, length, part);
      length += part;
      at += part;
      if (length == PIECE) {
        flush(false);
      }
    }
  }

  /** Writes a line with a value of a snapshot. */
  void writeSample(byte[] name, byte[] labels, Snapshot snapshot, int index) throws IOException {
    write(name);
    write(labels);
    if (Numbers.MAX_LENGTH + 1 > PIECE - length) {
      flush(false);
    }
    length = snapshot.write(index, text, length);
    text[length++] = '\n';
  }

  /** Ends a scrape: hands on the last piece. */
  void end() throws IOException {
    flush(true);
  }

  /** Keeps nothing of the client until the next scrape. */
  void forget() {
    sink = NOWHERE;
    stream = null;
  }

  private void flush(boolean isLast) throws IOException {
    int flushed = length;
    length = 0;
    if (isGzip) {
      compress(flushed, isLast);
    } else {
      sink.write(text, flushed, isLast);
    }
  }

  private void compress(int flushed, boolean isLast) throws IOException {
    Deflater deflater = Objects.requireNonNull(this.deflater);
    checksum.update(text, 0, flushed);
    deflater.setInput(text, 0, flushed);
    if (isLast) {
      deflater.finish();
    }
    while (isLast ? !deflater.finished() : !deflater.needsInput()) {
      compressedLength +=
          deflater.deflate(compressed, compressedLength, compressed.length - compressedLength);
      if (compressedLength == compressed.length) {
        handOn(false);
      }
    }
    if (isLast) {
      if (compressedLength > compressed.length - GZIP_TRAILER_LENGTH) {
        handOn(false);
      }
      putInt((int) checksum.getValue());
      putInt((int) deflater.getBytesRead());
      handOn(true);
    }
  }

  private void putInt(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      compressed[compressedLength++] = (byte) (value >> shift);
    }
  }

  private void handOn(boolean isLast) throws IOException {
    int count = compressedLength;
    compressedLength = 0;
    sink.write(compressed, count, isLast);
  }

  /** Frees what the compression holds outside the heap. */
  @Override
  public void close() {
    if (deflater != null) {
      deflater.end();
      deflater = null;
    }
  }
}
