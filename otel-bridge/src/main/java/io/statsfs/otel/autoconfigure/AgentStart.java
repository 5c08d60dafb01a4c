package io.statsfs.otel.autoconfigure;

import java.util.Arrays;

/**
 * When to begin. The OpenTelemetry Java agent configures the SDK before the application's {@code
 * main}. Logging then, or only getting a logger, fixes the log manager of the application, and an
 * application server that brings its own does not start. So in the agent this waits until {@code
 * main} has run for a moment. The agent's {@code AgentListener} comes too early.
 */
final class AgentStart {
  private static final int POLL_MILLIS = 50;
  private static final int MOMENT_MILLIS = 2000;

  private AgentStart() {}

  /** Runs something now, or in the agent in a while. */
  static void run(Runnable start) {
    if (!isInAgent()) {
      start.run();
      return;
    }
    Thread configuring = Thread.currentThread();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                while (isInPremain(configuring)) {
                  Thread.sleep(POLL_MILLIS);
                }
                Thread.sleep(MOMENT_MILLIS);
              } catch (InterruptedException e) {
                return;
              }
              start.run();
            },
            "statsfs-start",
            0,
            false);
    // The class loader of the configuring thread must be collectable.
    thread.setContextClassLoader(null);
    thread.setDaemon(true);
    thread.start();
  }

  /** The agent loads its extensions by a class loader of its own. */
  private static boolean isInAgent() {
    return AgentStart.class
        .getClassLoader()
        .getClass()
        .getName()
        .startsWith("io.opentelemetry.javaagent.");
  }

  private static boolean isInPremain(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith("sun.instrument."));
  }
}
