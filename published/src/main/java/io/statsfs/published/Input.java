package io.statsfs.published;

import io.statsfs.Status;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Where the number of a value comes from. Safe for use by several threads. */
abstract class Input {
  final PublishedValue value;

  private Input(PublishedValue value) {
    this.value = value;
  }

  /** Puts what it is now, and how reading it went, each at that position. Never throws. */
  abstract void read(long[] numbers, Status[] outcomes, int position);

  /** Whether reading may take as long as the application likes. */
  abstract boolean mayHang();

  abstract boolean isClearable();

  /** Throws what the application throws. */
  abstract void clear();

  /** A number that the application counts up and down. */
  static final class Counter extends Input {
    final LongAdder adder;

    Counter(PublishedValue value, LongAdder adder) {
      super(value);
      this.adder = adder;
    }

    @Override
    void read(long[] numbers, Status[] outcomes, int position) {
      numbers[position] = value.type().wrap(adder.sum());
      outcomes[position] = Status.OK;
    }

    @Override
    boolean mayHang() {
      return false;
    }

    @Override
    boolean isClearable() {
      return true;
    }

    @Override
    void clear() {
      adder.reset();
    }
  }

  /** A number that the application gives when it is asked. */
  static final class Supplied extends Input {
    private final LongSupplier supplier;
    private final @Nullable Runnable clearing;
    private final AtomicInteger calls = new AtomicInteger();

    /** Why there is no value; null if there is one. Made once, however often it fails. */
    private volatile @Nullable String failure;

    Supplied(PublishedValue value, LongSupplier supplier, @Nullable Runnable clearing) {
      super(value);
      this.supplier = supplier;
      this.clearing = clearing;
    }

    @Override
    void read(long[] numbers, Status[] outcomes, int position) {
      calls.incrementAndGet();
      try {
        long number = supplier.getAsLong();
        numbers[position] = number;
        if (value.type().holds(number)) {
          outcomes[position] = Status.OK;
          if (failure != null) {
            failure = null;
          }
        } else {
          outcomes[position] = Status.NOT_A_NUMBER;
          if (failure == null) {
            failure = "its supplier gives " + number + ", which is no " + value.type();
          }
        }
      } catch (Throwable e) {
        // An Error, too, is of that supplier alone, such as a class that it does not find.
        outcomes[position] = Status.FAILED;
        numbers[position] = 0;
        if (failure == null) {
          failure = "its supplier throws " + Names.describe(e);
        }
      } finally {
        calls.decrementAndGet();
      }
    }

    @Nullable String failure() {
      return failure;
    }

    /** Whether a thread is in the supplier. */
    boolean isCalled() {
      return calls.get() != 0;
    }

    @Override
    boolean mayHang() {
      return true;
    }

    @Override
    boolean isClearable() {
      return clearing != null;
    }

    @Override
    void clear() {
      if (clearing != null) {
        clearing.run();
      }
    }
  }
}
