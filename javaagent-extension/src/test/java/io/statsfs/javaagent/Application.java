package io.statsfs.javaagent;

/** Knows nothing of OpenTelemetry. */
public final class Application {
  private Application() {}

  /** Ends at once; the agent exports when the JVM ends. */
  public static void main(String[] args) {
    System.out.println("runs");
  }
}
