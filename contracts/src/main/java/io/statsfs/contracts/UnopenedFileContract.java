package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.TreeUnavailableException;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Command;
import io.statsfs.testkit.process.TemporaryMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: files that are no stats because of what opening them does. */
abstract class UnopenedFileContract extends StockTreeContract {
  private static final Layout FILES = Layout.builder("files").subsystem("files").build();

  @Test
  void aFileThatNobodyMayReadIsNoStat() throws Exception {
    try (Cgroup made = Cgroup.create();
        StatsFs fs = open(made.path(), FILES);
        Sampler sampler = fs.sampler()) {
      assertEquals(readable(made.path()), names(fs));
      assertFalse(names(fs).contains("cgroup.kill"));
      sampler.sample();
      assertEquals(0, sampler.count(Status.FAILED), () -> Outcomes.of(sampler).toString());
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void aFileThatSomebodyMayReadAgainIsAStatAgain() throws Exception {
    try (Cgroup made = Cgroup.create();
        StatsFs fs = open(made.path(), FILES);
        Sampler sampler = fs.sampler()) {
      Path file = made.path().resolve("cgroup.freeze");
      assertEquals("0", sample(sampler).get("files/cgroup.freeze"));
      for (String permissions : List.of("-w-------", "rw-r--r--", "---------", "r--r-----")) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        // A living source is listed anew at every tenth scan.
        for (int i = 0; i < 11; i++) {
          fs.refresh();
        }
        assertEquals(readable(made.path()), names(fs), permissions);
        assertEquals(
            permissions.contains("r") ? "0" : null, sample(sampler).get("files/cgroup.freeze"));
      }
    }
  }

  @Test
  void aFileOfManyValuesThatNobodyMayReadIsNoSource() throws Exception {
    Layout layout = Layout.builder("cgroup").subsystem("g").flatKeyedFiles("cgroup.stat").build();
    try (Cgroup made = Cgroup.create();
        StatsFs fs = open(made.path(), layout);
        Sampler sampler = fs.sampler()) {
      Path file = made.path().resolve("cgroup.stat");
      assertEquals("0", sample(sampler).get("g/cgroup.stat/nr_descendants"));
      Files.setPosixFilePermissions(file, Set.of());
      for (int i = 0; i < 11; i++) {
        fs.refresh();
      }
      assertEquals(null, sample(sampler).get("g/cgroup.stat/nr_descendants"));
    }
  }

  @Test
  void aRootThatNobodyMayReadIsNotOpened() {
    Path file = Path.of("/proc/sys/vm/drop_caches");
    assumeTrue(Files.exists(file), "there is no " + file);
    TreeUnavailableException e =
        assertThrows(TreeUnavailableException.class, () -> open(file, Layout.file("vm")));
    assertEquals(TreeUnavailableException.Reason.NOT_A_TREE, e.reason());
    assertTrue(e.getMessage().contains(file + " is write-only"), e::getMessage);
  }

  @Test
  void aRootThatIsGivenAwayByReadingIsNotOpened() throws Exception {
    Path file = kernelLog();
    assertNotOpened(file);
    try (TestTree tree = TestTree.inMemory()) {
      tree.link("link", file);
      assertNotOpened(tree.path("link"));
    }
  }

  @Test
  void aRootThatIsBoundToWhatReadingGivesAwayIsNotOpened() throws Exception {
    Path file = kernelLog();
    try (TestTree tree = TestTree.inMemory().stat("bound", "")) {
      Path bound = bind(file, tree.path("bound"));
      try {
        assertNotOpened(bound);
      } finally {
        Command.run("umount", bound.toString());
      }
    }
  }

  private static Path bind(Path file, Path point) {
    Command.tryTo("bind a mount", "mount", "--bind", file.toString(), point.toString());
    return point;
  }

  /** Containers have another file in its place. */
  private static Path kernelLog() throws IOException {
    Path file = Path.of("/proc/kmsg");
    assumeTrue(
        Files.exists(file)
            && Files.getAttribute(file, "unix:dev")
                .equals(Files.getAttribute(file.getParent(), "unix:dev")),
        "there is no " + file);
    return file;
  }

  private void assertNotOpened(Path root) {
    TreeUnavailableException e = assertThrows(TreeUnavailableException.class, () -> open(root));
    assertEquals(TreeUnavailableException.Reason.NOT_A_TREE, e.reason());
    assertTrue(e.getMessage().startsWith(root + " is not opened: "), e::getMessage);
    assertThrows(TreeUnavailableException.class, () -> open(root, Layout.file("log")));
  }

  /** Reading {@code stat_refresh} has all CPUs bring their counters together. */
  @Test
  void aFileThatActsWhenItIsReadIsLeftOutAndReportedOnce() {
    Path directory = Path.of("/proc/sys/vm");
    assumeTrue(
        Files.exists(directory.resolve("stat_refresh")),
        "there is no " + directory + "/stat_refresh");
    try (StatsFs fs = open(directory, FILES);
        Sampler sampler = fs.sampler(stat -> stat.name().equals("swappiness"))) {
      assertFalse(names(fs).contains("stat_refresh"));
      assertTrue(names(fs).contains("swappiness"));
      long version = fs.catalog().version();
      for (int i = 0; i < 11; i++) {
        fs.refresh();
        sampler.sample();
      }
      assertEquals(version, fs.catalog().version());
      List<Problem> problems =
          fs.catalog().problems().stream()
              .filter(problem -> problem.message().contains("not opened"))
              .toList();
      assertEquals(1, problems.size(), () -> fs.catalog().problems().toString());
      assertEquals(directory, problems.get(0).path().orElseThrow());
      assertTrue(
          problems.get(0).message().startsWith("1 file below is not opened, ")
              && problems.get(0).message().contains(directory + "/stat_refresh"),
          problems::toString);
    }
  }

  @Test
  void aFileThatIsMountedOverAnotherIsJudgedByWhatItIs() throws IOException {
    try (TestTree tree = TestTree.inMemory().stat("sub/a", 1).stat("sub/log", 2).stat("sub/c", 3)) {
      Path log = bind(kernelLog(), tree.path("sub/log"));
      try {
        Path setting = bind(Path.of("/proc/sys/vm/drop_caches"), tree.path("sub/c"));
        try (StatsFs fs = open(tree);
            Sampler sampler = fs.sampler()) {
          assertEquals(Map.of("sub/a", "1"), sample(sampler));
          assertEquals(1, fs.catalog().problems().size(), () -> fs.catalog().problems().toString());
          assertTrue(fs.catalog().problems().get(0).message().contains("not opened"));
        } finally {
          Command.run("umount", setting.toString());
        }
      } finally {
        Command.run("umount", log.toString());
      }
    }
  }

  /**
   * Opening the file {@code free_buffer} empties the trace buffer, whoever opens it; reading {@code
   * trace_pipe} takes out what it holds.
   */
  @Test
  void filesOfTheTracerThatTakeFromItAreNotOpened() throws Exception {
    try (TemporaryMount mount = TemporaryMount.of("tracefs")) {
      Path instance = mount.root().resolve("instances").resolve(Command.uniqueName());
      try {
        tryCreate(instance);
        boolean writes = writeToTrace(instance);
        Layout layout = Layout.builder("trace").subsystem("trace").exclude("events").build();
        try (StatsFs fs = open(instance, layout);
            Sampler sampler = fs.sampler()) {
          sampler.sample();
          assertFalse(names(fs).contains("free_buffer"));
          assertFalse(names(fs).contains("trace_marker"));
          assertEquals(
              Set.of(),
              fs.catalog().stats().stream()
                  .map(Stat::toString)
                  .filter(stat -> stat.contains("trace_pipe"))
                  .collect(Collectors.toSet()));
          assertTrue(names(fs).contains("trace"));
          assertEquals(
              1,
              fs.catalog().problems().stream()
                  .filter(problem -> problem.message().contains("trace_pipe"))
                  .count(),
              () -> fs.catalog().problems().toString());
        }
        if (writes) {
          assertTrue(Files.readString(instance.resolve("trace")).contains("still here"));
        }
      } finally {
        Files.deleteIfExists(instance);
      }
    }
  }

  /** Whether the buffer holds a line now; under lockdown nobody may write one. */
  private static boolean writeToTrace(Path instance) {
    try {
      Files.writeString(instance.resolve("trace_marker"), "still here");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Set<String> names(StatsFs fs) {
    return fs.catalog().stats().stream().map(Stat::name).collect(Collectors.toSet());
  }

  private static Set<String> readable(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OWNER_READ)) {
          names.add(file.getFileName().toString());
        }
      }
    }
    return names;
  }
}
