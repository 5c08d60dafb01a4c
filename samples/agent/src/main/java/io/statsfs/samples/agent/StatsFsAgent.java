package io.statsfs.samples.agent;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.statsfs.Catalog;
import io.statsfs.Problem;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Naming;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line of the agent. */
@Command(
    name = "statsfs-agent",
    mixinStandardHelpOptions = true,
    versionProvider = StatsFsAgent.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Exports kernel statistics as OpenTelemetry metrics: those of a mounted statsfs, else of"
          + " network interfaces, disks, CPUs, memory and KVM where this kernel shows them.",
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
      "Prometheus is answered at /metrics, in its text format or OpenMetrics and compressed or not, as it"
          + " asks for; without TLS and without a password, so that beyond this machine a proxy"
          + " belongs in front.",
      "STATSFS_AGENT_JAVA_OPTS replaces the options that the start script gives to the JVM.",
      "",
      "Examples:",
      "  statsfs-agent --list",
      "  statsfs-agent --once --exporter console --include 'net/*/rx_*'",
      "  statsfs-agent --exporter prometheus      # then: curl localhost:9464/metrics",
      "  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 statsfs-agent --interval 10s",
      "",
      "Exit code: 0 done, or ended by a signal; 1 failed (no stat, a root that cannot be read, an export"
          + " that did not arrive, a stat that was not cleared); 2 wrong options; 3 out of memory;"
          + " 4 ended by a signal when not all that was exported arrived."
    })
public final class StatsFsAgent implements Callable<Integer> {
  private static final int FAILED = 1;

  /** Not a failure of this program: who stops a service while the collector is away expects it. */
  private static final int ENDED_BUT_NOT_ALL_ARRIVED = 4;

  private static final String NO_TIME_TO_SCRAPE =
      "--once leaves Prometheus no time to scrape; leave one of them out";

  private static final String PROMETHEUS = "prometheus";

  /** Options that say what is exported, and how. */
  private static final List<String> OF_EXPORTS =
      List.of(
          "--exporter",
          "--interval",
          "--once",
          "--naming",
          "--conventional-only",
          "--counters",
          "--states",
          "--aggregates",
          "--scope-labels",
          "--own-metrics");

  private static final List<String> NOT_TO_CLEAR =
      Stream.concat(Stream.of("--list", "--stats", "--include", "--exclude"), OF_EXPORTS.stream())
          .toList();

