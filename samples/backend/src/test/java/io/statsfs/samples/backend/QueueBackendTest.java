package io.statsfs.samples.backend;

import io.statsfs.contracts.BackendContract;
import io.statsfs.spi.Backend;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;

class QueueBackendTest extends BackendContract {
  private final QueueBackend backend = new QueueBackend();
  private final CountDownLatch release = new CountDownLatch(1);
  private int added;

  /** A queue that may take its time, as one of another process would. */
  private static final class Queue extends ArrayBlockingQueue<Object> {
    private static final long serialVersionUID = 1L;
    private final transient Runnable whenAsked;

    Queue(Runnable whenAsked) {
      super(10, false, Collections.nCopies(3, "element"));
      this.whenAsked = whenAsked;
    }

    @Override
    public int size() {
      whenAsked.run();
      return super.size();
    }
  }

  @Override
  protected Backend backend() {
    return backend;
  }

  @Override
  protected Map<String, Long> add() {
    added++;
    backend.put("q" + added, new Queue(() -> {}));
    return Map.of("queues/q" + added + "/length", 3L);
  }

  @Override
  protected void remove() {
    backend.remove("q" + added);
    added--;
  }

  @Override
  protected boolean hang(String stat) {
    backend.put("q" + added, new Queue(this::awaitRelease));
    return true;
  }

  @Override
  protected void release() {
    release.countDown();
  }

  @Override
  protected boolean fail(String stat) {
    backend.put(
        "q" + added,
        new Queue(
            () -> {
              throw new IllegalStateException("no answer");
            }));
    return true;
  }

  private void awaitRelease() {
    try {
      release.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
