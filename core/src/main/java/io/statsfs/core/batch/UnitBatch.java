package io.statsfs.core.batch;

import io.statsfs.Status;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import java.util.List;

/** A batch that keeps nothing open and reads its units one after the other. */
public abstract class UnitBatch implements Batch {
  private final List<int[]> slots;
  private final SampleMemory memory;
  private final Handle handle = new Handle();
  private volatile int position;

  /**
   * A batch that is not sampled yet.
   *
   * @param batches which close it at the latest
   * @param slots for each unit where its values go, a negative one where it is not wanted
   * @param memory which they go into
   */
  // What watches the batch calls nothing of it.
  @SuppressWarnings("this-escape")
  protected UnitBatch(OpenBatches batches, List<int[]> slots, SampleMemory memory) {
    this.slots = List.copyOf(slots);
    this.memory = memory;
    batches.add(this, handle);
  }

  /** Nothing is kept open. */
  private static final class Handle extends OpenBatches.Resources {
    @Override
    protected void free() {}
  }

  /**
   * Reads a unit and puts a value or a failure for each of its slots.
   *
   * @param unit its number
   */
  protected abstract void read(int unit);

  /**
   * Puts a value, if it is wanted.
   *
   * @param unit the number of the unit
   * @param number that of the slot within the unit
   * @param value the value
   */
  protected final void putLong(int unit, int number, long value) {
    int slot = slots.get(unit)[number];
    if (slot >= 0) {
      memory.putLong(slot, value);
    }
  }

  /**
   * Puts a failure in place of a value, if that is wanted.
   *
   * @param unit the number of the unit
   * @param number that of the slot within the unit
   * @param status what the value has in its place
   */
  protected final void putFailure(int unit, int number, Status status) {
    int slot = slots.get(unit)[number];
    if (slot >= 0) {
      memory.putFailure(slot, status, 0);
    }
  }

  /**
   * Puts a failure in place of all values of a unit.
   *
   * @param unit its number
   * @param status what they have in their place
   * @param errno the number of the error, or 0
   */
  protected final void putFailure(int unit, Status status, int errno) {
    for (int slot : slots.get(unit)) {
      if (slot >= 0) {
        memory.putFailure(slot, status, errno);
      }
    }
  }

  @Override
  public final int units() {
    return slots.size();
  }

  @Override
  public final int[] indices(int unit) {
    return slots.get(unit);
  }

  @Override
  public final void sample() {
    handle.beginSample();
    try {
      for (int unit = 0; unit < slots.size(); unit++) {
        position = unit;
        if (!memory.isLeftOut(firstIndex(unit))) {
          read(unit);
        }
      }
    } finally {
      handle.endSample();
    }
  }

  @Override
  public final int position() {
    synchronized (handle) {
      handle.requireOpen();
      return position;
    }
  }

  @Override
  public final void close() {
    handle.close();
  }
}
