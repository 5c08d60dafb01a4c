package io.statsfs.samples.agent;

import static java.util.stream.Collectors.joining;

import java.io.UnsupportedEncodingException;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * A line per event, without a stack trace, and printable. What OpenTelemetry logs of an export that
 * failed, it logs of each; here it is logged again after ten minutes at the earliest.
 */
final class BriefLog extends Formatter implements Filter {
  private static final long SILENCE_MILLIS = 600_000;
  private static final int MAX_REMEMBERED = 100;

  /** This comes with each failure and says nothing; {@link ExportResults} has the cause. */
  private static final String EXPORTER_FAILED = "Exporter failed";

  private final Map<String, Long> logged = new HashMap<>();
  private final Terminal terminal;

  BriefLog(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Changes the log of this program, unless the user has done so. */
  static void install(Terminal terminal) {
    if (System.getProperty("java.util.logging.config.file") == null
        && System.getProperty("java.util.logging.config.class") == null
        && System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
      BriefLog log = new BriefLog(terminal);
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.setFormatter(log);
        handler.setFilter(log);
        setEncoding(handler, terminal);
      }
    }
  }

  private static void setEncoding(Handler handler, Terminal terminal) {
    try {
      handler.setEncoding(terminal.charset().name());
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized boolean isLoggable(LogRecord event) {
    String logger = String.valueOf(event.getLoggerName());
    if (!logger.startsWith("io.opentelemetry.")) {
      return true;
    }
    if (EXPORTER_FAILED.equals(event.getMessage())
        || event.getLevel().intValue() < Level.WARNING.intValue()) {
      return false;
    }
    // How many metrics it was differs each time.
    String what = text(event).replaceAll("[0-9]+", "");
    Long last = logged.get(what);
    if (last != null && event.getMillis() - last < SILENCE_MILLIS) {
      return false;
    }
    if (logged.size() >= MAX_REMEMBERED) {
      logged.clear();
    }
    logged.put(what, event.getMillis());
    return true;
  }

  @Override
  public String format(LogRecord event) {
    return String.format(
        "%1$tFT%1$tT %2$s %3$s%n", event.getMillis(), event.getLevel(), text(event));
  }

  private String text(LogRecord event) {
    String message = formatMessage(event);
    String text = event.getThrown() == null ? message : message + " " + event.getThrown();
    // OpenTelemetry has messages of several lines.
    return terminal.printable(
        text.lines().map(String::strip).filter(l -> !l.isEmpty()).collect(joining("; ")));
  }
}
