package io.statsfs.samples.agent;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.otel.Aggregates;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.StatsFsMetricsBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the agent. */
@Command(
    name = "statsfs-agent",
    mixinStandardHelpOptions = true,
    versionProvider = StatsFsAgent.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Exports kernel statistics as OpenTelemetry metrics: those of a mounted statsfs, else network"
          + " interfaces, /proc/vmstat and KVM where this kernel shows them.",
      ""
    },
    footer = {
      "",
      "Patterns match subsystem/device/stat, where * stands for any text: 'net/eth0/*', '*_errors'.",
      "",
      "The standard variables of OpenTelemetry hold where no option says otherwise:"
          + " OTEL_METRICS_EXPORTER, OTEL_METRIC_EXPORT_INTERVAL, OTEL_EXPORTER_OTLP_ENDPOINT,"
          + " OTEL_EXPORTER_OTLP_PROTOCOL (http/protobuf), OTEL_EXPORTER_PROMETHEUS_HOST (localhost)"
          + " and _PORT (9464),"
          + " OTEL_RESOURCE_ATTRIBUTES, ...; but not OTEL_INSTRUMENTATION_STATSFS_*.",
      "STATSFS_AGENT_JAVA_OPTS replaces the options that the start script gives to the JVM.",
      "",
      "Examples:",
      "  statsfs-agent --list",
      "  statsfs-agent --once --exporter console --include 'net/*/rx_*'",
      "  statsfs-agent --exporter prometheus      # then: curl localhost:9464/metrics",
      "  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 statsfs-agent --interval 10s",
      "",
      "Exit code: 0 done, 1 failed (a root that cannot be read, an export that did not arrive, a"
          + " stat that was not cleared), 2 wrong options."
    })
