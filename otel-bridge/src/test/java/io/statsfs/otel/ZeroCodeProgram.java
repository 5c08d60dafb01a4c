package io.statsfs.otel;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;

/** An application that knows nothing of kernel statistics, and ends at once. */
public final class ZeroCodeProgram {
  private ZeroCodeProgram() {}

  /** The SDK exports when the JVM ends. */
  public static void main(String[] args) {
    AutoConfiguredOpenTelemetrySdk.initialize();
    System.out.println("runs");
    System.exit(0);
  }
}
