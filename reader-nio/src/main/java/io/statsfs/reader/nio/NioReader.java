package io.statsfs.reader.nio;

import io.statsfs.Source;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
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
  public Batch prepare(List<SourcePlan> plans, SampleMemory memory, @Nullable Batch previous) {
    batches.requirePossible(plans, memory);
    Map<Source, SourceReader> before = new IdentityHashMap<>();
    if (previous != null) {
      OpenFiles files = ((NioBatch) previous).files;
      files.takeOver();
      for (SourceReader reader : files.readers) {
        before.put(reader.source(), reader);
      }
    }
    List<SourceReader> readers = new ArrayList<>(plans.size());
    for (SourcePlan plan : plans) {
      SourceReader known = before.get(plan.source());
      if (known != null && known.moveTo(plan)) {
        before.remove(plan.source());
        readers.add(known);
      } else {
        readers.add(
            plan.source().isFlatKeyed()
                ? new FlatFileReader(plan, budget)
                : new DirectoryReader(plan, budget));
      }
    }
    before.values().forEach(SourceReader::close);
    NioBatch batch = new NioBatch(readers.toArray(SourceReader[]::new), memory);
    batches.add(batch, batch.files);
    return batch;
  }

  @Override
  public void close() {
    batches.close();
  }

  private static final class OpenFiles extends OpenBatches.Resources {
    private final SourceReader[] readers;

    OpenFiles(SourceReader[] readers) {
      this.readers = readers;
    }

    @Override
    protected void free() {
      for (SourceReader reader : readers) {
        reader.close();
      }
    }
  }

  /** The sources, read one after the other. */
  private static final class NioBatch implements Batch {
    private final SourceReader[] readers;
    private final OpenFiles files;
    private final SampleMemory memory;
    private final Text text = new Text();

    NioBatch(SourceReader[] readers, SampleMemory memory) {
      this.readers = readers;
      this.memory = memory;
      files = new OpenFiles(readers);
    }

    @Override
    public void sample() {
      files.beginSample();
      // A channel that is read by an interrupted thread is closed, and so would be the next ones.
      text.interrupted = Thread.interrupted();
      text.notKept = 0;
      try {
        for (SourceReader reader : readers) {
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
    public boolean isOutdated() {
      for (SourceReader reader : readers) {
        if (reader.isOutdated()) {
          return true;
        }
      }
      return false;
    }

    @Override
    public int keptOpen() {
      synchronized (files) {
        files.requireOpen();
        int kept = 0;
        for (SourceReader reader : readers) {
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
