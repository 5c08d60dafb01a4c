package io.statsfs.otel.internal;

import io.statsfs.spi.PrintableText;

/** The log of the bridge. All that is written there is printable, whatever names are in it. */
public final class Log {
  private final System.Logger logger = System.getLogger("io.statsfs.otel");

  /** Gets the logger, so that this has to wait where {@code AgentStart} says so. */
  public Log() {}

  /**
   * Logs a warning.
   *
   * @param message what happened, why, and what to do
   */
  public void warn(String message) {
    logger.log(System.Logger.Level.WARNING, PrintableText.of(message));
  }
}
