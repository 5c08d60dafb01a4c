package io.statsfs.core.filesystems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.Mounts.Mount;
import io.statsfs.trees.Layouts;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lists of mounts as machines and containers have them. */
class SelectionTest {
  private static final Layout SHIPPED = Layouts.shipped("filesystem");

  private static final String HOST =
      """
      22 29 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw
      23 29 0:21 / /proc rw shared:14 - proc proc rw
      24 29 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw,size=4024196k
      25 24 0:22 / /dev/pts rw shared:3 - devpts devpts rw
      26 29 0:23 / /run rw shared:5 - tmpfs tmpfs rw,size=809352k,mode=755
      27 24 0:24 / /dev/shm rw shared:4 - tmpfs tmpfs rw
      29 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard
      30 22 0:25 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw
      31 23 0:26 / /proc/sys/fs/binfmt_misc rw shared:15 - autofs systemd-1 rw,fd=30
      32 29 254:2 / /boot ro shared:16 - vfat /dev/vda2 rw
      33 29 254:1 /srv/www /var/www rw shared:1 - ext4 /dev/vda1 rw,discard
      34 29 0:40 / /home rw shared:20 - nfs4 server:/export/home rw,addr=10.0.0.1
      35 29 7:1 / /snap/core/1 ro shared:21 - squashfs /dev/loop1 ro
      36 29 0:50 / /var/lib/docker/overlay2/a/merged rw - overlay overlay rw,lowerdir=x
      37 26 0:51 / /run/user/0 rw - tmpfs tmpfs rw
      38 26 0:52 / /run/credentials/x.service ro - ramfs none rw
      """;

  private static List<String> points(Selection selection) {
    return selection.found().stream()
        .map(system -> system.point() + " " + FileSystem.label("mode", system.mount()))
        .toList();
  }

  private static Selection select(String own, @Nullable String host, Layout layout) {
    return Selection.of(Mounts.parse(own), host == null ? null : Mounts.parse(host), layout);
  }

  @Test
  void aMachine() {
    assertEquals(
        List.of("/run rw", "/dev/shm rw", "/ rw", "/boot ro", "/home rw", "/run/user/0 rw"),
        points(select(HOST, null, SHIPPED)));
  }

  /** Its own layer is the disk of a container, and a volume is the only sign of the disk below. */
  @Test
  void aContainer() {
    String container =
        """
        50 40 0:60 / / rw - overlay overlay rw,lowerdir=a:b
        51 50 0:61 / /proc rw - proc proc rw
        52 50 0:62 / /dev rw - tmpfs tmpfs rw,size=65536k
        53 52 0:63 / /dev/shm rw - tmpfs shm rw,size=65536k
        54 50 254:1 /var/lib/docker/containers/1/hosts /etc/hosts rw - ext4 /dev/vda1 rw
        55 50 254:1 /srv/data /data rw - ext4 /dev/vda1 rw
        56 50 254:1 /srv/data/more /data/more/in rw - ext4 /dev/vda1 rw
        57 51 0:64 / /proc/acpi ro - tmpfs tmpfs ro
        """;
    assertEquals(
        List.of("/ rw", "/dev/shm rw", "/data rw"), points(select(container, null, SHIPPED)));
  }

  @Test
  void patternsAreOfAnyLabel() {
    Layout layout =
        Layout.builder("x")
            .backend("filesystems")
            .subsystem("x")
            .excludeLabel("type", "*fs", "proc", "devpts", "cgroup*")
            .excludeLabel("mountpoint", "/boot*")
            .excludeLabel("device", "server:*")
            .excludeLabel("root", "/?*")
            .excludeLabel("mode", "ro")
            .build();
    assertEquals(
        List.of("/ rw", "/var/lib/docker/overlay2/a/merged rw"),
        points(select(HOST, null, layout)));
  }

