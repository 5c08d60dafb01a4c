package io.statsfs.core.filesystems;

import io.statsfs.Status;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.Batch;
import io.statsfs.spi.MountPlan;
import io.statsfs.spi.MountPlan.Value;
import io.statsfs.spi.SampleMemory;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks file systems by {@link FileStore}, which does not know the number of files: three system
 * calls for each, and one more that sees whether it is still mounted there. Whether one can be
 * written to is what the list of mounts said.
 */
final class FileStoreBatch implements Batch {
  private final List<MountPlan> plans;

  /** Made when they are first asked, and kept: making one reads all of the list of mounts. */
  private final @Nullable FileStore[] stores;

  /** By which a mount is recognized. */
  private final long[] devices;

  private final SampleMemory memory;
  private final Handle handle = new Handle();
  private volatile int position;

  FileStoreBatch(OpenBatches batches, List<MountPlan> plans, SampleMemory memory) {
    this.plans = List.copyOf(plans);
    this.memory = memory;
    stores = new FileStore[plans.size()];
    devices = plans.stream().mapToLong(MountPlan::device).toArray();
    batches.add(this, handle);
  }

  /** Nothing is kept open. */
  private static final class Handle extends OpenBatches.Resources {
    @Override
    protected void free() {}
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
      for (int i = 0; i < stores.length; i++) {
        MountPlan plan = plans.get(i);
        position = i;
        if (!memory.isLeftOut(plan.firstSlot())) {
          read(i, plan);
        }
      }
    } finally {
      handle.endSample();
    }
  }

  private void read(int unit, MountPlan plan) {
    try {
      FileStore store = stores[unit];
      if (store == null) {
        store = Files.getFileStore(plan.point());
        stores[unit] = store;
      }
      long size = store.getTotalSpace();
      putSize(plan, Value.SIZE, size, size);
      putSize(plan, Value.FREE, size, store.getUnallocatedSpace());
      putSize(plan, Value.AVAILABLE, size, store.getUsableSpace());
      putNothing(plan, Value.FILES);
      putNothing(plan, Value.FILES_FREE);
      int readOnly = plan.slots()[Value.READ_ONLY.ordinal()];
      if (readOnly >= 0) {
        memory.putLong(readOnly, plan.isReadOnly() ? 1 : 0);
      }
      // Last, since all of these could be those of the directory below.
      if (!isMounted(unit, plan)) {
        putFailure(plan, Status.GONE, 0);
      }
    } catch (IOException e) {
      putFailure(plan, ReadFailure.status(e, plan.point()), ReadFailure.errno(e));
    }
  }

  private boolean isMounted(int unit, MountPlan plan) throws IOException {
    long device = Inode.device(plan.point());
    if (devices[unit] < 0) {
      devices[unit] = device;
    }
    return devices[unit] == device;
  }

  /** A file system without a size has no free space either. */
  private void putSize(MountPlan plan, Value value, long size, long bytes) {
    int slot = plan.slots()[value.ordinal()];
    if (slot >= 0 && size > 0) {
      memory.putLong(slot, bytes);
    } else {
      putNothing(plan, value);
    }
  }

  private void putNothing(MountPlan plan, Value value) {
    int slot = plan.slots()[value.ordinal()];
    if (slot >= 0) {
      memory.putFailure(slot, Status.NO_VALUE, 0);
    }
  }

  private void putFailure(MountPlan plan, Status status, int errno) {
    for (int slot : plan.slots()) {
      if (slot >= 0) {
        memory.putFailure(slot, status, errno);
      }
    }
  }

  @Override
  public int position() {
    synchronized (handle) {
      handle.requireOpen();
      return position;
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
