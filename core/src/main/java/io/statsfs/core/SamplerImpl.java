package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.ReaderStats;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import io.statsfs.spi.StatReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A list of stats that follows the catalog, sampled by whichever reader was chosen. */
final class SamplerImpl implements Sampler {
  private final StatsFsImpl fs;
  private StatFilter filter;

  /** Held while a sample is taken, so that closing waits for it. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Null if the calling thread reads. */
  private final @Nullable Guard guard;

  private final StuckSources stuck;
  private Catalog catalog;
  private Stat[] stats = {};
  private List<SourcePlan> plans = List.of();
  private SampleMemory memory = new SampleMemory(0);
  private @Nullable Reading reading;
  private boolean isPrepared;
  private volatile ReaderStats readerStats = new ReaderStats(0, 0);
  private boolean closed;

  SamplerImpl(StatsFsImpl fs, StatFilter filter, @Nullable Duration patience) {
    this.fs = fs;
    this.filter = filter;
    guard = patience == null ? null : new Guard("statsfs-sampler", patience);
    stuck = new StuckSources(patience == null ? Duration.ZERO : patience);
    catalog = fs.catalog();
    follow(catalog);
  }

  /** If the filter throws, all stays as it was. */
  private void follow(Catalog next) {
    List<Stat> wanted = new ArrayList<>(stats.length);
    List<SourcePlan> found = new ArrayList<>();
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
        FileSystemType type = ((SourceImpl) source).type();
        found.add(
            new SourcePlan(
                source,
                some,
                first,
                type.keepsOpen(),
                type.doubtful(),
                type.userMade(),
                fs.limits().fileBytes()));
      }
    }
    stats = wanted.toArray(Stat[]::new);
    plans = found;
    stuck.retain(next.sources());
    prepare();
    // Last, so that a sample after a filter that threw tries again.
    catalog = next;
  }

  /** Has the reader prepare all sources, and leaves out those that are stuck. */
  private void prepare() {
    memory = new SampleMemory(stats.length);
    if (!stuck.isEmpty()) {
      for (SourcePlan plan : plans) {
        if (stuck.isLeftOut(plan.source())) {
          for (int i = 0; i < plan.stats().size(); i++) {
            memory.leaveOut(plan.firstIndex() + i, Status.BLOCKED, 0);
          }
        }
      }
    }
    StatReader.Batch previous = reading == null ? null : reading.batch;
    reading = null;
    isPrepared = false;
    reading = new Reading(stats, fs.reader().prepare(plans, memory, previous));
    isPrepared = true;
  }

  /** A batch that may get stuck, and then goes to the thread that is. */
  private final class Reading implements Guard.Work {
    private final Stat[] stats;
    final StatReader.Batch batch;
    private int position;

    Reading(Stat[] stats, StatReader.Batch batch) {
      this.stats = stats;
      this.batch = batch;
    }

    @Override
    public void run() {
      batch.sample();
    }

    @Override
    public long progress() {
      position = batch.position();
      return position;
    }

    /** Where it was when it was last looked at; the batch is not to be asked any more. */
    Source stuckIn() {
      return stats[Math.min(position, stats.length - 1)].source();
    }

    @Override
    public void returned() {
      batch.close();
      stuck.returned(this);
    }
  }

  @Override
  public void sample() {
    lock.lock();
    try {
      requireOpen();
      Catalog now = fs.catalog();
      if (now != catalog) {
        follow(now);
      } else if (!isPrepared || stuck.hasChanged()) {
        prepare();
      }
      if (guard == null || stats.length == 0) {
        reading.run();
      } else {
        sample(guard);
      }
      if (reading.batch.isOutdated()) {
        fs.flatFilesOutdated();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Reads the other sources anew after each that got stuck, which is seldom. */
  private void sample(Guard guard) {
    while (!guard.run(reading)) {
      Reading left = reading;
      // It belongs to the thread that was left behind.
      reading = null;
      isPrepared = false;
      stuck.add(left.stuckIn(), left);
      prepare();
    }
    stuck.sampled();
  }

  @Override
  public String readText(int index) {
    lock.lock();
    try {
      requireOpen();
      Stat stat = stats[index];
      if (guard == null) {
        return fs.readText(stat);
      }
      if (memory.status(index) == Status.BLOCKED || stuck.hangs(stat.source())) {
        throw blocked(stat);
      }
      TextReading text = new TextReading(stat);
      if (!guard.run(text)) {
        stuck.add(stat.source(), text);
        isPrepared = false;
        // The numbers stay; its other texts must not be tried.
        for (int i = 0; i < stats.length; i++) {
          if (stats[i].source() == stat.source() && memory.status(i) == Status.NOT_A_NUMBER) {
            memory.putFailure(i, Status.BLOCKED, 0);
          }
        }
        throw blocked(stat);
      }
      return text.text;
    } finally {
      lock.unlock();
    }
  }

  private static StatReadException blocked(Stat stat) {
    return new StatReadException(
        Status.BLOCKED, stat.path() + " cannot be read: it does not answer", null);
  }

  private final class TextReading implements Guard.Work {
    private final Stat stat;
    private String text = "";

    TextReading(Stat stat) {
      this.stat = stat;
    }

    @Override
    public void run() {
      text = fs.readText(stat);
    }

    @Override
    public void returned() {
      stuck.returned(this);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This sampler, or the StatsFs it is from, is closed");
    }
  }

  /** Does not wait for a sample that is being taken, which may take long. */
  ReaderStats readerStats() {
    if (lock.tryLock()) {
      try {
        readerStats =
            closed || reading == null
                ? new ReaderStats(0, 0)
                : new ReaderStats(reading.batch.keptOpen(), reading.batch.notKept());
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
        // A thread that hangs may keep this for ever, but not what belongs to the application.
        filter = StatFilter.all();
        if (guard != null) {
          guard.close();
        }
        if (reading != null) {
          reading.batch.close();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
