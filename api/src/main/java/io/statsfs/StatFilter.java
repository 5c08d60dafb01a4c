package io.statsfs;

import java.util.Collection;
import java.util.Objects;

/**
 * Says which stats are wanted. For applications to implement; later versions may add methods, with
 * a default.
 *
 * <p>The patterns of the methods below are globs: {@code *} stands for any characters, {@code ?}
 * for one, anything else for itself, and the whole text must match. They are matched against the
 * names as {@link Stat#name()} writes them, in time proportional to the product of both lengths at
 * worst.
 */
@FunctionalInterface
public interface StatFilter {

  /**
   * Decides on one stat. Called when the catalog has changed, not for each sample.
   *
   * @param stat the stat
   * @return true if it is wanted
   */
  boolean test(Stat stat);

  /**
   * Every stat.
   *
   * @return the filter
   */
  static StatFilter all() {
    return stat -> true;
  }

  /**
   * The stats that are exported when nobody names any.
   *
   * @return the filter, {@link Stat#isDefault()}
   */
  static StatFilter defaults() {
    return Stat::isDefault;
  }

  /**
   * By {@link Source#subsystem()}.
   *
   * @param glob such as {@code net}
   * @return the filter
   */
  static StatFilter subsystem(String glob) {
    Objects.requireNonNull(glob, "glob");
    return stat -> Glob.matches(glob, stat.source().subsystem());
  }

  /**
   * By {@link Source#device()}.
   *
   * @param glob such as {@code eth*}; here {@code *} stands for slashes too
   * @return the filter
   */
  static StatFilter device(String glob) {
    Objects.requireNonNull(glob, "glob");
    return stat -> Glob.matches(glob, stat.source().device());
  }

  /**
   * By {@link Stat#name()}.
   *
   * @param glob such as {@code rx_*}
   * @return the filter
   */
  static StatFilter name(String glob) {
    Objects.requireNonNull(glob, "glob");
    return stat -> Glob.matches(glob, stat.name());
  }

  /**
   * By {@link Source#labels()}.
   *
   * @param key the label that the source must have
   * @param glob what its value must match
   * @return the filter
   */
  static StatFilter label(String key, String glob) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(glob, "glob");
    return stat -> {
      String value = stat.source().labels().get(key);
      return value != null && Glob.matches(glob, value);
    };
  }

  /**
   * By the whole path {@code subsystem/device/name}; there is no device part, and no slash for it,
   * where {@link Source#device()} is empty.
   *
   * @param glob such as {@code net/*}{@code /rx_*}; here {@code *} stands for slashes too
   * @return the filter
   */
  static StatFilter path(String glob) {
    Objects.requireNonNull(glob, "glob");
    return stat -> Glob.matches(glob, stat.toString());
  }

  /**
   * By several {@linkplain #path(String) paths}: what matches one of {@code includes}, whether it
   * is a {@linkplain #defaults() default} or not, or the defaults if there are none; and matches
   * none of {@code excludes}.
   *
   * @param includes globs of what is wanted, {@code *} for everything; empty for the defaults
   * @param excludes globs of what is left out though an include matches it
   * @return the filter
   */
  static StatFilter paths(Collection<String> includes, Collection<String> excludes) {
    StatFilter filter =
        includes.stream().map(StatFilter::path).reduce(StatFilter::or).orElse(defaults());
    for (String exclude : excludes) {
      filter = filter.and(path(exclude).negate());
    }
    return filter;
  }

  /**
   * Selects what both select.
   *
   * @param other another filter
   * @return the filter
   */
  default StatFilter and(StatFilter other) {
    Objects.requireNonNull(other, "other");
    return stat -> test(stat) && other.test(stat);
  }

  /**
   * Selects what at least one selects.
   *
   * @param other another filter
   * @return the filter
   */
  default StatFilter or(StatFilter other) {
    Objects.requireNonNull(other, "other");
    return stat -> test(stat) || other.test(stat);
  }

  /**
   * Selects what this does not select.
   *
   * @return the filter
   */
  default StatFilter negate() {
    return stat -> !test(stat);
  }
}
