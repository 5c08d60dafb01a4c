package io.statsfs.core.thread;

import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.security.ProtectionDomain;
import java.util.concurrent.TimeUnit;

/**
 * Makes the threads of this library. They inherit nothing of the thread that makes them, neither
 * its context class loader nor its inheritable thread-locals nor the protection domains of its
 * callers: one that hangs for ever would keep the application from being unloaded.
 */
public final class DaemonThread {
  /** Longer than an idle thread takes to end, also on a busy machine. */
  private static final long JOIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private DaemonThread() {}

  /** A thread that has not been started. */
  @SuppressWarnings("removal") // Until JDK 23 a thread keeps the protection domains of its maker.
  public static Thread create(String name, Runnable task) {
    return AccessController.doPrivileged(
        (PrivilegedAction<Thread>)
            () -> {
              Thread thread = new Thread(null, task, name, 0, false);
              thread.setDaemon(true);
              thread.setContextClassLoader(null);
              return thread;
            },
        new AccessControlContext(new ProtectionDomain[0]));
  }

  /**
   * Waits a bounded time for the end of a thread that has been asked to end, so that whoever looks
   * for threads after closing finds none. Does not wait in that thread itself. An interrupted
   * thread does not wait, and stays interrupted.
   */
  public static void join(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, JOIN_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
