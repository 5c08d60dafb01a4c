package io.statsfs.otel.internal;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.spi.PrintableLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The trees that were registered without code. They are closed when the same ones are registered in
 * code, since both would add up in counters. Safe for use by several threads.
 */
public final class ZeroCodeTrees {
  private static final List<Entry> ENTRIES = new ArrayList<>();

  private record Entry(MeterProvider meterProvider, Set<String> origins, Runnable close) {}

  private ZeroCodeTrees() {}

  /**
   * Remembers trees.
   *
   * @param openTelemetry where they were registered
   * @param fs the trees
   * @param close closes what was registered; called once at most
   */
  public static void add(OpenTelemetry openTelemetry, StatsFs fs, Runnable close) {
    Entry entry = new Entry(openTelemetry.getMeterProvider(), origins(fs), close);
    synchronized (ENTRIES) {
      ENTRIES.add(entry);
    }
  }

  /**
   * Forgets trees.
   *
   * @param close what they were remembered with
   */
  public static void remove(Runnable close) {
    synchronized (ENTRIES) {
      ENTRIES.removeIf(entry -> entry.close() == close);
    }
  }

  /**
   * Closes those that have a tree in common with these.
   *
   * @param openTelemetry where {@code fs} is about to be registered
   * @param fs the trees
   */
  public static void giveWayTo(OpenTelemetry openTelemetry, StatsFs fs) {
    // Unlike OpenTelemetry, its meter provider is the same object through GlobalOpenTelemetry.
    MeterProvider meterProvider = openTelemetry.getMeterProvider();
    List<Entry> closing;
    synchronized (ENTRIES) {
      closing =
          ENTRIES.stream()
              .filter(e -> e.meterProvider() == meterProvider)
              .filter(e -> !Collections.disjoint(e.origins(), origins(fs)))
              .toList();
      closing.forEach(entry -> ENTRIES.removeIf(other -> other == entry));
    }
    for (Entry entry : closing) {
      new PrintableLog("io.statsfs.otel")
          .warn(
              "StatsFsMetrics was created in code for trees that are exported without code already."
                  + " The latter ends, so that nothing is counted twice;"
                  + " otel.instrumentation.statsfs.enabled=false prevents it from the beginning.");
      entry.close().run();
    }
  }

  private static Set<String> origins(StatsFs fs) {
    return fs.catalog().trees().stream().map(Tree::origin).collect(Collectors.toSet());
  }
}
