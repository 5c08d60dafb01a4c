package io.statsfs.core.sample;

import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;

/** What is done to the values of a unit as one; see {@link io.statsfs.spi.Batch}. */
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
  static void letIn(int[] indices, SampleMemory memory) {
    for (int index : indices) {
      if (index >= 0) {
        memory.putFailure(index, Status.GONE, 0);
      }
    }
  }
}
