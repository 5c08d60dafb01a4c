package io.statsfs.prometheus;

import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * The text of one scrape, made in pieces, and compressed if that is wanted. So a body is never as a
 * whole in the heap. Used again for the next scrape, without any allocation. For one thread at a
 * time.
 */
final class Body implements AutoCloseable {
  /** Some 700 series, which then go out at once. A piece is longer by a line at most. */
  private static final int PIECE = 64 << 10;

  private static final int ROOM_FOR_A_LINE = 4 << 10;

  /** RFC 1952: the two first bytes, deflate, no name, no time, and of no file system. */
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private static final int GZIP_TRAILER_LENGTH = 8;

  private byte[] text = new byte[PIECE + ROOM_FOR_A_LINE];
  private int length;
  private PrometheusFormat format = PrometheusFormat.TEXT;
  private final Exposition.Position position = new Exposition.Position();

  /** What is written; null between two scrapes. */
  private @Nullable Snapshot snapshot;

  private boolean isLast;
  private boolean isGzip;
  private final CRC32 checksum = new CRC32();

  /** Made when it is first wanted. */
  private @Nullable Deflater deflater;

  private byte[] compressed = {};
  private int compressedLength;

  /** Begins a scrape. */
  void begin(Snapshot snapshot, PrometheusFormat format, boolean isGzip) {
    this.snapshot = snapshot;
    this.format = format;
    this.isGzip = isGzip;
    position.reset();
    isLast = false;
    if (!isGzip) {
      return;
    }
    if (deflater == null) {
      deflater = new Deflater(Deflater.BEST_SPEED, true);
      compressed = new byte[PIECE + ROOM_FOR_A_LINE];
    }
    deflater.reset();
    checksum.reset();
  }

  /** Makes the next piece, which may be empty if it is the only one; false if there is none. */
  boolean next() {
    if (isLast) {
      return false;
    }
    Snapshot snapshot = Objects.requireNonNull(this.snapshot);
    boolean isFirst = position.isAtBegin();
    compressedLength = 0;
    if (isGzip && isFirst) {
      System.arraycopy(GZIP_HEADER, 0, compressed, 0, GZIP_HEADER.length);
      compressedLength = GZIP_HEADER.length;
    }
    do {
      length = 0;
      isLast = snapshot.exposition().write(snapshot, format, position, this);
      if (isGzip) {
        compress();
      }
    } while (length() == 0 && !isLast);
    return true;
  }

  /** Has the piece at its beginning. */
  byte[] bytes() {
    return isGzip ? compressed : text;
  }

  /** The length of the piece. */
  int length() {
    return isGzip ? compressedLength : length;
  }

  /** Whether the piece is the last one. */
  boolean isLast() {
    return isLast;
  }

  /** Ends the scrape, whether all was made or not; returns what it was of. */
  Snapshot end() {
    Snapshot ended = Objects.requireNonNull(snapshot);
    snapshot = null;
    return ended;
  }

  /** Whether what comes next belongs to another piece. */
  boolean isFull() {
    return length >= PIECE;
  }

  /** Writes bytes as they are. */
  void write(byte[] bytes) {
    if (bytes.length > text.length - length) {
      text = Arrays.copyOf(text, length + bytes.length + ROOM_FOR_A_LINE);
    }
    System.arraycopy(bytes, 0, text, length, bytes.length);
    length += bytes.length;
  }

  /** Writes a line with a value of a snapshot. */
  void writeSample(byte[] name, byte[] labels, Snapshot snapshot, int index) {
    write(name);
    write(labels);
    if (Numbers.MAX_LENGTH + 1 > text.length - length) {
      text = Arrays.copyOf(text, length + ROOM_FOR_A_LINE);
    }
    length = snapshot.write(index, text, length);
    text[length++] = '\n';
  }

  private void compress() {
    Deflater deflater = Objects.requireNonNull(this.deflater);
    checksum.update(text, 0, length);
    deflater.setInput(text, 0, length);
    if (isLast) {
      deflater.finish();
    }
    while (isLast ? !deflater.finished() : !deflater.needsInput()) {
      makeRoom(1);
      compressedLength +=
          deflater.deflate(compressed, compressedLength, compressed.length - compressedLength);
    }
    if (isLast) {
      makeRoom(GZIP_TRAILER_LENGTH);
      putInt((int) checksum.getValue());
      putInt((int) deflater.getBytesRead());
    }
  }

  private void makeRoom(int bytes) {
    if (bytes > compressed.length - compressedLength) {
      compressed = Arrays.copyOf(compressed, compressedLength + ROOM_FOR_A_LINE);
    }
  }

  private void putInt(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      compressed[compressedLength++] = (byte) (value >> shift);
    }
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
