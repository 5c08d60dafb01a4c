package io.statsfs.core.thread;

/** Work that may be left behind, and that knows when it has returned after all. */
public abstract class Attempt implements Watchdog.Work {
  private volatile boolean hasReturned;

  @Override
  public void returned() {
    hasReturned = true;
  }

  /** Whether it was left behind and has returned. */
  public final boolean hasReturned() {
    return hasReturned;
  }
}
