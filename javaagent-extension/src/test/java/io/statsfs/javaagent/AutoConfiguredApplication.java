package io.statsfs.javaagent;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;

/** Has the SDK configure itself. */
public final class AutoConfiguredApplication {
  private AutoConfiguredApplication() {}

  /** Ends at once; the SDK exports when the JVM ends. */
  public static void main(String[] args) {
    AutoConfiguredOpenTelemetrySdk.initialize();
    System.out.println("runs");
    System.exit(0);
  }
}
