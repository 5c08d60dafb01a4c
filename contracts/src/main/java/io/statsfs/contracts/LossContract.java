package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Part of {@link FaultContract}: permissions and whole trees that are lost, and come back. */
abstract class LossContract extends HangContract {

  /** What the process has no way into; without root it is the owner. */
  private void closeRoot() {
    simulator.command("mode / " + (Command.isRoot() ? "0700" : "0000"));
  }

  private void openRoot() {
    simulator.command("mode / 0755");
  }

  private String advice() {
    return "Run as root, or let root chmod 755 " + simulator.root();
  }

  @Test
  void aRootOfMode0700IsToldWithWhatOpensIt() throws Exception {
    Map<String, String> expected = threeSources();
    closeRoot();
    try (ChildJvm process = unprivileged(simulator.root())) {
      String message = process.answer("sample").get("unavailable");
      assertTrue(message.contains("permission denied. " + advice()), message);
      openRoot();
      assertEquals(expected, process.answer("sample"));
      assertEquals(Map.of(), process.answer("log"));
    }
  }

  @Test
  void aRootThatFallsBackTo0700WhileRunningIsToldInOneLineAndComesBack() throws Exception {
    Map<String, String> expected = threeSources();
    simulator.source("net").stat("net/a", "u64", "cumulative", "value=1");
    simulator.source("arp").stat("arp/a", "u64", "cumulative", "value=2");
    expected.put("net/a", "1");
    expected.put("arp/a", "2");
    openRoot();
    try (ChildJvm process = unprivileged(simulator.root())) {
      assertEquals(expected, process.answer("sample"));
      for (int i = 0; i < 2; i++) {
        closeRoot();
        Map<String, String> denied = with(expected, ".*", "DENIED 13");
        assertEquals(denied, process.answer("sample"));
        for (int refreshes = 0; refreshes < 12; refreshes++) {
          assertEquals(denied, process.answer("refresh"));
        }
        openRoot();
        assertEquals(expected, process.answer("refresh"));
        assertEquals(expected, process.answer("sample"));
      }
      Map<String, String> lines = process.answer("log");
      assertEquals(1, lines.size(), lines::toString);
      assertTrue(lines.get("0").startsWith(simulator.root() + ": "), lines::toString);
      assertTrue(lines.get("0").contains(advice()), lines::toString);
    }
  }

  @Test
  void theRootFallsBackTo0700WhenTheFirstSourceIsRegistered() throws Exception {
    assumeTrue(Command.isRoot(), "only root's trees can be closed to others by that mode");
    openRoot();
    try (ChildJvm process = unprivileged(simulator.root())) {
      assertEquals(Map.of(), process.answer("sample"));
      Map<String, String> expected = threeSources();
      assertEquals(Map.of(), process.answer("refresh"));
      Map<String, String> lines = process.answer("log");
      assertEquals(2, lines.size(), lines::toString);
      assertTrue(lines.get("0").contains("holds no stats"), lines::toString);
      assertTrue(lines.get("1").contains(advice()), lines::toString);
      openRoot();
      assertEquals(expected, process.answer("refresh"));
    }
  }

  @Test
  void whatAnOrdinaryUserMayReadIsReadAndTheRestIsDenied() throws Exception {
    Map<String, String> expected = threeSources();
    openRoot();
    String closed = Command.isRoot() ? "0600" : "0000";
    simulator.command("mode kvm/vm0/s1 " + closed);
    simulator.command("mode kvm/vm1/.schema " + closed);
    simulator.command("mode kvm/vm2 " + (Command.isRoot() ? "0700" : "0000"));
    expected.put("kvm/vm0/s1", "DENIED 13");
    expected.keySet().removeIf(path -> path.startsWith("kvm/vm2/"));
    try (ChildJvm process = unprivileged(simulator.root())) {
      assertEquals(expected, process.answer("sample"));
      assertEquals(expected, process.answer("refresh"));
      assertEquals(expected, process.answer("refresh"));
      Map<String, String> lines = process.answer("log");
      assertEquals(2, lines.size(), lines::toString);
      for (String path : List.of("kvm/vm1/.schema", "kvm/vm2")) {
        assertTrue(
            lines.values().stream()
                .anyMatch(
                    line ->
                        line.startsWith(simulator.path(path) + ": ")
                            && line.contains("permission denied")
                            && line.contains("Run as root, or let root")),
            lines::toString);
      }
      simulator.command("mode kvm/vm0/s1 0644");
      simulator.command("mode kvm/vm2 0755");
      assertEquals("101", process.answer("refresh").get("kvm/vm0/s1"));
      assertEquals("300", process.answer("sample").get("kvm/vm2/s0"));
    }
  }

