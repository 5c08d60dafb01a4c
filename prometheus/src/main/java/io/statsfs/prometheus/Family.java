package io.statsfs.prometheus;

import io.statsfs.metrics.PrometheusNames;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.PrintableText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What has one name in Prometheus: the series of one metric, or of several whose names become
 * equal. The bytes of all that is no number.
 */
final class Family {
  /** Of each sample. */
  final byte[] name;

  private final String key;

  private final byte[] textHeader;
  private final byte[] openMetricsHeader;
  private final List<Series> series = new ArrayList<>();

  /**
   * Of a metric, or the first of several.
   *
   * @param name as OpenTelemetry takes it
   * @param unit in UCUM
   */
  Family(String name, String unit, String description, Instrument instrument) {
    boolean isCounter = instrument == Instrument.COUNTER;
    String family = PrometheusNames.ofFamily(name, unit);
    String sample = isCounter ? family + "_total" : family;
    String type = isCounter ? " counter\n" : " gauge\n";
    String help = PrintableText.of(description);
    String words = PrometheusNames.ofUnit(unit);
    key = sample;
    this.name = bytes(sample);
    textHeader =
        bytes(
            help(sample, help, PrometheusFormat.TEXT)
                // The type last, so that the name of the samples stands beside it.
                + "# TYPE "
                + sample
                + type);
    openMetricsHeader =
        bytes(
            "# TYPE "
                + family
                + type
                // A unit has to be the end of the name.
                + (!words.isEmpty() && family.endsWith("_" + words)
                    ? "# UNIT " + family + " " + words + "\n"
                    : "")
                + help(family, help, PrometheusFormat.OPENMETRICS));
  }

  private static String help(String name, String help, PrometheusFormat format) {
    return help.isEmpty() ? "" : "# HELP " + name + " " + Escapes.help(help, format) + "\n";
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The name of the samples, by which families are told apart and sorted. */
  String key() {
    return key;
  }

  void add(Series more) {
    series.add(more);
  }

  List<Series> series() {
    return series;
  }

  /** The lines before the samples. */
  byte[] header(PrometheusFormat format) {
    return format == PrometheusFormat.TEXT ? textHeader : openMetricsHeader;
  }
}
