package io.statsfs.core;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.Backends;
import io.statsfs.core.backend.Scanners;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A tree without files, so that nothing but this library takes time. Each scan finds another source
 * of one stat, whose value is 7, and a problem of the same number.
 */
public final class MemoryBackend implements Scanner {
  private static final Logger LOG = Logger.getLogger("io.statsfs");

  private static final Tree TREE =
      Tree.builder(Layout.builder("memory").build()).backend("memory").build();

  static {
    // Each problem would be logged.
    LOG.setLevel(Level.OFF);
  }

  private final AtomicInteger scans = new AtomicInteger();
  private final AtomicInteger openBatches = new AtomicInteger();
  private volatile boolean closed;

  /** Whether anything was done in the wrong order. */
  private volatile boolean misused;

  /** A stat of this tree. */
  public Stat find() {
    return new Found(scans.incrementAndGet()).stats().get(0);
  }

  /** Opens it, by a scan of the caller's. */
  StatsFsImpl open() {
    return new StatsFsImpl(
        new Backends.Opened(new Scanners(List.of(this)), List.of()),
        Limits.defaults(),
        Duration.ZERO,
        false,
        TreeScans.watchdog());
  }

  /** Whether all batches were closed once, and nothing was asked of what is closed. */
  boolean isAllWell() {
    return !misused && openBatches.get() == 0;
  }

  private void misusedIf(boolean isWrong) {
    if (isWrong) {
      misused = true;
    }
  }

  @Override
  public List<Tree> trees() {
    return List.of(TREE);
  }

  @Override
  public ScanResult scan(ScanRequest request) {
    misusedIf(closed);
    int number = scans.incrementAndGet();
    return ScanResult.of(
        List.of(new Found(number)),
        List.of(Problem.builder(Problem.Kind.GONE, Integer.toString(number)).tree(TREE).build()));
  }

  @Override
  public Batch prepare(
      List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    misusedIf(closed);
    if (previous != null) {
      previous.close();
    }
    openBatches.incrementAndGet();
    return new Values(indices, memory);
  }

  @Override
  public void close() {
    misusedIf(closed);
    closed = true;
  }

  private final class Values implements Batch {
    private final int[] indices;
    private final SampleMemory memory;
    private final AtomicInteger samples = new AtomicInteger();
    private volatile boolean isClosed;

    Values(int[] indices, SampleMemory memory) {
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

    private void requireUsable() {
      misusedIf(isClosed || closed);
    }

    @Override
    public void sample() {
      misusedIf(samples.getAndIncrement() != 0);
      requireUsable();
      for (int index : indices) {
        memory.putLong(index, 7);
      }
      requireUsable();
      samples.getAndDecrement();
    }

    @Override
    public int position() {
      return 0;
    }

    @Override
    public int keptOpen() {
      requireUsable();
      return indices.length;
    }

    @Override
    public void close() {
      if (!isClosed) {
        misusedIf(closed);
        isClosed = true;
        misusedIf(samples.get() != 0);
        openBatches.decrementAndGet();
      }
    }
  }

  private static final class Found implements Source {
    private final int number;
    private final List<Stat> stats = List.of(new Value(this));

    Found(int number) {
      this.number = number;
    }

    @Override
    public Tree tree() {
      return TREE;
    }

    @Override
    public String subsystem() {
      return "memory";
    }

    @Override
    public String device() {
      return Integer.toString(number);
    }

    @Override
    public Map<String, String> labels() {
      return Map.of();
    }

    @Override
    public List<Stat> stats() {
      return stats;
    }

    @Override
    public String origin() {
      return device();
    }
  }

  private record Value(Source source) implements Stat {
    @Override
    public String name() {
      return "value";
    }

    @Override
    public Kind kind() {
      return Kind.LEVEL;
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public String unit() {
      return "";
    }

    @Override
    public String origin() {
      return source.origin();
    }

    @Override
    public String toString() {
      return source.device();
    }
  }
}
