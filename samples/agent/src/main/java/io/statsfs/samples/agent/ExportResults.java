package io.statsfs.samples.agent;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers whether stats were exported, and the first failure of each exporter: the SDK reports
 * success for a flush or a shut-down even if nothing could be exported. Safe for use by several
 * threads.
 */
final class ExportResults {
  /** The scope of what is exported of the kernel, not of this program. */
  private static final String SCOPE = "io.statsfs";

  private final Consumer<String> log;
  private final Map<Destination, String> failures = new LinkedHashMap<>();
  private final Map<Destination, Integer> pending = new HashMap<>();
  private @Nullable MetricExporter lastWatched;
  private boolean hasStats;

  /** Passes on the first failure of each exporter when it happens, except that of printing. */
  ExportResults(Consumer<String> log) {
    this.log = log;
  }

  /** An exporter whose failures are remembered. */
  MetricExporter watch(MetricExporter exporter, Destination destination) {
    lastWatched = new Watched(exporter, destination);
    return lastWatched;
  }

  /** What {@link #watch} returned last. */
  MetricExporter lastWatched() {
    return Objects.requireNonNull(lastWatched, "no exporter yet");
  }

  /** Whether any stat of the kernel was given to an exporter. */
  synchronized boolean hasStats() {
    return hasStats;
  }

  /** What failed at each destination, its first failure or that it has not answered. */
  synchronized List<String> failures() {
    Map<Destination, String> all = new LinkedHashMap<>(failures);
    pending.keySet().forEach(to -> all.putIfAbsent(to, to.noAnswer()));
    return List.copyOf(all.values());
  }

  private synchronized void began(Destination to, Collection<MetricData> metrics) {
    pending.merge(to, 1, Integer::sum);
    hasStats =
        hasStats
            || metrics.stream()
                .anyMatch(m -> m.getInstrumentationScopeInfo().getName().equals(SCOPE));
  }

  private void ended(Destination to, CompletableResultCode result) {
    String failure;
    synchronized (this) {
      pending.computeIfPresent(to, (key, count) -> count == 1 ? null : count - 1);
      if (result.isSuccess() || failures.containsKey(to)) {
        return;
      }
      failure = to.failure(result.getFailureThrowable());
      failures.put(to, failure);
    }
    // The agent ends when it cannot print, and says why then.
    if (to.protocol() != Destination.Protocol.CONSOLE) {
      log.accept(failure);
    }
  }

  private final class Watched implements MetricExporter {
    private final MetricExporter exporter;
    private final Destination destination;

    Watched(MetricExporter exporter, Destination destination) {
      this.exporter = exporter;
      this.destination = destination;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      began(destination, metrics);
      CompletableResultCode result = guarded(() -> exporter.export(metrics));
      result.whenComplete(() -> ended(destination, result));
      return result;
    }

    @Override
    public CompletableResultCode flush() {
      return guarded(exporter::flush);
    }

    @Override
    public CompletableResultCode shutdown() {
      return guarded(exporter::shutdown);
    }

    /** One that throws has failed: a missing class, say, would go unnoticed otherwise. */
    private CompletableResultCode guarded(Supplier<CompletableResultCode> action) {
      try {
        return action.get();
      } catch (RuntimeException | Error e) {
        return CompletableResultCode.ofExceptionalFailure(e);
      }
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return exporter.getAggregationTemporality(instrumentType);
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
      return exporter.getDefaultAggregation(instrumentType);
    }

    @Override
    public MemoryMode getMemoryMode() {
      return exporter.getMemoryMode();
    }
  }
}
