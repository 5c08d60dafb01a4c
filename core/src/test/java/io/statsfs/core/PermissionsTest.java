package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.core.files.Clearing;
import io.statsfs.core.files.FilesBackend;
import io.statsfs.core.files.Trees;
import io.statsfs.core.mounts.FileSystemPath;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.LogCapture;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process may not read. Root may read all, so this runs as nobody, in a JVM of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PermissionsTest {
  private static final String SCHEMA =
      "METRIC\nNAME a\nFLAG CUMULATIVE\nTYPE INT\nDESC about a\n\n";

  @Test
  void permissionsCount() throws Exception {
    ChildJvm.Result result = ChildJvm.of(PermissionsTest.class).unprivileged().run();
    assertEquals(0, result.exit(), result.toString());
    assertTrue(result.output().endsWith("all is well\n"), result.output());
  }

  public static void main(String[] args) throws IOException {
    strictWithoutPermissionSaysHowToGiveIt();
    stockTreeThatMayNotBeReadIsAProblemAndOneLogLine();
    sourcesStayWhilePermissionIsLost();
    schemaIsReadOnceItMayBe();
    deniedValueIsDenied();
    whatMayNotBeWrittenIsNotCleared();
    directoryThatMayNotBeListedCostsNotTheOthers();
    System.out.println("all is well");
  }

  private static void allow(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static void strictWithoutPermissionSaysHowToGiveIt() throws IOException {
    try (TestTree tree = TestTree.inMemory();
        LogCapture log = new LogCapture()) {
      tree.stat("stats/kvm/a", 1).stat("proc/vmstat", "b 1\n");
      tree.stat("filesystems", "nodev\tstatsfs\n");
      tree.stat(
          "mountinfo",
          "1 0 "
              + Mounted.device(tree.root())
              + " / "
              + tree.path("stats")
              + " rw - statsfs statsfs rw\n2 0 "
              + Mounted.device(tree.root())
              + " / "
              + tree.path("proc")
              + " rw - proc proc rw\n");
      FileSystems system = new FileSystems(tree.path("mountinfo"), tree.path("filesystems"));
      allow(tree.path("stats"), "---------");
      try {
        TreeUnavailableException e =
            assertThrows(
                TreeUnavailableException.class,
                () ->
                    new StatsFsBuilder(List.of(new FilesBackend(system, new SchemaCache(1000))))
                        .requireStatsfs()
                        .build());
        assertEquals(Reason.NOT_READABLE, e.reason());
        assertTrue(e.getMessage().contains("permission denied"), e.getMessage());
        assertTrue(e.getMessage().contains("Run as root"), e.getMessage());
        assertEquals(List.of(), log.lines());
        // Without being strict the stock trees do, and one line says why.
        Trees.Detected found = Fs.trees(system).open(Fs.DETECT);
        assertEquals(
            List.of(Layouts.shipped("vmstat")), found.trees().stream().map(Tree::layout).toList());
        assertEquals(1, found.problems().size());
        String problem = found.problems().get(0).toString();
        assertEquals(
            tree.path("stats")
                + ": the tree statsfs is left out: it cannot be read: permission"
                + " denied. Run as root, or let root chmod 755 "
                + tree.path("stats")
                + " (again after each mount or remount, unless that says mode=755).",
            problem);
        // A root that is out of reach, and a file that is.
        assertEquals(
            Reason.NOT_READABLE,
            assertThrows(
                    TreeUnavailableException.class,
                    () -> Fs.trees(system).open(tree.path("stats/kvm"), null))
                .reason());
        allow(tree.path("proc/vmstat"), "---r--r--");
        assertEquals(
            Reason.NOT_READABLE,
            assertThrows(
                    TreeUnavailableException.class,
                    () ->
                        Fs.trees(system).open(tree.path("proc/vmstat"), Layouts.shipped("vmstat")))
                .reason());
      } finally {
        allow(tree.path("stats"), "rwxr-xr-x");
      }
    }
  }

  private static void stockTreeThatMayNotBeReadIsAProblemAndOneLogLine() throws IOException {
    try (TestTree tree = TestTree.inMemory();
        LogCapture log = new LogCapture()) {
      tree.stat("debug/kvm/a", 1).stat("proc/vmstat", "b 1\n").settle();
      String device = Mounted.device(tree.root());
      tree.stat(
          "mountinfo",
          "1 0 "
              + device
              + " / "
              + tree.path("debug")
              + " rw - debugfs d rw\n2 0 "
              + device
              + " / "
              + tree.path("proc")
              + " rw - proc p rw\n");
      allow(tree.path("debug"), "---------");
      FileSystems system = new FileSystems(tree.path("mountinfo"), tree.path("filesystems"));
      try (StatsFs fs =
          new StatsFsBuilder(List.of(new FilesBackend(system, new SchemaCache(1000))))
              .refreshInterval(Duration.ZERO)
              .build()) {
        String problem =
            tree.path("debug/kvm")
                + ": the tree kvm is left out: it cannot be read: permission denied. Run as root,"
                + " or let root chmod 755 "
                + tree.path("debug")
                + " (again after each mount or remount, unless that says mode=755).";
        for (int i = 0; i < 3; i++) {
          assertEquals(
              List.of(problem), fs.catalog().problems().stream().map(Object::toString).toList());
          fs.refresh();
        }
        assertEquals(
            List.of("vmstat/b"), fs.catalog().stats().stream().map(Stat::toString).toList());
        assertEquals(List.of(problem), log.lines());
      } finally {
        allow(tree.path("debug"), "rwxr-xr-x");
      }
    }
  }

  private static void sourcesStayWhilePermissionIsLost() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("root/kvm/1/a", 1).schema("root/kvm/1", SCHEMA).stat("root/net/b", 1).settle();
      Path root = tree.path("root");
      try (Fs fs = new Fs(root)) {
        Source kvm = fs.source("kvm/1");
        Source net = fs.source("net");
        for (String permissions : new String[] {"---------", "r--r--r--", "-wx-wx-wx"}) {
          allow(root, permissions);
          for (int i = 0; i < 3; i++) {
            fs.refresh();
            assertSame(kvm, fs.source("kvm/1"), permissions);
            assertSame(net, fs.source("net"), permissions);
          }
          boolean seen = permissions.contains("x");
          assertEquals(seen ? 0 : 1, fs.problems().size(), permissions + fs.problems());
          if (!seen) {
            String problem = fs.problems().get(0);
            assertTrue(problem.startsWith("cannot be read: permission denied"), problem);
            assertEquals(root, fs.catalog().problems().get(0).path().orElseThrow());
            assertTrue(problem.contains("Run as root, or let root make it readable"), problem);
          }
          allow(root, "rwxr-xr-x");
          fs.refresh();
          assertSame(kvm, fs.source("kvm/1"));
          assertEquals(List.of(), fs.problems());
        }
        tree.stat("root/net/c", 1);
        fs.refresh();
        assertEquals(List.of("kvm/1/a", "net/b", "net/c"), fs.stats());
        assertEquals(1, fs.schemas.loads());
        // Each problem once, however often it came.
        assertEquals(
            fs.log.lines().stream().distinct().count(),
            fs.log.lines().size(),
            fs.log.lines()::toString);
      } finally {
        allow(root, "rwxr-xr-x");
      }
    }
  }

  private static void schemaIsReadOnceItMayBe() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/a", 1).schema("kvm", SCHEMA).settle();
      allow(tree.path("kvm/.schema"), "---------");
      try (Fs fs = new Fs(tree.root())) {
        assertEquals("", fs.catalog().get("kvm", "", "a").description());
        assertTrue(fs.problems().get(0).contains("permission denied"), fs.problems().toString());
        fs.refresh();
        assertEquals(1, fs.problems().size());
        allow(tree.path("kvm/.schema"), "r--r--r--");
        fs.refresh();
        assertEquals("about a", fs.catalog().get("kvm", "", "a").description());
        assertEquals(List.of(), fs.problems());
        assertEquals(1, fs.schemas.loads());
        fs.refresh();
        fs.refresh();
        assertEquals(1, fs.schemas.loads());
        assertEquals(1, fs.log.lines().size());
      }
    }
  }

  private static void deniedValueIsDenied() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/a", 1).stat("kvm/b", 2).settle();
      allow(tree.path("kvm/a"), "-w-------");
      try (Fs fs = new Fs(tree.root());
          var sampler = fs.fs.sampler()) {
        Stat stat = fs.catalog().get("kvm", "", "a");
        StatReadException e = assertThrows(StatReadException.class, () -> fs.fs.readLong(stat));
        assertEquals(Status.DENIED, e.status());
        assertTrue(e.getMessage().contains("permission denied"), e.getMessage());
        sampler.sample();
        assertEquals(Status.DENIED, sampler.status(0));
        assertEquals(13, sampler.errno(0));
        assertEquals(2, sampler.longValue(1));
      }
    }
  }

  private static void whatMayNotBeWrittenIsNotCleared() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/a", 1).stat("kvm/b", 2).settle();
      // Another user may write to the one, and this one may write to the other but not read it.
      allow(tree.path("kvm/a"), "r---w----");
      allow(tree.path("kvm/b"), "-w-------");
      Clearing clearing =
          new Clearing(
              path -> new FileSystemPath(FileSystemType.of("statsfs"), Mounts.bytes(path), false));
      try (Fs fs = new Fs(tree.root(), Layout.statsfs(), clearing)) {
        for (Stat stat : fs.catalog().stats()) {
          StatClearException e = assertThrows(StatClearException.class, () -> fs.fs.clear(stat));
          assertEquals(StatClearException.Reason.DENIED, e.reason());
          assertTrue(e.getMessage().contains("permission denied"), e.getMessage());
          assertTrue(e.getMessage().contains("as root"), e.getMessage());
        }
        allow(tree.path("kvm/b"), "rw-------");
        assertEquals("1\n", Files.readString(tree.path("kvm/a")));
        assertEquals("2\n", Files.readString(tree.path("kvm/b")));
      }
    }
  }

  private static void directoryThatMayNotBeListedCostsNotTheOthers() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("kvm/1/a", 1).stat("kvm/2/a", 1).stat("kvm/a", 1).settle();
      allow(tree.path("kvm/1"), "---------");
      try (Fs fs = new Fs(tree.root());
          StatsFs other =
              new StatsFsBuilder(
                      List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1000))))
                  .root(tree.root())
                  .refreshInterval(Duration.ZERO)
                  .build()) {
        assertEquals(List.of("kvm/a", "kvm/2/a"), fs.stats());
        assertEquals(1, fs.problems().size());
        assertEquals(tree.path("kvm/1"), fs.catalog().problems().get(0).path().orElseThrow());
        assertEquals(2, other.catalog().stats().size());
        allow(tree.path("kvm/1"), "rwxr-xr-x");
        fs.refresh();
        assertEquals(List.of("kvm/a", "kvm/1/a", "kvm/2/a"), fs.stats());
      } finally {
        allow(tree.path("kvm/1"), "rwxr-xr-x");
      }
    }
  }
}
