package io.statsfs.reader.nio;

import io.statsfs.spi.FilePlan;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/** What was read of the current file, in memory that is used for all files of a batch. */
final class Text {
  ByteBuffer bytes = ByteBuffer.allocateDirect(FilePlan.VALUE_BYTES);

  /** The same on the heap, where it is quicker to look at. */
  byte[] array = new byte[FilePlan.VALUE_BYTES];

  /** The files in which the sample found other rows or columns than those of their plans. */
  final BitSet outdated;

  /** Whether the reading thread was interrupted, to restore that afterwards. */
  boolean interrupted;

  /** The number of the current file; read by other threads. */
  private final AtomicInteger position = new AtomicInteger();

  /** Files that were closed for lack of descriptors since the sample began. */
  int notKept;

  Text(int files) {
    outdated = new BitSet(files);
  }

  void moveTo(int file) {
    position.setOpaque(file);
  }

  int position() {
    return position.getOpaque();
  }

  void grow(int max) {
    int capacity = (int) Math.min(max, bytes.capacity() * 4L);
    bytes = ByteBuffer.allocateDirect(capacity).put(bytes.flip());
    array = new byte[capacity];
  }
}
