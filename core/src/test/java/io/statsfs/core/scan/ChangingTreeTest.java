package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the catalog follows trees in which sources and stats come and go. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChangingTreeTest {
  private static final String SCHEMA =
      "METRIC\nNAME a\nFLAG CUMULATIVE\nTYPE INT\nDESC about a\n\n";
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(3)));

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private Fs open() {
    tree.settle();
    return new Fs(tree.root());
  }

  /**
   * Takes back the access times, which any listing, even on relatime, then moves to the present.
   */
  private static void unseen(Path directory) throws IOException {
    BasicFileAttributeView view =
        Files.getFileAttributeView(directory, BasicFileAttributeView.class);
    view.setTimes(null, LONG_AGO, null);
  }

  private static boolean wasListed(Path directory) throws IOException {
    FileTime accessed = Files.readAttributes(directory, BasicFileAttributes.class).lastAccessTime();
    return accessed.toMillis() > LONG_AGO.toMillis() + 1000;
  }

  @Test
  void schemasOfSourcesThatVanishedAreLetGo() {
    for (int i = 0; i < 4; i++) {
      tree.stat("kvm/vm" + i + "/n", i).schema("kvm/vm" + i, "LABEL\nvm " + i + "\n\n");
      tree.stat("kvm/vm" + i + "/vcpu/n", i).schema("kvm/vm" + i + "/vcpu", "LABEL\nv 0\n\n");
    }
    try (Fs fs = new Fs(tree.settle().root())) {
      assertEquals(8, fs.schemas.size());
      tree.remove("kvm/vm0");
      fs.refresh();
      assertEquals(6, fs.schemas.size());
      tree.move("kvm/vm1", "away");
      tree.stat("kvm/vm1/n", 9).schema("kvm/vm1", "LABEL\nvm again\n\n");
      fs.refresh();
      assertEquals(Map.of("vm", "again"), fs.source("kvm/vm1").labels());
      tree.remove("kvm");
      tree.remove("away");
      fs.refresh();
      assertEquals(0, fs.schemas.size());
      assertEquals(0, fs.schemas.evictions());
    }
  }

  @Test
  void unchangedTreeKeepsItsCatalogAndIsNotListedAgain() throws IOException {
    tree.stat("kvm/a", 1).stat("kvm/1/a", 1).schema("kvm/1", SCHEMA).stat("net/eth0/rx", 1);
    List<Path> directories =
        List.of(tree.root(), tree.path("kvm"), tree.path("kvm/1"), tree.path("net/eth0"));
    try (Fs fs = open()) {
      Catalog before = fs.catalog();
      for (Path directory : directories) {
        assertTrue(wasListed(directory), "access times must tell listings, or this proves nothing");
        unseen(directory);
      }
      for (int i = 0; i < 25; i++) {
        assertSame(before, fs.refresh());
      }
      for (Path directory : directories) {
        assertTrue(!wasListed(directory), directory.toString());
      }
      assertEquals(1, fs.schemas.loads());
      assertEquals(0, fs.schemas.hits());
      // And the times do tell one.
      try (DirectoryStream<Path> listing = Files.newDirectoryStream(tree.path("kvm"))) {
        assertTrue(listing.iterator().hasNext());
      }
      assertTrue(wasListed(tree.path("kvm")));
    }
  }

  @Test
  void changeInOneDirectoryListsNoOther() throws IOException {
    tree.stat("kvm/1/a", 1).schema("kvm/1", SCHEMA).stat("kvm/2/a", 1).schema("kvm/2", SCHEMA);
    try (Fs fs = open()) {
      unseen(tree.path("kvm/1"));
      Source other = fs.source("kvm/1");
      tree.stat("kvm/2/b", 1);
      fs.refresh();
      assertEquals(List.of("kvm/1/a", "kvm/2/a", "kvm/2/b"), fs.stats());
      assertTrue(!wasListed(tree.path("kvm/1")));
      assertSame(other, fs.source("kvm/1"));
      assertEquals(2, fs.schemas.loads());
    }
  }

  @Test
  void newSourceAppears() {
    tree.stat("kvm/1/a", 1);
    try (Fs fs = open()) {
      Catalog before = fs.catalog();
      Source first = fs.source("kvm/1");
      tree.stat("kvm/2/vcpu0/a", 1).stat("net/a", 1);
      Catalog after = fs.refresh();
      assertEquals(List.of("kvm/1/a", "kvm/2/vcpu0/a", "net/a"), fs.stats());
      assertNotSame(before, after);
      assertEquals(before.version() + 1, after.version());
      assertSame(first, fs.source("kvm/1"));
      assertEquals(1, before.stats().size());
    }
  }

  @Test
  void vanishedSourceIsDropped() {
    tree.stat("kvm/1/vcpu0/a", 1).stat("kvm/1/a", 1).stat("kvm/2/a", 1);
    try (Fs fs = open()) {
      Source kept = fs.source("kvm/2");
      tree.remove("kvm/1");
      fs.refresh();
      assertEquals(List.of("kvm/2/a"), fs.stats());
      assertSame(kept, fs.source("kvm/2"));
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void rootMayVanishAndComeBack() {
    tree.stat("root/kvm/a", 1);
    try (Fs fs = new Fs(tree.path("root"))) {
      tree.remove("root");
      fs.refresh();
      assertEquals(List.of(), fs.stats());
      tree.stat("root/kvm/b", 1);
      fs.refresh();
      assertEquals(List.of("kvm/b"), fs.stats());
    }
  }

  @Test
  void sourceThatWasMadeAgainIsAnotherOneWithItsOwnSchema() {
    tree.stat("kvm/1/a", 1).schema("kvm/1", SCHEMA);
    try (Fs fs = open()) {
      Source before = fs.source("kvm/1");
      // Moved aside, so that its inodes cannot be given out again.
      tree.move("kvm/1", "aside");
      tree.stat("kvm/1/a", 1).schema("kvm/1", SCHEMA.replace("about", "new"));
      tree.settle();
      fs.refresh();
      assertNotSame(before, fs.source("kvm/1"));
      assertEquals("new a", fs.source("kvm/1").stats().get(0).description());
      assertEquals("about a", before.stats().get(0).description());
    }
  }

  @Test
  void sourceThatWasMadeAgainWithTheSameStatsIsAnotherOne() {
    tree.stat("kvm/1/a", 1);
    try (Fs fs = open()) {
      Source before = fs.source("kvm/1");
      tree.move("kvm/1", "aside").stat("kvm/1/a", 1);
      fs.refresh();
      assertNotSame(before, fs.source("kvm/1"));
    }
  }

  @Test
  void sourceThatWasRenamedMovesAndKeepsNothing() {
    tree.stat("kvm/1/a", 1).schema("kvm/1", SCHEMA);
    try (Fs fs = open()) {
      tree.move("kvm/1", "kvm/2");
      fs.refresh();
      assertEquals(List.of("kvm/2/a"), fs.stats());
      assertEquals(tree.path("kvm/2/a"), fs.catalog().get("kvm", "2", "a").path().orElseThrow());
    }
  }

  @Test
  void statAddedToALivingSourceAppearsAndItsSchemaIsNotReadAgain() {
    tree.stat("kvm/1/a", 1).schema("kvm/1", SCHEMA);
    try (Fs fs = open()) {
      Source before = fs.source("kvm/1");
      tree.stat("kvm/1/b", 1);
      fs.refresh();
      assertEquals(List.of("kvm/1/a", "kvm/1/b"), fs.stats());
      assertNotSame(before, fs.source("kvm/1"));
      assertEquals("about a", fs.catalog().get("kvm", "1", "a").description());
      assertEquals(1, fs.schemas.loads());
      tree.remove("kvm/1/a");
      fs.refresh();
      assertEquals(List.of("kvm/1/b"), fs.stats());
      assertEquals(1, fs.schemas.loads());
    }
  }

  @Test
  void statsOfSysfsAndStatsfsThatGiveNoSignAreFoundEverySoManyScans() {
    assertEquals(
        FileSystemType.ChangeDetection.DIRECTORIES, FileSystemType.of("statsfs").changeDetection());
    assertEquals(
        FileSystemType.ChangeDetection.DIRECTORIES,
        FileSystemType.of("stats_fs").changeDetection());
    assertEquals(FileSystemType.ChangeDetection.NONE, FileSystemType.of("fuse").changeDetection());
    assertEquals(
        FileSystemType.ChangeDetection.DIRECTORIES,
        FileSystemType.of("fuse.statsfs").changeDetection());
    for (String type :
        List.of("statsfs", "stats_fs", "fuse.statsfs", "debugfs", "tmpfs", "ext4", "fuse")) {
      assertTrue(!FileSystemType.of(type).keepsOpen(), type);
    }
    for (String type : List.of("sysfs", "proc", "cgroup2", "cgroup")) {
      assertTrue(FileSystemType.of(type).keepsOpen(), type);
      for (String file : List.of("cgroup.procs", "tasks", "cpu.shares")) {
        boolean isOfVersion1 = type.equals("cgroup") && !file.equals("cpu.shares");
        assertEquals(!isOfVersion1, FileSystemType.of(type).keepsOpen(file), type + " " + file);
      }
    }
  }

  @Test
  void schemaThatComesLaterDescribes() {
    tree.stat("kvm/1/a", 1);
    try (Fs fs = open()) {
      assertEquals("", fs.catalog().get("kvm", "1", "a").description());
      tree.schema("kvm/1", SCHEMA);
      fs.refresh();
      assertEquals("about a", fs.catalog().get("kvm", "1", "a").description());
      tree.remove("kvm/1/.schema");
      fs.refresh();
      assertEquals("", fs.catalog().get("kvm", "1", "a").description());
    }
  }

  @Test
  void fileThatTakesThePlaceOfADirectoryIsAStatAndTheOtherWayRound() {
    tree.stat("kvm/x/a", 1).stat("kvm/y", 1);
    try (Fs fs = open()) {
      assertEquals(List.of("kvm/y", "kvm/x/a"), fs.stats());
      tree.remove("kvm/x").stat("kvm/x", 1).remove("kvm/y").stat("kvm/y/b", 1);
      fs.refresh();
      assertEquals(List.of("kvm/x", "kvm/y/b"), fs.stats());
    }
  }

  @Test
  void changeBehindAnUnchangedTimeIsSeenWhileTheDirectoryIsYoung() throws IOException {
    tree.stat("kvm/1/a", 1);
    Path directory = tree.path("kvm/1");
    FileTime now = FileTime.from(Instant.now().plusSeconds(30));
    Files.setLastModifiedTime(directory, now);
    try (Fs fs = new Fs(tree.root())) {
      tree.stat("kvm/1/b", 1);
      // As within one tick of the kernel's clock.
      Files.setLastModifiedTime(directory, now);
      fs.refresh();
      assertEquals(List.of("kvm/1/a", "kvm/1/b"), fs.stats());
    }
  }

  /** The kernel makes a directory first and its files then. */
  @Test
  void halfMadeSourceIsWaitedForAndItsSchemaReadOnce() throws Exception {
    boolean passed = false;
    // A writer that the machine holds up for too long proves nothing, hence several attempts.
    for (int attempt = 0; attempt < 20 && !passed; attempt++) {
      tree.stat("kvm/old/x", 1).remove("kvm/new").settle();
      try (Fs fs = new Fs(tree.root())) {
        Files.createDirectory(tree.path("kvm/new"));
        Thread writer =
            new Thread(
                () -> {
                  for (String name : "a b c d e f g h i j".split(" ")) {
                    Await.until(new Elapsed(3)::getAsBoolean);
                    tree.stat("kvm/new/" + name, 1);
                  }
                  tree.schema("kvm/new", SCHEMA);
                });
        writer.start();
        fs.refresh();
        boolean complete = fs.catalog().find("kvm", "new", "j").isPresent();
        writer.join();
        if (complete) {
          passed = fs.catalog().get("kvm", "new", "a").description().equals("about a");
          passed &= fs.source("kvm/new").stats().size() == 10;
        }
        fs.refresh();
        assertEquals(11, fs.stats().size());
        assertEquals("about a", fs.catalog().get("kvm", "new", "a").description());
        assertEquals(1, fs.schemas.loads());
      }
    }
    assertTrue(passed, "one refresh never showed the whole source");
  }

  /** Whether some milliseconds went by since this was made. */
  private static final class Elapsed implements BooleanSupplier {
    private final long until;

    Elapsed(long millis) {
      until = System.nanoTime() + millis * 1_000_000;
    }

    @Override
    public boolean getAsBoolean() {
      return System.nanoTime() - until > 0;
    }
  }

  @Test
  void flatKeyedFileFollowsItsNames() {
    tree.stat("values", "a 1\nb 2\n");
    try (Fs fs = new Fs(tree.path("values"), Layout.file("v"))) {
      Source before = fs.source("v");
      tree.stat("values", "a 10000\nb 20000\n");
      fs.refresh();
      assertSame(before, fs.source("v"));
      tree.stat("values", "b 1\nc 2\n");
      fs.refresh();
      assertEquals(List.of("v/b", "v/c"), fs.stats());
      tree.stat("values", "");
      fs.refresh();
      assertEquals(List.of(), fs.stats());
      tree.remove("values");
      fs.refresh();
      assertEquals(List.of("does not exist any more"), fs.problems());
      tree.stat("values", "d 1\n");
      fs.refresh();
      assertEquals(List.of("v/d"), fs.stats());
    }
  }

  /** As on procfs, whose files tell nothing. */
  @Test
  void flatKeyedFileThatShowsNoSignIsReadAgainWhenASampleMissedALine() throws IOException {
    tree.stat("values", "a 1\nb 2\n");
    Path file = tree.path("values");
    FileTime time = Files.getLastModifiedTime(file);
    try (Fs fs = new Fs(file, Layout.file("v"));
        var sampler = fs.fs.sampler()) {
      sampler.sample();
      tree.stat("values", "a 1\nc 2\n");
      Files.setLastModifiedTime(file, time);
      fs.refresh();
      assertEquals(List.of("v/a", "v/b"), fs.stats());
      sampler.sample();
      assertEquals(Status.GONE, sampler.status(1));
      fs.refresh();
      assertEquals(List.of("v/a", "v/c"), fs.stats());
      sampler.sample();
      assertEquals(2, sampler.count(Status.OK));
    }
  }

  @Test
  void problemsAreLoggedOnce() {
    tree.stat("kvm/a", 1).schema("kvm", "junk\n");
    try (Fs fs = open()) {
      for (int i = 0; i < 5; i++) {
        tree.stat("kvm/b" + i, 1);
        fs.refresh();
        assertEquals(1, fs.problems().size());
      }
      assertEquals(
          List.of(
              tree.path("kvm/.schema")
                  + ": line 1: a line outside of LABEL and METRIC was left out"),
          fs.log.lines());
      tree.remove("kvm").stat("net/a", 1);
      fs.refresh();
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void ofManyProblemsOfOneCauseOneIsLogged() {
    for (int i = 0; i < 30; i++) {
      tree.stat("s" + i + "/a", 1).schema("s" + i, "junk\n");
    }
    try (Fs fs = open()) {
      assertEquals(30, fs.problems().size());
      assertEquals(1, fs.log.lines().size(), fs.log.lines()::toString);
      assertTrue(
          fs.log.lines().get(0).contains("s0/.schema: line 1")
              && fs.log.lines().get(0).contains("29 more like it in Catalog.problems()"),
          fs.log.lines()::toString);
    }
  }

  @Test
  void refreshThreadFollowsAtItsIntervalAndDiesOnClose() {
    tree.stat("kvm/1/a", 1);
    List<Tree> trees = List.of(Fs.tree(tree.root(), Layout.statsfs()));
    Thread thread;
    try (Fs fs = new Fs(trees, Limits.defaults(), Duration.ofMillis(5))) {
      thread = refresher();
      assertTrue(thread.isDaemon());
      tree.stat("kvm/2/a", 1);
      Await.until(() -> fs.catalog().find("kvm", "2", "a").isPresent());
      tree.remove("kvm/1");
      Await.until(() -> fs.catalog().find("kvm", "1", "a").isEmpty());
      // Somebody who interrupts all threads does not end it.
      thread.interrupt();
      tree.stat("kvm/3/a", 1);
      Await.until(() -> fs.catalog().find("kvm", "3", "a").isPresent());
    }
    Await.until(() -> !thread.isAlive());
  }

  @Test
  void withoutAnIntervalThereIsNoThread() {
    try (Fs fs = open()) {
      assertEquals(0, refreshers().size());
      assertEquals(List.of(), fs.stats());
    }
  }

  /** Longer than a long has milliseconds. */
  @Test
  void intervalMayBeForEver() {
    tree.stat("kvm/a", 1);
    List<Tree> trees = List.of(Fs.tree(tree.root(), Layout.statsfs()));
    try (Fs fs = new Fs(trees, Limits.defaults(), Duration.ofSeconds(Long.MAX_VALUE))) {
      Thread thread = refresher();
      Await.until(
          () -> thread.getState() == Thread.State.TIMED_WAITING || !fs.log.lines().isEmpty());
      assertEquals(List.of(), fs.log.lines());
    }
  }

  private static List<Thread> refreshers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("statsfs-refresh") && t.isAlive())
        .toList();
  }

  private static Thread refresher() {
    Await.until(() -> refreshers().size() == 1);
    return refreshers().get(0);
  }

  @Test
  void treeThatChangesAllTheTimeNeverThrowsAndSettlesInTheEnd() throws Exception {
    tree.stat("kvm/0/a", 1);
    try (Fs fs = open();
        var sampler = fs.fs.sampler()) {
      Thread writer =
          new Thread(
              () -> {
                for (int i = 0; i < 300; i++) {
                  String vm = "kvm/" + i % 7;
                  try {
                    tree.stat(vm + "/a", i).stat(vm + "/vcpu/b", i).schema(vm, SCHEMA);
                    if (i % 2 == 0) {
                      tree.remove(vm);
                    }
                  } catch (UncheckedIOException e) {
                    // The test's own race.
                  }
                }
              });
      writer.start();
      while (writer.isAlive()) {
        fs.refresh();
        sampler.sample();
        for (int i = 0; i < sampler.size(); i++) {
          Status status = sampler.status(i);
          assertTrue(
              status == Status.OK || status == Status.GONE || status == Status.NOT_A_NUMBER,
              status.toString());
        }
      }
      tree.stat("kvm/last/a", 1);
      fs.refresh();
      List<String> expected = new ArrayList<>();
      try (Fs fresh = new Fs(tree.root())) {
        expected.addAll(fresh.stats());
      }
      assertEquals(expected, fs.stats());
      assertNotEquals(List.of(), fs.stats());
    }
  }
}
