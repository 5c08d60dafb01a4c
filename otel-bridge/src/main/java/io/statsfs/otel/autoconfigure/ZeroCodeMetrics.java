package io.statsfs.otel.autoconfigure;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.internal.Log;
import io.statsfs.otel.internal.ZeroCodeTrees;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The trees and metrics of one SDK. Whatever fails costs a line in the log and never the
 * application's start. Safe for use by several threads.
 */
final class ZeroCodeMetrics {
  private static final String SCOPE = "io.statsfs";

  private final Runnable closing = this::close;
  private @Nullable StatsFs fs;
  private @Nullable StatsFsMetrics metrics;
  private boolean closed;

  void start(OpenTelemetry openTelemetry, Supplier<Settings> settings) {
    AgentStart.run(() -> startNow(openTelemetry, settings));
  }

  private synchronized void startNow(OpenTelemetry openTelemetry, Supplier<Settings> settings) {
    try {
      if (closed || isIdle(openTelemetry)) {
        return;
      }
      Settings chosen = settings.get();
      if (!chosen.enabled()) {
        return;
      }
      fs = chosen.open();
      metrics = chosen.register(openTelemetry, fs);
      ZeroCodeTrees.add(openTelemetry, fs, closing);
    } catch (Throwable e) {
      // A LinkageError too, where an artifact is missing or does not fit.
      new Log().warn("There will be no kernel statistics: " + reason(e));
      close();
    }
  }

  /** Where there is no reader of metrics, or no SDK, all meters are one that does nothing. */
  private static boolean isIdle(OpenTelemetry openTelemetry) {
    return openTelemetry.getMeterProvider().get(SCOPE) == MeterProvider.noop().get(SCOPE);
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    boolean speaksForItself =
        e instanceof StatsFsException
            || e instanceof IllegalArgumentException
            || e.getClass().getSimpleName().equals("ConfigurationException");
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
      new Log().warn("Closing failed: " + e);
    }
  }
}
