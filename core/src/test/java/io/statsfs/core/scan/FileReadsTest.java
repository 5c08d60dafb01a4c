package io.statsfs.core.scan;

import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.Inode;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class FileReadsTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  /** There can be a file of several values for each of thousands of cgroups. */
  @Test
  void noTextIsKept() throws IOException, InterruptedException {
    Path file = tree.stat("cpu.stat", "usage_usec 1\n").path("cpu.stat");
    FileReads.OfFile reads = new FileReads(1 << 20, FileAccess.BY_NIO).of(file);
    WeakReference<ByteBuffer> text = new WeakReference<>(reads.read(Inode.of(file, true)));
    Await.until(
        () -> {
          System.gc();
          return text.get() == null;
        },
        () -> "the text of " + reads + " is gone");
  }
}
