package io.statsfs.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A scrape allocates nothing while the catalog stands still. */
class PrometheusAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int SCRAPES = 100;

  /** Until the JVM has compiled what allocates only while it is interpreted. */
  private static final int MOST_ROUNDS = 60;

  private static final class Count extends OutputStream {
    long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] b, int off, int len) {
      bytes += len;
    }
  }

  @Test
  void nothingInEitherFormatCompressedOrNot() throws IOException {
    // Files that are kept open, with integers and decimals, so that the reader allocates nothing.
    try (StatsFs fs =
            StatsFs.builder()
                .trees("vmstat", "stat", "loadavg", "uptime", "meminfo", "net", "softnet")
                .refreshInterval(Duration.ZERO)
                .build();
        PrometheusExporter exporter =
            PrometheusExporter.builder(fs).filter(StatFilter.all()).countersBySchema().build()) {
      for (PrometheusFormat format : PrometheusFormat.values()) {
        assertEquals(0, bytesPerScrape(exporter, format, false), format + "");
        assertEquals(0, bytesPerScrape(exporter, format, true), format + ", compressed");
      }
    }
  }

  private static long bytesPerScrape(
      PrometheusExporter exporter, PrometheusFormat format, boolean isGzip) throws IOException {
    Count out = new Count();
    scrape(exporter, format, isGzip, out, SCRAPES);
    assertTrue(out.bytes > SCRAPES * 2_000L, out.bytes + " bytes");
    long[] threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t == Thread.currentThread() || t.getName().equals("statsfs-sampler"))
            .mapToLong(Thread::getId)
            .toArray();
    // The least of several, for the JVM may compile in between.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < MOST_ROUNDS && least > 0; round++) {
      long before = bytes(threads);
      scrape(exporter, format, isGzip, out, SCRAPES);
      least = Math.min(least, (bytes(threads) - before) / SCRAPES);
    }
    return least;
  }

  private static void scrape(
      PrometheusExporter exporter,
      PrometheusFormat format,
      boolean isGzip,
      OutputStream out,
      int times)
      throws IOException {
    for (int i = 0; i < times; i++) {
      if (isGzip) {
        exporter.writeGzip(out, format);
      } else {
        exporter.write(out, format);
      }
    }
  }

  private static long bytes(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadAllocatedBytes(thread);
    }
    return sum;
  }
}
