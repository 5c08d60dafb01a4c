package io.statsfs.samples.quickstart;

import io.statsfs.StatsFs;
import io.statsfs.prometheus.PrometheusExporter;
import io.statsfs.prometheus.PrometheusServer;
import java.io.IOException;

/** Serves stats to Prometheus, without OpenTelemetry. */
public final class ForPrometheus {
  private ForPrometheus() {}

  /**
   * Runs until it is killed.
   *
   * @param args not used
   * @throws IOException if something else listens on port 9464
   * @throws InterruptedException if it is interrupted
   */
  @SuppressWarnings("try") // The server does its work without being named again.
  public static void main(String[] args) throws IOException, InterruptedException {
    try (StatsFs fs = StatsFs.open();
        PrometheusExporter exporter = PrometheusExporter.create(fs);
        PrometheusServer server = PrometheusServer.start(exporter)) {
      Thread.sleep(Long.MAX_VALUE); // Your application.
    }
  }
}
