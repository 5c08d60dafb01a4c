package io.statsfs.reader.jni;

import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A batch whose memory is the caller's and not the library's, which samples it with one call that
 * allocates nothing.
 */
final class MemoryBatch implements Batch {
  /** Where in the memory the library keeps the unit that a sample is at. */
  static final int POSITION = 0;

  private static final VarHandle INTEGERS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final List<int[]> slots;
  private final SampleMemory results;
  private final Sampling sampling;
  private final long values;
  private final long outcomes;
  private final Handle handle;

  /** A function of the library that samples what is described at an address. */
  @FunctionalInterface
  interface Sampling {
    void sample(long memory, long values, long outcomes);
  }

  /**
   * A batch that is not sampled yet.
   *
   * @param slots for each unit where its values go, a negative one where it is not wanted
   * @param results which they go into
   * @param memory what there is to be sampled, a direct buffer
   * @param closing a function of the library that closes what samples opened
   */
  MemoryBatch(
      OpenBatches batches,
      List<int[]> slots,
      SampleMemory results,
      ByteBuffer memory,
      Sampling sampling,
      LongConsumer closing) {
    for (int[] its : slots) {
      for (int slot : its) {
        if (slot >= results.size()) {
          throw new IllegalArgumentException(
              "The memory has " + results.size() + " places, and none " + slot);
        }
      }
    }
    this.slots = List.copyOf(slots);
    this.results = results;
    this.sampling = sampling;
    values = Native.address(results.buffer());
    outcomes = values + 8L * results.size();
    handle = new Handle(memory, closing);
    batches.add(this, handle);
  }

  private static final class Handle extends OpenBatches.Resources {
    private final ByteBuffer memory;
    private final long address;
    private final LongConsumer closing;

    Handle(ByteBuffer memory, LongConsumer closing) {
      this.memory = memory;
      this.closing = closing;
      address = Native.address(memory);
    }

    @Override
    protected void free() {
      closing.accept(address);
      Reference.reachabilityFence(memory);
    }
  }

  @Override
  public int units() {
    return slots.size();
  }

  @Override
  public int[] indices(int unit) {
    return slots.get(unit);
  }

  @Override
  public void sample() {
    handle.beginSample();
    try {
      sampling.sample(handle.address, values, outcomes);
    } finally {
      handle.endSample();
      Reference.reachabilityFence(results);
    }
  }

  @Override
  public int position() {
    synchronized (handle) {
      handle.requireOpen();
      return (int) INTEGERS.getVolatile(handle.memory, POSITION * Integer.BYTES);
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
