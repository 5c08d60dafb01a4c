package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.ReaderStats;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import io.statsfs.spi.StatReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A list of stats that follows the catalog, sampled by whichever reader was chosen. */
final class SamplerImpl implements Sampler {
  private final StatsFsImpl fs;
  private final StatFilter filter;

  /** Held while a sample is taken, so that closing waits for it. */
  private final ReentrantLock lock = new ReentrantLock();

  private Catalog catalog;
  private Stat[] stats = {};
  private SampleMemory memory = new SampleMemory(0);
  private StatReader.@Nullable Batch batch;
  private volatile ReaderStats readerStats = new ReaderStats(0, 0);
  private boolean closed;

  SamplerImpl(StatsFsImpl fs, StatFilter filter) {
    this.fs = fs;
    this.filter = filter;
    this.catalog = fs.catalog();
    prepare(catalog);
  }

  /** If the filter throws, all stays as it was. */
  private void prepare(Catalog next) {
    List<Stat> wanted = new ArrayList<>(stats.length);
    List<SourcePlan> plans = new ArrayList<>();
    for (Source source : next.sources()) {
      int first = wanted.size();
      for (Stat stat : source.stats()) {
        if (filter.test(stat)) {
          wanted.add(stat);
        }
      }
      int count = wanted.size() - first;
      if (count > 0) {
        List<Stat> some =
            count == source.stats().size()
                ? source.stats()
                : List.copyOf(wanted.subList(first, wanted.size()));
        boolean keepOpen = ((SourceImpl) source).type().keepsOpen();
        plans.add(new SourcePlan(source, some, first, keepOpen, fs.limits().fileBytes()));
      }
    }
    stats = wanted.toArray(Stat[]::new);
    memory = new SampleMemory(stats.length);
    StatReader.Batch previous = batch;
    batch = null;
    batch = fs.reader().prepare(plans, memory, previous);
    // Last, so that a sample after a filter that threw tries again.
    catalog = next;
  }

  @Override
  public void sample() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("This sampler, or the StatsFs it is from, is closed");
      }
      Catalog now = fs.catalog();
      if (now != catalog) {
        prepare(now);
      }
      batch.sample();
      if (batch.isOutdated()) {
        fs.flatFilesOutdated();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Does not wait for a sample that is being taken, which may take long. */
  ReaderStats readerStats() {
    if (lock.tryLock()) {
      try {
        readerStats =
            closed || batch == null
                ? new ReaderStats(0, 0)
                : new ReaderStats(batch.keptOpen(), batch.notKept());
      } finally {
        lock.unlock();
      }
    }
    return readerStats;
  }

  @Override
  public Catalog catalog() {
    return catalog;
  }

  @Override
  public int size() {
    return stats.length;
  }

  @Override
  public Stat stat(int index) {
    return stats[index];
  }

  @Override
  public Status status(int index) {
    return memory.status(index);
  }

  @Override
  public int count(Status status) {
    int count = 0;
    for (int i = 0; i < stats.length; i++) {
      if (memory.status(i) == status) {
        count++;
      }
    }
    return count;
  }

  @Override
  public int errno(int index) {
    return memory.errno(index);
  }

  @Override
  public long longValue(int index) {
    return memory.longValue(index);
  }

  @Override
  public double doubleValue(int index) {
    return memory.doubleValue(index);
  }

  @Override
  public boolean isUnsigned(int index) {
    return memory.isUnsigned(index);
  }

  @Override
  public boolean isDouble(int index) {
    return memory.isDouble(index);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        if (batch != null) {
          batch.close();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
