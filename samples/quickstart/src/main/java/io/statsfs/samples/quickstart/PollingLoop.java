package io.statsfs.samples.quickstart;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;

/** Reads the same stats again and again, without OpenTelemetry. */
public final class PollingLoop {
  private PollingLoop() {}

  /**
   * Prints, each second, how many bytes each network interface has received so far.
   *
   * @param args how many seconds to run; 10 if there is none
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    StatFilter received = StatFilter.subsystem("net").and(StatFilter.name("rx_bytes"));
    try (StatsFs fs = StatsFs.open();
        Sampler sampler = fs.sampler(received)) {
      for (int second = 0; second < seconds; second++) {
        sampler.sample();
        for (int i = 0; i < sampler.size(); i++) {
          if (sampler.status(i) == Status.OK) {
            System.out.println(sampler.stat(i) + " " + sampler.longValue(i));
          }
        }
        Thread.sleep(1000);
      }
    }
  }
}
