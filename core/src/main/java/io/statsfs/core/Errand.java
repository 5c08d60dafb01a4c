package io.statsfs.core;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Work that is done once, and whose result can be had even if it was left behind meanwhile. */
final class Errand<T> implements Guard.Work {
  private final Task<T> task;
  private @Nullable T result;
  private @Nullable IOException failure;
  private volatile boolean busy = true;

  interface Task<T> {
    T run() throws IOException;
  }

  Errand(Task<T> task) {
    this.task = task;
  }

  @Override
  public void run() {
    try {
      result = task.run();
    } catch (IOException e) {
      failure = e;
    } finally {
      busy = false;
    }
  }

  @Override
  public void notStarted() {
    busy = false;
  }

  /** Whether it has not ended; it may hang. */
  boolean isBusy() {
    return busy;
  }

  /** What came of it, once it is not busy. */
  T get() throws IOException {
    if (failure != null) {
      throw failure;
    }
    return result;
  }
}
