package io.statsfs.core.walks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Counts TCP sockets by their state, which is the fourth word of a line for each of them. */
final class SocketWalk implements Walk {
  /** In the order of include/net/tcp_states.h, where they are numbered from 1. */
  private static final List<String> STATES =
      List.of(
          "established",
          "syn_sent",
          "syn_recv",
          "fin_wait1",
          "fin_wait2",
          "time_wait",
          "close",
          "close_wait",
          "last_ack",
          "listen",
          "closing");

  private static final int WORD_OF_STATE = 4;
  private static final int NO_STATE = Integer.MAX_VALUE;

  private final Path tcp;
  private final Path tcp6;

  /**
   * @param net such as {@code /proc/self/net}
   */
  SocketWalk(Path net) {
    tcp = net.resolve("tcp");
    tcp6 = net.resolve("tcp6");
  }

  @Override
  public List<String> states() {
    return STATES;
  }

  @Override
  public Path place() {
    return tcp;
  }

  @Override
  public String what() {
    return "the TCP sockets";
  }

  @Override
  public boolean count(ByteBuffer text, long[] counts) throws IOException {
    boolean fits = count(tcp, text, counts);
    try {
      return fits && count(tcp6, text, counts);
    } catch (NoSuchFileException e) {
      // The kernel has no IPv6.
      return fits;
    }
  }

  /** Goes through a file byte by byte, as there can be a million of lines. */
  private static boolean count(Path path, ByteBuffer text, long[] counts) throws IOException {
    try (FileChannel file = FileChannel.open(path)) {
      boolean isHeader = true;
      boolean isInWord = false;
      int words = 0;
      int state = 0;
      text.clear();
      while (file.read(text) > 0) {
        text.flip();
        while (text.hasRemaining()) {
          int c = text.get();
          if (c == '\n') {
            if (!isHeader && words > 0) {
              if (words < WORD_OF_STATE || state < 1 || state > STATES.size()) {
                return false;
              }
              counts[state - 1]++;
            }
            isHeader = false;
            isInWord = false;
            words = 0;
            state = 0;
          } else if (c == ' ') {
            isInWord = false;
          } else {
            words += isInWord ? 0 : 1;
            isInWord = true;
            if (words == WORD_OF_STATE) {
              int digit = Character.digit(c, 16);
              state = digit < 0 || state > STATES.size() ? NO_STATE : state * 16 + digit;
            }
          }
        }
        text.clear();
      }
    }
    return true;
  }
}
