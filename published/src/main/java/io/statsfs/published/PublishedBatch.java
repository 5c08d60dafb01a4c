package io.statsfs.published;

import io.statsfs.published.SourceView.StatView;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Reads stats of published sources. Each is a unit. */
final class PublishedBatch implements Batch {
  private static final int IDLE = 0;
  private static final int SAMPLING = 1;
  private static final int CLOSED = 2;

  private final PublishedStats stats;
  private final List<StatView> wanted;
  private final int[] indices;
  private final SampleMemory memory;
  private final AtomicInteger state = new AtomicInteger();
  private final AtomicInteger position = new AtomicInteger();

  /** Null before the first sample, and after the end. */
  private @Nullable Readings readings;

  PublishedBatch(PublishedStats stats, List<StatView> wanted, int[] indices, SampleMemory memory) {
    this.stats = stats;
    this.wanted = wanted;
    this.indices = indices;
    this.memory = memory;
  }

  @Override
  public int units() {
    return indices.length;
  }

  @Override
  public int[] indices(int unit) {
    return new int[] {indices[unit]};
  }

  @Override
  public int firstIndex(int unit) {
    return indices[unit];
  }

  @Override
  public void sample() {
    if (!state.compareAndSet(IDLE, SAMPLING)) {
      throw new IllegalStateException(
          state.get() == SAMPLING
              ? "Another thread takes a sample of this batch"
              : "This batch is closed, or another one has replaced it");
    }
    try {
      Readings now = readings;
      if (now == null || now.version() != stats.version()) {
        now = Readings.of(stats, wanted, indices);
        readings = now;
      }
      now.sample(memory, position);
    } finally {
      if (!state.compareAndSet(SAMPLING, IDLE)) {
        readings = null;
      }
    }
  }

  @Override
  public int position() {
    if (state.get() == CLOSED) {
      throw new IllegalStateException("This batch is closed, or another one has replaced it");
    }
    return position.getOpaque();
  }

  /** Closes this for the next one. */
  void replace() {
    if (state.get() == CLOSED) {
      throw new IllegalStateException("This batch is closed, or another one has replaced it");
    }
    close();
  }

  @Override
  public void close() {
    if (state.getAndSet(CLOSED) == IDLE) {
      readings = null;
    }
  }
}
