package io.statsfs.otel.autoconfigure;

import io.opentelemetry.api.OpenTelemetry;
import io.statsfs.Catalog;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Naming;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.StatsFsMetricsBuilder;
import io.statsfs.spi.PrintableLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be set without code; docs/zero-code.md says what each means. */
record Settings(
    boolean enabled,
    @Nullable String host,
    @Nullable String proc,
    @Nullable String sys,
    List<Path> roots,
    List<String> trees,
    List<String> withTrees,
    List<String> withoutTrees,
    List<Path> layouts,
    @Nullable String reader,
    @Nullable Duration refreshInterval,
    @Nullable Stats stats,
    List<String> includes,
    List<String> excludes,
    Naming naming,
    Aggregates aggregates,
    int seriesLimit,
    boolean counters,
    boolean states,
    @Nullable Duration readTimeout,
    boolean ownMetrics) {

  /** Which stats are exported beside those that includes name. */
  enum Stats {
    DEFAULT,
    ALL
  }

  static final Set<String> NAMES =
      Set.of(
          "enabled",
          "host",
          "proc",
          "sys",
          "roots",
          "trees",
          "with-trees",
          "without-trees",
          "layouts",
          "reader",
          "refresh-interval",
          "stats",
          "include",
          "exclude",
          "naming",
          "conventional-only",
          "aggregates",
          "series-limit",
          "counters",
          "states",
          "read-timeout",
          "own-metrics");

  /**
   * Throws a {@code RuntimeException} that says which setting has a wrong value; what does no harm
   * is logged.
   */
  static Settings of(SettingSource source, boolean enabledByDefault, int seriesByDefault) {
    for (String name : source.unknown()) {
      new PrintableLog("io.statsfs.otel").warn("There is no setting " + name + "; it is ignored.");
    }
    return new Settings(
        flag(source, "enabled", enabledByDefault),
        source.text("host"),
        source.text("proc"),
        source.text("sys"),
        source.list("roots").stream().map(Path::of).toList(),
        source.list("trees"),
        source.list("with-trees"),
        source.list("without-trees"),
        source.list("layouts").stream().map(Path::of).toList(),
        source.text("reader"),
        source.duration("refresh-interval"),
        word(source, "stats", Stats.values()),
        source.list("include"),
        source.list("exclude"),
        naming(source),
        Objects.requireNonNullElse(
            word(source, "aggregates", Aggregates.values()), Aggregates.KEPT),
        Objects.requireNonNullElse(source.number("series-limit"), seriesByDefault),
        flag(source, "counters", false),
        flag(source, "states", false),
        source.duration("read-timeout"),
        flag(source, "own-metrics", true));
  }

  private static Naming naming(SettingSource source) {
    Naming naming = Naming.named(Objects.requireNonNullElse(source.text("naming"), "statsfs"));
    return flag(source, "conventional-only", false) ? naming.conventionalOnly() : naming;
  }

  private static boolean flag(SettingSource source, String name, boolean byDefault) {
    Boolean value = source.flag(name);
    return value == null ? byDefault : value;
  }

  private static <E extends Enum<E>> @Nullable E word(
      SettingSource source, String name, E[] values) {
    String text = source.text(name);
    if (text == null) {
      return null;
    }
    for (E value : values) {
      if (value.name().equalsIgnoreCase(text)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "There is no "
            + name
            + " '"
            + text
            + "', only "
            + Arrays.toString(values).toLowerCase(Locale.ROOT)
            + ".");
  }

  StatsFs open() {
    StatsFs.Builder builder = StatsFs.builder();
    if (host != null) {
      builder.host(Path.of(host));
    }
    if (proc != null) {
      builder.proc(Path.of(proc));
    }
    if (sys != null) {
      builder.sys(Path.of(sys));
    }
    roots.forEach(builder::root);
    layouts.forEach(builder::layouts);
    builder.trees(trees.toArray(String[]::new));
    if (!withTrees.isEmpty()) {
      builder.detect().trees(withTrees.toArray(String[]::new));
    }
    builder.withoutTrees(withoutTrees.toArray(String[]::new));
    if (reader != null) {
      builder.reader(reader);
    }
    if (refreshInterval != null) {
      builder.refreshInterval(refreshInterval);
    }
    return builder.build();
  }

  private StatFilter filter() {
    StatFilter chosen = StatFilter.paths(includes, excludes);
    return stats == null
        ? chosen
        : StatFilter.paths(stats == Stats.ALL ? List.of("*") : List.of(), excludes).or(chosen);
  }

  /** Patterns that select nothing are more often wrong than early. */
  void reportWhatSelectsNothing(Catalog catalog, SettingSource source) {
    if (catalog.stats().isEmpty()) {
      new PrintableLog("io.statsfs.otel")
          .warn(
              "There are no kernel statistics at present: "
                  + catalog.trees()
                  + " have none"
                  + catalog.problems().stream()
                      .findFirst()
                      .map(p -> ". " + p)
                      .orElse("; they are looked for again"));
      return;
    }
    report(catalog, source.fullName("include"), includes);
    report(catalog, source.fullName("exclude"), excludes);
    if (catalog.stats().stream().noneMatch(filter()::test)) {
      new PrintableLog("io.statsfs.otel")
          .warn(
              "There are no kernel statistics at present: stats, include and exclude leave none of "
                  + catalog.stats().size()
                  + ".");
    }
  }

  private static void report(Catalog catalog, String setting, List<String> patterns) {
    List<String> idle =
        patterns.stream()
            .filter(p -> catalog.stats().stream().noneMatch(StatFilter.path(p)::test))
            .toList();
    if (!idle.isEmpty()) {
      new PrintableLog("io.statsfs.otel")
          .warn(
              "No stat of the form subsystem/device/stat matches "
                  + idle
                  + " of "
                  + setting
                  + " at present. Stats that come later may.");
    }
  }

  StatsFsMetrics register(OpenTelemetry openTelemetry, StatsFs fs) {
    StatsFsMetricsBuilder builder =
        StatsFsMetrics.builder(openTelemetry, fs)
            .filter(filter())
            .aggregates(aggregates)
            .seriesLimit(seriesLimit)
            .ownMetrics(ownMetrics)
            .naming(naming);
    if (states) {
      builder.states();
    }
    if (counters) {
      builder.countersBySchema();
    }
    if (readTimeout != null) {
      builder.readTimeout(readTimeout);
    }
    return builder.build();
  }
}
