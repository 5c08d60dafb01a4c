package io.statsfs.samples.quickstart;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;

/** Every stat of this machine as an OpenTelemetry metric, exported over OTLP, without code. */
public final class Quickstart {
  private Quickstart() {}

  /**
   * Runs until it is killed.
   *
   * @param args not used
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    AutoConfiguredOpenTelemetrySdk.initialize();
    Thread.sleep(Long.MAX_VALUE); // Your application.
  }
}
