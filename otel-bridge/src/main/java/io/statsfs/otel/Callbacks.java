package io.statsfs.otel;

import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The callbacks of the bridge. Whichever the SDK calls first in a collection takes the sample, and
 * all record from it.
 *
 * <p>A callback can only record on the instruments that it was registered with, so instruments that
 * come later get one of their own. The SDK runs the callbacks of a meter one after the other, but
 * the meters in any order; so each meter must have a callback before the first collection ({@link
 * #registerMeter}), from which {@link CollectionBoundary} can tell collections apart.
 *
 * <p>Safe for use by several threads: one runs at a time. Every {@code Throwable} is caught and
 * reported: one that left a callback would end the collection of every other meter.
 */
final class Callbacks {
  private final Runnable sample;
  private final Consumer<String> failures;
  private final ReentrantLock lock = new ReentrantLock();
  private final CollectionBoundary boundary = new CollectionBoundary();
  private final List<BatchCallback> registered = new ArrayList<>();
  private int callbacks;
  private boolean hasSample; // Since the last failure of one.
  private boolean isClosed;

  Callbacks(Runnable sample, Consumer<String> failures) {
    this.sample = sample;
    this.failures = failures;
  }

  /** On an instrument that never has a point, and so is never exported. */
  void registerMeter(Meter meter) {
    register(meter, () -> {}, List.of(meter.gaugeBuilder("statsfs").ofLongs().buildObserver()));
  }

  /** Has something recorded on at least one instrument in each collection. */
  void register(Meter meter, Runnable record, List<? extends ObservableMeasurement> instruments) {
    int callback = callbacks++;
    registered.add(
        meter.batchCallback(
            () -> collect(callback, record),
            instruments.get(0),
            instruments.stream().skip(1).toArray(ObservableMeasurement[]::new)));
  }

  private void collect(int callback, Runnable record) {
    lock.lock();
    try {
      if (isClosed) {
        return;
      }
      if (boundary.begins(callback)) {
        takeSample();
      }
      if (hasSample) {
        record.run();
      }
    } catch (Throwable e) {
      failures.accept("A collection failed: " + e);
    } finally {
      lock.unlock();
    }
  }

  private void takeSample() {
    hasSample = false;
    sample.run();
    hasSample = true;
  }

  /**
   * Takes a sample outside of any collection, so that what is new is registered, and known to fit
   * into a long or not, before the next one comes.
   */
  void sampleNow() {
    lock.lock();
    try {
      if (!isClosed) {
        takeSample();
      }
    } catch (Throwable e) {
      failures.accept("The stats could not be registered: " + e);
    } finally {
      lock.unlock();
    }
  }

  /** Ends all callbacks, and then something else, the first time that it is called. */
  void close(AutoCloseable last) {
    lock.lock();
    try {
      if (!isClosed) {
        isClosed = true;
        registered.forEach(this::closeQuietly);
        closeQuietly(last);
      }
    } finally {
      lock.unlock();
    }
  }

  /** One that fails must not keep the others open. */
  private void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      failures.accept("Closing failed: " + e);
    }
  }
}
