package io.statsfs.samples.backend;

import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.samples.backend.QueueSource.QueueStat;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/** Reads queues, each of which is a unit. All that can be made before a sample is made here. */
final class QueueBatch implements Batch {
  private enum State {
    IDLE,
    SAMPLING,
    CLOSED
  }

  private static final class Unit {
    final QueueSource source;
    final List<QueueStat> stats = new ArrayList<>();
    int[] indices = {};

    Unit(QueueSource source) {
      this.source = source;
    }
  }

  private final Map<String, BlockingQueue<?>> queues;
  private final List<Unit> units = new ArrayList<>();
  private final SampleMemory memory;
  private final Set<QueueBatch> open;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private volatile int position;

  QueueBatch(
      Map<String, BlockingQueue<?>> queues,
      List<Stat> stats,
      int[] indices,
      SampleMemory memory,
      Set<QueueBatch> open) {
    this.queues = queues;
    this.memory = memory;
    this.open = open;
    int from = 0;
    for (int i = 0; i < indices.length; i++) {
      QueueStat stat = (QueueStat) stats.get(i);
      // The stats of a source stand together.
      if (i == 0 || units.get(units.size() - 1).source != stat.source()) {
        units.add(new Unit(stat.source()));
        from = i;
      }
      Unit unit = units.get(units.size() - 1);
      unit.stats.add(stat);
      unit.indices = Arrays.copyOfRange(indices, from, i + 1);
    }
  }

  void requireOpen() {
    if (state.get() == State.CLOSED) {
      throw new IllegalStateException("This batch is closed, or another one has replaced it");
    }
  }

  @Override
  public int units() {
    return units.size();
  }

  @Override
  public int[] indices(int unit) {
    return units.get(unit).indices;
  }

  @Override
  public void sample() {
    requireOpen();
    if (!state.compareAndSet(State.IDLE, State.SAMPLING)) {
      throw new IllegalStateException("Another thread takes a sample, or this was closed");
    }
    try {
      // By index, since an iterator would be allocated.
      for (int i = 0; i < units.size(); i++) {
        Unit unit = units.get(i);
        if (!memory.isLeftOut(unit.indices[0])) {
          // Before the queue is asked, so that others see where this hangs.
          position = i;
          read(unit);
        }
      }
    } finally {
      state.compareAndSet(State.SAMPLING, State.IDLE);
    }
  }

  /** A queue that throws affects only itself. */
  private void read(Unit unit) {
    BlockingQueue<?> queue = unit.source.queue;
    boolean isThere = queues.get(unit.source.device) == queue;
    for (int i = 0; i < unit.indices.length; i++) {
      if (!isThere) {
        memory.putFailure(unit.indices[i], Status.GONE, 0);
        continue;
      }
      try {
        memory.putLong(unit.indices[i], unit.stats.get(i).number.applyAsInt(queue));
      } catch (RuntimeException e) {
        memory.putFailure(unit.indices[i], Status.FAILED, 0);
      }
    }
  }

  @Override
  public int position() {
    requireOpen();
    return position;
  }

  @Override
  public void close() {
    state.set(State.CLOSED);
    open.remove(this);
  }
}
