package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.CgroupMount;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in trees that stand still. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiscoveryTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private Fs open() {
    tree.settle();
    return new Fs(tree.root());
  }

  private Fs open(Limits limits) {
    tree.settle();
    return new Fs(tree.root(), Layout.statsfs(), limits);
  }

  private static void run(String... command) throws Exception {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  /** Skips the test where this user may not do that. */
  private static void tryRun(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assumeTrue(process.waitFor() == 0, () -> command[0] + " is not possible here: " + output);
  }

  @Test
  void catalogIsInOrderOfSubsystemDeviceAndName() {
    for (String stat :
        List.of(
            "net/b/z", "net/b/a", "net/a-b/x", "net/a/x", "net/a/c/x", "net/x", "kvm/1/x", "b/x")) {
      tree.stat(stat, 1);
    }
    try (Fs fs = open()) {
      assertEquals(
          List.of(
              "b/x", "kvm/1/x", "net/x", "net/a/x", "net/a-b/x", "net/a/c/x", "net/b/a", "net/b/z"),
          fs.stats());
      assertEquals(
          fs.catalog().stats(),
          fs.catalog().sources().stream().flatMap(s -> s.stats().stream()).toList());
      assertEquals(List.of(), fs.problems());
      assertEquals(1, fs.catalog().version());
    }
  }

  @Test
  void sourceTellsItsPlace() {
    tree.stat("kvm/1234-11/vcpu0/exits", 1).stat("kvm/halts", 1);
    try (Fs fs = open()) {
      Source source = fs.source("kvm/1234-11/vcpu0");
      assertEquals("kvm", source.subsystem());
      assertEquals("1234-11/vcpu0", source.device());
      assertEquals(tree.path("kvm/1234-11/vcpu0"), FilePaths.of(source));
      assertEquals(Map.of(), source.labels());
      assertEquals(tree.root(), source.tree().root().orElseThrow());
      assertEquals(tree.path("kvm/1234-11/vcpu0").toString(), source.origin());
      Stat stat = source.stats().get(0);
      assertEquals(source, stat.source());
      assertEquals(tree.path("kvm/1234-11/vcpu0/exits"), FilePaths.of(stat));
      assertEquals("", fs.source("kvm").device());
      assertEquals("kvm/halts", fs.catalog().get("kvm", "", "halts").toString());
    }
  }

  @Test
  void linksLeadOnlyIntoThePlaceThatTheLayoutNames() {
    tree.stat("devices/lo/statistics/a", 1).stat("elsewhere/eth0/statistics/a", 1);
    tree.directory("class/net");
    tree.link("class/net/lo", tree.path("devices/lo"));
    tree.link("class/net/eth0", tree.path("elsewhere/eth0"));
    tree.settle();
    Layout layout =
        Layout.builder("l")
            .subsystem("net")
            .sources("{device}/statistics")
            .links("../../devices")
            .build();
    try (Fs fs = new Fs(tree.path("class/net"), layout)) {
      assertEquals(List.of("net/lo/a"), fs.stats());
    }
  }

  @Test
  void treeCannotMoveThePlaceThatLinksMayLeadInto() {
    tree.stat("outside/eth0/statistics/secret", 1);
    tree.directory("root");
    tree.link("root/devices", tree.path("outside"));
    tree.link("root/eth0", tree.path("outside/eth0"));
    tree.settle();
    Layout layout =
        Layout.builder("l")
            .subsystem("net")
            .sources("{device}/statistics")
            .links("devices")
            .build();
    try (Fs fs = new Fs(tree.path("root"), layout)) {
      assertEquals(List.of(), fs.stats());
    }
  }

  @Test
  void directoriesWithoutStatsAreNoSources() {
    tree.stat("kvm/1/vcpu0/exits", 1).schema("kvm", "LABEL\nhost a\n\n").schema("empty", "");
    try (Fs fs = open()) {
      assertEquals(List.of("kvm/1/vcpu0"), fs.sources());
      assertEquals(0, fs.schemas.loads());
      tree.stat("kvm/own", 1);
      fs.refresh();
      assertEquals(Map.of("host", "a"), fs.source("kvm").labels());
      assertEquals(1, fs.schemas.loads());
    }
  }

  @Test
  void emptyTreeHasAnEmptyCatalogAndIsAProblem() {
    tree.directory("kvm/1");
    try (Fs fs = open()) {
      assertEquals(List.of(), fs.stats());
      assertEquals(1, fs.catalog().trees().size());
      assertEquals(1, fs.problems().size(), fs.problems()::toString);
      assertTrue(fs.problems().get(0).contains("holds no stats"), fs.problems()::toString);
      Problem problem = fs.catalog().problems().get(0);
      assertEquals(tree.root(), problem.path().orElseThrow());
      assertEquals(Problem.Kind.NO_STATS, problem.kind());
      assertEquals(fs.catalog().trees(), List.of(problem.tree().orElseThrow()));
      assertEquals("statsfs", problem.treeName());
      assertEquals("files", problem.backend());
      assertEquals(1, fs.log.lines().size());
      Object before = fs.catalog();
      assertEquals(before, fs.refresh());
      tree.stat("kvm/1/a", 1);
      fs.refresh();
      assertEquals(List.of(), fs.problems());
      tree.remove("kvm/1");
      fs.refresh();
      assertTrue(fs.problems().get(0).contains("holds no stats"), fs.problems()::toString);
    }
  }

  @Test
  void statsInTheRootGoUnderItsName() {
    tree.stat("root/a", 1).stat("root/sub/b", 1);
    try (Fs fs = new Fs(tree.path("root"));
        Fs dot = new Fs(tree.path("root/sub/.."))) {
      assertEquals(List.of("root/a", "sub/b"), fs.stats());
      assertEquals(List.of("root/a", "sub/b"), dot.stats());
    }
  }

  @Test
  void namesOfAnySortComeThroughAndLeadToTheirFiles() throws IOException {
    String[] names = {
      "guest doorbell",
      "\\xff",
      "\\x5cxff",
      "line\nend",
      "50%",
      "ä€😀",
      "dev-disk-by\\x5cx2duuid",
      " ",
      "-",
      "*",
      "#",
      "a:b",
      "{x}",
      "\\xe2\\x82",
      "\t",
      "...",
      "x".repeat(255)
    };
    for (String name : names) {
      tree.stat("kvm/" + name + "/" + name, 7);
    }
    try (Fs fs = open()) {
      assertEquals(names.length, fs.stats().size());
      for (Stat stat : fs.catalog().stats()) {
        assertEquals(stat.name(), stat.source().device());
        assertEquals(7, fs.fs.readLong(stat));
        assertEquals(stat, fs.catalog().get("kvm", stat.name(), stat.name()));
      }
      fs.catalog().get("kvm", "dev-disk-by\\x2duuid", "dev-disk-by\\x2duuid");
      fs.catalog().get("kvm", "\\xff", "\\xff");
      fs.catalog().get("kvm", "\\x5cxff", "\\x5cxff");
    }
  }

  /** Opening them would touch hardware. */
  @Test
  void devicesAreIgnoredAndNeverOpened() throws Exception {
    tree.stat("kvm/exits", 1);
    tryRun("mknod", tree.path("kvm/zero").toString(), "c", "1", "5");
    tryRun("mknod", tree.path("kvm/loop").toString(), "b", "7", "200");
    try (Fs fs = new Fs(tree.root())) {
      assertEquals(List.of("kvm/exits"), fs.stats());
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void whatIsNoFileOrDirectoryIsIgnoredAndNeverOpened() throws Exception {
    tree.stat("kvm/exits", 1).stat("outside", 1).stat("elsewhere/x", 1);
    // Opening the pipe would wait for ever.
    run("mkfifo", tree.path("kvm/pipe").toString(), tree.path("pipe").toString());
    Files.createSymbolicLink(tree.path("kvm/link"), tree.path("outside"));
    Files.createSymbolicLink(tree.path("kvm/dirlink"), tree.path("elsewhere"));
    Files.createSymbolicLink(tree.path("sublink"), tree.path("elsewhere"));
    Files.createSymbolicLink(tree.path("kvm/self"), Path.of("."));
    Files.createSymbolicLink(tree.path("kvm/dangling"), Path.of("no"));
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(tree.path("kvm/socket")));
      try (Fs fs = new Fs(tree.root())) {
        String root = tree.root().getFileName().toString();
        assertEquals(
            List.of("elsewhere/x", "kvm/exits", root + "/outside").stream().sorted().toList(),
            fs.stats().stream().sorted().toList());
        assertEquals(1, fs.problems().size(), fs.problems()::toString);
        assertTrue(
            fs.problems()
                .get(0)
                .startsWith(
                    "5 symbolic links below are not followed, such as "
                        + tree.path("sublink")
                        + " -> "
                        + tree.path("elsewhere")
                        + ": layout statsfs follows none there"),
            fs.problems()::toString);
      }
    }
  }

  @Test
  void symbolicLinksOfSysfsAreNoStats() {
    // Its directories of links have a link count of 2, as those of files have.
    try (Fs fs = new Fs(Path.of("/sys/class"), Layout.statsfs())) {
      for (Stat stat : fs.catalog().stats()) {
        assertTrue(!Files.isSymbolicLink(FilePaths.of(stat)), stat.toString());
      }
    }
  }

  @Test
  void schemaDescribesItsSourceAlone() {
    tree.stat("kvm/1/exits", 1)
        .stat("kvm/1/load", "0.5")
        .stat("kvm/1/undescribed", 1)
        .stat("kvm/2/exits", 1)
        .stat("kvm/exits", 1)
        .schema(
            "kvm/1",
            "LABEL\nvm 1-1\nhost h\n\nMETRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC VM exits\n\n"
                + "METRIC\nNAME load\nFLAG GAUGE\nTYPE FLOAT\nDESC (null)\n\n"
                + "METRIC\nNAME hidden\nFLAG GAUGE\nTYPE INT\nDESC no file\n\n");
    try (Fs fs = open()) {
      assertEquals(
          List.of("kvm/exits", "kvm/1/exits", "kvm/1/load", "kvm/1/undescribed", "kvm/2/exits"),
          fs.stats());
      Stat exits = fs.catalog().get("kvm", "1", "exits");
      assertEquals(Stat.Kind.COUNTER, exits.kind());
      assertEquals(Stat.Type.INT, exits.type());
      assertEquals("VM exits", exits.description());
      assertEquals("", exits.unit());
      assertEquals(List.of("vm", "host"), List.copyOf(exits.source().labels().keySet()));
      Stat load = fs.catalog().get("kvm", "1", "load");
      assertEquals(Stat.Type.FLOAT, load.type());
      assertEquals("", load.description());
      Stat undescribed = fs.catalog().get("kvm", "1", "undescribed");
      assertEquals(Stat.Kind.LEVEL, undescribed.kind());
      assertEquals(Stat.Type.INT, undescribed.type());
      for (String device : List.of("", "2")) {
        assertEquals(Stat.Kind.LEVEL, fs.catalog().get("kvm", device, "exits").kind());
        assertEquals(Map.of(), fs.catalog().get("kvm", device, "exits").source().labels());
      }
      assertEquals(List.of(), fs.problems());
      assertEquals(1, fs.schemas.loads());
    }
  }

  @Test
  void badLinesOfASchemaCostOnlyThemselvesAndAreTold() {
    tree.stat("kvm/exits", 1)
        .schema("kvm", "junk\n\nMETRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC d\n\n");
    try (Fs fs = open()) {
      assertEquals("d", fs.catalog().get("kvm", "", "exits").description());
      assertEquals(
          List.of("line 1: a line outside of LABEL and METRIC was left out"), fs.problems());
      assertEquals(tree.path("kvm/.schema"), fs.catalog().problems().get(0).path().orElseThrow());
      assertEquals(Problem.Kind.MALFORMED, fs.catalog().problems().get(0).kind());
    }
  }

  @Test
  void largeSchemaIsOneProblemAndDescribesWhatItCan() {
    StringBuilder labels = new StringBuilder("METRIC\nNAME a\nDESC d\n\nLABEL\n");
    for (int i = 0; i < 70_000; i++) {
      labels.append("key").append(i).append(" value\n");
    }
    tree.stat("kvm/a", 1).schema("kvm", labels.toString());
    try (Fs fs = open()) {
      assertEquals(64, fs.source("kvm").labels().size());
      assertEquals("d", fs.catalog().get("kvm", "", "a").description());
      assertEquals(1, fs.problems().size(), fs.problems()::toString);
      assertEquals("left out: labels beyond the first 64: 69936", fs.problems().get(0));
      assertEquals(1, fs.log.lines().size());
    }
  }

  @Test
  void schemaThatIsNoFileIsToldAndNeverOpened() throws Exception {
    tree.stat("a/x", 1).stat("b/x", 1).stat("c/x", 1).stat("c/.schema/y", 1);
    run("mkfifo", tree.path("a/.schema").toString());
    Files.createSymbolicLink(tree.path("b/.schema"), Path.of("/etc/passwd"));
    try (Fs fs = open()) {
      assertEquals(List.of("a/x", "b/x", "c/x"), fs.stats());
      assertEquals(3, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("not a regular file"), fs.problems().toString());
    }
  }

  @Test
  void schemaOfTheLayoutDescribesWhatTheSourceDoesNot() {
    Layout layout =
        Layout.builder("mine")
            .schemaFile("about")
            .stats(
                List.of(
                    StatDeclaration.of("a", Stat.Kind.COUNTER, "By", "shipped a", ""),
                    StatDeclaration.of("b*", Stat.Kind.COUNTER, "s", "shipped b", "")))
            .build();
    tree.stat("s/a", 1).stat("s/b1", 1).stat("s/.schema", 1);
    tree.stat("s/about", "METRIC\nNAME a\nFLAG GAUGE\nTYPE INT\nDESC own a\n\n").settle();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(List.of("s/.schema", "s/a", "s/b1"), fs.stats());
      assertEquals("own a", fs.catalog().get("s", "", "a").description());
      assertEquals(Stat.Kind.LEVEL, fs.catalog().get("s", "", "a").kind());
      assertEquals("shipped b", fs.catalog().get("s", "", "b1").description());
      assertEquals("s", fs.catalog().get("s", "", "b1").unit());
    }
  }

  @Test
  void layoutWithLevelsTakesOnlyItsOwnDirectories() {
    Layout layout =
        Layout.builder("levels").subsystem("disk").sources("{bus}/{unit}/stats").build();
    tree.stat("pci/0/stats/reads", 1).stat("pci/0/other/reads", 1).stat("pci/0/reads", 1);
    tree.stat("pci/1/stats/deeper/reads", 1).stat("usb/0/stats/reads", 1).stat("reads", 1);
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(List.of("disk/pci/0/reads", "disk/usb/0/reads"), fs.stats());
      Map<String, String> labels = fs.source("disk/pci/0").labels();
      assertEquals(List.of("bus", "unit"), List.copyOf(labels.keySet()));
      assertEquals("pci", labels.get("bus"));
      assertEquals("0", labels.get("unit"));
    }
  }

  @Test
  void flatKeyedFilesAreSourcesOfTheirOwn() {
    Layout layout =
        Layout.builder("cgroup")
            .subsystem("cgroup")
            .flatKeyedFiles("memory.stat", "cpu.stat")
            .build();
    tree.stat("memory.stat", "anon 1\nfile 2\n").stat("memory.current", 5);
    tree.stat("app.slice/memory.stat", "anon 3\nfile 4\nhuge 7 kB\n").stat("app.slice/pids", 6);
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(
          List.of(
              "cgroup/memory.current",
              "cgroup/app.slice/pids",
              "cgroup/app.slice/memory.stat/anon",
              "cgroup/app.slice/memory.stat/file",
              "cgroup/app.slice/memory.stat/huge",
              "cgroup/memory.stat/anon",
              "cgroup/memory.stat/file"),
          fs.stats());
      assertEquals(tree.path("memory.stat"), fs.source("cgroup/memory.stat").path().orElseThrow());
      Stat file = fs.catalog().get("cgroup", "app.slice/memory.stat", "file");
      assertEquals(4, fs.fs.readLong(file));
      assertEquals(tree.path("app.slice/memory.stat"), FilePaths.of(file));
      assertEquals("", file.unit());
      assertEquals("KiBy", fs.catalog().get("cgroup", "app.slice/memory.stat", "huge").unit());
    }
  }

  @Test
  void flatKeyedFileInARootThatNamesNoSubsystemGoesUnderTheRootsName() {
    Layout layout = Layout.builder("flat").flatKeyedFiles("memory.stat").build();
    tree.stat("top/memory.stat", "a 1\n").stat("top/sub/memory.stat", "a 2\n").stat("top/x", 3);
    try (Fs fs = new Fs(tree.path("top"), layout)) {
      assertEquals(List.of("sub/memory.stat/a", "top/x", "top/memory.stat/a"), fs.stats());
    }
  }

  @Test
  void flatKeyedFileThatIsCutLosesItsLastLineAndIsTold() {
    Limits limits = Fs.limits(16, 100, 10_000, 4096);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      text.append("name").append(i).append(" 123456\n");
    }
    // The last line that is taken in would be cut within its value.
    int end = text.lastIndexOf("123456", 4096) + 3;
    text.insert(0, "x".repeat(4096 - end - 3) + " 1\n");
    tree.stat("values", text.toString());
    try (Fs fs = new Fs(tree.path("values"), Layout.file("values"), limits)) {
      assertTrue(fs.problems().get(0).contains("longer than 4096 bytes"), fs.problems().toString());
      assertTrue(fs.stats().size() > 100);
      for (Stat stat : fs.catalog().stats().subList(1, fs.stats().size())) {
        assertEquals(123456, fs.fs.readLong(stat), stat.toString());
        assertEquals("123456", fs.fs.readText(stat));
      }
    }
  }

  /** On a slow machine a large file takes longer than a scan may stay where it is. */
  @Test
  void eachLineOfALargeFileIsProgress() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append("name").append(i).append(" 1\n");
    }
    tree.stat("file", text.toString()).settle();
    Layout declared =
        Layout.builder("declared")
            .subsystem("declared")
            .declaredFilesOnly()
            .files(FileDeclaration.flatKeyed("file", List.of()))
            .build();
    try (Fs files = new Fs(tree.root(), declared);
        Fs file = new Fs(tree.path("file"), Layout.file("other"))) {
      tree.stat("file", text + "last 1\n");
      for (Fs fs : List.of(files, file)) {
        Steps steps = new Steps(fs.fs.catalog().trees().get(0));
        fs.fs.scanners().of(steps.tree).scan(steps);
        assertTrue(steps.taken > 1000, steps.tree + ": " + steps.taken);
      }
    }
  }

  private static final class Steps implements ScanRequest {
    final Tree tree;
    int taken;

    Steps(Tree tree) {
      this.tree = tree;
    }

    @Override
    public Tree tree() {
      return tree;
    }

    @Override
    public int maxSources() {
      return Integer.MAX_VALUE;
    }

    @Override
    public int maxStats() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void step() {
      taken++;
    }
  }

  @Test
  void realCgroupsAreRead() {
    Layout layout =
        Layout.builder("cgroup")
            .subsystem("cgroup")
            .flatKeyedFiles("cgroup.stat", "cpu.stat")
            .build();
    try (CgroupMount mount = CgroupMount.open();
        Fs fs = new Fs(mount.root(), layout)) {
      Stat stat = fs.catalog().get("cgroup", "cgroup.stat", "nr_descendants");
      assertTrue(fs.fs.readLong(stat) >= 0);
      assertTrue(fs.source("cgroup").stats().size() > 3);
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void realNetworkInterfacesAreRead() {
    try (Fs fs = new Fs(Path.of("/sys/class/net"), Layouts.shipped("net"))) {
      Stat stat = fs.catalog().get("net", "lo", "rx_bytes");
      assertEquals(Map.of("device", "lo"), stat.source().labels());
      assertEquals(Stat.Kind.COUNTER, stat.kind());
      assertEquals("By", stat.unit());
      assertTrue(fs.fs.readLong(stat) >= 0);
      assertTrue(fs.catalog().stats().stream().noneMatch(s -> s.name().equals("mtu")));
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void linksOfTheNetLayoutAreFollowedOnlyInsideItsBoundary() throws IOException {
    tree.stat("sys/devices/virtual/net/lo/statistics/rx", 1);
    tree.stat("sys/devices/virtual/net/lo/mtu", 1);
    tree.stat("sys/class/net/bonding_masters", "\n");
    tree.stat("sys/class/net/plain/statistics/rx", 4);
    tree.stat("sys/devices2/net/evil/statistics/rx", 666);
    tree.stat("outside/evil/statistics/rx", 666);
    tree.stat("sys/devices/pci/net/eth1/other/rx", 666);
    Map<String, String> links =
        Map.of(
            "lo", "../../devices/virtual/net/lo",
            "evil", "../../../outside/evil",
            "near", "../../devices2/net/evil",
            "absolute", tree.path("outside/evil").toString(),
            "loop", "loop",
            "loop1", "loop2",
            "loop2", "loop1",
            "dangling", "../../devices/no",
            "file", "../../devices/virtual/net/lo/mtu",
            "eth1", "../../devices/pci/net/eth1");
    links.forEach(
        (name, target) -> {
          try {
            Files.createSymbolicLink(tree.path("sys/class/net/" + name), Path.of(target));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    // Below an interface the same is true of links.
    Files.createSymbolicLink(
        tree.path("sys/devices/pci/net/eth1/statistics"),
        Path.of("../../../virtual/net/lo/statistics"));
    tree.directory("sys/class/net/eth2");
    Files.createSymbolicLink(
        tree.path("sys/class/net/eth2/statistics"), tree.path("outside/evil/statistics"));
    tree.settle();
    try (Fs fs = new Fs(tree.path("sys/class/net"), Layouts.shipped("net"))) {
      assertEquals(List.of("net/eth1/rx", "net/lo/rx", "net/plain/rx"), fs.stats());
      assertEquals(
          List.of(
              "9 symbolic links below are not followed, such as "
                  + tree.path("sys/class/net/absolute")
                  + " -> "
                  + tree.path("outside/evil")
                  + ": layout net follows only what leads to a directory below "
                  + tree.path("sys/devices")),
          fs.problems());
      assertEquals(1, fs.log.lines().size());
      Object before = fs.catalog();
      assertEquals(before, fs.refresh());
      // One that turns round later is dropped.
      Files.delete(tree.path("sys/devices/pci/net/eth1/statistics"));
      Files.createSymbolicLink(
          tree.path("sys/devices/pci/net/eth1/statistics"), tree.path("outside/evil/statistics"));
      Files.delete(tree.path("sys/class/net/lo"));
      Files.createSymbolicLink(tree.path("sys/class/net/lo"), tree.path("outside/evil"));
      fs.refresh();
      assertEquals(List.of("net/plain/rx"), fs.stats());
    }
  }

  @Test
  void depthIsLimited() {
    tree.stat("a/x", 1).stat("a/b/x", 1).stat("a/b/c/x", 1);
    try (Fs fs = open(Fs.limits(2, 100, 100, 4096))) {
      assertEquals(List.of("a/x", "a/b/x"), fs.stats());
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("more than 2 levels deep"), fs.problems()::toString);
      assertEquals(tree.path("a/b"), fs.catalog().problems().get(0).path().orElseThrow());
      assertEquals(Problem.Kind.LIMIT_EXCEEDED, fs.catalog().problems().get(0).kind());
    }
    try (Fs fs = open(Fs.limits(3, 100, 100, 4096))) {
      assertEquals(3, fs.stats().size());
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void directoriesThatTheLayoutDoesNotWantAreNotToldAsTooDeep() {
    Layout layout = Layout.builder("levels").subsystem("net").sources("{device}").build();
    tree.stat("eth0/rx", 1).stat("eth0/queues/x", 1).settle();
    try (Fs fs = new Fs(tree.root(), layout, Fs.limits(1, 100, 100, 4096))) {
      assertEquals(List.of("net/eth0/rx"), fs.stats());
      assertEquals(List.of(), fs.problems());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sourcesAreLimitedWhateverTheOrderOfTheListing(boolean backwards) {
    for (int i = 0; i < 20; i++) {
      tree.stat("s" + (char) ('a' + (backwards ? 19 - i : i)) + "/x", 1);
    }
    try (Fs fs = open(Fs.limits(16, 8, 100, 4096))) {
      // The root counts too.
      assertEquals(List.of("sa/x", "sb/x", "sc/x", "sd/x", "se/x", "sf/x", "sg/x"), fs.stats());
      assertTrue(
          fs.problems().stream().anyMatch(p -> p.contains("more than 8 directories")),
          fs.problems()::toString);
      Object before = fs.catalog();
      assertEquals(before, fs.refresh());
      tree.remove("sa").settle();
      fs.refresh();
      assertEquals("sh/x", fs.stats().get(6));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void statsAreLimitedWhateverTheOrderOfTheListing(boolean backwards) {
    for (int i = 0; i < 20; i++) {
      String name = "" + (char) ('a' + (backwards ? 19 - i : i));
      tree.stat("many/" + name, 1).stat("few/" + (i % 3), 1);
    }
    try (Fs fs = open(Fs.limits(16, 100, 10, 4096))) {
      // A source is taken in as a whole or not at all; of one that is too large, the beginning.
      assertEquals(List.of("few/0", "few/1", "few/2"), fs.stats());
      assertTrue(
          fs.problems().stream().anyMatch(p -> p.contains("more than 10 stats")),
          fs.problems()::toString);
    }
    try (Fs fs = open(Fs.limits(16, 100, 13, 4096))) {
      assertEquals(3, fs.stats().size());
    }
    tree.remove("few");
    try (Fs fs = open(Fs.limits(16, 100, 10, 4096))) {
      assertEquals(
          List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
          fs.catalog().stats().stream().map(Stat::name).toList());
      assertTrue(
          fs.problems().stream().anyMatch(p -> p.contains("more entries than Limits allow")),
          fs.problems()::toString);
    }
  }

  @Test
  void problemsAreBounded() {
    for (int i = 0; i < 1500; i++) {
      tree.stat("s" + i + "/x", 1).schema("s" + i, "junk\n");
    }
    try (Fs fs = open()) {
      assertEquals(1500, fs.stats().size());
      assertEquals(1000, fs.problems().size());
    }
  }
}
