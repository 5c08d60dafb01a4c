package io.statsfs.core.files;

import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;

/** The batch of a reader, each of whose files is a unit. */
final class FilesBatch implements Batch {
  private final SampledFiles files;
  private final StatReader.Batch batch;
  private final SampleMemory memory;

  FilesBatch(SampledFiles files, StatReader.Batch batch, SampleMemory memory) {
    this.files = files;
    this.batch = batch;
    this.memory = memory;
  }

  /** To be taken over from. */
  StatReader.Batch ofReader() {
    return batch;
  }

  @Override
  public int units() {
    return files.size();
  }

  @Override
  public int[] indices(int unit) {
    return files.slots(unit);
  }

  @Override
  public int firstIndex(int unit) {
    return files.first(unit);
  }

  @Override
  public void sample() {
    batch.sample();
    files.putNoValues(memory);
    int outdated = batch.nextOutdated(0);
    while (outdated >= 0) {
      files.reportOutdated(outdated);
      outdated = batch.nextOutdated(outdated + 1);
    }
  }

  @Override
  public int position() {
    return batch.position();
  }

  @Override
  public void leftBehind() {
    batch.leftBehind();
  }

  @Override
  public int keptOpen() {
    return batch.keptOpen();
  }

  @Override
  public int notKept() {
    return batch.notKept();
  }

  @Override
  public void close() {
    batch.close();
  }
}
