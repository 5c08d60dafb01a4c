package io.statsfs.core.thread;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Work that is done once, and whose result can be had even if it was left behind meanwhile. */
public class GuardedCall<T> implements Watchdog.Work {
  private final Task<T> task;
  private @Nullable T result;
  private @Nullable Throwable failure;
  private volatile boolean busy = true;

  public interface Task<T> {
    T run() throws IOException;
  }

  public GuardedCall(Task<T> task) {
    this.task = task;
  }

  @Override
  public final void run() {
    try {
      result = task.run();
    } catch (Throwable e) {
      // For whoever asks for the result, which may be later, when this was left behind.
      failure = e;
    } finally {
      busy = false;
    }
  }

  @Override
  public final void notStarted() {
    failure = new IOException("there was no thread to do it");
    busy = false;
  }

  /** Whether it has not ended; it may hang. */
  public final boolean isBusy() {
    return busy;
  }

  /** What came of it, or what it threw, once it is not busy. */
  public final T get() throws IOException {
    Throwable thrown = failure;
    if (thrown instanceof IOException e) {
      throw e;
    } else if (thrown instanceof RuntimeException e) {
      throw e;
    } else if (thrown != null) {
      throw (Error) thrown;
    }
    return result;
  }
}
