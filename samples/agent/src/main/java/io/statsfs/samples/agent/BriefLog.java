package io.statsfs.samples.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * A line per event, without a stack trace. What OpenTelemetry says of an export that failed, it
 * says of each; here it is said again after ten minutes at the earliest.
 */
final class BriefLog extends Formatter implements Filter {
  private static final long SILENCE_MILLIS = 600_000;
  private static final int MAX_REMEMBERED = 100;

  private final Map<String, Long> told = new HashMap<>();

  BriefLog() {}

  /** Changes the log of this program, unless the user has done so. */
  static void install() {
    if (System.getProperty("java.util.logging.config.file") == null
        && System.getProperty("java.util.logging.config.class") == null
        && System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
      BriefLog log = new BriefLog();
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.setFormatter(log);
        handler.setFilter(log);
      }
    }
  }

  @Override
  public synchronized boolean isLoggable(LogRecord event) {
    String logger = String.valueOf(event.getLoggerName());
    if (!logger.startsWith("io.opentelemetry.")) {
      return true;
    }
    // How many metrics it was differs each time.
    String what = text(event).replaceAll("[0-9]+", "");
    Long last = told.get(what);
    if (last != null && event.getMillis() - last < SILENCE_MILLIS) {
      return false;
    }
    if (told.size() >= MAX_REMEMBERED) {
      told.clear();
    }
    told.put(what, event.getMillis());
    return true;
  }

  @Override
  public String format(LogRecord event) {
    return String.format(
        "%1$tFT%1$tT %2$s %3$s%n", event.getMillis(), event.getLevel(), text(event));
  }

  private String text(LogRecord event) {
    String message = formatMessage(event);
    return event.getThrown() == null ? message : message + " " + event.getThrown();
  }
}
