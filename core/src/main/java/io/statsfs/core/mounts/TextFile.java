package io.statsfs.core.mounts;

import io.statsfs.core.batch.OpenOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/** Reads a small file whose size nobody knows, as the files of kernel trees are. */
public final class TextFile {

  private TextFile() {}

  /**
   * Reads to the end or to {@code maxBytes}, in order and without seeking, which statsfs refuses.
   * An interrupted thread reads as well, and stays interrupted.
   */
  public static ByteBuffer read(Path file, int maxBytes) throws IOException {
    return Uninterrupted.run(
        () -> {
          try (FileChannel channel = FileChannel.open(file, OpenOptions.READ)) {
            return read(channel, maxBytes);
          }
        });
  }

  /** The same of a file that is open, in a thread that is not interrupted. */
  public static ByteBuffer read(ReadableByteChannel channel, int maxBytes) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(Math.min(maxBytes, 16 << 10));
    while (true) {
      if (!text.hasRemaining()) {
        if (text.capacity() == maxBytes) {
          break;
        }
        ByteBuffer larger = ByteBuffer.allocate((int) Math.min(maxBytes, text.capacity() * 4L));
        text = larger.put(text.flip());
      }
      if (channel.read(text) < 0) {
        break;
      }
    }
    return text.flip();
  }
}
