package io.statsfs.benchmarks;

import java.io.IOException;
import java.util.function.LongSupplier;

/** A way of doing the work that is measured. */
@FunctionalInterface
interface Method {

  /**
   * Does the work so many times, and then so many times again; returns the nanoseconds of CPU time
   * that the latter took. Both are one piece: whoever has just been waiting finds caches, and
   * perhaps a processor, that are not yet what they are in the midst of the work.
   */
  long measure(int before, int rounds) throws IOException;

  /**
   * Opens files that are kept anew. Where the kernel's buffers of them lie is drawn when they are
   * opened, and decides for as long as they are kept on some percent of what a read takes.
   */
  default void renew() throws IOException {}

  /** The same method with something to be renewed. */
  default Method renewedBy(Work work) {
    Method method = this;
    return new Method() {
      @Override
      public long measure(int before, int rounds) throws IOException {
        return method.measure(before, rounds);
      }

      @Override
      public void renew() throws IOException {
        work.run();
      }
    };
  }

  /** What is to be done once. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /** A method in Java. What other threads do meanwhile counts, as the garbage collector. */
  static Method of(Work work) {
    return of(work, BaselineCopy::cpuNanos);
  }

  /**
   * One that leaves nothing to other threads, nor any garbage; what the JVM compiles is not its.
   */
  static Method ofThread(Work work) {
    return of(work, BaselineCopy::threadCpuNanos);
  }

  private static Method of(Work work, LongSupplier clock) {
    return (before, rounds) -> {
      for (int i = 0; i < before; i++) {
        work.run();
      }
      long start = clock.getAsLong();
      for (int i = 0; i < rounds; i++) {
        work.run();
      }
      return clock.getAsLong() - start;
    };
  }
}
