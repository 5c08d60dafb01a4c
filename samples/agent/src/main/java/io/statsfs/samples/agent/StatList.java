package io.statsfs.samples.agent;

import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The stats that there are, and, where there is none, why. */
final class StatList {
  /** So that a file that hangs does not keep the others from being shown. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private StatList() {}

  /**
   * Prints a line per stat: its name, kind, type, value or status, unit, whether it is optional,
   * and description.
   *
   * @return whether there is any
   */
  static boolean print(StatsFs fs, Patterns patterns, Terminal terminal) throws IOException {
    try (Sampler sampler = fs.sampler(patterns.filter(), TIMEOUT)) {
      sampler.sample();
      for (int i = 0; i < sampler.size(); i++) {
        Stat stat = sampler.stat(i);
        String unit = stat.unit().isEmpty() ? "" : " " + stat.unit();
        String optional = stat.isDefault() ? "" : " (optional)";
        String description = stat.description().isEmpty() ? "" : ": " + stat.description();
        terminal.print(
            stat
                + " "
                + stat.kind()
                + " "
                + stat.type()
                + " "
                + value(sampler, i)
                + unit
                + optional
                + description);
      }
      terminal.flush();
      patterns.unmatched(sampler.catalog()).forEach(p -> terminal.warn(p + " matches no stat"));
      if (sampler.size() == 0) {
        terminal.warn(whyThereIsNone(sampler.catalog()));
      }
      return sampler.size() > 0;
    }
  }

  private static String value(Sampler sampler, int index) {
    if (sampler.status(index) != Status.OK) {
      return sampler.status(index).name();
    } else if (sampler.isDouble(index)) {
      return Double.toString(sampler.doubleValue(index));
    }
    return sampler.isUnsigned(index)
        ? Long.toUnsignedString(sampler.longValue(index))
        : Long.toString(sampler.longValue(index));
  }

  /** Why no stat of a catalog was chosen. */
  static String whyThereIsNone(Catalog catalog) {
    if (!catalog.stats().isEmpty()) {
      return "none of the "
          + catalog.stats().size()
          + " stats of "
          + catalog.trees()
          + " is wanted by --stats, --include and --exclude; --list without them prints all";
    }
    return "there is no stat in "
        + catalog.trees()
        + (catalog.problems().isEmpty()
            ? ": it holds nothing that its layout takes for one; --root names another tree"
            : "; the warnings above say why");
  }

  /** Why no stat that is wanted has a value to export. */
  static String whyThereIsNoValue(StatsFs fs, Patterns patterns) {
    try (Sampler sampler = fs.sampler(patterns.filter(), TIMEOUT)) {
      sampler.sample();
      if (sampler.size() == 0) {
        return whyThereIsNone(sampler.catalog());
      }
      int readable = sampler.count(Status.OK);
      if (readable > 0) {
        return "none of the "
            + sampler.size()
            + " stats that are wanted is exported, though "
            + readable
            + (readable == 1 ? " has" : " have")
            + " a value; --conventional-only and --aggregates leave out stats";
      }
      String statuses =
          Arrays.stream(Status.values())
              .filter(status -> sampler.count(status) > 0)
              .map(s -> sampler.count(s) + " " + s.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
      return "none of the "
          + sampler.size()
          + " stats that are wanted has a value ("
          + statuses
          + "), the first is "
          + sampler.stat(0).origin()
          // Kept while a single sample cannot say whether a failure lasts.
          + (sampler.errno(0) == 0 ? "" : " with errno " + sampler.errno(0));
    }
  }
}
