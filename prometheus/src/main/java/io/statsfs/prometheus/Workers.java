package io.statsfs.prometheus;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that answer requests, of which there are few, and which no client can hold for long.
 * A thread that reads from a client or writes to it has a time to do so; then it is interrupted,
 * which closes the connection. While a request waits and all threads are taken, the client that was
 * longest at one has less time. So any number of slow clients delays the others, but does not stop
 * them.
 *
 * <p>A connection that sends nothing needs no thread. Safe for use by several threads; allocates
 * nothing for a request while there are threads.
 */
final class Workers implements Executor, AutoCloseable {
  static final int MOST = 16;

  /** For a request to be read. */
  private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** For an answer to be written: longer than Prometheus waits in any sane configuration. */
  private static final long WRITE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** For both, once others wait for a thread. */
  private static final long CONTENDED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(60);

  /** How long a closed server waits for each of its threads at most. */
  private static final long JOIN_MILLIS = TimeUnit.SECONDS.toMillis(2);

  private final Queue<Runnable> queue = new ArrayDeque<>();
  private final List<Worker> workers = new ArrayList<>();
  private final Thread watch = thread(this::watch, "statsfs-prometheus-watch");
  private int idle;
  private boolean isClosed;

  /** Of the thread that watches. */
  private volatile boolean isResting;

  Workers() {
    watch.start();
  }

  /** A thread, and whether it is at a client, which can be cut off then. */
  private final class Worker implements Runnable {
    final Thread thread = thread(this, "statsfs-prometheus");
    private boolean isAtClient;
    private long began;
    private long limit;

    @Override
    public void run() {
      try {
        for (Runnable task = next(this); task != null; task = next(this)) {
          atClient(READ_NANOS);
          try {
            task.run();
          } catch (RuntimeException e) {
            PrometheusExporter.LOG.warn("An answer to a scrape failed: " + e);
          } finally {
            awayFromClient();
          }
        }
      } finally {
        remove(this);
      }
    }

    synchronized void atClient(long limit) {
      isAtClient = true;
      began = System.nanoTime();
      this.limit = limit;
    }

    /** Returns whether the client was cut off. */
    synchronized boolean awayFromClient() {
      isAtClient = false;
      return Thread.interrupted();
    }

    synchronized long nanosAtClient(long now) {
      return isAtClient ? now - began : 0;
    }

    synchronized void cutOff(long now, long atMost) {
      if (isAtClient && now - began >= Math.min(limit, atMost)) {
        thread.interrupt();
      }
    }
  }

  /** Inherits nothing of the application. */
  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    return thread;
  }

  /**
   * To be called by a task that has read its request, since what it does then must not be
   * interrupted.
   *
   * @throws IOException if the client was cut off meanwhile
   */
  void pause() throws IOException {
    if (present().awayFromClient()) {
      throw new IOException("The client was too slow");
    }
  }

  /** To be called by a task that begins to write its answer. */
  void resume() {
    present().atClient(WRITE_NANOS);
  }

  private synchronized Worker present() {
    for (int i = 0; i < workers.size(); i++) {
      if (workers.get(i).thread == Thread.currentThread()) {
        return workers.get(i);
      }
    }
    throw new IllegalStateException("This is no thread of the server");
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (isClosed) {
      return;
    }
    queue.add(task);
    if (idle >= queue.size()) {
      notify();
    } else if (workers.size() < MOST) {
      Worker worker = new Worker();
      workers.add(worker);
      worker.thread.start();
    }
    if (isResting) {
      LockSupport.unpark(watch);
    }
  }

  /** Waits for a task; null if this thread is to end. */
  private synchronized @Nullable Runnable next(Worker worker) {
    idle++;
    try {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
      while (queue.isEmpty() && !isClosed) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          break;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      // Of the last client.
    } finally {
      idle--;
    }
    Runnable task = queue.poll();
    if (task == null) {
      // Now, so that no task is left to a thread that ends.
      remove(worker);
    }
    return task;
  }

  private synchronized void remove(Worker worker) {
    workers.remove(worker);
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      isResting = true;
      if (isIdle()) {
        LockSupport.park();
      }
      isResting = false;
      LockSupport.parkNanos(TICK_NANOS);
      cutOff(System.nanoTime());
    }
  }

  private synchronized boolean isIdle() {
    return idle == workers.size() && queue.isEmpty();
  }

  private synchronized void cutOff(long now) {
    Worker slowest = null;
    for (int i = 0; i < workers.size(); i++) {
      Worker worker = workers.get(i);
      worker.cutOff(now, Long.MAX_VALUE);
      if (slowest == null || worker.nanosAtClient(now) > slowest.nanosAtClient(now)) {
        slowest = worker;
      }
    }
    if (slowest != null && !queue.isEmpty()) {
      slowest.cutOff(now, CONTENDED_NANOS);
    }
  }

  /** Cuts off all clients, and waits a bounded time for the threads. */
  @Override
  public void close() {
    List<Worker> all;
    synchronized (this) {
      isClosed = true;
      queue.clear();
      all = List.copyOf(workers);
      notifyAll();
    }
    watch.interrupt();
    long now = System.nanoTime();
    all.forEach(worker -> worker.cutOff(now, Long.MIN_VALUE));
    try {
      watch.join(JOIN_MILLIS);
      for (Worker worker : all) {
        worker.thread.join(JOIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
