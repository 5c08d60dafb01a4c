package io.statsfs.benchmarks;

import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Collects the default trees and writes OTLP's bytes to nowhere, on command, as a program whose CPU
 * time can be compared with that of others. Its argument is {@code all}, or {@code receiver} for
 * what the Collector's receiver has. Each line of the standard input is how many times; each is
 * answered by how many points there were.
 */
final class CollectionProgram {
  private CollectionProgram() {}

  public static void main(String[] args) throws IOException {
    try (Collection collection =
            args[0].equals("all") ? Collection.ofDefaults("jni") : Collection.asReceiver("jni");
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        for (int times = Integer.parseInt(line); times > 0; times--) {
          collection.export();
        }
        int points = 0;
        for (MetricData metric : collection.collect()) {
          points += metric.getData().getPoints().size();
        }
        System.out.println(points);
      }
    }
  }
}
