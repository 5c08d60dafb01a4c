package io.statsfs.core.mounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.statsfs.core.mounts.Mounts.Mount;
import io.statsfs.spi.PathText;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of mountinfo, some of which no kernel writes. */
class MountsTest {
  private static final String ROOT = "27 1 254:0 / / rw - ext4 /dev/vda rw\n";

  private static Mount only(String line) {
    List<Mount> mounts = Mounts.parse(line).mounts();
    assertEquals(1, mounts.size(), line);
    return mounts.get(0);
  }

  private static List<String> points(List<Mount> mounts) {
    return mounts.stream().map(Mount::point).toList();
  }

  /** The type at a path, and the path inside the file system. */
  private static String at(String mountinfo, String path) {
    Mount mount = Mounts.parse(mountinfo).at(path);
    return mount == null ? "none" : mount.type() + " " + mount.inside(path);
  }

  @Test
  void linesOfProc5AreRead() {
    assertEquals(
        List.of(
            new Mount(22, 27, 21, "/", "/proc", "proc", "proc", false, Set.of()),
            new Mount(23, 27, 22, "/class/net", "/net", "sysfs", "sysfs", false, Set.of()),
            new Mount(27, 1, 0xfe00, "/", "/", "ext4", "/dev/vda", false, Set.of())),
        Mounts.parse(
                "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
                    + "23 27 0:22 /class/net /net rw,relatime shared:7 - sysfs sysfs rw\n"
                    + "27 1 254:0 / / rw - ext4 /dev/vda rw,discard\n")
            .mounts());
  }

  @ParameterizedTest
  @CsvSource({
    "0:5, 5",
    "8:1, 0x801",
    "0:256, 0x100000",
    "4095:1048575, 0xffffffff",
    "4096:0, 0x100000000000"
  })
  void devicesAreThoseOfStat(String device, String expected) {
    assertEquals(Long.decode(expected), only("1 2 " + device + " / /s rw - t x rw").device());
  }

  @Test
  void optionalFieldsMayBeManyOrNone() {
    Mount expected = new Mount(1, 2, 1, "/", "/s", "sysfs", "x", false, Set.of());
    assertEquals(expected, only("1 2 0:1 / /s rw - sysfs x rw"));
    assertEquals(expected, only("1 2 0:1 / /s rw shared:1 - sysfs x rw"));
    assertEquals(
        expected,
        only("1 2 0:1 / /s rw shared:1 master:2 propagate_from:3 unbindable - sysfs x rw"));
  }

  @Test
  void mountSourceMayBeEmptyOrADash() {
    assertEquals(
        new Mount(1, 2, 1, "/", "/s", "sysfs", "", false, Set.of()),
        only("1 2 0:1 / /s rw - sysfs  rw"));
    assertEquals(
        new Mount(1, 2, 1, "/", "/s", "sysfs", "-", false, Set.of()),
        only("1 2 0:1 / /s rw - sysfs - rw"));
    assertEquals("/-", only("1 2 0:1 / /- - - sysfs - rw").point());
  }

  @Test
  void escapesAreUndone() {
    Mount mount = only("1 2 0:1 /\\040 /a\\040b\\011c\\012d\\134e\\043f%g rw - t\\040 x rw");
    assertEquals("/a b\tc\nd\\e#f%g", mount.point());
    assertEquals("/ ", mount.root());
    assertEquals("t ", mount.type());
    assertEquals("/a b\tc\nd\\e#f%g", Mounts.path(mount.point()).toString());
  }

