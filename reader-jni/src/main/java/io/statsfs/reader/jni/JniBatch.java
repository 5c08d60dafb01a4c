package io.statsfs.reader.jni;

import io.statsfs.Status;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.text.NumberText;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch in native memory, which is freed if this is forgotten without being closed. */
final class JniBatch implements StatReader.Batch {
  /** In the place of a {@link Status}; {@code table.h} says when. */
  static final int UNFINISHED = 255;

  private static final int ENOMEM = 12;

  private final List<DirectoryPlan> directories;

  /**
   * The numbers of the first files of the directories, and behind them how many files there are.
   */
  private final int[] firstFiles;

  private final SampleMemory memory;
  private final NetlinkUse netlink;
  private final long values;
  private final long outcomes;
  private final Handle handle;

  JniBatch(
      OpenBatches batches,
      List<DirectoryPlan> directories,
      SampleMemory memory,
      NetlinkUse netlink,
      @Nullable JniBatch previous) {
    batches.requirePossible(directories, memory);
    this.directories = List.copyOf(directories);
    this.memory = memory;
    this.netlink = netlink;
    firstFiles = new int[directories.size() + 1];
    for (int i = 0; i < directories.size(); i++) {
      firstFiles[i + 1] = firstFiles[i] + directories.get(i).files().size();
    }
    values = Native.address(memory.buffer());
    outcomes = values + 8L * memory.size();
    handle = new Handle(open(previous));
    batches.add(this, handle);
  }

  private static final class Handle extends OpenBatches.Resources {
    private final long batch;

    Handle(long batch) {
      this.batch = batch;
    }

    @Override
    protected void free() {
      Native.close(batch);
    }
  }

  private long open(@Nullable JniBatch previous) {
    ByteBuffer plan = NativePlan.write(directories, predecessors(previous));
    long ended = 0;
    if (previous != null) {
      previous.handle.takeOver();
      ended = previous.handle.batch;
    }
    long batch = Native.open(Native.address(plan), plan.capacity(), ended);
    Reference.reachabilityFence(plan);
    if (batch < 0) {
      Native.close(ended);
      throw new OutOfMemoryError(
          "No native memory for " + memory.size() + " stats, errno " + -batch);
    }
    return batch;
  }

  /** For each file the one of the previous batch that has its name in the same directory, or -1. */
  private int[] predecessors(@Nullable JniBatch previous) {
    int[] predecessors = new int[firstFiles[directories.size()]];
    Arrays.fill(predecessors, -1);
    if (previous == null) {
      return predecessors;
    }
    Map<Object, Integer> before = new IdentityHashMap<>();
    for (int i = 0; i < previous.directories.size(); i++) {
      before.put(previous.directories.get(i).identity(), i);
    }
    for (int i = 0; i < directories.size(); i++) {
      Integer old = before.get(directories.get(i).identity());
      if (old != null && directories.get(i).keepOpen()) {
        List<FilePlan> files = previous.directories.get(old).files();
        find(
            directories.get(i).files(),
            firstFiles[i],
            files,
            previous.firstFiles[old],
            predecessors);
      }
    }
    return predecessors;
  }

  /** Finds the files of a directory by their names, which mostly are in the same places. */
  private static void find(
      List<FilePlan> files, int first, List<FilePlan> old, int firstOld, int[] predecessors) {
    Map<String, Integer> byName = null;
    for (int i = 0; i < files.size(); i++) {
      String name = files.get(i).name();
      if (i < old.size() && old.get(i).name().equals(name)) {
        predecessors[first + i] = firstOld + i;
        continue;
      }
      if (byName == null) {
        byName = new HashMap<>();
        for (int k = 0; k < old.size(); k++) {
          byName.put(old.get(k).name(), firstOld + k);
        }
      }
      predecessors[first + i] = byName.getOrDefault(name, -1);
    }
  }

  @Override
  public void sample() {
    handle.beginSample();
    try {
      boolean byNetlink = netlink.isAllowed();
      int file = Native.sample(handle.batch, byNetlink, values, outcomes);
      while (file >= 0) {
        finish(file);
        file = Native.sample(handle.batch, byNetlink, values, outcomes);
      }
    } finally {
      handle.endSample();
    }
  }

  /** Decimals of so many digits that the library leaves them to Java. */
  private void finish(int file) {
    int found = Arrays.binarySearch(firstFiles, file);
    // Of directories without a file the last one that begins there is the file's.
    int directory = found < 0 ? -found - 2 : found;
    while (firstFiles[directory + 1] == file) {
      directory++;
    }
    FilePlan plan = directories.get(directory).files().get(file - firstFiles[directory]);
    ByteBuffer results = memory.buffer();
    for (int i : plan.slots()) {
      if (i >= 0 && (results.getInt(8 * memory.size() + 4 * i) & 0xff) == UNFINISHED) {
        long place = results.getLong(8 * i);
        byte[] text = Native.text(handle.batch, (int) (place >>> 32), (int) place);
        if (text == null) {
          memory.putFailure(i, Status.FAILED, ENOMEM);
        } else {
          NumberText.put(text, 0, text.length, true, memory, i);
        }
      }
    }
  }

  @Override
  public int position() {
    synchronized (handle) {
      handle.requireOpen();
      return Native.position(handle.batch);
    }
  }

  @Override
  public int nextOutdated(int from) {
    synchronized (handle) {
      handle.requireOpen();
      return Native.nextOutdated(handle.batch, from);
    }
  }

  @Override
  public int keptOpen() {
    synchronized (handle) {
      handle.requireOpen();
      return Native.kept(handle.batch);
    }
  }

  @Override
  public int notKept() {
    synchronized (handle) {
      handle.requireOpen();
      return Native.notKept(handle.batch);
    }
  }

  @Override
  public void leftBehind() {
    netlink.hangs(this);
    if (handle.isClosed()) {
      // It returned meanwhile.
      netlink.returned(this);
    }
  }

  @Override
  public void close() {
    handle.close();
    netlink.returned(this);
  }
}
