package io.statsfs.otel.autoconfigure;

import io.opentelemetry.api.OpenTelemetry;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.otel.StatNaming;
import io.statsfs.otel.StatsFsMetrics;
import io.statsfs.otel.StatsFsMetricsBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be set without code; docs/zero-code.md says what each means. */
record Settings(
    boolean enabled,
    List<Path> roots,
    @Nullable String reader,
    @Nullable Duration refreshInterval,
    StatFilter filter,
    StatNaming naming,
    boolean counters,
    @Nullable Duration patience,
    boolean ownMetrics) {

  static final Set<String> NAMES =
      Set.of(
          "enabled",
          "roots",
          "reader",
          "refresh-interval",
          "include",
          "exclude",
          "naming",
          "counters",
          "patience",
          "own-metrics");

  /** Throws a {@code RuntimeException} that says which setting has a wrong value. */
  static Settings of(SettingSource source, boolean enabledByDefault) {
    return new Settings(
        flag(source, "enabled", enabledByDefault),
        source.list("roots").stream().map(Path::of).toList(),
        source.text("reader"),
        source.duration("refresh-interval"),
        StatFilter.paths(source.list("include"), source.list("exclude")),
        naming(source.text("naming")),
        flag(source, "counters", false),
        source.duration("patience"),
        flag(source, "own-metrics", true));
  }

  private static boolean flag(SettingSource source, String name, boolean byDefault) {
    Boolean value = source.flag(name);
    return value == null ? byDefault : value;
  }

  /** Further namings get their names here. */
  private static StatNaming naming(@Nullable String name) {
    return switch (name == null ? "dotted" : name) {
      case "dotted" -> StatNaming.bySubsystemAndStat();
      default ->
          throw new IllegalArgumentException(
              "There is no naming '" + name + "'; there is 'dotted'.");
    };
  }

  StatsFs open() {
    StatsFs.Builder builder = StatsFs.builder();
    roots.forEach(builder::root);
    if (reader != null) {
      builder.reader(reader);
    }
    if (refreshInterval != null) {
      builder.refreshInterval(refreshInterval);
    }
    return builder.build();
  }

  StatsFsMetrics register(OpenTelemetry openTelemetry, StatsFs fs, int cardinalityLimit) {
    StatsFsMetricsBuilder builder =
        StatsFsMetrics.builder(openTelemetry, fs)
            .filter(filter)
            .naming(naming)
            .ownMetrics(ownMetrics)
            .cardinalityLimit(cardinalityLimit);
    if (counters) {
      builder.countersBySchema();
    }
    if (patience != null) {
      builder.patience(patience);
    }
    return builder.build();
  }
}
