package io.statsfs.otel;

import io.opentelemetry.api.metrics.Meter;
import io.statsfs.Sampler;
import io.statsfs.metrics.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Has an instrument of longs go on in doubles once a value is no long: OpenTelemetry's integers end
 * at 2<sup>63</sup>-1, and what nothing describes may turn out to have decimals.
 *
 * <p>An instrument cannot change its type, nor be removed. So another one of the same name, in
 * another meter, takes over for all its points; the first one then has no points and is exported no
 * more. That happens at the next sample, since in the present collection the SDK may have called
 * the new callback already, or may be about to, and each point has to be recorded once. The value
 * that did not fit is missing from one collection.
 */
final class DoubleTransition {
  private final Meter meter;
  private final Callbacks callbacks;
  private final Sampler sampler;
  private final Value value = new Value();
  private final List<MetricInstrument> prepared = new ArrayList<>();

  /** The meter is for the instruments of doubles. */
  DoubleTransition(Meter meter, Callbacks callbacks, Sampler sampler) {
    this.meter = meter;
    this.callbacks = callbacks;
    this.sampler = sampler;
  }

  /** An instrument has met a value that is no long. */
  void prepare(MetricInstrument instrument) {
    if (!instrument.takesDoubles()) {
      callbacks.register(
          meter,
          () -> instrument.record(true, sampler, value, this),
          List.of(instrument.prepareChange(meter)));
      prepared.add(instrument);
    }
  }

  /** A sample begins. */
  void complete() {
    if (!prepared.isEmpty()) {
      prepared.forEach(MetricInstrument::change);
      prepared.clear();
    }
  }
}