  @Test
  void subvolumesAreOneFileSystem() {
    String btrfs =
        """
        20 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@
        21 20 0:30 /@home /home rw - btrfs /dev/sda2 rw,subvol=/@home
        22 20 0:30 /@var /v rw - btrfs /dev/sda2 rw,subvol=/@var
        """;
    assertEquals(List.of("/ rw"), points(select(btrfs, null, SHIPPED)));
  }

  /** Whatever the order of the list and the lengths of the paths. */
  @Test
  void ofOneFileSystemTheWholeIsTakenAndThenWhatIsNearest() {
    String mounts =
        """
        20 1 0:30 / / rw - ext4 /dev/sda1 rw
        21 20 8:1 /sub /a rw - ext4 /dev/sdb1 rw
        22 20 8:1 / /b/far/away rw - ext4 /dev/sdb1 rw
        23 20 8:1 / /b/nearer rw - ext4 /dev/sdb1 rw
        24 20 8:1 /other /c rw - ext4 /dev/sdb1 rw
        """;
    assertEquals(List.of("/ rw", "/b/nearer rw"), points(select(mounts, null, SHIPPED)));
  }

  @Test
  void anAutofsIsNeverTakenWhateverIsExcluded() {
    Layout all = Layout.builder("x").backend("filesystems").subsystem("x").build();
    List<String> points = points(select(HOST, null, all));
    assertFalse(points.contains("/proc/sys/fs/binfmt_misc rw"), points::toString);
    assertTrue(points.contains("/proc rw"), points::toString);
  }

  @Test
  void whatIsReachedOverAnAutofsIsMarked() {
    String mounts =
        """
        20 1 8:1 / / rw - ext4 /dev/sda1 rw
        21 20 0:40 / /net rw - autofs auto rw,indirect
        22 21 0:41 / /net/a rw - nfs server:/a rw
        23 20 0:42 / /direct rw - autofs auto rw,direct
        24 23 0:43 / /direct rw - nfs server:/b rw
        25 24 0:44 / /direct/in rw - tmpfs tmpfs rw
        26 21 0:45 / /net/c rw - nfs server:/c rw
        27 20 0:45 / /mnt/another/way rw - nfs server:/c rw
        """;
    assertEquals(
        List.of(
            "/ false", "/net/a true", "/direct true", "/direct/in true", "/mnt/another/way false"),
        select(mounts, null, SHIPPED).found().stream()
            .map(system -> system.point() + " " + system.onAutofs())
            .toList());
  }

  @Test
  void aHostIsReachedWhereItsMountsAre() {
    String own =
        """
        50 40 0:60 / / rw - overlay overlay rw
        54 50 254:1 /var/lib/docker/containers/1/hosts /etc/hosts rw - ext4 /dev/vda1 rw
        59 50 254:2 / /copy rw - vfat /dev/vda2 rw
        60 50 254:1 / /other ro - ext4 /dev/vda1 rw
        61 50 254:1 / /host/root ro - ext4 /dev/vda1 rw
        62 61 254:2 / /host/root/boot rw - vfat /dev/vda2 rw
        63 61 0:23 / /host/root/run rw - tmpfs tmpfs rw
        64 63 0:51 / /host/root/run/user/0 rw - tmpfs tmpfs rw
        65 64 0:70 / /host/root/run/user/0 rw - tmpfs hidden rw
        """;
    Selection selection = select(own, HOST, SHIPPED);
    assertEquals(
        List.of("/run at /host/root/run", "/ at /other", "/boot at /host/root/boot"),
        selection.found().stream()
            .map(system -> system.point() + " at " + system.reached().point())
            .toList());
    assertEquals(
        List.of("/dev/shm", "/home", "/run/user/0"),
        selection.unreached().stream().map(Mount::point).toList());
    List<Boolean> asked =
        selection.found().stream()
            .map(system -> system.plan(new int[] {0, 1, 2, 3, 4, 5}).isReadOnlyAsked())
            .toList();
    assertEquals(List.of(true, false, false), asked);
  }
}
