package io.statsfs.samples.backend;

import io.statsfs.Layout;
import io.statsfs.Tree;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Scanner;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/** How long the queues of an application are. Each of them is a source. */
public final class QueueBackend implements Backend {
  static final Tree TREE =
      Tree.builder(Layout.builder("queues").build())
          .backend("queues")
          .origin("queues of this application")
          .build();

  private final Map<String, BlockingQueue<?>> queues = new ConcurrentHashMap<>();

  /** Without queues. */
  public QueueBackend() {}

  /**
   * Adds a queue, or replaces the one of that name.
   *
   * @param name what to call it
   * @param queue is asked for its length at each sample
   */
  public void put(String name, BlockingQueue<?> queue) {
    queues.put(name, queue);
  }

  /**
   * Removes a queue.
   *
   * @param name what it is called
   */
  public void remove(String name) {
    queues.remove(name);
  }

  @Override
  public String name() {
    return "queues";
  }

  @Override
  public Set<String> treeNames() {
    return Set.of("queues");
  }

  @Override
  public Scanner open(BackendSettings settings) {
    return new QueueScanner(queues);
  }
}
