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
  private final FilePlan[] files;
  private final SampleMemory memory;
  private final long values;
  private final long outcomes;
  private final Handle handle;

  JniBatch(
      OpenBatches batches,
      List<DirectoryPlan> directories,
      SampleMemory memory,
      @Nullable JniBatch previous) {
    batches.requirePossible(directories, memory);
    this.directories = List.copyOf(directories);
    this.memory = memory;
    files = directories.stream().flatMap(d -> d.files().stream()).toArray(FilePlan[]::new);
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
    int[] predecessors = new int[files.length];
    Arrays.fill(predecessors, -1);
    if (previous == null) {
      return predecessors;
    }
    Map<Object, int[]> before = new IdentityHashMap<>();
    int first = 0;
    for (DirectoryPlan directory : previous.directories) {
      int end = first + directory.files().size();
      before.put(directory.identity(), new int[] {first, end});
      first = end;
    }
    first = 0;
    for (DirectoryPlan directory : directories) {
      int end = first + directory.files().size();
      int[] range = before.get(directory.identity());
      if (range != null && directory.keepOpen()) {
        previous.find(range[0], range[1], files, first, end, predecessors);
      }
      first = end;
    }
    return predecessors;
  }

  /** Finds the files of a directory by their names, which mostly are in the same places. */
  private void find(int from, int to, FilePlan[] wanted, int first, int end, int[] predecessors) {
    Map<String, Integer> byName = null;
    for (int i = first; i < end; i++) {
      String name = wanted[i].name();
      int same = from + i - first;
      if (same < to && files[same].name().equals(name)) {
        predecessors[i] = same;
        continue;
      }
      if (byName == null) {
        byName = new HashMap<>();
        for (int k = from; k < to; k++) {
          byName.put(files[k].name(), k);
        }
      }
      predecessors[i] = byName.getOrDefault(name, -1);
    }
  }

  @Override
  public void sample() {
    handle.beginSample();
    try {
      int file = Native.sample(handle.batch, values, outcomes);
      while (file >= 0) {
        finish(files[file]);
        file = Native.sample(handle.batch, values, outcomes);
      }
    } finally {
      handle.endSample();
    }
  }

  /** Decimals of so many digits that the library leaves them to Java. */
  private void finish(FilePlan file) {
    ByteBuffer results = memory.buffer();
    for (int i : file.slots()) {
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
  public void close() {
    handle.close();
  }
}
