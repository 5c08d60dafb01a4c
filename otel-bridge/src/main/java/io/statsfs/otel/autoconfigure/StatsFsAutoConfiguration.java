package io.statsfs.otel.autoconfigure;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.statsfs.spi.PrintableLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Registers the kernel statistics with an SDK that is configured by system properties and
 * environment variables, and ends with it.
 */
public final class StatsFsAutoConfiguration
    implements AutoConfigurationCustomizerProvider, AutoConfigureListener {
  private static final String PREFIX = "otel.instrumentation.statsfs.";
  private static final String CARDINALITY_LIMIT = "otel.java.metrics.cardinality.limit";

  /** For 10,000 series of a name, since those that vanished hold their places for a cycle more. */
  private static final int RAISED_CARDINALITY_LIMIT = 20_000;

  private final ZeroCodeMetrics metrics = new ZeroCodeMetrics();
  private final ShutdownWatch watch = new ShutdownWatch(metrics::close);
  private @Nullable ConfigProperties config;

  /** Made by the SDK. */
  public StatsFsAutoConfiguration() {}

  /** As late as can be, so that what others look for by its class is not behind a proxy yet. */
  @Override
  public int order() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void customize(AutoConfigurationCustomizer sdk) {
    // Not as a properties supplier, which would go before those of the application.
    sdk.addPropertiesCustomizer(StatsFsAutoConfiguration::raisedCardinalityLimit);
    sdk.addMetricExporterCustomizer(
        (exporter, c) -> isEnabled(c) ? watch.watch(MetricExporter.class, exporter) : exporter);
    sdk.addMetricReaderCustomizer(
        (reader, c) ->
            // The SDK looks for this class, and its exporter is watched already.
            isEnabled(c) && !(reader instanceof PeriodicMetricReader)
                ? watch.watch(MetricReader.class, reader)
                : reader);
    sdk.addMeterProviderCustomizer(
        (builder, c) -> {
          config = c;
          return builder;
        });
  }

  private static Map<String, String> raisedCardinalityLimit(ConfigProperties config) {
    return isEnabled(config) && config.getString(CARDINALITY_LIMIT) == null
        ? Map.of(CARDINALITY_LIMIT, String.valueOf(RAISED_CARDINALITY_LIMIT))
        : Map.of();
  }

  /** What cannot be understood is not enabled here; that is reported when all settings are read. */
  private static boolean isEnabled(ConfigProperties config) {
    return isTrue(config, PREFIX + "enabled", isEnabledByDefault(config));
  }

  private static boolean isEnabledByDefault(ConfigProperties config) {
    return isTrue(config, "otel.instrumentation.common.default-enabled", true);
  }

  /** Spring's {@code getBoolean} throws for other values, and its application would not start. */
  private static boolean isTrue(ConfigProperties config, String name, boolean byDefault) {
    String value = config.getString(name);
    return value == null || value.isEmpty() ? byDefault : value.equalsIgnoreCase("true");
  }

  @Override
  public void afterAutoConfigure(OpenTelemetrySdk sdk) {
    ConfigProperties chosen = config;
    if (chosen != null) { // Else the SDK is disabled.
      metrics.start(
          sdk,
          () -> new Properties(chosen),
          source ->
              Settings.of(
                  source,
                  isEnabledByDefault(chosen),
                  // Of the SDK's own, one is for what is beyond them.
                  chosen.getInt(CARDINALITY_LIMIT, RAISED_CARDINALITY_LIMIT) - 1));
    }
  }

  private record Properties(ConfigProperties config) implements SettingSource {
    @Override
    public @Nullable Boolean flag(String name) {
      String value = text(name);
      if (value == null) {
        return null;
      }
      // ConfigProperties takes anything for false.
      if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
        throw invalid(name, value, "true or false");
      }
      return Boolean.valueOf(value);
    }

    private static IllegalArgumentException invalid(String name, String value, String expected) {
      return new IllegalArgumentException(
          "Invalid property " + PREFIX + name + "=" + value + ". Expected " + expected + ".");
    }

    @Override
    public @Nullable String text(String name) {
      String value = config.getString(PREFIX + name);
      return value == null || value.isEmpty() ? null : value;
    }

    @Override
    public @Nullable Integer number(String name) {
      String value = text(name);
      try {
        return value == null ? null : Integer.valueOf(value.strip());
      } catch (NumberFormatException e) {
        // What Spring's ConfigProperties throws does not say which property it is.
        throw invalid(name, value, "a whole number");
      }
    }

    @Override
    public @Nullable Duration duration(String name) {
      String text = text(name);
      if (text != null && text.matches("[1-9]\\d*")) {
        new PrintableLog("io.statsfs.otel")
            .warn(
                fullName(name) + "=" + text + " has no unit and means " + text + " milliseconds.");
      }
      return config.getDuration(PREFIX + name);
    }

    /** In YAML, Spring makes a property of each element: {@code include[0]}. */
    @Override
    public List<String> list(String name) {
      List<String> list = config.getList(PREFIX + name);
      if (!list.isEmpty()) {
        return list;
      }
      List<String> elements = new ArrayList<>();
      for (int i = 0; ; i++) {
        String element = text(name + "[" + i + "]");
        if (element == null) {
          return elements;
        }
        elements.add(element);
      }
    }

    /** The SDK does not enumerate what it takes from an application or a file. */
    @Override
    public List<String> unknown() {
      return Stream.concat(
              System.getProperties().stringPropertyNames().stream()
                  .filter(key -> isUnknown(key.replace('-', '.'))),
              System.getenv().keySet().stream().filter(key -> isUnknown(key.replace('_', '.'))))
          .sorted()
          .toList();
    }

    private static boolean isUnknown(String key) {
      String name = key.toLowerCase(Locale.ROOT).replaceFirst("\\[\\d+]$", "");
      return name.startsWith(PREFIX)
          && Settings.NAMES.stream().noneMatch(n -> name.equals(PREFIX + n.replace('-', '.')));
    }

    @Override
    public String fullName(String name) {
      return PREFIX + name;
    }
  }
}
