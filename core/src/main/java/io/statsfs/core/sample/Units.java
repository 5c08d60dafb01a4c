package io.statsfs.core.sample;

import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;

/** Leaves out, and includes again, all values of a unit; see {@link io.statsfs.spi.Batch}. */
final class Units {
  private Units() {}

  static void leaveOut(int[] indices, SampleMemory memory, Status status, int errno) {
    for (int index : indices) {
      if (index >= 0) {
        memory.leaveOut(index, status, errno);
      }
    }
  }

  /** Lets a unit be read again that was left out. */
  static void include(int[] indices, SampleMemory memory) {
    for (int index : indices) {
      if (index >= 0) {
        memory.putFailure(index, Status.GONE, 0);
      }
    }
  }
}
