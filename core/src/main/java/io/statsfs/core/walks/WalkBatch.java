package io.statsfs.core.walks;

import io.statsfs.Status;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.batch.UnitBatch;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.SampleMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Goes the walks one after the other. What each counts is there as a whole or not at all. */
final class WalkBatch extends UnitBatch {
  private static final int BYTES = 1 << 16;

  private final List<Walk> walks;
  private final List<long[]> counts;
  private final ByteBuffer text = ByteBuffer.allocateDirect(BYTES);

  WalkBatch(OpenBatches batches, List<Walk> walks, List<int[]> slots, SampleMemory memory) {
    super(batches, slots, memory);
    this.walks = walks;
    counts = slots.stream().map(of -> new long[of.length]).toList();
  }

  @Override
  protected void read(int unit) {
    Walk walk = walks.get(unit);
    long[] counted = counts.get(unit);
    Arrays.fill(counted, 0);
    try {
      if (walk.count(text, counted)) {
        for (int i = 0; i < counted.length; i++) {
          putLong(unit, i, counted[i]);
        }
      } else {
        putFailure(unit, Status.NOT_A_NUMBER, 0);
      }
    } catch (IOException e) {
      putFailure(unit, ReadFailure.status(e, walk.place()), ReadFailure.errno(e));
    }
  }
}
