package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.core.FakeReader;
import io.statsfs.core.Fs;
import io.statsfs.core.Mounted;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening, with files that say what another machine would have. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TreesTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  /**
   * A machine with mounts of "type path", the paths being below the test's directory. All have that
   * directory's device, so that this is for opening alone: scans know a file system by its device.
   */
  private FileSystems machine(String filesystems, String... mounts) {
    String device = Mounted.device(tree.root());
    StringBuilder mountinfo = new StringBuilder("1 0 8:1 / / rw - ext4 /dev/vda rw\n");
    List<Path> points = new ArrayList<>(List.of(Path.of("/")));
    for (String mount : mounts) {
      String[] parts = mount.split(" ", 2);
      Path point = tree.root().resolve(parts[1]);
      int parent = 0;
      for (int i = 0; i < points.size(); i++) {
        parent = point.startsWith(points.get(i)) ? i + 1 : parent;
      }
      points.add(point);
      mountinfo.append(points.size()).append(' ').append(parent).append(' ').append(device);
      mountinfo.append(" / ").append(point).append(" rw - ").append(parts[0]).append(" x rw\n");
    }
    tree.stat("system/mountinfo", mountinfo.toString());
    tree.stat("system/filesystems", filesystems);
    return new FileSystems(tree.path("system/mountinfo"), tree.path("system/filesystems"));
  }

  private static StatsFs.Builder builder(FileSystems system) {
    return new StatsFsBuilder(List.of(new FilesBackend(system, new SchemaCache(1 << 20))))
        .refreshInterval(Duration.ZERO);
  }

  private static Trees.Detected detect(Trees trees) {
    return trees.open(Fs.DETECT);
  }

  private static TreeUnavailableException refused(Reason reason, Executable action) {
    TreeUnavailableException e = assertThrows(TreeUnavailableException.class, action);
    assertEquals(reason, e.reason(), e.getMessage());
    return e;
  }

  @ParameterizedTest
  @ValueSource(strings = {"statsfs sys/kernel/stats", "stats_fs sys/kernel/stats_fs", "statsfs x"})
  void statsfsIsFoundUnderEitherNameAtAnyPlace(String mount) {
    String place = mount.split(" ")[1];
    tree.stat(place + "/kvm/exits", 1).stat("sys/class/net/x", 1).settle();
    try (StatsFs fs = builder(machine("nodev\tstatsfs\n", "sysfs sys", mount)).build()) {
      Tree found = fs.catalog().trees().get(0);
      assertEquals(1, fs.catalog().trees().size());
      assertEquals(tree.path(place), found.root().orElseThrow());
      assertSame(Layout.statsfs(), found.layout());
      assertEquals(mount.split(" ")[0], found.fileSystemType());
      assertEquals(1, fs.readLong(fs.catalog().get("kvm", "", "exits")));
    }
  }

  @Test
  void anotherStatsfsMountIsTriedWhenTheFirstIsGone() {
    tree.stat("b/kvm/exits", 1);
    Trees trees = Fs.trees(machine("nodev\tstatsfs\n", "statsfs a", "statsfs b"));
    assertEquals(tree.path("b"), trees.statsfs(HostMounts.NONE).root().orElseThrow());
    assertEquals(
        List.of(tree.path("b")), detect(trees).trees().stream().map(FilePaths::of).toList());
  }

  @Test
  void oneInUserSpaceIsNotLookedForSinceAnyUserCanMountOne() {
    tree.stat("a/kvm/exits", 1);
    Trees trees = Fs.trees(machine("nodev\tstatsfs\n", "fuse.statsfs a"));
    refused(Reason.NOT_MOUNTED, () -> trees.statsfs(HostMounts.NONE));
  }

  @Test
  void withoutStatsfsTheStockTreesAreOpened() throws IOException {
    tree.stat("sys/devices/virtual/net/lo/statistics/rx_bytes", 5);
    tree.stat("sys/devices/virtual/net/lo/mtu", 65536);
    tree.stat("sys/class/net/x", 1).stat("proc/vmstat", "pgpgin 7\n");
    tree.stat("debug/kvm/exits", 9);
    Files.createSymbolicLink(
        tree.path("sys/class/net/lo"), Path.of("../../devices/virtual/net/lo"));
    tree.settle();
    FileSystems machine = machine("nodev\tsysfs\n", "sysfs sys", "proc proc", "debugfs debug");
    Trees.Detected found = detect(Fs.trees(machine));
    assertEquals(List.of(), found.problems());
    assertEquals(
        List.of("kvm", "net", "net_device", "vmstat"),
        found.trees().stream().map(Tree::name).toList());
    StatsFs.Builder builder = builder(FileSystems.ofThisProcess());
    found.trees().forEach(tree -> builder.root(FilePaths.of(tree), tree.layout()));
    try (LogCapture log = new LogCapture();
        StatsFs fs = builder.build()) {
      assertEquals(
          List.of("kvm/exits", "net/lo/rx_bytes", "net_device/lo/mtu", "vmstat/pgpgin"),
          fs.catalog().stats().stream().map(Stat::toString).toList());
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void stockTreesThatAreMissingAreLeftOut() {
    tree.stat("proc/vmstat", "pgpgin 7\n").stat("sys/kernel/x", 1);
    List<Tree> trees =
        detect(Fs.trees(machine("", "sysfs sys", "proc proc", "debugfs nowhere"))).trees();
    assertEquals(List.of(Layouts.shipped("vmstat")), trees.stream().map(Tree::layout).toList());
  }

  @Test
  void secondMountOfAStockFileSystemIsTried() {
    tree.stat("proc2/vmstat", "pgpgin 7\n");
    List<Tree> trees = detect(Fs.trees(machine("", "proc proc1", "proc proc2"))).trees();
    assertEquals(List.of(tree.path("proc2/vmstat")), trees.stream().map(FilePaths::of).toList());
  }

  @Test
  void homeThatIsHiddenByAnotherMountIsSkippedForTheNext() {
    tree.stat("proc1/vmstat", "other 7\n").stat("proc2/vmstat", "pgpgin 7\n");
    Trees trees = Fs.trees(machine("", "proc proc1", "tmpfs proc1", "proc proc2"));
    Trees.Detected found = detect(trees);
    assertEquals(List.of(tree.path("proc2/vmstat")), roots(found));
    assertTrue(found.problems().stream().noneMatch(problem -> problem.treeName().equals("vmstat")));
  }

  @Test
  void stockTreeWhoseEveryHomeIsHiddenIsAProblem() {
    tree.stat("proc/vmstat", "pgpgin 7\n").directory("sys/class/net");
    Trees trees = Fs.trees(machine("", "proc proc", "sysfs sys", "tmpfs sys"));
    Trees.Detected found = detect(trees);
    assertEquals(List.of(tree.path("proc/vmstat")), roots(found));
    List<Problem> problems =
        found.problems().stream().filter(p -> p.treeName().equals("net")).toList();
    assertEquals(
        List.of(
            tree.path("sys/class/net")
                + ": the tree net is left out: it is hidden by tmpfs at "
                + tree.path("sys")
                + ", which was mounted later."),
        problems.stream().map(Object::toString).toList());
    Problem problem = problems.get(0);
    assertEquals(Problem.Kind.NOT_OPENED, problem.kind());
    assertEquals("net", problem.treeName());
    assertTrue(problem.tree().isEmpty());
  }

  @Test
  void anotherFileInThePlaceOfAHomeIsNoHome() {
    tree.stat("proc1/vmstat", "other 7\n").stat("proc2/vmstat", "pgpgin 7\n");
    // As containers mask files, or show those of another machine.
    Trees trees = Fs.trees(machine("", "proc proc1", "ext4 proc1/vmstat", "proc proc2"));
    assertEquals(List.of(tree.path("proc2/vmstat")), roots(detect(trees)));
  }

  @Test
  void hiddenStatsfsIsNoStatsfs() {
    tree.stat("stats/kvm/a", 1).stat("proc/vmstat", "pgpgin 7\n");
    Trees trees =
        Fs.trees(machine("nodev\tstatsfs\n", "statsfs stats", "tmpfs stats", "proc proc"));
    assertTrue(
        refused(Reason.NOT_A_TREE, () -> trees.statsfs(HostMounts.NONE))
            .getMessage()
            .contains("hidden by tmpfs"));
    assertEquals(
        List.of(Layouts.shipped("vmstat")),
        detect(trees).trees().stream().map(Tree::layout).toList());
    assertEquals(1, detect(trees).problems().size());
  }

  private static List<String> names(StatsFs.Builder builder) {
    try (StatsFs fs = builder.build()) {
      return fs.catalog().trees().stream().map(tree -> tree.layout().name()).toList();
    }
  }

  @Test
  void treesAreSwitchedOnAndOffByName() {
    tree.stat("stats/kvm/exits", 1).stat("sys/class/net/x", 1).stat("proc/vmstat", "pgpgin 7\n");
    tree.stat("own/a/b", 1);
    Path own = tree.path("own");
    FileSystems stock = machine("", "sysfs sys", "proc proc");
    assertEquals(List.of("net", "net_device", "vmstat"), names(builder(stock).detect()));
    assertEquals(List.of("net"), names(builder(stock).withoutTrees("vmstat", "kvm", "net_device")));
    assertEquals(List.of("vmstat"), names(builder(stock).trees("vmstat", "kvm", "statsfs")));
    assertEquals(List.of("statsfs"), names(builder(stock).root(own)));
    assertEquals(
        List.of("net", "net_device", "vmstat", "statsfs"),
        names(builder(stock).detect().root(own)));
    assertEquals(List.of("vmstat", "kvm"), names(builder(stock).trees("vmstat").root(own, "kvm")));
    FileSystems both = machine("nodev\tstatsfs\n", "statsfs stats", "sysfs sys", "proc proc");
    assertEquals(List.of("statsfs"), names(builder(both)));
    assertEquals(List.of("statsfs", "vmstat"), names(builder(both).detect().trees("vmstat")));
    assertEquals(
        List.of("net", "net_device", "vmstat"), names(builder(both).withoutTrees("statsfs")));
    assertEquals(List.of("statsfs"), names(builder(both).detect().trees("statsfs")));
  }

  @Test
  void namedTreesThatAreNotThereFailOnlyIfNothingElseIs() {
    tree.stat("own/a/b", 1).stat("proc/vmstat", "pgpgin 7\n");
    FileSystems machine = machine("", "proc proc");
    TreeUnavailableException e =
        refused(Reason.NOT_FOUND, () -> builder(machine).trees("net", "kvm").build());
    assertTrue(e.getMessage().startsWith("None of the trees [kvm, net] "), e.getMessage());
    refused(Reason.NOT_SUPPORTED, () -> builder(machine).detect().withoutTrees("vmstat").build());
    assertEquals(List.of("statsfs"), names(builder(machine).trees("net").root(tree.path("own"))));
    refused(Reason.NOT_A_TREE, () -> builder(machine).requireStatsfs().trees("vmstat").build());
  }

  @Test
  void anUnknownNameOfATreeIsRefusedWithTheOneThatIsMeantOrAll() {
    FileSystems machine = machine("", "proc proc");
    String meant = "There is no tree 'nett'; did you mean 'net'?";
    unknown(meant, builder(machine).trees("nett"));
    unknown(meant, builder(machine).withoutTrees("nett"));
    unknown(meant, builder(machine).root(tree.root(), "nett"));
    String all = "There is no tree 'foo', only [statsfs, " + shipped(layout -> true) + "].";
    unknown(all, builder(machine).trees("foo"));
    unknown(all, builder(machine).withoutTrees("foo"));
    // A root is of files.
    String ofFiles = "There is no tree 'foo', only [statsfs, " + shipped(Fs::isOfFiles) + "].";
    unknown(ofFiles, builder(machine).root(tree.root(), "foo"));
  }

  private void unknown(String message, StatsFs.Builder builder) {
    assertEquals(message, refused(Reason.UNKNOWN_NAME, builder::build).getMessage());
  }

  @Test
  void aTreeOfABackendThatIsNotThereIsRefused() {
    StatsFsException e =
        assertThrows(
            StatsFsException.class,
            () -> builder(machine("", "proc proc")).trees("filesystem").build());
    assertEquals(
        "The tree 'filesystem' is opened by the backend 'filesystems', which is not there, only"
            + " [files].",
        e.getMessage());
  }

  private static String shipped(Predicate<Layout> which) {
    return Fs.DETECT.layouts().shipped().stream()
        .filter(which)
        .map(Layout::name)
        .collect(Collectors.joining(", "));
  }

  private static List<Path> roots(Trees.Detected found) {
    return found.trees().stream().map(FilePaths::of).toList();
  }

  @Test
  void withNothingAtAllBothAreTold() {
    TreeUnavailableException e =
        refused(Reason.NOT_SUPPORTED, () -> builder(machine("nodev\tproc\n")).build());
    assertTrue(e.getMessage().contains("needs a patched kernel"), e.getMessage());
    String all = shipped(layout -> layout.isDefault() && Fs.isOfFiles(layout));
    assertTrue(e.getMessage().contains("[" + all + "]"), e.getMessage());
    assertTrue(e.getMessage().contains("name a root"), e.getMessage());
  }

  @Test
  void strictOnAKernelWithoutStatsfsSaysThatItNeedsAPatchedOne() {
    tree.stat("proc/vmstat", "pgpgin 7\n");
    FileSystems machine = machine("nodev\tsysfs\n\text4\nnodev\tnostatsfs\n", "proc proc");
    TreeUnavailableException e =
        refused(Reason.NOT_SUPPORTED, () -> builder(machine).requireStatsfs().build());
    assertTrue(e.getMessage().contains("needs a patched kernel"), e.getMessage());
    assertTrue(e.getMessage().contains(machine.filesystems().toString()), e.getMessage());
  }

  @Test
  void withoutProcNothingIsClaimedOfTheKernel() {
    tree.stat("proc/vmstat", "pgpgin 7\n");
    FileSystems machine = machine("nodev\tsysfs\n", "proc proc");
    tree.remove("system/filesystems");
    TreeUnavailableException e =
        refused(Reason.NOT_MOUNTED, () -> builder(machine).requireStatsfs().build());
    assertTrue(e.getMessage().contains("Whether this kernel has one is not known"), e.getMessage());
    assertTrue(e.getMessage().contains(machine.filesystems().toString()), e.getMessage());
    tree.remove("system/mountinfo");
    e = refused(Reason.NOT_READABLE, () -> builder(machine).requireStatsfs().build());
    assertTrue(e.getMessage().contains("mount procfs"), e.getMessage());
    assertFalse(e.getMessage().contains("kernel"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nodev\tstatsfs\n", "nodev\tsysfs\nnodev\tstats_fs\n\text4\n"})
  void strictWhereStatsfsIsNotMountedSaysHowToMountIt(String filesystems) {
    tree.stat("proc/vmstat", "pgpgin 7\n");
    FileSystems machine = machine(filesystems, "proc proc");
    TreeUnavailableException e =
        refused(Reason.NOT_MOUNTED, () -> builder(machine).requireStatsfs().build());
    assertTrue(
        e.getMessage().contains("mount -t statsfs statsfs /sys/kernel/stats"), e.getMessage());
  }

  @Test
  void strictOpensNothingButStatsfs() {
    tree.stat("stats/kvm/exits", 1).stat("other/kvm/exits", 2);
    FileSystems machine = machine("nodev\tstatsfs\n", "statsfs stats");
    try (StatsFs fs = builder(machine).requireStatsfs().build()) {
      assertEquals(tree.path("stats"), fs.catalog().trees().get(0).root().orElseThrow());
    }
    TreeUnavailableException e =
        refused(
            Reason.NOT_A_TREE,
            () -> builder(machine).root(tree.path("other")).requireStatsfs().build());
    assertTrue(e.getMessage().contains("statsfs is required"), e.getMessage());
  }

  @Test
  void withoutMountinfoNothingIsLookedForAndTheMessageSaysWhy() {
    Trees trees = Fs.trees(new FileSystems(tree.path("no"), tree.path("no")));
    for (Executable action :
        List.<Executable>of(() -> detect(trees), () -> trees.statsfs(HostMounts.NONE))) {
      TreeUnavailableException e = refused(Reason.NOT_READABLE, action);
      String expected = tree.path("no") + " cannot be read, so no tree can be looked for: it does";
      assertTrue(e.getMessage().startsWith(expected), e.getMessage());
    }
  }

  @Test
  void missingRootIsNotFound() {
    Path root = tree.path("no");
    assertTrue(
        refused(Reason.NOT_FOUND, () -> builder(FileSystems.ofThisProcess()).root(root).build())
            .getMessage()
            .contains(root + " does not exist"));
    refused(
        Reason.NOT_FOUND,
        () -> builder(FileSystems.ofThisProcess()).root(root, Layouts.shipped("vmstat")).build());
    refused(
        Reason.NOT_FOUND,
        () -> builder(FileSystems.ofThisProcess()).root(root, Layout.statsfs()).build());
  }

  @Test
  void rootOfTheWrongKindIsNoTree() throws Exception {
    tree.stat("file", "a 1\n");
    Trees trees = Fs.trees(FileSystems.ofThisProcess());
    refused(Reason.NOT_A_TREE, () -> trees.open(tree.path("file"), Layout.statsfs()));
    refused(Reason.NOT_A_TREE, () -> trees.open(tree.root(), Layouts.shipped("vmstat")));
    refused(Reason.NOT_A_TREE, () -> trees.open(tree.path("file/below"), null));
    assertEquals(0, new ProcessBuilder("mkfifo", tree.path("pipe").toString()).start().waitFor());
    refused(Reason.NOT_A_TREE, () -> trees.open(tree.path("pipe"), null));
    refused(Reason.NOT_A_TREE, () -> trees.open(tree.path("pipe"), Layouts.shipped("vmstat")));
  }

  @Test
  void layoutFollowsFromTheRoot() {
    tree.stat("class/net/x", 1).stat("vmstat", "a 1\n").stat("ünits.txt", "a 1\n");
    Trees trees = Fs.trees(FileSystems.ofThisProcess());
    assertSame(Layouts.shipped("net"), trees.open(Path.of("/sys/class/net"), null).layout());
    assertSame(
        Layouts.shipped("net"), trees.open(Path.of("/sys/class/../class/net/"), null).layout());
    assertSame(Layouts.shipped("vmstat"), trees.open(Path.of("/proc/vmstat"), null).layout());
    assertEquals("sysfs", trees.open(Path.of("/sys/class/net"), null).fileSystemType());
    assertEquals("proc", trees.open(Path.of("/proc/vmstat"), null).fileSystemType());

    Layout meminfo = trees.open(Path.of("/proc/meminfo"), null).layout();
    assertTrue(meminfo.isRootFile());
    assertEquals("meminfo", meminfo.subsystem().orElseThrow());
    assertEquals("ünits.txt", trees.open(tree.path("ünits.txt"), null).layout().name());

    // The same names on another file system are not the stock trees.
    assertSame(Layout.statsfs(), trees.open(tree.path("class/net"), null).layout());
    assertTrue(trees.open(tree.path("vmstat"), null).layout().stats().all().isEmpty());
    assertSame(Layout.statsfs(), trees.open(tree.root(), null).layout());
    assertFalse(trees.open(tree.root(), null).layout().isRootFile());
  }

  @Test
  void rootMayBeALinkToADirectoryOrToAFile() throws IOException {
    tree.stat("real/kvm/exits", 3).stat("values", "a 1\nb 2\n");
    Files.createSymbolicLink(tree.path("dir-link"), Path.of("real"));
    Files.createSymbolicLink(tree.path("file-link"), Path.of("values"));
    try (StatsFs fs =
        builder(FileSystems.ofThisProcess())
            .root(tree.path("dir-link"))
            .root(tree.path("file-link"))
            .build()) {
      assertEquals(3, fs.readLong(fs.catalog().get("kvm", "", "exits")));
      assertEquals(2, fs.readLong(fs.catalog().get("file-link", "", "b")));
    }
  }

  @Test
  void severalRootsAreOpenedTogether() {
    tree.stat("one/kvm/exits", 1).stat("two/a/b", 2);
    try (StatsFs fs =
        builder(FileSystems.ofThisProcess())
            .root(tree.path("two"))
            .root(tree.path("one"))
            .build()) {
      assertEquals(
          List.of("a/b", "kvm/exits"), fs.catalog().stats().stream().map(Stat::toString).toList());
      assertEquals(
          List.of(tree.path("two"), tree.path("one")),
          fs.catalog().trees().stream().map(FilePaths::of).toList());
    }
  }

  @Test
  void thisMachineHasStockTrees() {
    try (StatsFs fs = builder(FileSystems.ofThisProcess()).build()) {
      assertTrue(fs.readLong(fs.catalog().get("vmstat", "", "pgfault")) > 0);
      // Others may have mounted what this user may not read.
      assertEquals(
          List.of(),
          fs.catalog().problems().stream()
              .filter(problem -> problem.path().orElseThrow().startsWith("/proc"))
              .toList());
    }
  }

  @Test
  void refreshIntervalIsChecked() {
    StatsFs.Builder builder = builder(FileSystems.ofThisProcess());
    for (Duration wrong : List.of(Duration.ofNanos(999_999), Duration.ofMillis(-1))) {
      assertThrows(IllegalArgumentException.class, () -> builder.refreshInterval(wrong));
    }
    builder.refreshInterval(Duration.ofMillis(1)).refreshInterval(Duration.ZERO);
  }

  @Test
  void nullsAreRefusedAtOnce() {
    StatsFs.Builder builder = builder(FileSystems.ofThisProcess());
    assertThrows(NullPointerException.class, () -> builder.root(null));
    assertThrows(NullPointerException.class, () -> builder.root(tree.root(), (Layout) null));
    assertThrows(NullPointerException.class, () -> builder.root(tree.root(), (String) null));
    assertThrows(NullPointerException.class, () -> builder.trees((String) null));
    assertThrows(NullPointerException.class, () -> builder.reader(null));
    assertThrows(NullPointerException.class, () -> builder.limits(null));
    assertThrows(NullPointerException.class, () -> builder.refreshInterval(null));
  }

  @Test
  void publicEntryFindsThisImplementation() {
    tree.stat("kvm/exits", 4);
    try (StatsFs fs = StatsFs.open(tree.root())) {
      assertEquals("fake", fs.readerName());
      assertEquals(4, fs.readLong(fs.catalog().get("kvm", "", "exits")));
      assertTrue(fs.toString().contains(tree.root().toString()), fs.toString());
    }
  }

  /** As a scan does now and then. */
  private static Catalog tenScans(StatsFs fs) {
    Catalog catalog = fs.catalog();
    for (int i = 0; i < 10; i++) {
      catalog = fs.refresh();
    }
    return catalog;
  }

  @Test
  void aFileSystemThatIsMountedLaterIsRead() throws IOException {
    tree.stat("sys/class/net/x", 1).stat("debug/kvm/exits", 9).settle();
    FileSystems machine = machine("nodev\tsysfs\n", "sysfs sys");
    try (StatsFs fs = builder(machine).build()) {
      assertTrue(fs.catalog().trees().stream().noneMatch(t -> t.name().equals("kvm")));
      machine("nodev\tsysfs\n", "sysfs sys", "debugfs debug");
      Catalog found = tenScans(fs);
      assertEquals(9, fs.readLong(found.get("kvm", "", "exits")));
      assertEquals(List.of(), found.problems());
      // Then nothing can be looked for, and what is open stays.
      Files.delete(tree.path("system/mountinfo"));
      Catalog without = tenScans(fs);
      assertEquals(found.trees(), without.trees());
      assertTrue(
          without.problems().get(0).message().startsWith("no more trees could be looked for"),
          without.problems()::toString);
    }
  }

  @Test
  void aStatsfsThatIsMountedLaterIsReadOnlyIfItIsNamed() {
    tree.stat("sys/class/net/x", 1).stat("stats/kvm/exits", 9).settle();
    FileSystems machine = machine("nodev\tstatsfs\n", "sysfs sys");
    try (StatsFs fs = builder(machine).build();
        StatsFs named = builder(machine).trees("net", "statsfs").build()) {
      assertEquals(1, problemsOfStatsfs(named.catalog()));
      machine("nodev\tstatsfs\n", "sysfs sys", "statsfs stats");
      assertTrue(tenScans(fs).trees().stream().noneMatch(t -> t.name().equals("statsfs")));
      Catalog found = tenScans(named);
      assertEquals(9, named.readLong(found.get("kvm", "", "exits")));
      assertEquals(0, problemsOfStatsfs(found));
    }
  }

  private static long problemsOfStatsfs(Catalog catalog) {
    return catalog.problems().stream().filter(p -> p.treeName().equals("statsfs")).count();
  }

  @Test
  void oneThatHangsCostsOneThreadHoweverOftenItIsLookedFor() {
    tree.stat("sys/class/net/x", 1).stat("debug/kvm/exits", 9).settle();
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger looks = new AtomicInteger();
    FakeReader reader = new FakeReader();
    reader.onLook =
        path -> {
          if (path.equals(tree.path("debug/kvm"))) {
            looks.incrementAndGet();
            await(answer);
          }
          return null;
        };
    FileSystems machine = machine("nodev\tsysfs\n", "sysfs sys");
    Trees trees = Fs.trees(machine.by(new FileAccess(reader)));
    int before = detect(trees).trees().size();
    machine("nodev\tsysfs\n", "sysfs sys", "debugfs debug");
    for (int i = 0; i < 3; i++) {
      Trees.Detected found = trees.openMore();
      assertEquals(before, found.trees().size());
      assertTrue(
          found.problems().toString().contains("does not answer"), found.problems()::toString);
    }
    assertEquals(1, looks.get());
    answer.countDown();
    Await.until(() -> trees.openMore().trees().size() == before + 1);
    assertEquals(List.of(), trees.openMore().problems());
  }

  @Test
  void oneThatCannotBeOpenedIsTriedAfterPausesThatGrow() {
    tree.stat("sys/class/net/x", 1).stat("debug/kvm", 9).settle();
    AtomicInteger looks = new AtomicInteger();
    FakeReader reader = new FakeReader();
    reader.onLook =
        path -> {
          looks.addAndGet(path.equals(tree.path("debug/kvm")) ? 1 : 0);
          return null;
        };
    FileSystems machine = machine("nodev\tsysfs\n", "sysfs sys", "debugfs debug");
    Trees trees = Fs.trees(machine.by(new FileAccess(reader)));
    detect(trees);
    int first = looks.getAndSet(0);
    assertTrue(first > 0);
    for (int i = 0; i < 24; i++) {
      trees.openMore();
    }
    // After 1, 2, 4, 8, 16 and 24.
    assertEquals(6 * first, looks.get());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
