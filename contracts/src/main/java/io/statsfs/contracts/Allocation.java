package io.statsfs.contracts;

import com.sun.management.ThreadMXBean;
import io.statsfs.Sampler;
import java.lang.management.ManagementFactory;

/** Measures to the byte what this thread allocates. */
public final class Allocation {
  private static final int WARM_UP = 5;
  private static final int ROUNDS = 5;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /**
   * What some work allocates.
   *
   * @param work what is measured, once
   * @return bytes
   */
  public static long of(Runnable work) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * What samples allocate after the first ones, which open files and load classes. The least of
   * some rounds, since what the JVM allocates in this thread when it has compiled something is not
   * the sample's; nothing is the least that there is.
   *
   * @param sampler measured in this thread, so without a read timeout
   * @param samples how many in a round
   * @return bytes of all samples of a round
   */
  public static long ofSamples(Sampler sampler, int samples) {
    for (int i = 0; i < WARM_UP; i++) {
      sampler.sample();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least > 0; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < samples; i++) {
        sampler.sample();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
