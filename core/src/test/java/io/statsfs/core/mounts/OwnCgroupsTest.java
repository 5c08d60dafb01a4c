package io.statsfs.core.mounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.statsfs.Layout;
import io.statsfs.core.mounts.Mounts.Mount;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of /proc/self/cgroup and mountinfo, in the form that cgroups(7) gives. */
class OwnCgroupsTest {

  private static Layout layout(String controller) {
    Layout.Builder layout = Layout.builder("x").ownCgroup();
    return controller.isEmpty()
        ? layout.home("", "cgroup2").build()
        : layout.home("", "cgroup").controller(controller).build();
  }

  /** Of systemd's hybrid hierarchy, with controllers that are mounted together. */
  @Test
  void eachHierarchyHasItsCgroup() {
    OwnCgroups own =
        OwnCgroups.parse(
            "11:memory:/user.slice/user-1000.slice\n"
                + "4:cpu,cpuacct:/user.slice\n"
                + "3:net_cls,net_prio:/\n"
                + "1:name=systemd:/user.slice/session-1.scope\n"
                + "0::/user.slice/user-1000.slice/session-1.scope\n");
    assertEquals("/user.slice/user-1000.slice", own.of(layout("memory")));
    assertEquals("/user.slice", own.of(layout("cpu")));
    assertEquals("/user.slice", own.of(layout("cpuacct")));
    assertEquals("/", own.of(layout("net_prio")));
    assertEquals("/user.slice/session-1.scope", own.of(layout("name=systemd")));
    assertEquals("/user.slice/user-1000.slice/session-1.scope", own.of(layout("")));
    assertNull(own.of(layout("pids")));
  }

  @Test
  void namesMayHaveColonsAndCommas() {
    OwnCgroups own = OwnCgroups.parse("1:cpu:/a:b,c\n0::/with blank:0::/\n");
    assertEquals("/a:b,c", own.of(layout("cpu")));
    assertEquals("/with blank:0::/", own.of(layout("")));
  }

  @Test
  void linesWithoutTheFormAreNoCgroups() {
    assertEquals(Map.of(), OwnCgroups.parse("").paths());
    assertEquals(Map.of(), OwnCgroups.parse("0::\n1:cpu\n2:cpu:relative\n\n::\n").paths());
  }

  @ParameterizedTest
  @CsvSource({
    // Root of the mount, own cgroup, the path; of a mount at /m.
    "/, /, /m",
    "/, /a/b, /m/a/b",
    "/a, /a, /m",
    "/a, /a/b, /m/b",
    "/docker/12, /docker/12, /m",
    "/docker/12, /docker/123, ",
    "/docker/12, /, ",
    // In a cgroup namespace: the mount was made outside, what is below its root is not named.
    "/.., /, ",
    "/../.., /a, ",
    // Outside of the root of the namespace, where the process was moved to.
    "/, /../x, ",
    "/.., /../x, /m/x",
    "/../x, /../x/y, /m/y",
    "/.., /../.., ",
    // A cgroup that was removed has a mark, which no directory has.
    "/, /gone (deleted), /m/gone (deleted)"
  })
  void mountShowsWhatIsBelowItsRoot(String root, String cgroup, String path) {
    Mount mount = new Mount(2, 1, 5, root, "/m", "cgroup2", "x", false, Set.of());
    assertEquals(path, OwnCgroups.at(mount, cgroup));
  }

  @Test
  void mountMayBeTheRootOfAll() {
    Mount mount = new Mount(2, 1, 5, "/", "/", "cgroup2", "x", false, Set.of());
    assertEquals("/a", OwnCgroups.at(mount, "/a"));
    assertEquals("/", OwnCgroups.at(mount, "/"));
    assertNull(OwnCgroups.at(mount, null));
  }

  @Test
  void controllersAreOptionsOfTheFileSystemAndOfNoOther() {
    Mounts mounts =
        Mounts.parse(
            "1 0 0:1 / / rw - tmpfs tmpfs rw,memory\n"
                + "2 1 0:2 / /b rw,noexec shared:9 - cgroup cgroup rw,xattr,name=systemd\n"
                + "3 1 0:3 /../.. /a ro - cgroup cgroup rw,cpu,cpuacct\n"
                + "4 1 0:4 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                + "5 1 0:5 / /c rw - cgroup2 cgroup2 rw,nsdelegate\n"
                + "6 1 0:6 / /d rw - cgroup cgroup\n");
    assertEquals(
        List.of(
            Set.of(),
            Set.of("rw", "xattr", "name=systemd"),
            Set.of("rw", "cpu", "cpuacct"),
            Set.of("rw", "memory"),
            Set.of(),
            Set.of()),
        mounts.mounts().stream().map(Mount::controllers).toList());
    assertEquals(
        List.of("/sys/fs/cgroup/memory", "/b", "/a", "/d"),
        mounts.of(List.of("cgroup"), mount -> true).stream().map(Mount::point).toList());
  }
}
