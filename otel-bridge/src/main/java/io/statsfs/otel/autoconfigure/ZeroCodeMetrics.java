package io.statsfs.otel.autoconfigure;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.statsfs.StatsFs;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.internal.ZeroCodeTrees;
import io.statsfs.spi.PrintableLog;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The trees and metrics of one SDK. Whatever fails costs a line in the log and never the
 * application's start. Safe for use by several threads.
 */
final class ZeroCodeMetrics {
  private static final String SCOPE = "io.statsfs";
  private static final int MAX_CAUSES = 10;

  private final Runnable closing = this::close;
  private @Nullable StatsFs fs;
  private @Nullable StatsFsMetrics metrics;
  private boolean closed;

  void start(
      OpenTelemetry openTelemetry,
      Supplier<SettingSource> source,
      Function<SettingSource, Settings> settings) {
    AgentStart.run(() -> startNow(openTelemetry, source, settings));
  }

  private synchronized void startNow(
      OpenTelemetry openTelemetry,
      Supplier<SettingSource> source,
      Function<SettingSource, Settings> settings) {
    try {
      if (closed || isIdle(openTelemetry)) {
        return;
      }
      SettingSource from = source.get();
      Settings chosen = settings.apply(from);
      if (!chosen.enabled()) {
        return;
      }
      fs = chosen.open();
      metrics = chosen.register(openTelemetry, fs);
      ZeroCodeTrees.add(openTelemetry, fs, closing);
      chosen.reportWhatSelectsNothing(fs.catalog(), from);
    } catch (Throwable e) {
      // A LinkageError too, where an artifact is missing or does not fit.
      warn("There will be no kernel statistics: " + reason(e));
      close();
    }
  }

  /** Where there is no reader of metrics, or no SDK, all meters are one that does nothing. */
  private static boolean isIdle(OpenTelemetry openTelemetry) {
    return openTelemetry.getMeterProvider().get(SCOPE) == MeterProvider.noop().get(SCOPE);
  }

  /** With all causes, since the first is often only where it was noticed. */
  private static String reason(Throwable e) {
    StringBuilder reason = new StringBuilder(description(e));
    Throwable cause = e.getCause();
    for (int i = 0; i < MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
      // Some messages have that of their cause in them.
      String message = cause.getMessage();
      if (message == null || reason.indexOf(message) < 0) {
        reason.append(". Caused by: ").append(description(cause));
      }
    }
    return reason.toString();
  }

  private static String description(Throwable e) {
    String name = e.getClass().getSimpleName();
    boolean speaksForItself =
        e instanceof IllegalArgumentException
            || name.equals("ConfigurationException")
            || e.getClass().getName().startsWith("io.statsfs.");
    String message = e.getMessage();
    return speaksForItself && message != null ? message : e.toString();
  }

  /** Closing again does nothing, and starting after it neither. */
  synchronized void close() {
    closed = true;
    ZeroCodeTrees.remove(closing);
    closeQuietly(metrics);
    closeQuietly(fs);
    metrics = null;
    fs = null;
  }

  private static void closeQuietly(@Nullable AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Throwable e) {
      warn("Closing failed: " + e);
    }
  }

  /** Where the API is missing, so is what makes a message printable. */
  private static void warn(String message) {
    try {
      new PrintableLog("io.statsfs.otel").warn(message);
    } catch (LinkageError e) {
      System.getLogger("io.statsfs.otel").log(System.Logger.Level.WARNING, message);
    }
  }
}
