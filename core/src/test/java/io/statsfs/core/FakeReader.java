package io.statsfs.core;

import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads in the simplest way, holds its user to the contract, and remembers what it was asked. */
public final class FakeReader implements StatReader {
  volatile List<SourcePlan> plans = List.of();
  public volatile Runnable onSample = () -> {};
  public volatile Consumer<Stat> onFile = stat -> {};
  public volatile Function<Path, @Nullable List<Entry>> onList = directory -> null;
  public volatile int prepared;
  volatile int samples;
  public volatile boolean closed;
  private final List<FakeBatch> open = new ArrayList<>();

  @Override
  public synchronized Batch prepare(List<SourcePlan> plans, SampleMemory memory, Batch previous) {
    require(!closed, "prepare after close");
    require(previous == null || open.remove(previous), "a batch that is not open");
    int next = 0;
    for (SourcePlan plan : plans) {
      require(plan.firstIndex() >= next && !plan.stats().isEmpty(), "indices out of order");
      require(plan.source().stats().containsAll(plan.stats()), "stats of another source");
      next = plan.firstIndex() + plan.stats().size();
    }
    require(next <= memory.size(), "memory of another size");
    this.plans = plans;
    prepared++;
    FakeBatch batch = new FakeBatch(plans, memory);
    open.add(batch);
    return batch;
  }

  @Override
  public @Nullable List<Entry> list(Path directory) {
    return onList.apply(directory);
  }

  @Override
  public synchronized void close() {
    require(open.isEmpty() && !closed, "close with open batches, or twice");
    closed = true;
  }

  private static void require(boolean condition, String broken) {
    if (!condition) {
      throw new AssertionError("broken contract: " + broken);
    }
  }

  private final class FakeBatch implements Batch {
    private final List<SourcePlan> plans;
    private final SampleMemory memory;
    private boolean outdated;
    private volatile int position;

    FakeBatch(List<SourcePlan> plans, SampleMemory memory) {
      this.plans = plans;
      this.memory = memory;
    }

    @Override
    public void sample() {
      synchronized (FakeReader.this) {
        require(open.contains(this), "sample of a closed batch");
      }
      onSample.run();
      outdated = false;
      for (SourcePlan plan : plans) {
        int files = plan.source().isFlatKeyed() ? 1 : plan.stats().size();
        for (int i = 0; i < files; i++) {
          int index = plan.firstIndex() + i;
          if (memory.isLeftOut(index)) {
            continue;
          }
          position = index;
          Stat stat = plan.stats().get(i);
          onFile.accept(stat);
          if (plan.source().isFlatKeyed()) {
            flat(plan);
          } else {
            value(stat, index);
          }
        }
      }
      samples++;
    }

    private void flat(SourcePlan plan) {
      FlatKeyedText lines = new FlatKeyedText(plan.stats());
      ByteBuffer text = ByteBuffer.allocate(0);
      try {
        text = TextFile.read(FilePaths.of(plan.source()), plan.fileBytes());
      } catch (IOException e) {
        // All are gone.
      }
      lines.put(text, text.remaining(), memory, plan.firstIndex());
      outdated |= lines.isOutdated();
    }

    private void value(Stat stat, int index) {
      try {
        ByteBuffer text = TextFile.read(FilePaths.of(stat), 4096);
        boolean asDouble = stat.type() == Stat.Type.FLOAT;
        NumberText.put(text, 0, text.remaining(), asDouble, memory, index);
      } catch (IOException e) {
        Status status = ReadFailure.status(e, FilePaths.of(stat));
        memory.putFailure(index, status, ReadFailure.errno(e));
      }
    }

    @Override
    public int position() {
      return position;
    }

    @Override
    public boolean isOutdated() {
      return outdated;
    }

    @Override
    public int keptOpen() {
      return 0;
    }

    @Override
    public int notKept() {
      return 0;
    }

    @Override
    public void close() {
      synchronized (FakeReader.this) {
        require(open.remove(this), "close of a closed batch");
      }
    }
  }
}
