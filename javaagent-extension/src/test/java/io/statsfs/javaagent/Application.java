package io.statsfs.javaagent;

import java.io.IOException;
import java.util.logging.LogManager;

/**
 * Knows nothing of OpenTelemetry. Chooses its log manager in {@code main}, as JBoss and WildFly do,
 * and ends with its input.
 */
public final class Application {
  private Application() {}

  /** Has to be the first to use a logger. */
  public static void main(String[] args) throws IOException {
    System.setProperty("java.util.logging.manager", Own.class.getName());
    if (!(LogManager.getLogManager() instanceof Own)) {
      throw new IllegalStateException("" + LogManager.getLogManager());
    }
    while (System.in.read() >= 0) {
      // Until the end.
    }
    System.out.println("runs");
  }

  /** Made by {@link LogManager}. */
  public static final class Own extends LogManager {
    /** Made by {@link LogManager}. */
    public Own() {}
  }
}
