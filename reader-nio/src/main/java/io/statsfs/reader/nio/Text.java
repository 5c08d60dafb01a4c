package io.statsfs.reader.nio;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** What was read of the file at hand, in memory that is used for all files of a batch. */
final class Text {
  /** More than any number has; what does not fit is no number. */
  static final int VALUE_BYTES = 4096;

  ByteBuffer bytes = ByteBuffer.allocateDirect(VALUE_BYTES);

  /** Whether the reading thread was interrupted, so that it can be told afterwards. */
  boolean interrupted;

  /** The index of the stat whose file is at hand; other threads ask. */
  private final AtomicInteger position = new AtomicInteger();

  /** Files that were closed for lack of descriptors since the sample began. */
  int notKept;

  void moveTo(int index) {
    position.setOpaque(index);
  }

  int position() {
    return position.getOpaque();
  }

  void grow(int max) {
    int capacity = (int) Math.min(max, bytes.capacity() * 4L);
    bytes = ByteBuffer.allocateDirect(capacity).put(bytes.flip());
  }
}
