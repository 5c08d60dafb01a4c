package io.statsfs.samples.agent;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Prints one line per point, {@code name{key="value",...} number}, in the order of the text. In
 * values a backslash precedes quotes and backslashes.
 */
final class ConsoleMetricExporter implements MetricExporter {
  private final Terminal terminal;

  ConsoleMetricExporter(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    Set<String> lines = new TreeSet<>();
    for (MetricData metric : metrics) {
      for (PointData point : metric.getData().getPoints()) {
        String series = series(point.getAttributes());
        if (point instanceof LongPointData number) {
          lines.add(metric.getName() + series + " " + number.getValue());
        } else if (point instanceof DoublePointData number) {
          lines.add(metric.getName() + series + " " + number.getValue());
        } else if (point instanceof HistogramPointData histogram) {
          lines.add(metric.getName() + ".count" + series + " " + histogram.getCount());
          lines.add(metric.getName() + ".sum" + series + " " + histogram.getSum());
        }
      }
    }
    try {
      terminal.print(lines);
      return CompletableResultCode.ofSuccess();
    } catch (IOException e) {
      return CompletableResultCode.ofExceptionalFailure(e);
    }
  }

  private static String series(Attributes attributes) {
    TreeMap<String, String> sorted = new TreeMap<>();
    attributes.forEach((key, value) -> sorted.put(key.getKey(), value.toString()));
    StringBuilder text = new StringBuilder("{");
    sorted.forEach(
        (key, value) -> {
          text.append(text.length() == 1 ? "" : ",").append(key).append("=\"");
          text.append(value.replace("\\", "\\\\").replace("\"", "\\\""));
          text.append('"');
        });
    return text.append('}').toString();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.REUSABLE_DATA;
  }
}
