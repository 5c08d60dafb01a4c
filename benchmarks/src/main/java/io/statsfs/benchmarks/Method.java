package io.statsfs.benchmarks;

import java.io.IOException;

/** A way of doing the work that is measured. */
@FunctionalInterface
interface Method {

  /** Does the work so many times; returns the nanoseconds that took. */
  long measure(int rounds) throws IOException;

  /** What is to be done once. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /** A method in Java. */
  static Method of(Work work) {
    return rounds -> {
      long start = System.nanoTime();
      for (int i = 0; i < rounds; i++) {
        work.run();
      }
      return System.nanoTime() - start;
    };
  }
}
