package io.statsfs.core.mounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.core.Fs;
import io.statsfs.core.Mounted;
import io.statsfs.core.scan.SourceImpl;
import io.statsfs.spi.PathText;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.Layouts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

/** What paths lead to, with real mounts where the test may mount. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileSystemsTest {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  @AutoClose private final TestTree tree = TestTree.inMemory();
  private final FileSystems fileSystems = FileSystems.ofThisProcess();

  private Path directory(String name) {
    return tree.directory(name).path(name);
  }

  private Path link(String name, String target) throws IOException {
    return Files.createSymbolicLink(tree.path(name), Path.of(target));
  }

  private String at(Path path) throws IOException {
    FileSystemPath at = fileSystems.at(path);
    return at.type().name() + " " + at.path();
  }

  private Layout layout(Path root) {
    return Fs.trees(fileSystems).open(root, null).layout();
  }

  @Test
  void upperOfTwoMountsInOnePlaceCounts() throws Exception {
    Path point = directory("x");
    try (Mounted lower = Mounted.tmpfs(point)) {
      assertEquals("tmpfs /", at(point));
      try (Mounted upper = Mounted.debugfs(point)) {
        assertEquals("debugfs /", at(upper.point()));
        Path kvm = point.resolve("kvm");
        if (Files.exists(kvm)) {
          assertEquals("debugfs /kvm", at(kvm));
          assertSame(Layouts.shipped("kvm"), layout(kvm));
        }
      }
      assertEquals("tmpfs /", at(lower.point()));
    }
  }

  @Test
  void mountBelowOneThatHidesItDoesNotCount() throws Exception {
    tree.directory("a/b");
    try (Mounted hidden = Mounted.debugfs(tree.path("a/b"));
        Mounted over = Mounted.tmpfs(tree.path("a"))) {
      Files.createDirectory(hidden.point());
      assertEquals("tmpfs /b", at(hidden.point()));
      assertEquals("tmpfs /", at(over.point()));
    }
  }

  @Test
  void howAPathIsSpelledDoesNotCount() throws IOException {
    Path net = link("nl", "/sys/class/net");
    Path vmstat = link("vm", "/proc/vmstat");
    Path relative = Path.of("").toRealPath().relativize(Path.of("/sys/class/net"));
    for (Path path :
        List.of(
            Path.of("/sys/class/net"),
            Path.of("/sys/class/net/."),
            Path.of("/sys/class/../class/net/"),
            Path.of("/proc/self/root/sys/class/net"),
            relative,
            net,
            link("again", "nl"))) {
      assertEquals("sysfs /class/net", at(path), path.toString());
      assertSame(Layouts.shipped("net"), layout(path), path.toString());
    }
    assertEquals("proc /vmstat", at(vmstat));
    assertSame(Layouts.shipped("vmstat"), layout(vmstat));
    // A name alone does not make a tree.
    tree.stat("class/net/x", 1).stat("vmstat", "a 1\n");
    assertSame(Layout.statsfs(), layout(tree.path("class/net")));
    assertTrue(layout(tree.path("vmstat")).stats().all().isEmpty());
    assertSame(Layout.statsfs(), layout(link("net", "/sys/class")));
  }

  @Test
  void statsOfALinkedRootAreDescribedAndItsLinksFollowed() throws IOException {
    try (Fs fs = new Fs(link("nl", "/sys/class/net"), Layouts.shipped("net"))) {
      assertEquals("By", fs.catalog().get("net", "lo", "rx_bytes").unit());
      assertEquals(List.of(), fs.problems());
    }
  }

  @Test
  void partThatIsMountedElsewhereKeepsItsPlaceInTheFileSystem() throws Exception {
    Path file = tree.stat("file", "").path("file");
    try (Mounted net = Mounted.bind(Path.of("/sys/class/net"), directory("net"));
        Mounted vmstat = Mounted.bind(Path.of("/proc/vmstat"), file);
        Mounted sys = Mounted.bind(Path.of("/sys"), directory("s"))) {
      assertEquals("sysfs /class/net", at(net.point()));
      assertSame(Layouts.shipped("net"), layout(net.point()));
      assertEquals("proc /vmstat", at(vmstat.point()));
      assertTrue(fileSystems.at(vmstat.point()).isMounted());
      assertFalse(fileSystems.at(Path.of("/proc/vmstat")).isMounted());
      assertSame(Layouts.shipped("vmstat"), layout(vmstat.point()));
      assertSame(Layouts.shipped("net"), layout(sys.point().resolve("class/net")));
      assertEquals("sysfs /class/net", at(link("to", "net")));
    }
  }

  @Test
  void linksOfAPartOfSysfsDoNotLeadToOtherFileSystems() throws Exception {
    // Where the links of /sys/class/net lead to from here.
    tree.stat("b/devices/virtual/net/lo/statistics/rx_bytes", 666).settle();
    try (Mounted net = Mounted.bind(Path.of("/sys/class/net"), directory("b/c/net"));
        Fs fs = new Fs(net.point(), Layouts.shipped("net"))) {
      assertEquals(List.of(), fs.stats());
      assertFalse(fs.problems().isEmpty());
    }
  }

  @Test
  void mountPointsMayHaveAnyBytes() throws Exception {
    Path point = Files.createDirectory(tree.path("with blank \\xff \\x5c#ä"));
    try (Mounted mounted = Mounted.tmpfs(point)) {
      Files.createDirectory(mounted.point().resolve("below"));
      assertEquals("tmpfs /below", at(point.resolve("below")));
      List<String> points =
          fileSystems.mounts().whole(List.of("tmpfs")).stream()
              .map(mount -> PathText.nameOf(Mounts.path(mount.point())))
              .toList();
      assertTrue(points.contains(PathText.nameOf(point)), points.toString());
    }
  }

  @Test
  void pathThatIsNotThereIsAnException() {
    assertThrows(NoSuchFileException.class, () -> fileSystems.at(tree.path("no")));
  }

  /** A list of mounts that is not this process's. */
  private FileSystems with(String mountinfo) {
    return new FileSystems(tree.stat("mountinfo", mountinfo).path("mountinfo"), tree.path("no"));
  }

  @Test
  void whereNoMountFitsTheTypeIsUnknown() throws IOException {
    String device = Mounted.device(tree.root());
    assertEquals(FileSystemPath.UNKNOWN, with("").at(tree.root()));
    assertEquals(
        FileSystemPath.UNKNOWN,
        with("1 0 " + device + " / /proc rw - sysfs s rw\n").at(tree.root()));
    assertEquals(
        FileSystemPath.UNKNOWN, with("1 0 0:9999 / / rw - statsfs s rw\n").at(tree.root()));
    assertEquals(
        "statsfs",
        with("1 0 " + device + " / / rw - statsfs s rw\n").at(tree.root()).type().name());
    assertEquals(
        FileSystemPath.UNKNOWN, new FileSystems(tree.path("no"), tree.path("no")).at(tree.root()));
  }

  @Test
  void someFileSystemsHaveDevicesThatNoMountHas() throws IOException {
    String subvolume = "1 0 0:9999 / / rw - btrfs s rw\n";
    assertEquals("btrfs", with(subvolume).at(tree.root()).type().name());
    // The device is that of another mount, which must have come over it meanwhile.
    String other = "2 1 " + Mounted.device(tree.root()) + " / /other rw - tmpfs t rw\n";
    assertEquals(FileSystemPath.UNKNOWN, with(subvolume + other).at(tree.root()));
  }

  @Test
  void unknownTypeIsAProblemAndNothingIsKeptOpen() {
    tree.stat("root/kvm/a", 1).settle();
    try (Fs fs = new Fs(tree.path("root"), Layout.statsfs(), with(""))) {
      assertEquals(List.of("kvm/a"), fs.stats());
      assertEquals(1, fs.problems().size());
      assertTrue(
          fs.problems().get(0).startsWith("the type of its file system is unknown"),
          fs.problems()::toString);
      fs.refresh();
      assertEquals(1, fs.problems().size());
      assertEquals(1, fs.log.lines().size());
      assertFalse(((SourceImpl) fs.source("kvm")).type().keepsOpen());
    }
  }

  @Test
  void typeThatIsKnownLaterCountsForWhatWasFoundBefore() throws IOException {
    tree.stat("root/kvm/a", 1).stat("file", "a 1\n").settle();
    FileSystems mounts = with("");
    try (Fs fs = new Fs(tree.path("root"), Layout.statsfs(), mounts);
        Fs file = new Fs(tree.path("file"), Layout.file("file"), mounts)) {
      assertEquals(FileSystemType.UNKNOWN, ((SourceImpl) fs.source("kvm")).type());
      assertEquals(FileSystemType.UNKNOWN, ((SourceImpl) file.source("file")).type());
      with("1 0 " + Mounted.device(tree.root()) + " / / rw - sysfs s rw\n");
      fs.refresh();
      assertEquals("sysfs", ((SourceImpl) fs.source("kvm")).type().name());
      assertEquals(List.of(), fs.problems());
      // A file is read again once it has changed.
      Files.setLastModifiedTime(tree.path("file"), FileTime.fromMillis(1));
      file.refresh();
      assertEquals("sysfs", ((SourceImpl) file.source("file")).type().name());
    }
  }

  @Test
  void linkIntoAnotherMountNamespaceIsNotTakenForWhatItsTextSays() throws Exception {
    // There, another directory of the same file system is in this place. What unshare would do with
    // all mounts fails where the root directory is no mount, as with chroot.
    ProcessBuilder builder =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--propagation=unchanged",
                "sh",
                "-c",
                "mount --make-rprivate /sys && mount --bind /sys/class/tty /sys/class/net"
                    + " && mount -t tmpfs tmpfs /sys/kernel && mkdir /sys/kernel/only-there"
                    + " && echo ok && read end")
            .redirectErrorStream(true);
    Process other;
    try {
      other = builder.start();
    } catch (IOException e) {
      throw new TestAbortedException("cannot unshare mounts here: " + e.getMessage());
    }
    try (BufferedReader output = other.inputReader()) {
      String answer = output.readLine();
      Assumptions.assumeTrue("ok".equals(answer), () -> "cannot unshare mounts here: " + answer);
      Path root = Path.of("/proc/" + other.pid() + "/root");
      assertTrue(Files.isDirectory(root.resolve("sys/class/net/tty")));
      assertEquals(FileSystemPath.UNKNOWN, fileSystems.at(root.resolve("sys/class/net")));
      assertSame(Layout.statsfs(), layout(root.resolve("sys/class/net")));
      assertEquals(FileSystemPath.UNKNOWN, fileSystems.at(root.resolve("sys/kernel/only-there")));
      assertThrows(IOException.class, () -> fileSystems.at(root.resolve("sys/kernel/nowhere")));
      // From inside a chroot the other root has a text that leads nowhere.
      boolean leadsHere = Files.readSymbolicLink(root).equals(Path.of("/"));
      assertEquals(leadsHere ? "proc /vmstat" : "unknown ", at(root.resolve("proc/vmstat")));
    } finally {
      other.destroy();
      other.waitFor();
    }
  }

  @Test
  void mountsAreReadAgainOnlyWhenTheMountOfADeviceChanged() throws Exception {
    Path point = directory("x");
    Path copy = tree.path("mountinfo");
    FileSystems known = new FileSystems(copy, tree.path("no"));
    try (Mounted mounted = Mounted.tmpfs(point)) {
      Files.write(copy, Files.readAllBytes(MOUNTINFO));
      Path below = Files.createDirectories(mounted.point().resolve("a/b"));
      long device = (long) Files.getAttribute(below, "unix:dev");
      assertEquals("tmpfs", known.type(below, device).name());
      Files.delete(copy);
      Files.createDirectory(below.resolve("c"));
      assertEquals("tmpfs", known.type(below, device).name());
      // As if another file system had taken the place, and the number.
      Files.setLastModifiedTime(point, FileTime.fromMillis(1));
      assertEquals(FileSystemType.UNKNOWN, known.type(below, device));
      Files.write(copy, Files.readAllBytes(MOUNTINFO));
      assertEquals("tmpfs", known.type(below, device).name());
    }
  }

  @Test
  void mountInsideATreeHasItsOwnType() throws Exception {
    tree.stat("root/kvm/a", 1).directory("root/kvm/vm").settle();
    Path statistics = Path.of("/sys/class/net/lo/statistics");
    try (Mounted mounted = Mounted.bind(statistics, tree.path("root/kvm/vm"));
        Fs fs = new Fs(tree.path("root"))) {
      assertTrue(fs.stats().contains("kvm/vm/rx_bytes"), mounted.point() + ": " + fs.stats());
      assertEquals("tmpfs", ((SourceImpl) fs.source("kvm")).type().name());
      assertEquals("sysfs", ((SourceImpl) fs.source("kvm/vm")).type().name());
    }
  }
}
