package io.statsfs.spi;

/**
 * A log of this library. All that is written there is printable, whatever names are in it.
 *
 * <p>Safe for use by several threads.
 */
public final class PrintableLog {
  private final String name;

  /**
   * Gets no logger yet, as that may load the application's logging.
   *
   * @param name of the logger
   */
  public PrintableLog(String name) {
    this.name = name;
  }

  /**
   * Logs a warning.
   *
   * @param message what happened, why, and what to do
   */
  public void warn(String message) {
    System.getLogger(name).log(System.Logger.Level.WARNING, PrintableText.of(message));
  }
}
