package io.statsfs.reader.jni;

import io.statsfs.spi.MountPlan;
import io.statsfs.spi.PathText;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Writes which mounted file systems are to be sampled in the way in which the library takes it. The
 * constants are those of {@code mounts.h}.
 */
final class MountsMemory {
  static final int MOUNTS_POSITION = MemoryBatch.POSITION;
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

  private MountsMemory() {}

  /** A direct buffer. */
  static ByteBuffer write(List<MountPlan> plans) {
    int integers = Math.addExact(MOUNTS_SIZE, Math.multiplyExact(MOUNT_SIZE, plans.size()));
    ByteArrayOutputStream paths = new ByteArrayOutputStream();
    int[] header = new int[MOUNTS_SIZE];
    header[MOUNTS_COUNT] = plans.size();
    header[MOUNTS_TABLE] = NONE;
    ByteBuffer text = ByteBuffer.allocate(integers * Integer.BYTES).order(ByteOrder.nativeOrder());
    put(text, header);
    for (MountPlan plan : plans) {
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

  /** As {@code gnu_dev_major} of makedev(3). */
  private static int major(long device) {
    return (int) (device >>> 8 & 0xfff | device >>> 32 & ~0xfffL);
  }

  private static int minor(long device) {
    return (int) (device & 0xff | device >>> 12 & 0xffffff00L);
  }
}
