package io.statsfs.reader.jni;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.text.NumberText;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import io.statsfs.spi.StatReader;
import java.io.ByteArrayOutputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A batch in native memory, which is freed if this is forgotten without being closed. */
final class JniBatch implements StatReader.Batch {
  private static final int HEADER = 3;
  private static final int SOURCE = 11;
  private static final int STAT = 3;
  private static final int KEEP_OPEN = 1;
  private static final int FLAT_KEYED = 2;
  private static final int DOUBTFUL = 4;
  private static final int USER_MADE = 8;
  private static final int FLOAT = 1;
  private static final int UNFINISHED = 255;
  private static final int ENOMEM = 12;

  private final List<SourcePlan> plans;
  private final SampleMemory memory;
  private final long values;
  private final long outcomes;
  private final Handle handle;
  private boolean outdated;

  JniBatch(
      OpenBatches batches,
      List<SourcePlan> plans,
      SampleMemory memory,
      @Nullable JniBatch previous) {
    batches.requirePossible(plans, memory);
    this.plans = plans;
    this.memory = memory;
    values = Native.address(memory.buffer());
    outcomes = values + 8L * memory.size();
    handle = new Handle(open(plans, memory.size(), previous));
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

  private static long open(List<SourcePlan> plans, int stats, @Nullable JniBatch previous) {
    Map<Source, Integer> before = new IdentityHashMap<>();
    if (previous != null) {
      for (int i = 0; i < previous.plans.size(); i++) {
        before.put(previous.plans.get(i).source(), i);
      }
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    int[] sourcePlan = new int[plans.size() * SOURCE];
    List<List<Stat>> others = plans.stream().map(JniBatch::others).toList();
    int otherCount = others.stream().mapToInt(List::size).sum();
    int[] statPlan = new int[(stats + otherCount) * STAT];
    Map<String, int[]> names = new HashMap<>();
    Map<Path, Integer> roots = new HashMap<>();
    int at = 0;
    int firstOther = stats;
    for (int p = 0; p < plans.size(); p++) {
      SourcePlan plan = plans.get(p);
      Source source = plan.source();
      Integer old = before.get(source);
      boolean same = old != null && previous.plans.get(old).stats().equals(plan.stats());
      // A root that is a file is one in its directory.
      boolean isRootFile =
          source.isFlatKeyed()
              && source.path().orElseThrow().equals(source.tree().root().orElseThrow());
      Path root =
          isRootFile ? parent(source.path().orElseThrow()) : source.tree().root().orElseThrow();
      Path directory =
          source.isFlatKeyed() ? parent(source.path().orElseThrow()) : source.path().orElseThrow();
      @Nullable Path links = source.tree().layout().links().orElse(null);
      sourcePlan[at++] = roots.computeIfAbsent(root, r -> put(text, PathText.encode(r)));
      sourcePlan[at++] = put(text, below(root, directory));
      sourcePlan[at++] =
          links == null ? -1 : put(text, PathText.encode(links.normalize().toString()));
      sourcePlan[at++] =
          source.isFlatKeyed()
              ? put(text, PathText.encode(PathText.nameOf(source.path().orElseThrow())))
              : -1;
      sourcePlan[at++] = plan.firstIndex();
      sourcePlan[at++] = plan.stats().size();
      sourcePlan[at++] =
          (plan.keepOpen() ? KEEP_OPEN : 0)
              | (source.isFlatKeyed() ? FLAT_KEYED : 0)
              | (plan.doubtful() ? DOUBTFUL : 0)
              | (plan.userMade() ? USER_MADE : 0);
      sourcePlan[at++] = plan.fileBytes();
      sourcePlan[at++] = firstOther;
      sourcePlan[at++] = others.get(p).size();
      sourcePlan[at++] = same ? old : -1;
      put(statPlan, plan.firstIndex(), plan.stats(), text, names);
      put(statPlan, firstOther, others.get(p), text, names);
      firstOther += others.get(p).size();
    }
    int bytes = (HEADER + sourcePlan.length + statPlan.length) * Integer.BYTES + text.size();
    ByteBuffer plan = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    plan.putInt(plans.size()).putInt(stats + otherCount).putInt(text.size());
    for (int i : sourcePlan) {
      plan.putInt(i);
    }
    for (int i : statPlan) {
      plan.putInt(i);
    }
    plan.put(text.toByteArray());
    long ended = 0;
    if (previous != null) {
      previous.handle.takeOver();
      ended = previous.handle.batch;
    }
    long batch = Native.open(Native.address(plan), bytes, ended);
    Reference.reachabilityFence(plan);
    if (batch < 0) {
      Native.close(ended);
      throw new OutOfMemoryError("No native memory for " + stats + " stats, errno " + -batch);
    }
    return batch;
  }

  /** The lines of a file of many values that are not wanted, but known. */
  private static List<Stat> others(SourcePlan plan) {
    if (!plan.source().isFlatKeyed() || plan.stats().size() == plan.source().stats().size()) {
      return List.of();
    }
    Set<Stat> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
    wanted.addAll(plan.stats());
    return plan.source().stats().stream().filter(stat -> !wanted.contains(stat)).toList();
  }

  private static void put(
      int[] statPlan,
      int first,
      List<Stat> stats,
      ByteArrayOutputStream text,
      Map<String, int[]> names) {
    int k = first * STAT;
    for (Stat stat : stats) {
      int[] name =
          names.computeIfAbsent(
              stat.name(),
              n -> {
                byte[] bytes = PathText.encode(n);
                return new int[] {put(text, bytes), bytes.length};
              });
      statPlan[k++] = name[0];
      statPlan[k++] = name[1];
      statPlan[k++] = stat.type() == Stat.Type.FLOAT ? FLOAT : 0;
    }
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  /** The path from one directory to another below it; empty if they are the same. */
  private static byte[] below(Path root, Path directory) {
    byte[] from = PathText.encode(root);
    byte[] to = PathText.encode(directory);
    int start = from[from.length - 1] == '/' ? from.length : from.length + 1;
    return Arrays.copyOfRange(to, Math.min(start, to.length), to.length);
  }

  private static int put(ByteArrayOutputStream text, byte[] bytes) {
    int offset = text.size();
    text.writeBytes(bytes);
    text.write(0);
    return offset;
  }

  @Override
  public void sample() {
    handle.beginSample();
    try {
      long progress = Native.sample(handle.batch, values, outcomes);
      while (progress > 0) {
        finish((int) (progress >>> 32), (int) progress);
        progress = Native.sample(handle.batch, values, outcomes);
      }
      outdated = progress < 0;
    } finally {
      handle.endSample();
    }
  }

  /** Decimals of so many digits that the library leaves them to Java. */
  private void finish(int first, int end) {
    ByteBuffer results = memory.buffer();
    for (int i = first; i < end; i++) {
      if ((results.getInt(8 * memory.size() + 4 * i) & 0xff) == UNFINISHED) {
        long place = results.getLong(8 * i);
        byte[] text = Native.text(handle.batch, (int) (place >>> 32), (int) place);
        if (text == null) {
          memory.putFailure(i, Status.FAILED, ENOMEM);
        } else {
          NumberText.put(ByteBuffer.wrap(text), 0, text.length, true, memory, i);
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
  public boolean isOutdated() {
    return outdated;
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