  @Test
  void permissionForASourceThatIsLostWhileRunningIsDeniedAndComesBack() throws Exception {
    Map<String, String> expected = threeSources();
    openRoot();
    try (ChildJvm process = unprivileged(simulator.root())) {
      assertEquals(expected, process.answer("sample"));
      simulator.command("mode kvm/vm1 0000");
      Map<String, String> denied = with(expected, "kvm/vm1/.*", "DENIED 13");
      assertEquals(denied, process.answer("sample"));
      assertEquals(denied, process.answer("refresh"));
      simulator.command("mode kvm/vm1 0755");
      assertEquals(expected, process.answer("refresh"));
      assertEquals(expected, process.answer("sample"));
    }
  }

  /** A place for trees that root mounts there, and closing unmounts. */
  private record MountPoint(TestTree tree) implements AutoCloseable {
    MountPoint() {
      this(TestTree.inMemory());
      tree.directory("mnt");
    }

    Path path() {
      return tree.path("mnt");
    }

    void mount(StatsFsSimulator simulator) {
      Command.tryTo(
          "bind a mount", "mount", "--bind", simulator.root().toString(), path().toString());
    }

    /** Fails if anything in there is in use. */
    void unmount() {
      Command.run("umount", path().toString());
    }

    @Override
    public void close() throws IOException {
      while (Files.getFileStore(path()).type().equals("fuse.statsfs")) {
        Command.run("umount", "--lazy", path().toString());
      }
      tree.close();
    }
  }

  @Test
  void aTreeThatIsUnmountedAndMountedAgainIsGoneAndComesBack() throws Exception {
    Map<String, String> expected = threeSources();
    try (MountPoint point = new MountPoint();
        StatsFsSimulator next = StatsFsSimulator.start()) {
      point.mount(simulator);
      try (StatsFs fs = open(point.path());
          Sampler sampler = fs.sampler();
          Sampler withTimeout = withTimeout(fs)) {
        assertEquals(expected, sample(sampler));
        assertEquals(expected, sample(withTimeout));
        fs.refresh();
        // Works only if nothing in there is kept open.
        point.unmount();
        assertEquals(with(expected, ".*", "GONE 2"), sample(sampler));
        assertEquals(with(expected, ".*", "GONE 2"), sample(withTimeout));
        // The same one again, without a refresh in between.
        point.mount(simulator);
        assertEquals(expected, sample(sampler));
        assertEquals(expected, sample(withTimeout));
        point.unmount();
        fs.refresh();
        assertEquals(Map.of(), sample(sampler));
        // As after a restart: another file system, whose inodes may have the same numbers.
        next.source("kvm/vm1").stat("kvm/vm1/s1", "u64", "cumulative", "value=77", "desc=Next.");
        point.mount(next);
        fs.refresh();
        assertEquals(Map.of("kvm/vm1/s1", "77"), sample(sampler));
        assertEquals(Map.of("kvm/vm1/s1", "77"), sample(withTimeout));
        assertEquals("Next.", stat(fs, "kvm/vm1/s1").description());
        point.unmount();
      }
    }
  }

  @Test
  void aTreeThatIsReplacedByAnotherAnswersForItself() throws Exception {
    Map<String, String> expected = threeSources();
    try (MountPoint point = new MountPoint();
        StatsFsSimulator next = StatsFsSimulator.start()) {
      Map<String, String> others = new TreeMap<>();
      // Made in the same order, so that the inodes have the same numbers.
      for (int i = 0; i < 3; i++) {
        next.source("kvm/vm" + i);
        for (int j = 0; j < 3; j++) {
          String path = "kvm/vm" + i + "/s" + j;
          next.stat(path, "u64", "cumulative", "value=" + (5000 + 10 * i + j), "desc=Other.");
          others.put(path, "" + (5000 + 10 * i + j));
        }
      }
      point.mount(simulator);
      try (StatsFs fs = open(point.path());
          Sampler sampler = fs.sampler()) {
        assertEquals(expected, sample(sampler));
        point.mount(next);
        assertEquals(others, sample(sampler));
        fs.refresh();
        assertEquals(others, sample(sampler));
        assertEquals("Other.", stat(fs, "kvm/vm1/s1").description());
        next.remove("kvm/vm2");
        others.keySet().removeIf(path -> path.startsWith("kvm/vm2"));
        fs.refresh();
        assertEquals(others, sample(sampler));
        point.unmount();
        assertEquals(expected.get("kvm/vm0/s0"), sample(sampler).get("kvm/vm0/s0"));
        fs.refresh();
        assertEquals(expected, sample(sampler));
        assertEquals("about kvm/vm1/s1", stat(fs, "kvm/vm1/s1").description());
      }
    }
  }
}
