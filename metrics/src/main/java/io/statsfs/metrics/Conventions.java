package io.statsfs.metrics;

import static io.statsfs.spi.MetricDeclaration.Instrument.COUNTER;
import static io.statsfs.spi.MetricDeclaration.Instrument.UP_DOWN_COUNTER;

import io.statsfs.Layout;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the trees of an ordinary kernel make up in the semantic conventions of OpenTelemetry,
 * version 1.45 ({@code docs/system/system-metrics.md} there). A layout that declares metrics itself
 * has those in place of these.
 */
final class Conventions {
  /** A label, and its values for what comes in and what goes out. */
  private record Direction(String key, String in, String out) {}

  private static final Direction NETWORK =
      new Direction("network.io.direction", "receive", "transmit");
  private static final Direction DISK = new Direction("disk.io.direction", "read", "write");

  private static final Map<String, List<MetricDeclaration>> BY_LAYOUT =
      Map.of("net", net(), "vmstat", vmstat(), "stat", stat(), "diskstats", diskstats());

  private Conventions() {}

  static List<MetricDeclaration> of(Layout layout) {
    return BY_LAYOUT.getOrDefault(layout.name(), List.of());
  }

  /** All of them. */
  static List<MetricDeclaration> all() {
    return BY_LAYOUT.values().stream().flatMap(List::stream).toList();
  }

  /** {@code /sys/class/net/<device>/statistics}. */
  private static List<MetricDeclaration> net() {
    return List.of(
        directed(
            "system.network.io",
            "By",
            "The number of bytes transmitted and received.",
            "network.interface.name",
            NETWORK,
            List.of("net/*/rx_bytes"),
            List.of("net/*/tx_bytes")),
        // Of the metrics of interfaces, this one has the name of the device.
        directed(
            "system.network.packet.count",
            "{packet}",
            "The number of packets transferred.",
            "system.device.name",
            NETWORK,
            List.of("net/*/rx_packets"),
            List.of("net/*/tx_packets")),
        // The column "drop" of /proc/net/dev, which the conventions name, has both
        // (dev_seq_printf_stats
        // in net/core/net-procfs.c).
        directed(
            "system.network.packet.dropped",
            "{packet}",
            "Count of packets that are dropped or discarded even though there was no error.",
            "network.interface.name",
            NETWORK,
            List.of("net/*/rx_dropped", "net/*/rx_missed_errors"),
            List.of("net/*/tx_dropped")),
        directed(
            "system.network.errors",
            "{error}",
            "Count of network errors detected.",
            "network.interface.name",
            NETWORK,
            List.of("net/*/rx_errors"),
            List.of("net/*/tx_errors")));
  }

  /** {@code /proc/vmstat}. Its {@code pgpgin} and {@code pgpgout} are amounts, no operations. */
  private static List<MetricDeclaration> vmstat() {
    String type = "system.paging.fault.type";
    String direction = "system.paging.direction";
    return List.of(
        metric(
            "system.paging.faults",
            COUNTER,
            "{fault}",
            "The number of page faults.",
            Point.sum(List.of(Label.text(type, "major")), Term.plus("vmstat/pgmajfault")),
            Point.sum(
                List.of(Label.text(type, "minor")),
                Term.plus("vmstat/pgfault"),
                Term.minus("vmstat/pgmajfault"))),
        metric(
            "system.paging.operations",
            COUNTER,
            "{operation}",
            "The number of paging operations.",
            Point.sum(
                List.of(Label.text(type, "major"), Label.text(direction, "in")),
                Term.plus("vmstat/pswpin")),
            Point.sum(
                List.of(Label.text(type, "major"), Label.text(direction, "out")),
                Term.plus("vmstat/pswpout"))));
  }

  /**
   * {@code /proc/stat}. The time of guests is part of {@code user} and {@code nice} (proc_stat(5)).
   */
  private static List<MetricDeclaration> stat() {
    List<Point> times = new ArrayList<>();
    for (String mode : List.of("user", "nice", "system", "idle", "iowait", "steal")) {
      times.add(time(mode, Term.plus("cpu/*/" + mode)));
    }
    times.add(time("interrupt", Term.plus("cpu/*/irq"), Term.plus("cpu/*/softirq")));
    return List.of(
        metric(
            "system.cpu.time",
            COUNTER,
            "s",
            "Seconds each logical CPU spent on each mode.",
            times.toArray(Point[]::new)),
        metric(
            "system.cpu.logical.count",
            UP_DOWN_COUNTER,
            "{cpu}",
            "Reports the number of logical (virtual) processor cores created by the operating system"
                + " to manage multitasking.",
            Point.count(List.of(), Term.plus("cpu/*/user"))),
        metric(
            "system.process.created",
            COUNTER,
            "{process}",
            "Total number of processes created over uptime of the host.",
            Point.sum(List.of(), Term.plus("stat/processes"))));
  }

  private static Point time(String mode, Term... terms) {
    return Point.sum(
        List.of(Label.integer("cpu.logical_number", "{cpu}"), Label.text("cpu.mode", mode)), terms);
  }

  /** {@code /proc/diskstats}. Discards and flushes have no direction. */
  private static List<MetricDeclaration> diskstats() {
    String name = "system.device.name";
    return List.of(
        directed(
            "system.disk.io",
            "By",
            "Disk bytes transferred.",
            name,
            DISK,
            List.of("diskstats/*/sectors_read"),
            List.of("diskstats/*/sectors_written")),
        directed(
            "system.disk.operations",
            "{operation}",
            "Disk operations count.",
            name,
            DISK,
            List.of("diskstats/*/reads"),
            List.of("diskstats/*/writes")),
        directed(
            "system.disk.merged",
            "{operation}",
            "The number of disk reads/writes merged into single physical disk access operations.",
            name,
            DISK,
            List.of("diskstats/*/reads_merged"),
            List.of("diskstats/*/writes_merged")),
        directed(
            "system.disk.operation_time",
            "s",
            "Sum of the time each operation took to complete.",
            name,
            DISK,
            List.of("diskstats/*/read_time"),
            List.of("diskstats/*/write_time")),
        metric(
            "system.disk.io_time",
            COUNTER,
            "s",
            "Time disk spent activated.",
            Point.sum(List.of(Label.text(name, "{device}")), Term.plus("diskstats/*/io_time"))));
  }

  /** A counter with a point for each direction at each device. */
  private static MetricDeclaration directed(
      String name,
      String unit,
      String description,
      String device,
      Direction direction,
      List<String> in,
      List<String> out) {
    return metric(
        name,
        COUNTER,
        unit,
        description,
        Point.sum(
            List.of(Label.text(device, "{device}"), Label.text(direction.key, direction.in)),
            in.stream().map(Term::plus).toArray(Term[]::new)),
        Point.sum(
            List.of(Label.text(device, "{device}"), Label.text(direction.key, direction.out)),
            out.stream().map(Term::plus).toArray(Term[]::new)));
  }

  private static MetricDeclaration metric(
      String name, Instrument instrument, String unit, String description, Point... points) {
    MetricDeclaration.Builder metric =
        MetricDeclaration.builder("semconv", name, instrument).unit(unit).description(description);
    for (Point point : points) {
      metric.point(point);
    }
    return metric.build();
  }
}
