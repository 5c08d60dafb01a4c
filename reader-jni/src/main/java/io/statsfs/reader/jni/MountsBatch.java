package io.statsfs.reader.jni;

import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.Batch;
import io.statsfs.spi.MountPlan;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Asks mounted file systems through the C library, with one call per sample that allocates nothing.
 * The memory is the caller's and not the library's; the constants are those of {@code mounts.h}.
 */
final class MountsBatch implements Batch {
  static final int MOUNTS_POSITION = 0;
  static final int MOUNTS_COUNT = 1;
  static final int MOUNTS_TABLE = 2;
  static final int MOUNTS_SIZE = 3;

  static final int MOUNT_PATH = 0;
  static final int MOUNT_ID = 1;
  static final int MOUNT_DEVICE_MAJOR = 2;
  static final int MOUNT_DEVICE_MINOR = 3;
  static final int MOUNT_AUTOFS = 4;
  static final int MOUNT_READ_ONLY = 5;
  static final int MOUNT_STATE = 6;
  static final int MOUNT_SLOTS = 7;
  static final int MOUNT_VALUES = MountPlan.Value.values().length;
  static final int MOUNT_SIZE = MOUNT_SLOTS + MOUNT_VALUES;

  static final int MOUNT_UNCHECKED = 0;
  static final int MOUNT_THERE = 1;
  static final int MOUNT_GONE = 2;

  private static final int NONE = -1;

  private static final VarHandle INTEGERS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final List<MountPlan> plans;
  private final SampleMemory memory;
  private final long values;
  private final long outcomes;
  private final Handle handle;

  MountsBatch(OpenBatches batches, List<MountPlan> plans, SampleMemory memory) {
    batches.requireOpen();
    this.plans = List.copyOf(plans);
    this.memory = memory;
    values = Native.address(memory.buffer());
    outcomes = values + 8L * memory.size();
    handle = new Handle(write());
    batches.add(this, handle);
  }

  private static final class Handle extends OpenBatches.Resources {
    private final ByteBuffer mounts;
    private final long address;

    Handle(ByteBuffer mounts) {
      this.mounts = mounts;
      address = Native.address(mounts);
    }

    @Override
    protected void free() {
      Native.closeMounts(address);
      Reference.reachabilityFence(mounts);
    }
  }

  private ByteBuffer write() {
    int integers = Math.addExact(MOUNTS_SIZE, Math.multiplyExact(MOUNT_SIZE, plans.size()));
    ByteArrayOutputStream paths = new ByteArrayOutputStream();
    int[] header = new int[MOUNTS_SIZE];
    header[MOUNTS_COUNT] = plans.size();
    header[MOUNTS_TABLE] = NONE;
    ByteBuffer text = ByteBuffer.allocate(integers * Integer.BYTES).order(ByteOrder.nativeOrder());
    put(text, header);
    for (MountPlan plan : plans) {
      requirePossible(plan);
      int[] mount = new int[MOUNT_SIZE];
      mount[MOUNT_PATH] = integers * Integer.BYTES + paths.size();
      mount[MOUNT_ID] = plan.mountId();
      mount[MOUNT_DEVICE_MAJOR] = plan.device() < 0 ? NONE : major(plan.device());
      mount[MOUNT_DEVICE_MINOR] = minor(plan.device());
      mount[MOUNT_AUTOFS] = plan.onAutofs() ? 1 : 0;
      mount[MOUNT_READ_ONLY] = plan.isReadOnlyAsked() ? NONE : plan.isReadOnly() ? 1 : 0;
      mount[MOUNT_STATE] = MOUNT_UNCHECKED;
      System.arraycopy(plan.slots(), 0, mount, MOUNT_SLOTS, MOUNT_VALUES);
      put(text, mount);
      paths.writeBytes(PathText.encode(plan.point()));
      paths.write(0);
    }
    ByteBuffer all = ByteBuffer.allocateDirect(text.capacity() + paths.size());
    return all.order(ByteOrder.nativeOrder()).put(text.flip()).put(paths.toByteArray());
  }

  private static void put(ByteBuffer text, int[] integers) {
    for (int integer : integers) {
      text.putInt(integer);
    }
  }

  private void requirePossible(MountPlan plan) {
    for (int slot : plan.slots()) {
      if (slot < MountPlan.NOT_WANTED || slot >= memory.size()) {
        throw new IllegalArgumentException(
            "The memory has " + memory.size() + " places, which are none of those of " + plan);
      }
    }
  }

  /** As {@code gnu_dev_major} of makedev(3). */
  private static int major(long device) {
    return (int) (device >>> 8 & 0xfff | device >>> 32 & ~0xfffL);
  }

  private static int minor(long device) {
    return (int) (device & 0xff | device >>> 12 & 0xffffff00L);
  }

  @Override
  public int units() {
    return plans.size();
  }

  @Override
  public int[] indices(int unit) {
    return plans.get(unit).slots();
  }

  @Override
  public int firstIndex(int unit) {
    return plans.get(unit).firstSlot();
  }

  @Override
  public void sample() {
    handle.beginSample();
    try {
      Native.sampleMounts(handle.address, values, outcomes);
    } finally {
      handle.endSample();
      Reference.reachabilityFence(memory);
    }
  }

  @Override
  public int position() {
    synchronized (handle) {
      handle.requireOpen();
      return (int) INTEGERS.getVolatile(handle.mounts, MOUNTS_POSITION * Integer.BYTES);
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
