package io.statsfs.reader.nio;

import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.text.FileCells;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads values through {@link java.nio.channels.FileChannel}.
 *
 * <p>Files are kept open where the plan allows it and the {@link DescriptorBudget} suffices; a
 * sample then allocates nothing. Elsewhere each sample opens each file by its whole path and closes
 * it, for some 350 bytes. Opening relative to a directory ({@link
 * java.nio.file.SecureDirectoryStream}) is hardly faster on debugfs, takes some 470 bytes, and the
 * directory's descriptors would keep its file system from being unmounted.
 */
final class NioReader implements StatReader {
  private final DescriptorBudget budget;
  private final OpenBatches batches = new OpenBatches();

  NioReader(DescriptorBudget budget) {
    this.budget = budget;
  }

  @Override
  public Batch prepare(
      List<DirectoryPlan> directories, SampleMemory memory, @Nullable Batch previous) {
    batches.requirePossible(directories, memory);
    Map<Object, DirectoryReader> before = new IdentityHashMap<>();
    if (previous != null) {
      OpenFiles files = ((NioBatch) previous).files;
      files.takeOver();
      for (DirectoryReader reader : files.readers) {
        before.put(reader.plan().identity(), reader);
      }
    }
    FileCells.Shared shared = new FileCells.Shared();
    List<DirectoryReader> readers = new ArrayList<>(directories.size());
    int files = 0;
    for (DirectoryPlan plan : directories) {
      DirectoryReader known = before.remove(plan.identity());
      readers.add(new DirectoryReader(plan, files, budget, shared, known));
      files += plan.files().size();
    }
    before.values().forEach(DirectoryReader::close);
    NioBatch batch = new NioBatch(readers.toArray(DirectoryReader[]::new), files, memory);
    batches.add(batch, batch.files);
    return batch;
  }

  @Override
  public void close() {
    batches.close();
  }

  private static final class OpenFiles extends OpenBatches.Resources {
    private final DirectoryReader[] readers;

    OpenFiles(DirectoryReader[] readers) {
      this.readers = readers;
    }

    @Override
    protected void free() {
      for (DirectoryReader reader : readers) {
        reader.close();
      }
    }
  }

  /** The directories, read one after the other. */
  private static final class NioBatch implements Batch {
    private final DirectoryReader[] readers;
    private final OpenFiles files;
    private final SampleMemory memory;
    private final Text text;

    NioBatch(DirectoryReader[] readers, int files, SampleMemory memory) {
      this.readers = readers;
      this.memory = memory;
      this.files = new OpenFiles(readers);
      text = new Text(files);
    }

    @Override
    public void sample() {
      files.beginSample();
      // A channel that is read by an interrupted thread is closed, and so would be the next ones.
      text.interrupted = Thread.interrupted();
      text.notKept = 0;
      text.outdated.clear();
      try {
        for (DirectoryReader reader : readers) {
          reader.sample(memory, text);
        }
      } finally {
        files.endSample();
        if (text.interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public int position() {
      synchronized (files) {
        files.requireOpen();
        return text.position();
      }
    }

    @Override
    public int nextOutdated(int from) {
      return text.outdated.nextSetBit(from);
    }

    @Override
    public int keptOpen() {
      synchronized (files) {
        files.requireOpen();
        int kept = 0;
        for (DirectoryReader reader : readers) {
          kept += reader.kept();
        }
        return kept;
      }
    }

    @Override
    public int notKept() {
      synchronized (files) {
        files.requireOpen();
        return text.notKept;
      }
    }

    @Override
    public void close() {
      files.close();
    }
  }
}
