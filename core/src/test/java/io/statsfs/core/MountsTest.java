package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.core.Mounts.Mount;
import io.statsfs.core.text.NameText;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  private static Mount only(String line) {
    List<Mount> mounts = Mounts.parse(line).mounts();
    assertEquals(1, mounts.size(), line);
    return mounts.get(0);
  }

  @Test
  void linesOfProc5AreRead() {
    Mounts mounts =
        Mounts.parse(
            "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
                + "23 27 0:22 / /sys rw,relatime shared:7 - sysfs sysfs rw\n"
                + "41 23 0:38 / /sys/kernel/stats rw - statsfs statsfs rw,mode=755\n");
    assertEquals(
        List.of(
            new Mount(Path.of("/proc"), "proc"),
            new Mount(Path.of("/sys"), "sysfs"),
            new Mount(Path.of("/sys/kernel/stats"), "statsfs")),
        mounts.mounts());
    assertEquals(
        List.of(Path.of("/sys"), Path.of("/proc")), mounts.ofTypes(List.of("sysfs", "proc")));
    assertEquals(List.of(), mounts.ofTypes(List.of("stats")));
  }

  @Test
  void optionalFieldsMayBeManyOrNone() {
    Mount expected = new Mount(Path.of("/s"), "sysfs");
    assertEquals(expected, only("1 2 0:1 / /s rw - sysfs x rw"));
    assertEquals(expected, only("1 2 0:1 / /s rw shared:1 - sysfs x rw"));
    assertEquals(
        expected,
        only("1 2 0:1 / /s rw shared:1 master:2 propagate_from:3 unbindable - sysfs x rw"));
  }

  @Test
  void mountSourceMayBeEmptyOrADash() {
    assertEquals(new Mount(Path.of("/s"), "sysfs"), only("1 2 0:1 / /s rw - sysfs  rw"));
    assertEquals(new Mount(Path.of("/s"), "sysfs"), only("1 2 0:1 / /s rw - sysfs - rw"));
    assertEquals(new Mount(Path.of("/-"), "sysfs"), only("1 2 0:1 / /- - - sysfs - rw"));
  }

  @Test
  void escapesInMountPointsAreUndone() {
    assertEquals(
        "/a b\tc\nd\\e#f%g",
        only("1 2 0:1 / /a\\040b\\011c\\012d\\134e\\043f%g rw - t x rw").point().toString());
  }

  @Test
  void mountPointsNeedNotBeUtf8() throws IOException {
    try (TestTree tree = TestTree.inMemory()) {
      byte[] line =
          "1 2 0:1 / /dir/\u00ff\u00c3\u00a4 rw - statsfs x rw\n"
              .getBytes(StandardCharsets.ISO_8859_1);
      Path mountinfo = tree.file("mountinfo", line).path("mountinfo");
      Path point = Mounts.read(mountinfo).mounts().get(0).point();
      assertEquals("\\xffä", NameText.of(point));
      assertEquals("dir", NameText.of(point.getParent()));
    }
  }

  @Test
  void mountsOfAPartOfAFileSystemAreLeftOut() {
    assertEquals(
        List.of(new Mount(Path.of("/sys"), "sysfs")),
        Mounts.parse(
                "1 2 0:1 /class/net /net rw - sysfs sysfs rw\n"
                    + "1 2 0:1 / /sys rw - sysfs sysfs rw\n"
                    + "1 2 0:1 /.. /up rw - sysfs sysfs rw\n")
            .mounts());
  }

  @Test
  void linesThatMakeNoSenseArePassedOver() {
    assertEquals(
        List.of(new Mount(Path.of("/"), "ext4")),
        Mounts.parse(
                "\n \nwhat\n1 2 0:1 / /s rw\n1 2 0:1 / /s rw -\n1 2 0:1 / /s rw - \n- - - - - - -\n"
                    + "1 2 0:1 / / rw - ext4 /dev/vda rw")
            .mounts());
    assertEquals(List.of(), Mounts.parse("").mounts());
  }

  @Test
  void missingFileIsAnException() {
    assertThrows(NoSuchFileException.class, () -> Mounts.read(Path.of("/proc/self/no")));
  }

  @Test
  void mountsOfThisProcessHaveProcInItsPlace() throws IOException {
    assertTrue(Mounts.read(MOUNTINFO).mounts().contains(new Mount(Path.of("/proc"), "proc")));
  }

  @Test
  void realMountAtAnOddPathIsFoundAndABindMountOfAPartIsNot(@TempDir Path directory)
      throws Exception {
    TestTree names = new TestTree(directory);
    Path point = Files.createDirectory(names.path("with blank \\xff \\x5c#ä"));
    Path bound = Files.createDirectory(names.path("bound"));
    Path plain = Files.createDirectory(names.path("plain"));
    try (Mounted tmpfs = Mounted.tmpfs(point);
        Mounted other = Mounted.tmpfs(plain)) {
      Files.createDirectory(plain.resolve("part"));
      try (Mounted bind = Mounted.bind(plain.resolve("part"), bound)) {
        List<Path> found = Mounts.read(MOUNTINFO).ofTypes(List.of("tmpfs"));
        assertTrue(found.contains(tmpfs.point()), found.toString());
        assertTrue(found.contains(other.point()), found.toString());
        assertTrue(!found.contains(bind.point()), found.toString());
      }
    }
    assertTrue(!Mounts.read(MOUNTINFO).ofTypes(List.of("tmpfs")).contains(point));
  }
}
