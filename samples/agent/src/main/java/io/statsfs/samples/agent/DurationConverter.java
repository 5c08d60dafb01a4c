package io.statsfs.samples.agent;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations such as {@code 500ms}, {@code 10s} and {@code 1m}. */
final class DurationConverter implements ITypeConverter<Duration> {
  /** A year. Much more is too long for those who count in nanoseconds. */
  static final Duration LONGEST = Duration.ofDays(365);

  private static final Pattern PATTERN = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  DurationConverter() {}

  @Override
  public Duration convert(String text) {
    Matcher matcher = PATTERN.matcher(text);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new TypeConversionException(
          "'" + text + "' is no duration; write it like 500ms, 10s, 1m or 1h");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        };
    if (duration.compareTo(LONGEST) > 0) {
      throw new TypeConversionException(
          "'" + text + "' is too long; the longest is " + LONGEST.toHours() + "h");
    }
    return duration;
  }
}
