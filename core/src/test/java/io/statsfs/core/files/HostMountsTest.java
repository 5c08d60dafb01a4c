package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Problem;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The trees of a host whose file systems are mounted elsewhere. */
class HostMountsTest {
  /** In memory, as the type of a file system is not known everywhere else, in a chroot for one. */
  @AutoClose private final TestTree memory = TestTree.inMemory();

  private final Path host = memory.root();

  private static StatsFs.Builder builder() {
    return new StatsFsBuilder(
            List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
        .refreshInterval(Duration.ZERO);
  }

  private void file(String path, String text) throws IOException {
    Path file = host.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Path rootOf(StatsFs fs, String tree) {
    return fs.catalog().trees().stream()
        .filter(t -> t.name().equals(tree))
        .flatMap(t -> t.root().stream())
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    tree + " is not in " + fs.catalog().trees() + fs.catalog().problems()));
  }

  @Test
  void eachTreeIsThatOfTheHost() throws IOException {
    file("proc/uptime", "12.50 20.00\n");
    file("proc/net/snmp", "Udp: InDatagrams\nUdp: 1\n");
    file("proc/1/net/snmp", "Udp: InDatagrams\nUdp: 2\n");
    file("sys/class/net/eth0/statistics/rx_bytes", "3\n");
    file("sys/kernel/debug/kvm/exits", "4\n");
    try (StatsFs fs = builder().host(host).build()) {
      assertEquals(host.resolve("proc/uptime"), rootOf(fs, "uptime"));
      assertEquals(host.resolve("proc/1/net/snmp"), rootOf(fs, "snmp"));
      assertEquals(host.resolve("sys/class/net"), rootOf(fs, "net"));
      assertEquals(host.resolve("sys/kernel/debug/kvm"), rootOf(fs, "kvm"));
      assertTrue(
          fs.catalog().trees().stream().map(Tree::name).noneMatch("vmstat"::equals),
          "there is none on that host");
    }
  }

  @Test
  void whatIsOfAllMountsIsThatOfTheHostsFirstProcess() throws IOException {
    file("proc/self/mountstats", "");
    file(
        "proc/1/mountstats", "device s:/a mounted on /b with fstype nfs statvers=1.1\n\tage:\t7\n");
    try (StatsFs fs = builder().proc(host.resolve("proc")).trees("mountstats").build()) {
      assertEquals(host.resolve("proc/1/mountstats"), rootOf(fs, "mountstats"));
      assertEquals(7, fs.readLong(fs.catalog().stats().get(0)));
    }
  }

  @Test
  void whatIsThisProcesssOwnStaysSo() throws IOException {
    file("proc/uptime", "12.50 20.00\n");
    file("proc/self/io", "rchar: 1\n");
    Files.createDirectory(host.resolve("sys"));
    try (StatsFs fs = builder().host(host).trees("self", "uptime").build()) {
      assertTrue(rootOf(fs, "self").startsWith("/proc"));
      assertEquals(host.resolve("proc/uptime"), rootOf(fs, "uptime"));
    }
  }

  @Test
  void oneOfBothCanBeNamed() throws IOException {
    file("proc/uptime", "12.50 20.00\n");
    try (StatsFs fs = builder().proc(host.resolve("proc")).trees("net", "uptime").build()) {
      assertEquals(host.resolve("proc/uptime"), rootOf(fs, "uptime"));
      assertEquals(Path.of("/sys/class/net"), rootOf(fs, "net"));
    }
  }

  @Test
  void whatCannotBeHadOfAnotherNetworkNamespaceIsReported() throws IOException {
    file("proc/sys/net/netfilter/nf_conntrack_count", "1\n");
    Files.createDirectory(host.resolve("sys"));
    file("proc/uptime", "12.50 20.00\n");
    try (StatsFs fs = builder().host(host).trees("nf_conntrack", "uptime").build()) {
      assertEquals(1, fs.catalog().trees().size());
      Problem problem = fs.catalog().problems().get(0);
      assertEquals(Problem.Kind.NOT_OPENED, problem.kind());
      assertEquals("nf_conntrack", problem.treeName());
      assertTrue(problem.message().contains("is that of this process"), problem.message());
      assertEquals(1, fs.catalog().problems().size());
    }
  }

