package io.statsfs.contracts;

import static io.statsfs.Stat.Kind.COUNTER;
import static io.statsfs.Stat.Kind.LEVEL;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import java.util.List;
import java.util.Map;

/** Layouts of tables of procfs, for tests that need some. */
public final class ProcTables {
  private static final String PROC = "Documentation/filesystems/proc.rst";
  private static final String IOSTATS = "Documentation/admin-guide/iostats.rst";
  private static final String SNMP = "Documentation/networking/snmp_counter.rst";

  static final Layout STAT =
      file(
          "stat",
          Shape.builder().rowKeyWord(0).trailingWords(Shape.ANY).build(),
          TableDeclaration.of(
              "cpu",
              Axis.labels("cpu{cpu}"),
              Axis.positions(
                  "user",
                  "nice",
                  "system",
                  "idle",
                  "iowait",
                  "irq",
                  "softirq",
                  "steal",
                  "guest",
                  "guest_nice"),
              List.of(
                  ticks("user", "Time in user mode, guests included."),
                  ticks("nice", "Time in user mode of processes with a positive nice value."),
                  ticks("system", "Time in kernel mode."),
                  ticks("idle", "Time in which nothing was to be done."),
                  // Not reliable, as the document says: it can decrease.
                  stat("iowait", LEVEL, "{tick}", "Idle time with I/O outstanding.", PROC),
                  ticks("irq", "Time in interrupts."),
                  ticks("softirq", "Time in softirqs."),
                  ticks("steal", "Time that the hypervisor gave to others."),
                  ticks("guest", "Time in guests, part of user."),
                  ticks("guest_nice", "Time in guests with a positive nice value, part of nice."))),
          TableDeclaration.of(
              "stat",
              Axis.stats(
                  "intr",
                  "ctxt",
                  "btime",
                  "processes",
                  "procs_running",
                  "procs_blocked",
                  "softirq"),
              Axis.single(),
              List.of(
                  stat("intr", COUNTER, "{interrupt}", "Interrupts since boot.", PROC),
                  stat("ctxt", COUNTER, "{switch}", "Context switches of all CPUs.", PROC),
                  stat("btime", Stat.Kind.DISCRETE, "s", "Time of the boot, as Unix time.", PROC),
                  stat("processes", COUNTER, "{process}", "Processes and threads made.", PROC),
                  stat("procs_running", LEVEL, "{thread}", "Threads that run or could.", PROC),
                  stat("procs_blocked", LEVEL, "{process}", "Processes waiting for I/O.", PROC),
                  stat("softirq", COUNTER, "{softirq}", "Softirqs since boot.", PROC))));

  static final Layout SNMP_MIB =
      file(
          "snmp",
          "net/snmp",
          Shape.builder().header(Shape.Header.PER_PAIR).rowKeyWord(0).build(),
          TableDeclaration.of(
              null,
              Axis.labels("{protocol}"),
              Axis.stats("*"),
              List.of(
                  stat("Forwarding", Stat.Kind.DISCRETE, "", "1 if packets are forwarded.", SNMP),
                  stat("DefaultTTL", Stat.Kind.DISCRETE, "", "Time to live of packets.", SNMP),
                  stat("RtoAlgorithm", Stat.Kind.DISCRETE, "", "How timeouts are found.", SNMP),
                  stat("RtoMin", Stat.Kind.DISCRETE, "ms", "The least timeout.", SNMP),
                  stat("RtoMax", Stat.Kind.DISCRETE, "ms", "The greatest timeout.", SNMP),
                  stat("MaxConn", Stat.Kind.DISCRETE, "", "-1: no limit of connections.", SNMP),
                  stat("CurrEstab", LEVEL, "{connection}", "Connections that are open.", SNMP),
                  stat("*", COUNTER, "", "", SNMP))));

  static final Layout DISKSTATS =
      file(
          "diskstats",
          Shape.builder().rowKeyWord(2).leastColumns(13).trailingWords(Shape.ANY).build(),
          TableDeclaration.of(
              null,
              Axis.labels("{device}")
                  .excluding("loop*", "ram*", "zram*", "fd[0-9]*")
                  .excluding("[hsv]d[a-z]*[0-9]", "xvd*[0-9]", "nvme*n*p*[0-9]", "mmcblk*p*[0-9]"),
              Axis.positions(
                  "-",
                  "-",
                  "reads",
                  "reads_merged",
                  "sectors_read",
                  "read_time",
                  "writes",
                  "writes_merged",
                  "sectors_written",
                  "write_time",
                  "in_flight",
                  "io_time",
                  "weighted_io_time",
                  "discards",
                  "discards_merged",
                  "sectors_discarded",
                  "discard_time",
                  "flushes",
                  "flush_time"),
              List.of(
                  io("reads", "{operation}", "Reads completed."),
                  io("reads_merged", "{operation}", "Reads merged with others."),
                  io("sectors_read", "{sector}", "Sectors of 512 bytes read."),
                  io("read_time", "ms", "Time of all reads together."),
                  io("writes", "{operation}", "Writes completed."),
                  io("writes_merged", "{operation}", "Writes merged with others."),
                  io("sectors_written", "{sector}", "Sectors of 512 bytes written."),
                  io("write_time", "ms", "Time of all writes together."),
                  stat("in_flight", LEVEL, "{operation}", "I/O in progress.", IOSTATS),
                  io("io_time", "ms", "Time in which I/O was in progress."),
                  io("weighted_io_time", "ms", "Time of all I/O together."),
                  io("discards", "{operation}", "Discards completed."),
                  io("discards_merged", "{operation}", "Discards merged with others."),
                  io("sectors_discarded", "{sector}", "Sectors of 512 bytes discarded."),
                  io("discard_time", "ms", "Time of all discards together."),
                  io("flushes", "{operation}", "Flushes completed."),
                  io("flush_time", "ms", "Time of all flushes together."))));

  static final Layout SOFTIRQS =
      file(
          "softirqs",
          Shape.builder().header(Shape.Header.ONCE).rowKeyBeforeColon().build(),
          TableDeclaration.of(
              null,
              Axis.stats("*"),
              Axis.labels("CPU{cpu}"),
              List.of(stat("*", COUNTER, "{softirq}", "Softirqs served.", PROC))));

  private ProcTables() {}

  /**
   * The layouts.
   *
   * @return by the path of their file below the mount of procfs
   */
  public static Map<String, Layout> all() {
    return Map.of("stat", STAT, "net/snmp", SNMP_MIB, "diskstats", DISKSTATS, "softirqs", SOFTIRQS);
  }

  private static Layout file(String name, Shape shape, TableDeclaration... tables) {
    return file(name, name, shape, tables);
  }

  private static Layout file(String name, String path, Shape shape, TableDeclaration... tables) {
    return Layout.builder(name)
        .home(path, "proc")
        .subsystem(name)
        .files(FileDeclaration.of("", shape, List.of(tables)))
        .build();
  }

  private static StatDeclaration ticks(String name, String description) {
    return stat(name, COUNTER, "{tick}", description, PROC);
  }

  private static StatDeclaration io(String name, String unit, String description) {
    return stat(name, COUNTER, unit, description, IOSTATS);
  }

  private static StatDeclaration stat(
      String name, Stat.Kind kind, String unit, String description, String document) {
    return StatDeclaration.of(name, kind, unit, description, document);
  }
}
