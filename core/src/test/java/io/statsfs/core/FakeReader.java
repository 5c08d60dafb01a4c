package io.statsfs.core;

import io.statsfs.Status;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.text.FileCells;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Reads in the simplest way, holds its user to the contract, and remembers what it was asked. */
public final class FakeReader implements StatReader {
  volatile List<DirectoryPlan> plans = List.of();
  public volatile Runnable onSample = () -> {};

  /** Before a file is read; what it throws unchecked of I/O, the reading answers. */
  public volatile Consumer<Path> onFile = path -> {};

  /** What a sample begins with, at no file. */
  public volatile Runnable onNoFile = () -> {};

  public volatile int leftBehind;
  public volatile Function<Path, @Nullable List<Entry>> onList = directory -> null;

  /** What the directory was that was listed. */
  public volatile Function<Path, @Nullable FileStatus> onListed = directory -> null;

  /** What a look at a path shows; null has the caller look by itself. */
  public volatile Function<Path, @Nullable FileStatus> onLook = path -> null;

  public volatile int prepared;
  volatile int samples;
  public volatile boolean closed;

  /** How many files each batch says that it keeps open. */
  public volatile IntSupplier keptOpen = () -> 0;

  private final List<FakeBatch> open = new ArrayList<>();

  @Override
  public @Nullable FileStatus look(Path path, boolean followsLink) {
    return onLook.apply(path);
  }

  @Override
  public synchronized Batch prepare(
      List<DirectoryPlan> plans, SampleMemory memory, @Nullable Batch previous) {
    require(!closed, "prepare after close");
    require(previous == null || open.remove(previous), "a batch that is not open");
    BitSet slots = new BitSet();
    for (DirectoryPlan plan : plans) {
      require(plan.directory().startsWith(plan.root()), "a directory of another tree");
      require(!plan.files().isEmpty(), "a directory without files");
      for (FilePlan file : plan.files()) {
        require(file.firstSlot() >= 0, "a file of which nothing is wanted");
        for (int slot : file.slots()) {
          require(slot < memory.size(), "memory of another size");
          require(slot < 0 || !slots.get(slot), "an index twice");
          if (slot >= 0) {
            slots.set(slot);
          }
        }
      }
    }
    this.plans = plans;
    prepared++;
    FakeBatch batch = new FakeBatch(plans, memory);
    open.add(batch);
    return batch;
  }

  @Override
  public @Nullable Listing list(Path directory, boolean withModes) {
    List<Entry> entries = onList.apply(directory);
    return entries == null ? null : Listing.of(entries, onListed.apply(directory));
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
    private final List<DirectoryPlan> plans;
    private final SampleMemory memory;
    private final FileCells.Shared shared = new FileCells.Shared();

    /** By the number of the file. Those of one value are made for each text, as they are many. */
    private final Map<Integer, FileCells> cells = new HashMap<>();

    private final BitSet outdated = new BitSet();
    private volatile int position;

    FakeBatch(List<DirectoryPlan> plans, SampleMemory memory) {
      this.plans = plans;
      this.memory = memory;
    }

    @Override
    public void sample() {
      synchronized (FakeReader.this) {
        require(open.contains(this), "sample of a closed batch");
      }
      onSample.run();
      outdated.clear();
      position = -1;
      onNoFile.run();
      int number = 0;
      for (DirectoryPlan plan : plans) {
        for (FilePlan file : plan.files()) {
          if (!memory.isLeftOut(file.firstSlot())) {
            position = number;
            read(PathText.resolve(plan.directory(), file.name()), plan, file, number);
          }
          number++;
        }
      }
      samples++;
    }

    private void read(Path path, DirectoryPlan plan, FilePlan file, int number) {
      int max = file.shape().isOneLine() ? FilePlan.VALUE_BYTES : plan.maxBytes();
      try {
        onFile.accept(path);
        ByteBuffer text = TextFile.read(path, max);
        FileCells its =
            file.shape().equals(Shape.VALUE)
                ? new FileCells(file, shared)
                : cells.computeIfAbsent(number, n -> new FileCells(file, shared));
        its.put(text.array(), text.remaining(), text.remaining() == max, memory);
        outdated.set(number, its.isOutdated());
      } catch (UncheckedIOException e) {
        fail(path, file, Objects.requireNonNull(e.getCause()));
      } catch (IOException e) {
        fail(path, file, e);
      }
    }

    private void fail(Path path, FilePlan file, IOException e) {
      Status status = ReadFailure.status(e, path);
      for (int slot : file.slots()) {
        if (slot >= 0) {
          memory.putFailure(slot, status, ReadFailure.errno(e));
        }
      }
    }

    @Override
    public int position() {
      return position;
    }

    @Override
    public void leftBehind() {
      require(position < 0, "left behind at a file");
      leftBehind++;
    }

    @Override
    public int nextOutdated(int from) {
      return outdated.nextSetBit(from);
    }

    @Override
    public int keptOpen() {
      synchronized (FakeReader.this) {
        require(open.contains(this), "a count of a closed batch");
      }
      return keptOpen.getAsInt();
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
