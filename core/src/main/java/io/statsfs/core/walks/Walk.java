package io.statsfs.core.walks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A way through all of something, which counts how many of it are in which state. Safe for use by
 * several threads.
 */
interface Walk {
  /** What stats are called, each for the number of those in one state. */
  List<String> states();

  /** Where the way begins. */
  Path place();

  /** What is counted, for people. */
  String what();

  /**
   * Goes the way. May hang.
   *
   * @param text for what is read; any bytes may be in it
   * @param counts to which one is added for each, by its state
   * @return false if what is there has another form than what is known
   * @throws IOException if not all can be seen
   */
  boolean count(ByteBuffer text, long[] counts) throws IOException;
}
