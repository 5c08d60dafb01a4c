package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Files that nobody may read are no stats, unless a shipped layout knows better. */
class TrustedNamesTest {
  private static final Layout LAYOUT =
      Layout.builder("l")
          .home("", "proc")
          .subsystem("s")
          .stats(
              List.of(
                  StatDeclaration.builder("named", Stat.Kind.COUNTER).build(),
                  StatDeclaration.builder("over", Stat.Kind.COUNTER).build(),
                  StatDeclaration.builder("any_*", Stat.Kind.COUNTER).build()))
          .build();

  private static final Declared SHIPPED = Declared.of(List.of(LAYOUT), List.of(), List.of());
  private static final Declared OWN = Declared.of(List.of(), List.of(LAYOUT), List.of());

  @AutoClose private final TestTree tree = TestTree.inMemory();

  TrustedNamesTest() throws IOException {
    for (String name : List.of("named", "over", "any_1", "other")) {
      tree.stat("t/" + name, 1);
      Files.setPosixFilePermissions(
          tree.path("t/" + name), PosixFilePermissions.fromString("-w-------"));
    }
    tree.stat("t/readable", 1);
  }

  /** On mounts that say that the tree is on another file system. */
  private List<String> stats(Declared layouts, String type) throws IOException {
    long device = Inode.device(tree.path("t"));
    String root = tree.path("t").toRealPath().toString();
    String mount = " 0 " + (device >> 8 & 0xfff) + ":" + (device & 0xff | device >> 12 & 0xfff00);
    Path mountinfo =
        Files.writeString(
            tree.path("mountinfo"),
            ("1" + mount + " / " + root + " rw - " + type + " none rw\n")
                + ("2" + mount + " /over " + root + "/over rw - " + type + " none rw\n"));
    FileSystems fileSystems = new FileSystems(mountinfo, Path.of("/proc/filesystems"));
    try (Fs fs = new Fs(tree.path("t"), LAYOUT, fileSystems, layouts)) {
      return fs.stats();
    }
  }

  @Test
  void aShippedLayoutIsTrustedByTheVeryNamesOnItsFileSystem() throws IOException {
    assertEquals(List.of("s/named", "s/readable"), stats(SHIPPED, "proc"));
  }

  @Test
  void noOtherLayoutIs() throws IOException {
    assertEquals(List.of("s/readable"), stats(OWN, "proc"));
    assertEquals(
        List.of("s/readable"), stats(Declared.of(List.of(), List.of(), List.of()), "proc"));
  }

  @Test
  void itIsNotOnAnotherFileSystem() throws IOException {
    assertEquals(List.of("s/readable"), stats(SHIPPED, "sysfs"));
    assertEquals(List.of("s/readable"), stats(SHIPPED, "fuse.proc"));
  }
}
