package io.statsfs.otel.autoconfigure;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link Settings} are read from. Names are written as in {@code refresh-interval}. A method
 * returns null for what is not set, and throws {@code IllegalArgumentException}, or what the SDK
 * throws, where the value is not of the kind.
 */
interface SettingSource {
  @Nullable Boolean flag(String name);

  @Nullable String text(String name);

  @Nullable Integer number(String name);

  @Nullable Duration duration(String name);

  /** Empty if it is not set. */
  List<String> list(String name);

  /** What is set and is none of {@link Settings#NAMES}, as far as that can be seen. */
  List<String> unknown();

  /** What a user calls a setting. */
  String fullName(String name);
}