  @Test
  void mountPointsNeedNotBeUtf8() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      byte[] line =
          "1 2 0:1 / /dir/\u00ff\u00c3\u00a4 rw - statsfs x rw\n"
              .getBytes(StandardCharsets.ISO_8859_1);
      Path mountinfo = tree.file("mountinfo", line).path("mountinfo");
      Path point = Mounts.path(Mounts.read(mountinfo, FileAccess.BY_NIO).mounts().get(0).point());
      assertEquals("\\xffä", PathText.nameOf(point));
      assertEquals("/dir/\u00ff\u00c3\u00a4", Mounts.bytes(point));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "what",
        "1 2 0:1 / /s rw",
        "1 2 0:1 / /s rw -",
        "1 2 0:1 / /s rw - ",
        "- - - - - - -",
        "x 2 0:1 / /s rw - sysfs x rw",
        "1 x 0:1 / /s rw - sysfs x rw",
        "99999999999 2 0:1 / /s rw - sysfs x rw",
        "1 2 01 / /s rw - sysfs x rw",
        "1 2 a:b / /s rw - sysfs x rw",
        "1 2 :: / /s rw - sysfs x rw",
        "1 2 0:1 / s rw - sysfs x rw",
        "1 2 0:1 . /s rw - sysfs x rw",
        "1 2 0:1 / /\\9zz rw - sysfs x rw",
        "1 2 0:1 / /\\12 rw - sysfs x rw",
        "1 2 0:1 / /\\ rw - sysfs x rw",
        "1 2 0:1 / /\\+12 rw - sysfs x rw",
        "1 2 0:1 / /\\777 rw - sysfs x rw",
        "1 2 0:1 / /\\000 rw - sysfs x rw",
        "1 2 0:1 /\\9zz /s rw - sysfs x rw",
        "1 2 0:1 / /s rw - sys\\8fs x rw",
        "1 2 0:1 / /s//deleted rw - sysfs x rw"
      })
  void lineThatMakesNoSenseAffectsOnlyItself(String line) {
    assertEquals(
        List.of("/", "/proc"),
        points(Mounts.parse(ROOT + line + "\n22 27 0:21 / /proc rw - proc p rw").mounts()));
  }

  @Test
  void missingFileIsAnException() {
    assertThrows(
        NoSuchFileException.class, () -> Mounts.read(Path.of("/proc/self/no"), FileAccess.BY_NIO));
  }

  @Test
  void pathIsOnTheMountFurthestDown() {
    String mountinfo =
        ROOT
            + "23 27 0:22 / /sys rw - sysfs s rw\n"
            + "41 23 0:38 / /sys/kernel/stats rw - statsfs s rw\n"
            + "42 27 0:22 /class/net /net rw - sysfs s rw\n"
            + "43 27 0:21 /vmstat /tmp/vm rw - proc p rw\n";
    assertEquals("ext4 /", at(mountinfo, "/"));
    assertEquals("ext4 /tmp", at(mountinfo, "/tmp"));
    assertEquals("sysfs /", at(mountinfo, "/sys"));
    assertEquals("ext4 /system", at(mountinfo, "/system"));
    assertEquals("sysfs /class/net", at(mountinfo, "/sys/class/net"));
    assertEquals("statsfs /kvm", at(mountinfo, "/sys/kernel/stats/kvm"));
    assertEquals("sysfs /class/net", at(mountinfo, "/net"));
    assertEquals("sysfs /class/net/lo", at(mountinfo, "/net/lo"));
    assertEquals("proc /vmstat", at(mountinfo, "/tmp/vm"));
  }

  @Test
  void ofMountsOnOneAnotherTheTopOneCountsInWhateverOrderTheyAreListed() {
    String lower = "50 27 0:50 / /x rw - tmpfs t rw\n";
    String upper = "51 50 0:51 / /x rw - debugfs d rw\n";
    assertEquals("debugfs /kvm", at(ROOT + lower + upper, "/x/kvm"));
    assertEquals("debugfs /kvm", at(upper + lower + ROOT, "/x/kvm"));
    // Without a word of the order but that of the list.
    assertEquals("debugfs /", at(ROOT + lower + upper.replace("51 50", "51 27"), "/x"));
  }

  @Test
  void mountThatIsHiddenByOneFurtherUpDoesNotCount() {
    String hidden = "50 27 0:50 / /a/b rw - debugfs d rw\n";
    String over = "51 27 0:51 / /a rw - tmpfs t rw\n";
    assertEquals("tmpfs /b/kvm", at(ROOT + hidden + over, "/a/b/kvm"));
    assertEquals("tmpfs /b/kvm", at(ROOT + over + hidden, "/a/b/kvm"));
    // In a chroot as well, whose root is no mount.
    assertEquals("tmpfs /b/kvm", at(hidden + over, "/a/b/kvm"));
  }

  @Test
  void processStaysWithItsRootWhateverIsMountedOverThat() {
    String over = "50 27 0:50 / / rw - tmpfs t rw\n51 50 0:51 / /sys rw - sysfs t rw\n";
    assertEquals("ext4 /sys", at(ROOT + over, "/sys"));
    assertEquals("ext4 /", at(over + ROOT, "/"));
    // Once its root, it is the only one that is listed.
    assertEquals("sysfs /", at(over, "/sys"));
    assertEquals("rootfs /x", at("1 1 0:2 / / rw - rootfs rootfs rw\n", "/x"));
  }

  @Test
  void withoutAMountOnTheWayThereIsNone() {
    assertNull(Mounts.parse("").at("/sys"));
    assertEquals("none", at("22 27 0:21 / /proc rw - proc p rw\n", "/"));
    assertEquals("none", at("22 27 0:21 / /proc rw - proc p rw\n", "/sys"));
    assertEquals("proc /vmstat", at("22 27 0:21 / /proc rw - proc p rw\n", "/proc/vmstat"));
  }

  @Test
  void mountsThatAreEachOthersParentsDoNotGoRoundForEver() {
    String mountinfo = "61 62 0:1 / /a rw - t x rw\n62 61 0:2 / /a rw - u x rw\n";
    assertEquals("none", at(mountinfo, "/a/b"));
    assertEquals("ext4 /a/b", at(ROOT + mountinfo, "/a/b"));
  }

  @Test
  void wholeFileSystemsAreListedWithTheUsualPlaceFirst() {
    Mounts mounts =
        Mounts.parse(
            "50 27 0:22 / /host/sys rw - sysfs s rw\n"
                + "51 27 0:21 / /host/proc rw - proc s rw\n"
                + "23 27 0:23 / /sys rw - sysfs s rw\n"
                + "52 27 0:22 /class/net /net rw - sysfs s rw\n"
                + "53 27 0:22 /.. /up rw - sysfs s rw\n"
                + "54 27 0:22 / /a rw - sysfs s rw\n"
                + "55 27 0:60 / /mnt rw - stats_fs s rw\n"
                + "56 27 0:61 / /other rw - statsfs s rw\n"
                + "57 27 0:61 / /sys/kernel/stats rw - statsfs s rw\n");
    assertEquals(List.of("/sys", "/host/sys", "/a"), points(mounts.whole(List.of("sysfs"))));
    assertEquals(
        List.of("/sys/kernel/stats", "/other", "/mnt"),
        points(mounts.whole(List.of("statsfs", "stats_fs"))));
    assertEquals(List.of(), mounts.whole(List.of("stats")));
  }

  /** All lists of mounts that some mounts in few places can make up, and more than these. */
  @Test
  void whatIsVisibleIsWhatPathsLeadTo() {
    List<String> places = List.of("/", "/a", "/a/b", "/a/b/c", "/ab", "/d");
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder("1 0 0:1 / / rw - ext4 x rw\n");
      List<String> points = new ArrayList<>(List.of("/"));
      int count = 1 + random.nextInt(7);
      for (int id = 2; id < 2 + count; id++) {
        int parent = random.nextInt(points.size());
        String from = points.get(parent);
        List<String> below =
            places.stream()
                .filter(p -> p.equals(from) || p.startsWith(from.equals("/") ? "/" : from + "/"))
                .toList();
        String point = below.isEmpty() ? "/" : below.get(random.nextInt(below.size()));
        boolean isTaken =
            below.isEmpty() || text.indexOf(" " + (parent + 1) + " 0:9 / " + point + " rw") >= 0;
        if (isTaken) {
          // The kernel mounts on top of what is there.
          points.add("/none" + id);
          continue;
        }
        text.append(id + " " + (parent + 1) + " 0:9 / " + point + " rw - ext4 x rw\n");
        points.add(point);
      }
      Mounts mounts = Mounts.parse(text.toString());
      List<Mount> expected =
          mounts.mounts().stream().filter(m -> m.equals(mounts.at(m.point()))).toList();
      assertEquals(expected, mounts.visible(), text::toString);
    }
  }

  @Test
  void listsThatNoKernelWritesEnd() {
    for (String text :
        List.of(
            "1 1 0:1 / / rw - ext4 x rw\n",
            "1 2 0:1 / /a rw - ext4 x rw\n2 1 0:1 / /b rw - ext4 x rw\n",
            "1 0 0:1 / / rw - ext4 x rw\n1 0 0:1 / / rw - ext4 x rw\n",
            "2 1 0:1 / /a/b rw - ext4 x rw\n3 1 0:1 / /a rw - ext4 x rw\n")) {
      Mounts.parse(text).visible();
    }
    assertEquals(
        List.of("/a"),
        points(
            Mounts.parse("2 1 0:1 / /a/b rw - ext4 x rw\n3 1 0:1 / /a rw - ext4 x rw\n").visible()),
        "in a chroot");
  }

  @Test
  void whetherNothingCanBeWrittenIsSaidTwice() {
    assertEquals(
        List.of(false, true, true, false),
        List.of("rw rw", "ro rw", "rw noatime,ro,x", "rw errors=remount-ro").stream()
            .map(options -> options.split(" "))
            .map(o -> only("1 2 0:1 / /s " + o[0] + " - ext4 /dev/sda " + o[1]))
            .map(Mount::isReadOnly)
            .toList());
    assertEquals("a b", only("1 2 0:1 / /s rw - ext4 a\\040b rw").source());
  }
}