  private final Terminal terminal = Terminal.standard();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--root",
      paramLabel = "PATH",
      description = "Read this tree instead of those that are found; may be repeated.")
  private List<Path> roots = new ArrayList<>();

  @Option(
      names = "--host",
      paramLabel = "DIR",
      description = "Read the trees of the host whose /proc and /sys are in this directory.")
  private @Nullable Path host;

  @Option(
      names = "--proc",
      paramLabel = "DIR",
      description = "Read the trees of procfs in this directory, the /proc of the host.")
  private @Nullable Path proc;

  @Option(
      names = "--sys",
      paramLabel = "DIR",
      description = "Read the trees of sysfs in this directory, the /sys of the host.")
  private @Nullable Path sys;

  @Option(
      names = "--tree",
      paramLabel = "NAME",
      description = "Read the tree of this name alone; may be repeated.")
  private List<String> trees = new ArrayList<>();

  @Option(
      names = "--with-tree",
      paramLabel = "NAME",
      description = "Read the tree of this name beside those that are found; may be repeated.")
  private List<String> withTrees = new ArrayList<>();

  @Option(
      names = "--without-tree",
      paramLabel = "NAME",
      description = "Leave out the tree of this name; may be repeated.")
  private List<String> withoutTrees = new ArrayList<>();

  @Option(
      names = "--layouts",
      paramLabel = "DIR",
      description = "Directory with declarations of trees in YAML; may be repeated.")
  private List<Path> layouts = new ArrayList<>();

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
      names = "--stats",
      paramLabel = "WHICH",
      description =
          "Take default stats, or all, beside what --include names. Default: default, or none with"
              + " --include.")
  private Patterns.@Nullable Stats stats;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Take stats that match, default or not; may be repeated.")
  private List<String> includes = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Leave out stats that match; may be repeated.")
  private List<String> excludes = new ArrayList<>();

  @Option(
      names = "--naming",
      paramLabel = "NAMING",
      converter = NamingConverter.class,
      description = "Names of metrics: statsfs, semconv, hostmetrics or path. Default: statsfs.")
  private Naming naming = Naming.statsfs();

  @Option(
      names = "--conventional-only",
      description = "Leave out stats that have no name in the naming semconv or hostmetrics.")
  private boolean conventionalOnly;

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

  @Option(
      names = "--scope-labels",
      description =
          "Give each series for Prometheus the labels otel_scope_name and otel_scope_version.")
  private boolean scopeLabels;

  @Option(
      names = "--own-metrics",
      paramLabel = "WHOSE",
      description =
          "Metrics that the agent exports of itself: none, statsfs (how many stats have a value,"
              + " how long a collection takes), or all, with those of OpenTelemetry's SDK. Default:"
              + " statsfs.")
  private OwnMetrics ownMetrics = OwnMetrics.STATSFS;

  @Option(
      names = "--list",
      description =
          "Print all stats with kind, type and value or why there is none, those that are no default"
              + " as (optional), and end.")
  private boolean list;

  @Option(
      names = "--clear",
      paramLabel = "STAT",
      description =
          "Set this stat back to zero, for everybody, and end; may be repeated. The name is that"
              + " of --list, no pattern. Only on statsfs, and for KVM on debugfs.")
  private Set<String> clears = new LinkedHashSet<>();

  /** What {@code --exporter} takes. */
  enum Exporter {
    OTLP,
    PROMETHEUS,
    CONSOLE
  }

  /** What {@code --own-metrics} takes. */
  enum OwnMetrics {
    NONE,
    STATSFS,
    ALL
  }

  /** Made by picocli. */
  StatsFsAgent() {}

  /**
   * Runs the program.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    Terminal terminal = Terminal.standard();
    BriefLog.install(terminal);
    StringWriter help = new StringWriter();
    int exitCode =
        new CommandLine(new StatsFsAgent())
            .setCaseInsensitiveEnumValuesAllowed(true)
            // Else '@name' would stand for what is in a file.
            .setExpandAtFiles(false)
            .setOut(new PrintWriter(help))
            .setParameterExceptionHandler(StatsFsAgent::wrongOption)
            .setExecutionExceptionHandler(StatsFsAgent::failed)
            .execute(args);
    if (!help.toString().isEmpty()) {
      exitCode = print(help.toString());
    }
    System.exit(exitCode);
  }

  private static int print(String help) {
    try {
      Terminal.standard().print(help.lines().toList());
      return CommandLine.ExitCode.OK;
    } catch (IOException e) {
      return cannotPrint(e);
    }
  }

  private static int wrongOption(ParameterException e, String[] args) {
    Terminal.standard().warn(firstLine(e) + " (--help lists the options)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result) {
    if (isEnding()) {
      // What fails then fails since this process was asked to end.
      return FAILED;
    } else if (e instanceof IOException cannotPrint) {
      return cannotPrint(cannotPrint);
    } else if (e instanceof ParameterException wrong) {
      return wrongOption(wrong, new String[0]);
    } else if (e instanceof StatsFsException) {
      Terminal.standard().warn(e.getMessage());
    } else if (e instanceof ConfigurationException) {
      Terminal.standard().warn(configurationFailure(e));
    } else {
      Terminal.standard().warn("this should not happen, please report it: " + e);
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        Terminal.standard().warn(cause.toString());
        for (StackTraceElement frame : cause.getStackTrace()) {
          Terminal.standard().warn("  at " + frame);
        }
      }
    }
    return FAILED;
  }

  /** The SDK's own words, which may be few, and those of the first cause. */
  private static String configurationFailure(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String what = firstLine(e);
    if (cause == e) {
      return what;
    }
    String why = cause.getMessage() == null ? cause.toString() : firstLine(cause);
    return what.contains(why) ? what : what + ": " + why;
  }

  private static int cannotPrint(IOException e) {
    Terminal.standard().warn("the standard output takes nothing more: " + e.getMessage());
    return FAILED;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** Whether this process was asked to end. */
  private static boolean isEnding() {
    Thread nothing = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(nothing);
      Runtime.getRuntime().removeShutdownHook(nothing);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    refuseEmpty();
    if (conventionalOnly) {
      try {
        naming = naming.conventionalOnly();
      } catch (IllegalStateException e) {
        throw new ParameterException(spec.commandLine(), "--conventional-only: " + firstLine(e), e);
      }
    }
    if (once && exporters.contains(Exporter.PROMETHEUS)) {
      throw new ParameterException(spec.commandLine(), NO_TIME_TO_SCRAPE);
    }
    Stream.concat(trees.stream(), withTrees.stream())
        .filter(withoutTrees::contains)
        .findFirst()
        .ifPresent(
            tree -> {
              throw new ParameterException(
                  spec.commandLine(),
                  "the tree " + tree + " is wanted, and left out by --without-tree");
            });
    if (!clears.isEmpty()) {
      refuse("--clear clears stats by their names", NOT_TO_CLEAR);
    } else if (list) {
      refuse("--list exports nothing", OF_EXPORTS);
    } else {
      refuseWithoutEffect();
    }
    if (!clears.isEmpty() || list || once) {
      return run(new Ending());
    }
    Ending ending = new Ending();
    Thread hook = new Thread(ending);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return run(ending);
    } finally {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /**
   * As of a variable of a shell that is not set: an empty path would be the working directory, and
   * an empty name or pattern is that of nothing.
   */
  private void refuseEmpty() {
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (option.originalStringValues().contains("")) {
        throw new ParameterException(
            spec.commandLine(),
            option.longestName() + " is empty; it takes a " + option.paramLabel());
      }
    }
  }

  private void refuseWithoutEffect() {
    List<String> names =
        exporters.isEmpty() ? OtelVariables.list("otel.metrics.exporter") : exporterNames();
    if (once) {
      refuse("--once exports once", List.of("--interval"));
    } else if (names.equals(List.of(PROMETHEUS))) {
      refuse("Prometheus asks when it wants", List.of("--interval"));
    }
    if (!names.contains(PROMETHEUS)) {
      refuse("only Prometheus gets labels of the scope", List.of("--scope-labels"));
    }
  }

  private List<String> exporterNames() {
    return exporters.stream().map(e -> e.name().toLowerCase(Locale.ROOT)).distinct().toList();
  }

  /** What has no effect is more likely a mistake than wanted. */
  private void refuse(String because, List<String> options) {
    String given =
        options.stream()
            .filter(spec.commandLine().getParseResult()::hasMatchedOption)
            .collect(Collectors.joining(", "));
    if (!given.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          because + ", so that there is no use for " + given + "; leave it out");
    }
  }

  private int run(Ending ending) throws IOException, InterruptedException {
    StatsFs.Builder builder = StatsFs.builder();
    if (host != null) {
      builder.host(host);
    }
    if (proc != null) {
      builder.proc(proc);
    }
    if (sys != null) {
      builder.sys(sys);
    }
    roots.forEach(builder::root);
    layouts.forEach(builder::layouts);
    builder.trees(trees.toArray(String[]::new));
    if (!withTrees.isEmpty()) {
      builder.detect().trees(withTrees.toArray(String[]::new));
    }
    builder.withoutTrees(withoutTrees.toArray(String[]::new));
    if (!clears.isEmpty()) {
      builder.allowClearing();
    }
    if (reader != null) {
      builder.reader(reader);
    }
    try (StatsFs fs = builder.build()) {
      if (!clears.isEmpty()) {
        return clear(fs);
      } else if (list) {
        boolean hasStats = StatList.print(fs, patterns().orAll(), terminal);
        return hasStats && hasAllLayouts(fs) ? CommandLine.ExitCode.OK : FAILED;
      }
      return export(fs, ending);
    }
  }

  private static boolean hasAllLayouts(StatsFs fs) {
    return fs.catalog().problems().stream()
        .noneMatch(problem -> problem.kind() == Problem.Kind.LAYOUT_LEFT_OUT);
  }

  private Patterns patterns() {
    return new Patterns(stats, includes, excludes);
  }

  /** One that is refused does not keep the others from being cleared. */
  private int clear(StatsFs fs) throws IOException {
    int exitCode = CommandLine.ExitCode.OK;
    for (String name : clears) {
      try {
        Stat stat = only(fs, name);
        String before = fs.readText(stat);
        fs.clear(stat);
        terminal.print(List.of(stat + " was " + before + ", is cleared"));
      } catch (StatsFsException e) {
        terminal.warn(e.getMessage());
        exitCode = FAILED;
      }
    }
    return exitCode;
  }

  /** By its name, or as {@code --list} prints it. */
  private Stat only(StatsFs fs, String name) {
    List<Stat> stats =
        fs.catalog().stats().stream()
            .filter(
                stat ->
                    stat.toString().equals(name)
                        || terminal.printable(stat.toString()).equals(name))
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

  private int export(StatsFs fs, Ending ending) throws InterruptedException {
    List<String> names = exporterNames();
    ExportSettings settings =
        new ExportSettings(
            patterns(),
            naming,
            aggregates,
            counters,
            states,
            scopeLabels,
            ownMetrics != OwnMetrics.NONE);
    return !once && PrometheusExport.isAllThatIsWanted(names, ownMetrics)
        ? serve(fs, settings, ending)
        : export(fs, names, settings, ending);
  }

  @SuppressWarnings("try") // It answers without being named again.
  private int serve(StatsFs fs, ExportSettings settings, Ending ending)
      throws InterruptedException {
    try (PrometheusExport export = new PrometheusExport(fs, settings)) {
      ending.of(() -> true);
      logWhatIsExported(fs);
      terminal.awaitFailure();
      return FAILED;
    }
  }

  private int export(StatsFs fs, List<String> names, ExportSettings settings, Ending ending)
      throws InterruptedException {
    try (SdkExport export =
        new SdkExport(terminal, once, names, interval, ownMetrics == OwnMetrics.ALL)) {
      ending.of(
          () -> {
            export.shutDown();
            return report(export) == CommandLine.ExitCode.OK;
          });
      if (once && export.hasPrometheus()) {
        throw new ParameterException(spec.commandLine(), NO_TIME_TO_SCRAPE);
      } else if (export.whyNothingIsExported() != null) {
        terminal.warn("nothing is exported: " + export.whyNothingIsExported());
        return FAILED;
      }
      export.start(fs, settings);
      if (!once) {
        logWhatIsExported(fs);
        terminal.awaitFailure();
        export.shutDown();
        return report(export);
      }
      List<String> unmatched = patterns().unmatched(fs.catalog());
      unmatched.forEach(pattern -> terminal.warn(pattern + " matches no stat"));
      if (!export.hasStats()) {
        terminal.warn("no stat was exported: " + StatList.whyThereIsNoValue(fs, patterns()));
        return FAILED;
      }
      return report(export);
    }
  }

  private int report(SdkExport export) {
    export
        .failures()
        .forEach(failure -> terminal.warn("not all that was exported arrived: " + failure));
    return export.failures().isEmpty() ? CommandLine.ExitCode.OK : FAILED;
  }

  private void logWhatIsExported(StatsFs fs) {
    Catalog catalog = fs.catalog();
    long stats = catalog.stats().stream().filter(patterns().filter()::test).count();
    terminal.warn(stats + " stats of " + catalog.trees() + ", read by " + fs.readerName());
    if (stats == 0) {
      terminal.warn(StatList.whyThereIsNone(catalog));
    }
    patterns()
        .unmatched(catalog)
        .forEach(pattern -> terminal.warn(pattern + " matches no stat at present"));
  }

  /**
   * Ends an agent that goes on until it is asked to end: exports once more, and decides on the exit
   * code, which would otherwise be that of a signal.
   */
  private static final class Ending implements Runnable {
    private LastExport last = () -> true;

    /** What is done at the end; returns whether all that was exported arrived. */
    interface LastExport {
      boolean run() throws InterruptedException;
    }

    synchronized void of(LastExport last) {
      this.last = last;
    }

    @Override
    public synchronized void run() {
      boolean allArrived;
      try {
        allArrived = last.run();
      } catch (InterruptedException e) {
        allArrived = false;
      }
      Runtime.getRuntime().halt(allArrived ? CommandLine.ExitCode.OK : ENDED_BUT_NOT_ALL_ARRIVED);
    }
  }

  /** Reads what {@code --naming} takes. */
  static final class NamingConverter implements ITypeConverter<Naming> {
    NamingConverter() {}

    @Override
    public Naming convert(String name) {
      try {
        return Naming.named(name);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
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
