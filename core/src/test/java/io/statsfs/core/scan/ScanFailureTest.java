package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.StatsFsException;
import io.statsfs.Tree;
import io.statsfs.core.FakeReader;
import io.statsfs.core.Fs;
import io.statsfs.core.thread.GuardedCall;
import io.statsfs.spi.StatReader.Entry;
import io.statsfs.spi.StatReader.EntryType;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.LogCapture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a failure of this library, or of a reader of somebody else, affects, and who hears of it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScanFailureTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private Fs open(Duration interval) {
    tree.stat("one/kvm/1/a", 1).stat("one/kvm/2/a", 1).stat("two/net/b", 1).settle();
    List<Tree> trees =
        List.of(
            Fs.tree(tree.path("one"), Layout.statsfs()),
            Fs.tree(tree.path("two"), Layout.statsfs()));
    return new Fs(trees, Limits.defaults(), interval);
  }

  @Test
  void readerThatFailsToListIsDoneWithout() {
    try (Fs fs = open(Duration.ZERO)) {
      fs.reader.onList =
          directory -> {
            throw new IllegalStateException("no list");
          };
      tree.stat("one/kvm/2/c", 1);
      fs.refresh();
      assertEquals(List.of("kvm/1/a", "kvm/2/a", "kvm/2/c", "net/b"), fs.stats());
      assertEquals(1, fs.problems().size(), fs.problems()::toString);
      assertTrue(fs.problems().get(0).contains("no list"), fs.problems()::toString);
      assertEquals(1, fs.log.lines().size());
      Object before = fs.catalog();
      assertSame(before, fs.refresh());
    }
  }

  @Test
  void directoryThatCannotBeScannedAffectsOnlyItself() {
    try (Fs fs = open(Duration.ZERO)) {
      Source first = fs.source("kvm/1");
      fs.reader.onList =
          directory ->
              directory.endsWith("1") ? List.of(Entry.of("\0", EntryType.DIRECTORY)) : null;
      tree.stat("one/kvm/1/c", 1).stat("one/kvm/2/c", 1);
      fs.refresh();
      assertSame(first, fs.source("kvm/1"));
      assertEquals(List.of("kvm/1/a", "kvm/2/a", "kvm/2/c", "net/b"), fs.stats());
      assertEquals(tree.path("one/kvm/1"), fs.catalog().problems().get(0).path().orElseThrow());
      assertEquals(1, fs.problems().size(), fs.problems()::toString);
      fs.reader.onList = directory -> null;
      fs.refresh();
      assertEquals(5, fs.stats().size());
      assertEquals(List.of(), fs.problems());
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class, AssertionError.class})
  void treeThatCannotBeScannedAffectsOnlyItself(Class<? extends Error> kind) throws Exception {
    Error error = kind.getConstructor().newInstance();
    try (Fs fs = open(Duration.ZERO)) {
      fs.reader.onList =
          directory -> {
            if (directory.startsWith(tree.path("one"))) {
              throw error;
            }
            return null;
          };
      tree.stat("one/kvm/1/c", 1).stat("two/net/c", 1);
      for (int i = 0; i < 3; i++) {
        fs.refresh();
        assertEquals(List.of("kvm/1/a", "kvm/2/a", "net/b", "net/c"), fs.stats());
        assertEquals(1, fs.problems().size(), fs.problems()::toString);
        assertTrue(fs.problems().get(0).contains("was not scanned"), fs.problems()::toString);
        assertTrue(
            fs.problems().get(0).contains(kind == OutOfMemoryError.class ? "-Xmx" : kind.getName()),
            fs.problems()::toString);
        assertEquals(tree.path("one"), fs.catalog().problems().get(0).path().orElseThrow());
        assertEquals(
            kind == OutOfMemoryError.class
                ? Problem.Kind.OUT_OF_MEMORY
                : Problem.Kind.INTERNAL_ERROR,
            fs.catalog().problems().get(0).kind());
      }
      assertEquals(1, fs.log.lines().size());
      fs.reader.onList = directory -> null;
      fs.refresh();
      assertEquals(5, fs.stats().size());
      assertEquals(List.of(), fs.problems());
    }
  }

  /** As an {@link IllegalStateException} also says that the trees are closed. */
  @Test
  void refreshThatFailsIsLoggedAndTriedAgain() throws Exception {
    try (Fs fs = open(Duration.ofMillis(5))) {
      CountDownLatch failed = new CountDownLatch(3);
      fs.fs.addListener(
          catalog -> {
            failed.countDown();
            throw new IllegalStateException("broken listener");
          });
      for (int i = 0; failed.getCount() > 0; i++) {
        tree.stat("one/kvm/1/x" + i, 1);
        Thread.sleep(10);
      }
      assertEquals(
          List.of(
              "A listener of catalogs failed: java.lang.IllegalStateException: broken listener"),
          fs.log.lines());
    }
  }

  @Test
  void guardedWorkThatFailsNeverComesBackAsNothing() throws Exception {
    GuardedCall<String> call =
        new GuardedCall<>(
            () -> {
              throw new StackOverflowError("deep");
            });
    // By a thread that was left behind, so that nobody waits for its end.
    call.run();
    assertTrue(!call.isBusy());
    assertThrows(StackOverflowError.class, call::get);
    GuardedCall<String> unstarted = new GuardedCall<>(() -> "done");
    unstarted.notStarted();
    assertThrows(IOException.class, unstarted::get);
  }

  /** What is opened without stats would seem to be well. */
  @Test
  void openingForWhichTheMemoryIsTooSmallFails() {
    tree.stat("kvm/a", 1);
    FakeReader reader = new FakeReader();
    reader.onList =
        directory -> {
          throw new OutOfMemoryError("Java heap space");
        };
    try (LogCapture log = new LogCapture()) {
      StatsFsException e = assertThrows(StatsFsException.class, () -> new Fs(tree.root(), reader));
      assertTrue(e.getMessage().contains(tree.root().toString()), e.getMessage());
      assertTrue(e.getMessage().contains("Limits[depth=16"), e.getMessage());
      assertTrue(e.getMessage().contains("MiB). Lower the limits"), e.getMessage());
      assertTrue(reader.closed);
    }
  }
}
