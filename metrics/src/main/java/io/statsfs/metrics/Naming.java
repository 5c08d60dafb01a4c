package io.statsfs.metrics;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * How stats are named as metrics. In every naming values are in base units: {@code By}, {@code s},
 * {@code Cel}, {@code 1}; what is counted, such as pages and packets, stays a count.
 *
 * <p>OpenTelemetry takes names of up to 255 letters, digits and {@code _ . - /} that begin with a
 * letter, and compares them without case. A stat whose name is none of these gets its default name.
 *
 * <p>Immutable and safe for use by several threads if the functions that it was given are.
 */
public final class Naming {
  private static final String SUBSYSTEM = "subsystem";
  private static final String DEVICE = "device";

  private static final Naming STATSFS =
      new Naming("", false, MetricNames::ofStat, Naming::labelsOrPlace);
  private static final Naming SEMCONV =
      new Naming("semconv", false, MetricNames::ofStat, Naming::labelsOrPlace);
  private static final Naming HOSTMETRICS =
      new Naming("hostmetrics", false, MetricNames::ofStat, Naming::labelsOrPlace);
  private static final Naming PATH =
      new Naming(
          "",
          false,
          MetricNames::ofPath,
          source -> source.device().isEmpty() ? Map.of() : Map.of(DEVICE, source.device()));

  private final String convention;
  private final boolean isConventionalOnly;
  private final Function<Stat, String> names;
  private final Function<Source, Map<String, String>> labels;

  private Naming(
      String convention,
      boolean isConventionalOnly,
      Function<Stat, String> names,
      Function<Source, Map<String, String>> labels) {
    this.convention = convention;
    this.isConventionalOnly = isConventionalOnly;
    this.names = names;
    this.labels = labels;
  }

  /**
   * A naming by the name that users choose it by: {@code statsfs}, {@code semconv}, {@code
   * hostmetrics} or {@code path}.
   *
   * @param name the name, in lower or upper case
   * @return the naming
   * @throws IllegalArgumentException if there is none of that name; the message names those there
   *     are
   */
  public static Naming named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "statsfs" -> STATSFS;
      case "semconv" -> SEMCONV;
      case "hostmetrics" -> HOSTMETRICS;
      case "path" -> PATH;
      default ->
          throw new IllegalArgumentException(
              "There is no naming '" + name + "', only [statsfs, semconv, hostmetrics, path].");
    };
  }

  /**
   * {@code statsfs.<subsystem>.<stat>} with the labels of the source, or, if it has none, {@code
   * subsystem} and, where there is one, {@code device}. This is the default.
   *
   * <p>A byte of either part that is no ASCII letter, digit or {@code _} becomes {@code _xHH_}, and
   * so does a {@code _} that would look like the beginning of one, so that different stats keep
   * different names and the name can be turned back: {@code guest doorbell} is {@code
   * guest_x20_doorbell}. A name that would be longer than 255 characters is cut, and ends in {@code
   * _h} and the 16 hexadecimal digits of a hash of the whole.
   *
   * @return the naming
   */
  public static Naming statsfs() {
    return STATSFS;
  }

  /**
   * The names, units, labels and instruments of OpenTelemetry's semantic conventions, version 1.45:
   * {@code system.network.io{network.interface.name="eth0", network.io.direction="receive"}}. A
   * stat that no point of a convention shows by itself has the name of {@link #statsfs()}.
   *
   * @return the naming
   */
  public static Naming semconv() {
    return SEMCONV;
  }

  /**
   * The names, units, labels and instruments of what the OpenTelemetry Collector's receiver
   * hostmetrics, version 0.160, sends unless it is configured otherwise: {@code
   * system.network.io{device="eth0", direction="receive"}}. A stat that no point of it shows by
   * itself has the name of {@link #statsfs()}.
   *
   * <p>The receiver multiplies {@code system.paging.faults} and {@code system.paging.operations} by
   * 4096, as its library takes the counts for bytes; here they are the kernel's counts.
   *
   * @return the naming
   */
  public static Naming hostmetrics() {
    return HOSTMETRICS;
  }

  /**
   * {@code <subsystem>/<stat>}, with the escapes of {@link #statsfs()}, and the label {@code
   * device} alone: {@code kvm/exits{device="1234-11/vcpu0"}}. A subsystem that does not begin with
   * a letter has {@code x/} before it.
   *
   * @return the naming
   */
  public static Naming path() {
    return PATH;
  }

  /**
   * The same without metrics of stats that have no conventional name.
   *
   * @return another naming
   * @throws IllegalStateException if this is neither {@link #semconv()} nor {@link #hostmetrics()},
   *     or made of these, so that nothing would be left
   */
  public Naming conventionalOnly() {
    if (convention.isEmpty()) {
      throw new IllegalStateException(
          "Only the namings semconv and hostmetrics have conventional names");
    }
    return new Naming(convention, true, names, labels);
  }

  /**
   * The same with other names for stats that have no conventional one. Stats of one name make up
   * one metric, and get further labels where they could not be told apart.
   *
   * @param names names the metric of a stat; called when the catalog has changed. Where it throws,
   *     or gives no name for a metric, the stat has the name of {@link #statsfs()}
   * @return another naming
   */
  public Naming withNames(Function<Stat, String> names) {
    return new Naming(
        convention, isConventionalOnly, Objects.requireNonNull(names, "names"), labels);
  }

  /**
   * The same with other labels for stats that have no conventional name.
   *
   * @param labels gives the points of a source their labels; called once in the life of a source.
   *     Where it throws, the source has the labels of {@link #statsfs()}
   * @return another naming
   */
  public Naming withLabels(Function<Source, Map<String, String>> labels) {
    return new Naming(
        convention, isConventionalOnly, names, Objects.requireNonNull(labels, "labels"));
  }

  /**
   * The stats that metrics of this naming are made of, so that no other needs to be sampled.
   *
   * @return a filter for one sampler: not safe for use by several threads. It takes all stats
   *     unless the naming is {@link #conventionalOnly()}
   */
  public StatFilter stats() {
    return isConventionalOnly ? new ConventionalPoints(convention)::isUsed : StatFilter.all();
  }

  /** Which declarations of metrics are part of it; empty if none is. */
  String convention() {
    return convention;
  }

  /** Whether stats without a conventional name are left out. */
  boolean isConventionalOnly() {
    return isConventionalOnly;
  }

  String name(Stat stat) {
    return names.apply(stat);
  }

  Map<String, String> labels(Source source) {
    return labels.apply(source);
  }

  static Map<String, String> labelsOrPlace(Source source) {
    if (!source.labels().isEmpty()) {
      return source.labels();
    }
    Map<String, String> place = new LinkedHashMap<>();
    place.put(SUBSYSTEM, source.subsystem());
    if (!source.device().isEmpty()) {
      place.put(DEVICE, source.device());
    }
    return place;
  }

  /** Tells apart sources that have the same labels. */
  static Labels withPlace(Labels labels, Source source) {
    Labels more = labels.with(SUBSYSTEM, source.subsystem());
    return source.device().isEmpty() ? more : more.with(DEVICE, source.device());
  }
}
