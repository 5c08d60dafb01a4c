package io.statsfs.otel.autoconfigure;

import io.opentelemetry.api.incubator.ExtendedOpenTelemetry;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Registers the kernel statistics with an SDK that is configured by a file, until the JVM ends:
 * that kind of configuration does not report the end of the SDK.
 */
public final class StatsFsDeclarativeConfiguration
    implements DeclarativeConfigurationCustomizerProvider, AutoConfigureListener {
  /** Made by the SDK. */
  public StatsFsDeclarativeConfiguration() {}

  /** Nothing to customize; to be a provider makes this a listener. */
  @Override
  public void customize(DeclarativeConfigurationCustomizer sdk) {}

  @Override
  public void afterAutoConfigure(OpenTelemetrySdk sdk) {
    // What limits the file sets for readers is not known here, so none is set.
    new ZeroCodeMetrics()
        .start(sdk, () -> properties(sdk), source -> Settings.of(source, true, Integer.MAX_VALUE));
  }

  private static Properties properties(OpenTelemetrySdk sdk) {
    return new Properties(
        sdk instanceof ExtendedOpenTelemetry extended
            ? extended.getInstrumentationConfig("statsfs")
            : DeclarativeConfigProperties.empty());
  }

  /**
   * Each getter of the SDK returns null for what is of another kind, and warns. Spring gives every
   * scalar as a text, which is therefore asked for last.
   */
  private record Properties(DeclarativeConfigProperties config) implements SettingSource {
    @Override
    public @Nullable Boolean flag(String name) {
      Boolean flag = config.getBoolean(key(name));
      if (flag == null && isSet(name)) {
        String text = String.valueOf(config.getString(key(name))).strip();
        flag =
            text.equalsIgnoreCase("true")
                ? Boolean.TRUE
                : text.equalsIgnoreCase("false") ? Boolean.FALSE : null;
      }
      return checked(name, flag, "true or false");
    }

    @Override
    public @Nullable String text(String name) {
      return checked(name, config.getString(key(name)), "text");
    }

    @Override
    public @Nullable Integer number(String name) {
      Long number = number(name, "a number");
      return number == null ? null : (int) Math.max(-1, Math.min(number, Integer.MAX_VALUE));
    }

    @Override
    public @Nullable Duration duration(String name) {
      Long millis = number(name, "a number of milliseconds");
      return millis == null ? null : Duration.ofMillis(millis);
    }

    private @Nullable Long number(String name, String expected) {
      Long number = config.getLong(key(name));
      if (number == null && isSet(name)) {
        String text = String.valueOf(config.getString(key(name))).strip();
        number = text.matches("[+-]?\\d{1,18}") ? Long.valueOf(text) : null;
      }
      return checked(name, number, expected);
    }

    @Override
    public List<String> list(String name) {
      return Objects.requireNonNullElse(
          checked(name, config.getScalarList(key(name), String.class), "a list of texts"),
          List.of());
    }

    @Override
    public List<String> unknown() {
      return config.getPropertyKeys().stream()
          .filter(key -> !Settings.NAMES.contains(key.replace('_', '-')))
          .map(key -> "statsfs." + key)
          .sorted()
          .toList();
    }

    @Override
    public String fullName(String name) {
      return "statsfs." + key(name);
    }

    private <T> @Nullable T checked(String name, @Nullable T value, String expected) {
      if (value == null && isSet(name)) {
        throw new IllegalArgumentException(
            "Invalid setting " + fullName(name) + ". Expected " + expected + ".");
      }
      return value;
    }

    private boolean isSet(String name) {
      return config.getPropertyKeys().contains(key(name));
    }

    private static String key(String name) {
      return name.replace('-', '_');
    }
  }
}
