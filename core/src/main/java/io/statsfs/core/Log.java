package io.statsfs.core;

import io.statsfs.spi.PrintableText;

/** The log of this library. All that is written there is printable, whatever names are in it. */
final class Log {
  private final System.Logger logger = System.getLogger("io.statsfs");

  Log() {}

  /** Logs what happened, why, and what to do. */
  void warn(String message) {
    logger.log(System.Logger.Level.WARNING, PrintableText.of(message));
  }
}
