package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();
  private final List<String> logged = new ArrayList<>();

  private StatsFs open(Layout layout) {
    return StatsFs.builder()
        .root(tree.settle().root(), layout)
        .refreshInterval(Duration.ZERO)
        .build();
  }

  /** By name and labels, with the unit. */
  private static Map<String, String> points(Metrics metrics, Sampler sampler) {
    Map<String, String> points = new TreeMap<>();
    Value value = new Value();
    for (Metric metric : metrics.list()) {
      for (io.statsfs.metrics.Point point : metric.points()) {
        String text =
            !value.read(point, sampler)
                ? "absent"
                : value.isLong() ? "" + value.longValue() : "" + value.doubleValue();
        String before =
            points.put(metric.name() + point.labels(), (text + " " + metric.unit()).strip());
        assertEquals(null, before, metric.name() + point.labels());
      }
    }
    return points;
  }

  private Map<String, String> points(Layout layout, Metrics.Builder builder) {
    Metrics metrics = builder.log(logged::add).build();
    try (StatsFs fs = open(layout);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      return points(metrics, sampler);
    }
  }

  private static String described(String stat, String kind, String unit) {
    return "METRIC\nNAME "
        + stat
        + "\nFLAG "
        + kind
        + "\nTYPE INT\nUNIT "
        + unit
        + "\nDESC About it.\n\n";
  }

  @Test
  void inTheNamingStatsfsValuesAreInBaseUnits() {
    tree.stat("a/size", 3).stat("a/wait", 1500).stat("a/pages", 4).stat("a/plain", 5);
    Layout layout =
        Layout.builder("mine")
            .stats(
                List.of(
                    declared("size", Stat.Kind.LEVEL, "KiBy"),
                    declared("wait", Stat.Kind.COUNTER, "ms"),
                    declared("pages", Stat.Kind.LEVEL, "{page}")))
            .build();
    assertEquals(
        Map.of(
            "statsfs.a.size{subsystem=a}", "3072 By",
            "statsfs.a.wait{subsystem=a}", "1.5 s",
            "statsfs.a.pages{subsystem=a}", "4 {page}",
            "statsfs.a.plain{subsystem=a}", "5"),
        points(layout, Metrics.builder(Naming.statsfs())));
  }

  @Test
  void countersAreCountersOnlyIfAskedFor() {
    tree.stat("a/c", 1).stat("a/g", 2);
    Layout layout =
        Layout.builder("mine")
            .stats(
                List.of(
                    declared("c", Stat.Kind.COUNTER, "By"), declared("g", Stat.Kind.LEVEL, "ms")))
            .build();
    try (StatsFs fs = open(layout);
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      Metrics gauges = Metrics.builder(Naming.statsfs()).build();
      gauges.update(sampler);
      Metrics counters = Metrics.builder(Naming.statsfs()).counters().build();
      counters.update(sampler);
      assertEquals(
          List.of(Instrument.GAUGE, Instrument.GAUGE),
          gauges.list().stream().map(Metric::instrument).toList());
      assertEquals(
          List.of(Instrument.COUNTER, Instrument.GAUGE),
          counters.list().stream().map(Metric::instrument).toList());
      assertEquals(List.of(true, false), counters.list().stream().map(Metric::isInteger).toList());
      assertEquals("About it.", counters.list().get(0).description());
    }
  }

  private static StatDeclaration declared(String stat, Stat.Kind kind, String unit) {
    return StatDeclaration.of(stat, kind, unit, "About it.", "");
  }

  /** A layout whose sources have labels, with conventional metrics. */
  private static Layout cpus(MetricDeclaration... metrics) {
    return Layout.builder("cpus")
        .subsystem("cpu")
        .sources("{cpu}")
        .stats(List.of(declared("*", Stat.Kind.COUNTER, "ms")))
        .metrics(List.of(metrics))
        .build();
  }

  private static MetricDeclaration metric(String name, Point... points) {
    MetricDeclaration.Builder metric =
        MetricDeclaration.builder("semconv", name, Instrument.COUNTER).unit("s");
    for (Point point : points) {
      metric.point(point);
    }
    return metric.build();
  }

  @Test
  void aPointHasTheStatsOfAllSourcesThatHaveItsLabels() {
    tree.stat("0/user", 1000).stat("0/irq", 20).stat("0/softirq", 3);
    tree.stat("1/user", 4000).stat("1/irq", 50).stat("1/softirq", 6);
    tree.stat("other/user", 7000);
    MetricDeclaration time =
        metric(
            "system.cpu.time",
            Point.sum(
                List.of(Label.integer("cpu", "{cpu}"), Label.text("mode", "user")),
                Term.plus("cpu/?/user")),
            Point.sum(
                List.of(Label.integer("cpu", "{cpu}"), Label.text("mode", "interrupt")),
                Term.plus("cpu/*/irq"),
                Term.plus("cpu/*/softirq")));
    MetricDeclaration all =
        metric(
            "all.time",
            Point.sum(List.of(), Term.plus("cpu/?/user")),
            Point.count(List.of(Label.text("of", "rows")), Term.plus("cpu/*/user")));
    assertEquals(
        Map.ofEntries(
            Map.entry("system.cpu.time{cpu=0, mode=user}", "1.0 s"),
            Map.entry("system.cpu.time{cpu=1, mode=user}", "4.0 s"),
            Map.entry("system.cpu.time{cpu=0, mode=interrupt}", "0.023 s"),
            Map.entry("system.cpu.time{cpu=1, mode=interrupt}", "0.056 s"),
            Map.entry("all.time{}", "5.0 s"),
            Map.entry("all.time{of=rows}", "3 s"),
            // What no point shows by itself keeps its own name.
            Map.entry("statsfs.cpu.user{cpu=other}", "7.0 s"),
            Map.entry("statsfs.cpu.irq{cpu=0}", "0.02 s"),
            Map.entry("statsfs.cpu.irq{cpu=1}", "0.05 s"),
            Map.entry("statsfs.cpu.softirq{cpu=0}", "0.003 s"),
            Map.entry("statsfs.cpu.softirq{cpu=1}", "0.006 s")),
        points(cpus(time, all), Metrics.builder(Naming.semconv())));
    assertEquals(List.of(), logged);
  }

  /** As cores are counted, which have several CPUs each and are numbered anew in each package. */
  @Test
  void aCountCanBeOfSourcesThatDifferInSomeLabels() {
    Layout cores =
        Layout.builder("cores")
            .subsystem("cores")
            .sources("p{package}-c{core}-t{thread}")
            .metrics(
                List.of(
                    metric(
                        "n",
                        Point.count(List.of(), Term.plus("cores/*/id"), List.of("package", "core")),
                        Point.count(
                            List.of(Label.text("of", "{package}")),
                            Term.plus("cores/*/id"),
                            List.of("core")),
                        Point.count(
                            List.of(Label.text("of", "none")),
                            Term.plus("cores/*/id"),
                            List.of("die")))))
            .build();
    for (String cpu : List.of("p0-c0-t0", "p0-c0-t1", "p0-c1-t0", "p1-c0-t0", "p1-c0-t1")) {
      tree.stat(cpu + "/id", 1);
    }
    Map<String, String> points = points(cores, Metrics.builder(Naming.semconv()));
    points.keySet().removeIf(name -> name.startsWith("statsfs."));
    assertEquals(
        Map.of("n{}", "3 s", "n{of=0}", "2 s", "n{of=1}", "1 s", "n{of=none}", "1 s"), points);
  }

  /** As the time that a process runs is made of the time of the machine. */
  @Test
  void aTermCanBeAStatOfAnotherTree() {
    tree.stat("cpus/0/user", 1000).stat("cpus/1/user", 500).stat("other/all", 7).settle();
    Layout cpus =
        cpus(
            metric(
                "m",
                Point.sum(
                    List.of(Label.text("n", "{cpu}")),
                    Term.plus("cpu/*/user"),
                    Term.minus("others:other/all"))),
            metric(
                "n",
                Point.sum(List.of(), Term.plus("others:other/all"), Term.minus("cpu/0/user"))));
    Layout others =
        Layout.builder("others").stats(List.of(declared("*", Stat.Kind.LEVEL, "s"))).build();
    Metrics metrics = Metrics.builder(Naming.semconv().conventionalOnly()).build();
    try (StatsFs fs =
            StatsFs.builder()
                .refreshInterval(Duration.ZERO)
                .root(tree.path("cpus"), cpus)
                .root(tree.path(""), others)
                .build();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      // The label is of one tree alone, so that the first metric has no point.
      assertEquals(Map.of("n{}", "6.0 s"), points(metrics, sampler));
    }
  }

  @Test
  void whatHasNoConventionalNameCanBeLeftOut() {
    tree.stat("0/user", 1000).stat("0/irq", 20);
    MetricDeclaration time =
        metric("m", Point.sum(List.of(Label.text("mode", "user")), Term.plus("cpu/*/user")));
    assertEquals(
        Map.of("m{mode=user}", "1.0 s"),
        points(cpus(time), Metrics.builder(Naming.semconv().conventionalOnly())));
    assertThrows(IllegalStateException.class, () -> Naming.statsfs().conventionalOnly());
  }

  @Test
  void aPointSaysWhatItIsComputedFrom() {
    tree.stat("0/user", 1).stat("0/nice", 2).stat("0/all", 4);
    MetricDeclaration time =
        metric(
            "m",
            Point.quotient(
                List.of(),
                Term.plus("cpu/0/all"),
                Term.plus("cpu/0/user"),
                Term.minus("cpu/0/nice")),
            Point.count(List.of(Label.text("n", "rows")), Term.plus("cpu/0/user")),
            Point.sum(List.of(Label.text("n", "one")), Term.plus("cpu/0/user")));
    try (StatsFs fs = open(cpus(time));
        Sampler sampler = fs.sampler()) {
      Metrics metrics = Metrics.builder(Naming.semconv()).build();
      sampler.sample();
      metrics.update(sampler);
      List<String> formulas = new ArrayList<>();
      for (io.statsfs.metrics.Point point : metrics.list().get(0).points()) {
        StringBuilder formula = new StringBuilder(point.isCount() ? "count" : "");
        for (io.statsfs.metrics.Point.Term term : point.terms()) {
          String stat = sampler.stat(term.index()).name();
          formula.append(" " + term.numerator() + "/" + term.denominator() + " " + stat);
        }
        point.divisor().ifPresent(of -> formula.append(" by " + sampler.stat(of.index()).name()));
        formulas.add(formula.append(point.isSingle() ? " alone" : "").toString().strip());
      }
      assertEquals(
          List.of("1/1 user -1/1 nice by all", "count 1/1 user", "1/1000 user alone"), formulas);
    }
  }

  @Test
  void integersOfLabelsAreIntegersWhereTheyAreSome() {
    tree.stat("0/user", 1).stat("x/user", 2);
    MetricDeclaration time =
        metric("m", Point.sum(List.of(Label.integer("n", "{cpu}")), Term.plus("cpu/*/user")));
    try (StatsFs fs = open(cpus(time));
        Sampler sampler = fs.sampler()) {
      Metrics metrics = Metrics.builder(Naming.semconv()).build();
      sampler.sample();
      metrics.update(sampler);
      assertEquals(
          List.of(0L, "x"),
          metrics.list().get(0).points().stream().map(p -> p.labels().value(0)).toList());
    }
  }

  @Test
  void ofAlternativesTheFirstIsTaken() {
    tree.stat("0/user", 1000).stat("1/old", 2000);
    MetricDeclaration time =
        metric(
            "m",
            Point.sum(List.of(Label.text("n", "{cpu}")), Term.plus("cpu/*/user")),
            Point.sum(List.of(Label.text("n", "{cpu}")), Term.plus("cpu/*/old")));
    tree.stat("0/old", 3000);
    assertEquals(
        Map.of("m{n=0}", "1.0 s", "m{n=1}", "2.0 s", "statsfs.cpu.old{cpu=0}", "3.0 s"),
        points(cpus(time), Metrics.builder(Naming.semconv())));
  }

  @Test
  void aPointOfWhichATermIsMissingIsNone() {
    tree.stat("0/user", 1000).stat("1/user", 2000).stat("1/nice", 500);
    MetricDeclaration time =
        metric(
            "m",
            Point.sum(
                List.of(Label.text("n", "{cpu}")),
                Term.plus("cpu/*/user"),
                Term.minus("cpu/*/nice")));
    Map<String, String> points = points(cpus(time), Metrics.builder(Naming.semconv()));
    assertEquals("1.5 s", points.get("m{n=1}"));
    assertFalse(points.containsKey("m{n=0}"), "" + points);
    assertEquals("1.0 s", points.get("statsfs.cpu.user{cpu=0}"));
  }

  @Test
  void twoTreesOfOneLayoutAreToldApart() {
    tree.stat("a/0/user", 1000).stat("b/0/user", 2000);
    Layout layout =
        cpus(metric("m", Point.sum(List.of(Label.text("n", "{cpu}")), Term.plus("cpu/*/user"))));
    Metrics metrics = Metrics.builder(Naming.semconv()).build();
    tree.settle();
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.root().resolve("a"), layout)
                .root(tree.root().resolve("b"), layout)
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      Map<String, String> points = points(metrics, sampler);
      assertEquals(List.of("1.0 s", "2.0 s"), points.values().stream().sorted().toList());
      assertTrue(points.keySet().stream().allMatch(key -> key.contains("root=")), "" + points);
    }
  }

  /** Or a counter would add them up. */
  @Test
  void twoDeclarationsOfOneDirectoryAreToldApart() {
    tree.stat("0/user", 1000).settle();
    Layout.Builder one = Layout.builder("one").subsystem("cpu").sources("{cpu}");
    Layout.Builder two = Layout.builder("two").subsystem("cpu").sources("{cpu}");
    Metrics metrics = Metrics.builder(Naming.statsfs()).build();
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.root(), one.build())
                .root(tree.root(), two.build())
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      Map<String, String> points = points(metrics, sampler);
      assertEquals(2, points.size(), "" + points);
      for (String name : List.of("one", "two")) {
        assertEquals(
            1, points.keySet().stream().filter(key -> key.contains("tree=" + name)).count());
      }
      String problem = fs.catalog().problems().get(0).message();
      assertTrue(problem.startsWith("1 stat is in tree one too, such as cpu/0/user. "), problem);
    }
  }

  @Test
  void otherNamingsDoNotConcernTheDeclarations() {
    tree.stat("0/user", 1000);
    Layout layout = cpus(metric("m", Point.sum(List.of(), Term.plus("cpu/*/user"))));
    assertEquals(
        Map.of("statsfs.cpu.user{cpu=0}", "1.0 s"),
        points(layout, Metrics.builder(Naming.statsfs())));
    assertEquals(
        Map.of("cpu/user{device=0}", "1.0 s"), points(layout, Metrics.builder(Naming.path())));
    assertEquals(
        Map.of("m{}", "1.0 s"),
        points(
            layout,
            Metrics.builder(Naming.semconv().withNames(stat -> "own").withLabels(s -> Map.of()))));
  }

  @Test
  void labelsAreTheSameObjectInTheLifeOfASource() {
    tree.stat("a/x/n", 1).stat("a/x/m", 2);
    Metrics metrics = Metrics.builder(Naming.statsfs()).build();
    try (StatsFs fs = open(Layout.statsfs());
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      Labels labels = metrics.list().get(0).points().get(0).labels();
      assertSame(labels, metrics.list().get(1).points().get(0).labels());
      assertTrue(metrics.areOf(sampler));
      tree.stat("b/x", 3);
      fs.refresh();
      sampler.sample();
      assertFalse(metrics.areOf(sampler));
      metrics.update(sampler);
      assertSame(labels, metrics.list().get(0).points().get(0).labels());
      assertEquals(3, metrics.list().size());
    }
  }

  @Test
  void unitAndInstrumentOfAMetricStay() {
    tree.stat("a/x/n", 1);
    Metrics metrics = Metrics.builder(Naming.statsfs()).counters().build();
    try (StatsFs fs = open(Layout.statsfs());
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      tree.stat("a/y/n", 2).schema("a/y", described("n", "CUMULATIVE", "By"));
      fs.refresh();
      sampler.sample();
      metrics.update(sampler);
      assertEquals(Instrument.GAUGE, metrics.list().get(0).instrument());
      assertEquals("", metrics.list().get(0).unit());
      assertEquals(2, metrics.list().get(0).points().size());
    }
  }

  @Test
  void beyondTheLimitTheDeepestSourcesHaveNoPoint() {
    tree.stat("kvm/exits", 1).stat("kvm/vm1/exits", 2).stat("kvm/vm1/vcpu0/exits", 3);
    tree.stat("kvm/vm2/exits", 4);
    Metrics metrics = Metrics.builder(Naming.path()).pointLimit(2).build();
    try (StatsFs fs = open(Layout.statsfs());
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      assertEquals(
          Map.of("kvm/exits{}", "1", "kvm/exits{device=vm1}", "2"), points(metrics, sampler));
      assertEquals(2, metrics.beyondPointLimit());
      assertTrue(metrics.tooManyPoints().orElseThrow().contains("kvm/exits has 4 series"));
      assertEquals(0, metrics.withoutMetric());
      assertTrue(metrics.tooManyMetrics().isEmpty());
    }
  }

  @Test
  void namesThatAreReservedAreNotGiven() {
    tree.stat("own/metric", 1);
    Metrics.Builder builder =
        Metrics.builder(Naming.statsfs()).reserve("statsfs.own.metric", "s", Instrument.COUNTER);
    assertEquals(
        Map.of("statsfs.own.metric.gauge{subsystem=own}", "1"), points(Layout.statsfs(), builder));
    assertEquals(1, logged.size(), "" + logged);
  }

  @Test
  void thisMachineInSemanticConventions() throws IOException {
    Metrics metrics = Metrics.builder(Naming.semconv()).build();
    try (StatsFs fs =
            StatsFs.builder()
                .root(Path.of("/sys/class/net"))
                .root(Path.of("/proc/vmstat"))
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      metrics.update(sampler);
      Map<String, String> points = points(metrics, sampler);
      Path errors = Path.of("/sys/class/net/lo/statistics/rx_errors");
      assertEquals(
          Files.readString(errors).strip() + " {error}",
          points.get(
              "system.network.errors{network.interface.name=lo, network.io.direction=receive}"),
          "" + points);
      for (String point :
          List.of(
              "system.network.io{network.interface.name=lo, network.io.direction=transmit}",
              "system.network.packet.count{system.device.name=lo, network.io.direction=receive}",
              "system.network.packet.dropped{network.interface.name=lo,"
                  + " network.io.direction=receive}",
              "system.paging.faults{system.paging.fault.type=minor}",
              "system.paging.faults{system.paging.fault.type=major}",
              "statsfs.net.rx_dropped{device=lo}",
              "statsfs.vmstat.pgfault{subsystem=vmstat}",
              "statsfs.vmstat.pgpgin{subsystem=vmstat}")) {
        assertTrue(points.getOrDefault(point, "").matches("\\d+ .*"), point + " in " + points);
      }
      assertTrue(points.get("statsfs.vmstat.pgpgin{subsystem=vmstat}").endsWith(" By"));
      assertFalse(points.containsKey("statsfs.net.rx_bytes{device=lo}"), "" + points);
      assertFalse(points.containsKey("statsfs.vmstat.pgmajfault{subsystem=vmstat}"));
      // An integer is none only where it is divided.
      assertTrue(metrics.list().stream().allMatch(Metric::isInteger));
    }
  }

  private static long row(String name, int column) throws IOException {
    return Files.readAllLines(Path.of("/proc/stat")).stream()
        .map(line -> line.split(" +"))
        .filter(words -> words[0].equals(name))
        .mapToLong(words -> Long.parseLong(words[column]))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theCpusOfThisMachineInSemanticConventions() throws IOException {
    Metrics metrics = Metrics.builder(Naming.semconv()).build();
    double hertz =
        AuxiliaryVector.ofThisProcess().get(AuxiliaryVector.TICKS_PER_SECOND).orElseThrow();
    try (StatsFs fs =
            StatsFs.builder().root(Path.of("/proc/stat")).refreshInterval(Duration.ZERO).build();
        Sampler sampler = fs.sampler()) {
      final long user = row("cpu0", 1);
      final long interrupts = row("cpu0", 6) + row("cpu0", 7);
      final long processes = row("processes", 1);
      sampler.sample();
      metrics.update(sampler);
      Map<String, String> points = points(metrics, sampler);
      String cpu0 = "system.cpu.time{cpu.logical_number=0, cpu.mode=";
      assertBetween(user / hertz, points.get(cpu0 + "user}"), row("cpu0", 1) / hertz);
      assertBetween(
          interrupts / hertz,
          points.get(cpu0 + "interrupt}"),
          (row("cpu0", 6) + row("cpu0", 7)) / hertz);
      assertBetween(processes, points.get("system.process.created{}"), row("processes", 1));
      long cpus =
          Files.readAllLines(Path.of("/proc/stat")).stream()
              .filter(line -> line.matches("cpu\\d+ .*"))
              .count();
      assertEquals(cpus + " {cpu}", points.get("system.cpu.logical.count{}"));
      assertFalse(points.containsKey("statsfs.cpu.user{cpu=0}"), "" + points);
      assertTrue(points.containsKey("statsfs.cpu.irq{cpu=0}"), "" + points);
    }
  }

  private static void assertBetween(double least, String value, double most) {
    double number = Double.parseDouble(value.split(" ")[0]);
    assertTrue(least <= number && number <= most, least + " <= " + value + " <= " + most);
  }
}
