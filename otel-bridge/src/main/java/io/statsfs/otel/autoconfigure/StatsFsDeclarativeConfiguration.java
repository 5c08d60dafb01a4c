package io.statsfs.otel.autoconfigure;

import io.opentelemetry.api.incubator.ExtendedOpenTelemetry;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;
import io.statsfs.otel.internal.Log;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Registers the kernel statistics with an SDK that is configured by a file, until the JVM ends:
 * that kind of configuration lets nobody know when the SDK ends.
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
    // What limits the file sets for readers is not told, so none is set here.
    new ZeroCodeMetrics().start(sdk, () -> Settings.of(properties(sdk), true, Integer.MAX_VALUE));
  }

  private static Properties properties(OpenTelemetrySdk sdk) {
    DeclarativeConfigProperties config =
        sdk instanceof ExtendedOpenTelemetry extended
            ? extended.getInstrumentationConfig("statsfs")
            : DeclarativeConfigProperties.empty();
    for (String key : config.getPropertyKeys()) {
      if (!Settings.NAMES.contains(key.replace('_', '-'))) {
        new Log().warn("There is no setting statsfs." + key + ", and it is left out.");
      }
    }
    return new Properties(config);
  }

  /** Each getter of the SDK returns null for what is of another kind. */
  private record Properties(DeclarativeConfigProperties config) implements SettingSource {
    @Override
    public @Nullable Boolean flag(String name) {
      return checked(name, config.getBoolean(key(name)), "true or false");
    }

    @Override
    public @Nullable String text(String name) {
      return checked(name, config.getString(key(name)), "text");
    }

    @Override
    public @Nullable Integer number(String name) {
      return checked(name, config.getInt(key(name)), "a number");
    }

    @Override
    public @Nullable Duration duration(String name) {
      Long millis = checked(name, config.getLong(key(name)), "a number of milliseconds");
      return millis == null ? null : Duration.ofMillis(millis);
    }

    @Override
    public List<String> list(String name) {
      return Objects.requireNonNullElse(
          checked(name, config.getScalarList(key(name), String.class), "a list of texts"),
          List.of());
    }

    private <T> @Nullable T checked(String name, @Nullable T value, String expected) {
      if (value == null && config.getPropertyKeys().contains(key(name))) {
        throw new IllegalArgumentException(
            "Invalid setting statsfs." + key(name) + ". Expected " + expected + ".");
      }
      return value;
    }

    private static String key(String name) {
      return name.replace('-', '_');
    }
  }
}
