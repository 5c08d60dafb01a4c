package io.statsfs.core.filesystems;

import io.statsfs.Status;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.batch.UnitBatch;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.text.ReadFailure;
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
final class FileStoreBatch extends UnitBatch {
  private final List<MountPlan> plans;

  /** Made when they are first asked, and kept: making one reads all of the list of mounts. */
  private final @Nullable FileStore[] stores;

  /** By which a mount is recognized. */
  private final long[] devices;

  FileStoreBatch(OpenBatches batches, List<MountPlan> plans, SampleMemory memory) {
    super(batches, plans.stream().map(MountPlan::slots).toList(), memory);
    this.plans = List.copyOf(plans);
    stores = new FileStore[plans.size()];
    devices = plans.stream().mapToLong(MountPlan::device).toArray();
  }

  @Override
  protected void read(int unit) {
    MountPlan plan = plans.get(unit);
    try {
      FileStore store = stores[unit];
      if (store == null) {
        store = Files.getFileStore(plan.point());
        stores[unit] = store;
      }
      long size = store.getTotalSpace();
      putSize(unit, Value.SIZE, size, size);
      putSize(unit, Value.FREE, size, store.getUnallocatedSpace());
      putSize(unit, Value.AVAILABLE, size, store.getUsableSpace());
      putFailure(unit, Value.FILES.ordinal(), Status.NO_VALUE);
      putFailure(unit, Value.FILES_FREE.ordinal(), Status.NO_VALUE);
      putLong(unit, Value.READ_ONLY.ordinal(), plan.isReadOnly() ? 1 : 0);
      // Last, since all of these could be those of the directory below.
      if (!isMounted(unit, plan)) {
        putFailure(unit, Status.GONE, 0);
      }
    } catch (IOException e) {
      putFailure(unit, ReadFailure.status(e, plan.point()), ReadFailure.errno(e));
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
  private void putSize(int unit, Value value, long size, long bytes) {
    if (size > 0) {
      putLong(unit, value.ordinal(), bytes);
    } else {
      putFailure(unit, value.ordinal(), Status.NO_VALUE);
    }
  }
}
