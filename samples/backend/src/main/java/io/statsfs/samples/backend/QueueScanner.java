package io.statsfs.samples.backend;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds queues from scan to scan. */
final class QueueScanner implements Scanner {
  private final Map<String, BlockingQueue<?>> queues;
  private final Set<QueueBatch> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private Map<String, QueueSource> known = Map.of();

  QueueScanner(Map<String, BlockingQueue<?>> queues) {
    this.queues = queues;
  }

  @Override
  public List<Tree> trees() {
    return List.of(QueueBackend.TREE);
  }

  @Override
  public ScanResult scan(ScanRequest request) {
    Map<String, QueueSource> found = new HashMap<>();
    queues.forEach(
        (name, queue) -> {
          request.step();
          QueueSource before = known.get(name);
          // What has not changed stays the same object; what came again is another one.
          boolean isSame = before != null && before.queue == queue;
          found.put(name, isSame ? before : new QueueSource(name, queue));
        });
    known = found;
    return ScanResult.of(List.copyOf(found.values()), List.of());
  }

  @Override
  public Batch prepare(
      List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    if (closed) {
      throw new IllegalStateException("This scanner is closed");
    }
    if (previous != null) {
      ((QueueBatch) previous).requireOpen();
      previous.close();
    }
    QueueBatch batch = new QueueBatch(queues, stats, indices, memory, open);
    open.add(batch);
    if (closed) {
      batch.close();
    }
    return batch;
  }

  /** Both numbers of a queue are read as one, so they hang and are gone together. */
  @Override
  public Object unit(Stat stat) {
    return stat.source();
  }

  /** What hangs in a queue that was removed or replaced does not matter any more. */
  @Override
  public @Nullable Object look(Stat stat) {
    QueueSource source = (QueueSource) stat.source();
    return queues.get(source.device) == source.queue ? source.queue : null;
  }

  @Override
  public @Nullable Object look(Source source) {
    return source;
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(Batch::close);
  }
}