  @Test
  void cgroupsOfOneVersionAreNotTakenForThoseOfTheOther() throws IOException {
    file("proc/uptime", "12.50 20.00\n");
    file("sys/fs/cgroup/cpu/cpu.stat", "nr_periods 1\n");
    file("sys/fs/cgroup/pids/a/cgroup.controllers", "");
    file("sys/fs/cgroup/pids/cgroup.controllers", "");
    file("sys/fs/cgroup/pids/a/pids.current", "1\n");
    try (StatsFs fs =
        builder()
            .host(host)
            .trees("uptime", "cgroups", "cgroups_v1_cpu", "cgroups_v1_pids")
            .build()) {
      assertEquals(host.resolve("sys/fs/cgroup/cpu"), rootOf(fs, "cgroups_v1_cpu"));
      assertEquals(
          List.of("cgroups", "cgroups_v1_pids"),
          fs.catalog().problems().stream().map(Problem::treeName).toList());
    }
    file("sys/fs/cgroup/unified/cgroup.controllers", "cpu\n");
    try (StatsFs fs = builder().host(host).trees("cgroups").build()) {
      assertEquals(host.resolve("sys/fs/cgroup/unified"), rootOf(fs, "cgroups"));
    }
  }

  @Test
  void whereOnlyRootsAreOpenedTheHostHasNoEffect() throws IOException {
    file("proc/uptime", "12.50 20.00\n");
    Path root = host.resolve("proc/uptime");
    try (StatsFs fs = builder().root(root, "uptime").proc(host.resolve("proc")).build()) {
      assertEquals(
          List.of(
              "nothing is looked for in "
                  + host.resolve("proc")
                  + ", as only roots are opened; name trees, or leave out the roots"),
          fs.catalog().problems().stream().map(Problem::message).toList());
    }
  }

  @Test
  void aStatsfsThatIsRequiredIsThatOfTheHost() throws IOException {
    Files.createDirectory(host.resolve("proc"));
    file("sys/kernel/stats/kvm/exits", "1\n");
    TreeUnavailableException e =
        assertThrows(
            TreeUnavailableException.class,
            () -> builder().host(host).detect().requireStatsfs().build());
    assertTrue(
        e.getMessage().startsWith(host.resolve("sys/kernel/stats") + " is on "), e.getMessage());
    assertTrue(e.getMessage().endsWith(", and statsfs is required."), e.getMessage());
    e =
        assertThrows(
            TreeUnavailableException.class,
            () -> builder().host(host.resolve("no")).requireStatsfs().build());
    assertTrue(e.getMessage().contains("/no/proc is no directory"), e.getMessage());
  }

  @Test
  void aDirectoryWithNothingOfWhatIsLookedForIsAProblem() throws IOException {
    file("proc/uptime", "12.50 20.00\n");
    Path sys = Files.createDirectory(host.resolve("sys"));
    try (StatsFs fs = builder().host(host).build()) {
      assertEquals(host.resolve("proc/uptime"), rootOf(fs, "uptime"));
      assertEquals(
          List.of(
              sys
                  + ": no tree of the host is here. Mount that of the host, as with"
                  + " -v /proc:/host/proc:ro -v /sys:/host/sys:ro"),
          problemsAt(sys, fs));
    }
    file("sys/class/net/eth0/statistics/rx_bytes", "3\n");
    try (StatsFs fs = builder().host(host).build()) {
      assertEquals(List.of(), problemsAt(sys, fs));
    }
  }

  private static List<String> problemsAt(Path place, StatsFs fs) {
    return fs.catalog().problems().stream()
        .map(Problem::toString)
        .filter(problem -> problem.startsWith(place + ":"))
        .toList();
  }

  @Test
  void aDirectoryThatIsNotThereIsAnError() {
    TreeUnavailableException e =
        assertThrows(
            TreeUnavailableException.class, () -> builder().host(host.resolve("no")).build());
    assertTrue(e.getMessage().contains("/no/proc is no directory"), e.getMessage());
  }
}
