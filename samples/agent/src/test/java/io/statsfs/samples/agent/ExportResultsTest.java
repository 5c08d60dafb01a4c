package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ExportResultsTest {
  private static final Destination THERE = new Destination(Destination.Protocol.OTLP_HTTP, "there");

  private final List<String> logged = new ArrayList<>();
  private final ExportResults results = new ExportResults(logged::add);

  private MetricExporter exporter(Supplier<CompletableResultCode> answer) {
    return results.watch(
        new MetricExporter() {
          @Override
          public CompletableResultCode export(Collection<MetricData> metrics) {
            return answer.get();
          }

          @Override
          public CompletableResultCode flush() {
            return answer.get();
          }

          @Override
          public CompletableResultCode shutdown() {
            return answer.get();
          }

          @Override
          public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
          }
        },
        THERE);
  }

  @Test
  void anExporterThatThrowsAnErrorHasFailed() {
    MetricExporter exporter =
        exporter(
            () -> {
              throw new NoClassDefFoundError("gone");
            });
    assertFalse(exporter.export(List.of()).isSuccess());
    assertFalse(exporter.flush().isSuccess());
    assertFalse(exporter.shutdown().isSuccess());
    assertEquals(1, results.failures().size());
    assertEquals(results.failures(), logged);
    assertEquals(List.of("there: java.lang.NoClassDefFoundError: gone"), logged);
  }

  @Test
  void theFirstFailureIsKept() {
    List<CompletableResultCode> answers =
        new ArrayList<>(
            List.of(
                CompletableResultCode.ofSuccess(),
                CompletableResultCode.ofExceptionalFailure(new IOException("first")),
                CompletableResultCode.ofExceptionalFailure(new IOException("second")),
                CompletableResultCode.ofSuccess()));
    MetricExporter exporter = exporter(() -> answers.remove(0));
    exporter.export(List.of());
    assertEquals(List.of(), results.failures());
    exporter.export(List.of());
    exporter.export(List.of());
    exporter.export(List.of());
    assertEquals(1, results.failures().size());
    assertEquals("there: first", results.failures().get(0).split(";")[0]);
    assertEquals(results.failures(), logged);
  }

  @Test
  void whatIsNotAnsweredHasNotArrived() {
    CompletableResultCode answer = new CompletableResultCode();
    exporter(() -> answer).export(List.of());
    assertEquals("there: no answer in time", results.failures().get(0).split(";")[0]);
    assertEquals(List.of(), logged);
    answer.succeed();
    assertEquals(List.of(), results.failures());
  }
}