public final class StatsFsAgent implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");

  /** A collector that does not answer must not keep the program from ending. */
  private static final int SHUTDOWN_SECONDS = 5;

  /** As many as the sources that are looked at, twice, since those that just vanished count. */
  private static final int SERIES_OF_A_METRIC = 200_000;

  /** A collector takes 4 MiB in one request unless told otherwise; a point has some 100 bytes. */
  private static final int POINTS_OF_A_REQUEST = 10_000;

  private static final String CARDINALITY_LIMIT = "otel.java.metrics.cardinality.limit";

  private static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--root",
      paramLabel = "PATH",
      description = "Read this tree instead of those that are found; may be repeated.")
  private List<Path> roots = new ArrayList<>();

  @Option(
      names = "--reader",
      paramLabel = "NAME",
      description =
          "How to read: nio or jni. Default: the system property io.statsfs.reader, else the best"
              + " that is available.")
  private @Nullable String reader;

  @Option(
      names = "--exporter",
      paramLabel = "NAME",
      description = "otlp, prometheus or console; may be repeated. Default: otlp.")
  private List<Exporter> exporters = new ArrayList<>();

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time between two exports, such as 500ms, 10s or 1m. Default: 60s.")
  private @Nullable Duration interval;

  @Option(names = "--once", description = "Export once and end.")
  private boolean once;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Take only stats that match; may be repeated.")
  private List<String> includes = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Leave out stats that match; may be repeated.")
  private List<String> excludes = new ArrayList<>();

  @Option(
      names = "--counters",
      description = "Export stats that are known to be cumulative as counters, not as gauges.")
  private boolean counters;

  @Option(
      names = "--states",
      description = "Export enums: a point per text that was seen, 1 for the present one.")
  private boolean states;

  @Option(
      names = "--aggregates",
      paramLabel = "WHAT",
      description =
          "Stats that sum up those of the sources below: kept, dropped, or alone without their"
              + " parts. Default: kept.")
  private Aggregates aggregates = Aggregates.KEPT;

  @Option(names = "--list", description = "Print the stats that there are, and end.")
  private boolean list;

  @Option(
      names = "--clear",
      paramLabel = "STAT",
      description =
          "Set this stat back to zero, for everybody, and end; may be repeated. The name is that"
              + " of --list, no pattern. Only on statsfs, and for KVM on debugfs.")
  private Set<String> clears = new LinkedHashSet<>();

  /** What the SDK takes of a metric. */
  private int seriesLimit = SERIES_OF_A_METRIC - 1;

  /** What {@code --exporter} takes. */
  enum Exporter {
    OTLP,
    PROMETHEUS,
    CONSOLE
  }

  /** Made by picocli. */
  StatsFsAgent() {}

  /**
   * Runs the program.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    BriefLog.install();
    int exitCode =
        new CommandLine(new StatsFsAgent())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(StatsFsAgent::wrongOption)
            .setExecutionExceptionHandler(StatsFsAgent::failed)
            .execute(args);
    System.exit(exitCode);
  }

  private static int wrongOption(ParameterException e, String[] args) {
    e.getCommandLine()
        .getErr()
        .println("statsfs-agent: " + firstLine(e) + " (--help lists the options)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result)
      throws Exception {
    if (e instanceof StatsFsException || e instanceof ConfigurationException) {
      Throwable cause = e;
      while (cause.getCause() != null && e instanceof ConfigurationException) {
        cause = cause.getCause();
      }
      String why = cause == e ? "" : ": " + firstLine(cause);
      line.getErr().println("statsfs-agent: " + firstLine(e) + why);
      return FAILED;
    }
    throw e;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public Integer call() throws InterruptedException {
    if (once && exporters.contains(Exporter.PROMETHEUS)) {
      throw new ParameterException(
          spec.commandLine(), "--once leaves Prometheus no time to scrape; leave one of them out");
    }
    if (!clears.isEmpty()
        && (list
            || once
            || counters
            || states
            || aggregates != Aggregates.KEPT
            || interval != null
            || !exporters.isEmpty()
            || !includes.isEmpty()
            || !excludes.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "--clear goes with --root and --reader alone; leave the others out");
    }
    StatsFs.Builder builder = StatsFs.builder();
    roots.forEach(builder::root);
    if (!clears.isEmpty()) {
      builder.allowClearing();
    }
    if (reader != null) {
      builder.reader(reader);
    }
    try (StatsFs fs = builder.build()) {
      if (!clears.isEmpty()) {
        return clear(fs);
      }
      return list ? list(fs) : export(fs);
    }
  }

  private int list(StatsFs fs) {
    PrintWriter out = spec.commandLine().getOut();
    StatFilter filter = filter();
    for (Stat stat : fs.catalog().stats()) {
      if (filter.test(stat)) {
        String unit = stat.unit().isEmpty() ? "" : " " + stat.unit();
        String description = stat.description().isEmpty() ? "" : ": " + stat.description();
        out.println(inOneLine(stat + " " + stat.kind() + " " + stat.type() + unit + description));
      }
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private static String inOneLine(String text) {
    return text.replace("\n", "\\n");
  }

  /** One that is refused does not keep the others from being cleared. */
  private int clear(StatsFs fs) {
    int exitCode = CommandLine.ExitCode.OK;
    for (String name : clears) {
      try {
        Stat stat = only(fs, name);
        String before = fs.readText(stat);
        fs.clear(stat);
        spec.commandLine().getOut().println(name + " was " + inOneLine(before) + ", is cleared");
      } catch (StatsFsException e) {
        spec.commandLine().getErr().println("statsfs-agent: " + inOneLine(e.getMessage()));
        exitCode = FAILED;
      }
    }
    spec.commandLine().getOut().flush();
    return exitCode;
  }

  private static Stat only(StatsFs fs, String name) {
    List<Stat> stats =
        fs.catalog().stats().stream()
            .filter(stat -> inOneLine(stat.toString()).equals(name))
            .toList();
    if (stats.size() == 1) {
      return stats.get(0);
    }
    throw new StatsFsException(
        name
            + " was not cleared: "
            + (stats.isEmpty()
                ? "there is no such stat; --list prints those that there are"
                : "several are called so; --root chooses one of their trees"));
  }

  @SuppressWarnings("try") // The metrics do their work without being named again.
  private int export(StatsFs fs) throws InterruptedException {
    ExportResults results = new ExportResults();
    OpenTelemetrySdk otel = openTelemetry(results);
    StatsFsMetricsBuilder builder =
        StatsFsMetrics.builder(otel, fs)
            .filter(filter())
            .aggregates(aggregates)
            .seriesLimit(seriesLimit);
    if (counters) {
      builder.countersBySchema();
    }
    if (states) {
      builder.states();
    }
    try (StatsFsMetrics metrics = builder.build()) {
      if (!once) {
        waitForEnd(fs, otel, results);
      }
      shutDown(otel);
    }
    return tell(results);
  }

  private int tell(ExportResults results) {
    if (results.failed().isEmpty()) {
      return CommandLine.ExitCode.OK;
    }
    spec.commandLine()
        .getErr()
        .println(
            "statsfs-agent: not all that was exported arrived, through "
                + String.join(", ", results.failed())
                + " (OTEL_EXPORTER_OTLP_ENDPOINT says where the collector is)");
    return FAILED;
  }

  private void waitForEnd(StatsFs fs, OpenTelemetrySdk otel, ExportResults results)
      throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  shutDown(otel);
                  Runtime.getRuntime().halt(tell(results));
                }));
    // The SDK would wait for one interval.
    otel.getSdkMeterProvider().forceFlush();
    long stats = fs.catalog().stats().stream().filter(filter()::test).count();
    spec.commandLine()
        .getErr()
        .println(
            "statsfs-agent: "
                + stats
                + " stats of "
                + fs.catalog().trees()
                + ", read by "
                + fs.readerName());
    new CountDownLatch(1).await();
  }

  /** The SDK exports once more when it is shut down. */
  private static void shutDown(OpenTelemetrySdk otel) {
    otel.shutdown().join(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
  }

  private OpenTelemetrySdk openTelemetry(ExportResults results) {
    Map<String, String> defaults =
        Map.of(
            "otel.exporter.otlp.protocol",
            "http/protobuf",
            "otel.exporter.prometheus.host",
            "localhost",
            CARDINALITY_LIMIT,
            String.valueOf(SERIES_OF_A_METRIC),
            "otel.traces.exporter",
            "none",
            "otel.logs.exporter",
            "none");
    Map<String, String> chosen = new HashMap<>();
    // The stats are registered here, with what the options say.
    chosen.put("otel.instrumentation.statsfs.enabled", "false");
    if (interval != null) {
      chosen.put("otel.metric.export.interval", String.valueOf(interval.toMillis()));
    }
    if (!exporters.isEmpty()) {
      Set<String> names = new LinkedHashSet<>();
      exporters.forEach(exporter -> names.add(exporter.name().toLowerCase(Locale.ROOT)));
      chosen.put("otel.metrics.exporter", String.join(",", names));
    }
    return AutoConfiguredOpenTelemetrySdk.builder()
        .addPropertiesSupplier(() -> defaults)
        .addPropertiesCustomizer(config -> chosen)
        .addResourceCustomizer(StatsFsAgent::named)
        .addMetricExporterCustomizer((exporter, config) -> results.watch(exporter))
        .addMeterProviderCustomizer(
            (provider, config) -> {
              // One of them is for what is beyond.
              seriesLimit = config.getInt(CARDINALITY_LIMIT, SERIES_OF_A_METRIC) - 1;
              return provider;
            })
        .addMetricReaderCustomizer((reader, config) -> inRequests(reader, results, config))
        .disableShutdownHook()
        .build()
        .getOpenTelemetrySdk();
  }

  /** There is no property for the size of a request, so that the reader has to be made anew. */
  private static MetricReader inRequests(
      MetricReader reader, ExportResults results, ConfigProperties config) {
    if (!(reader instanceof PeriodicMetricReader)) {
      return reader;
    }
    // An exporter's reader is made right after it.
    return PeriodicMetricReader.builder(results.lastWatched())
        .setInterval(config.getDuration("otel.metric.export.interval", DEFAULT_INTERVAL))
        .setMaxExportBatchSize(POINTS_OF_A_REQUEST)
        .build();
  }

  /** The SDK's default name says nothing; one that the user set stays. */
  private static Resource named(Resource resource, ConfigProperties config) {
    String name = resource.getAttribute(SERVICE_NAME);
    return name != null && !name.startsWith("unknown_service")
        ? resource
        : resource.toBuilder().put(SERVICE_NAME, "statsfs-agent").build();
  }

  private StatFilter filter() {
    return StatFilter.paths(includes, excludes);
  }

  /** What {@code --version} prints. */
  static final class Version implements IVersionProvider {
    Version() {}

    @Override
    public String[] getVersion() {
      String version = StatsFsAgent.class.getPackage().getImplementationVersion();
      return new String[] {"statsfs-agent " + (version == null ? "development" : version)};
    }
  }
}
