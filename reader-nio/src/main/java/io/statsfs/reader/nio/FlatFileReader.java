package io.statsfs.reader.nio;

import io.statsfs.Status;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.SourcePlan;
import java.io.IOException;

/** Reads a source that is a file of many values, in one go. */
final class FlatFileReader extends SourceReader {
  private final StatFile file;
  private final FlatKeyedText lines;
  private final int maxBytes;

  FlatFileReader(SourcePlan plan, DescriptorBudget budget) {
    super(plan);
    file = new StatFile(plan.source().path().orElseThrow(), plan, budget);
    lines = new FlatKeyedText(plan.stats());
    maxBytes = plan.fileBytes();
  }

  @Override
  void sample(SampleMemory memory, Text text) {
    if (memory.isLeftOut(firstIndex())) {
      return;
    }
    text.moveTo(firstIndex());
    try {
      requireDirectory();
      int length = file.readAll(text, maxBytes);
      if (length == maxBytes) {
        length = FlatKeyedText.wholeLines(text.bytes, length);
      }
      lines.put(text.bytes, length, memory, firstIndex());
    } catch (IOException e) {
      Status status = ReadFailure.status(e, file.path());
      for (int i = 0; i < stats().size(); i++) {
        memory.putFailure(firstIndex() + i, status, ReadFailure.errno(e));
      }
    }
  }

  @Override
  boolean isOutdated() {
    return lines.isOutdated();
  }

  @Override
  int kept() {
    return file.isKept() ? 1 : 0;
  }

  @Override
  void close() {
    file.close();
  }
}
