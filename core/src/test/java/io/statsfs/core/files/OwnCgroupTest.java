package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.OwnCgroups;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.CgroupMount;
import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real hierarchies of cgroups, of v2 and of v1, through which the JVM of the test is moved. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnCgroupTest {
  private final TestTree tree = TestTree.inMemory();
  private final String name = Command.uniqueName();

  /** What is undone at the end, the last first. */
  private final Deque<Undo> undo = new ArrayDeque<>();

  private interface Undo {
    void run() throws IOException;
  }

  @AfterEach
  void remove() throws IOException {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
    tree.close();
  }

  /** Mounts a hierarchy; of v1 one that has no controller, and is there for the test alone. */
  private Path mount(String type, String options) {
    Path point = tree.directory(type + options.length()).path(type + options.length());
    String[] mount = {"mount", "-t", type, "-o", options, "x", point.toString()};
    Command.tryTo("mount cgroups", mount);
    undo.push(
        () -> {
          Command.run("umount", point.toString());
          // A hierarchy of v1 stays while the kernel still clears away a cgroup that was removed.
          for (int i = 0; type.equals("cgroup") && isThere(options) && i < 100; i++) {
            sleep();
            if (isThere(options)) {
              Command.run(mount);
              Command.run("umount", point.toString());
            }
          }
        });
    return point;
  }

  private static boolean isThere(String options) throws IOException {
    String controllers = options.replaceFirst("^none,", "");
    return Files.readString(Path.of("/proc/self/cgroup")).contains(":" + controllers + ":");
  }

  private static void sleep() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Path cgroup(Path parent, String name) throws IOException {
    Path cgroup = Files.createDirectory(parent.resolve(name));
    undo.push(() -> CgroupMount.remove(cgroup));
    return cgroup;
  }

  private void moveInto(Path cgroup) throws IOException {
    Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
  }

  /** Also when the test fails; a cgroup with a process in it cannot be removed. */
  private void moveBackAtTheEnd(Path hierarchy, String to) {
    Path before = hierarchy.resolve(to.substring(1));
    undo.push(() -> moveInto(before));
  }

  private StatsFs open(String yaml) {
    tree.stat("layouts/x.yaml", yaml);
    return StatsFs.builder()
        .layouts(tree.path("layouts"))
        .trees("own")
        .refreshInterval(Duration.ZERO)
        .build();
  }

  private static String v1(String controller, String rest) {
    return ("tree: own\nat: {type: cgroup, controller: " + controller + rest + "}\n")
        + "only-declared-files: true\n"
        + "files:\n  notify_on_release: {shape: {row: none}, stats: {notify: {kind: level}}}\n";
  }

  private static String ownPath(Layout layout) throws IOException {
    return FileSystems.ofThisProcess().ownCgroups().of(layout);
  }

  private static Layout v2Layout() {
    return Layout.builder("own").home("", "cgroup2").ownCgroup().build();
  }

  @Test
  void ofV1IsThatOfTheProcessInTheHierarchyOfTheController() throws Exception {
    Path mount = mount("cgroup", "none,name=" + name);
    moveBackAtTheEnd(mount, "/");
    Path outer = cgroup(mount, "outer");
    Path own = cgroup(outer, "own:of,the test");
    Files.writeString(outer.resolve("notify_on_release"), "1");
    moveBackAtTheEnd(mount, "/");
    moveInto(own);
    try (StatsFs fs = open(v1("name=" + name, ", cgroup: own"))) {
      assertEquals(own, fs.catalog().trees().get(0).root().orElseThrow());
      assertEquals(1, fs.catalog().stats().size());
      assertEquals(0, fs.readLong(fs.catalog().get("own", "", "notify")));
    }
    moveInto(outer);
    try (StatsFs fs = open(v1("name=" + name, ", cgroup: own"))) {
      assertEquals(outer, fs.catalog().trees().get(0).root().orElseThrow());
      assertEquals(1, fs.readLong(fs.catalog().get("own", "", "notify")));
    }
  }

  @Test
  void ofV1InAMountThatBeginsAtIt() throws Exception {
    Path mount = mount("cgroup", "none,name=" + name);
    moveBackAtTheEnd(mount, "/");
    Path own = cgroup(mount, "container");
    Path deeper = cgroup(own, "deeper");
    Files.writeString(deeper.resolve("notify_on_release"), "1");
    moveBackAtTheEnd(mount, "/");
    moveInto(deeper);
    // As container engines mount it for a container that has no cgroup namespace.
    Path part = tree.directory("part").path("part");
    Command.run("mount", "--bind", own.toString(), part.toString());
    undo.push(() -> Command.run("umount", part.toString()));
    Mounts mounts = FileSystems.ofThisProcess().mounts();
    List<String> shown =
        mounts.of(List.of("cgroup"), m -> m.controllers().contains("name=" + name)).stream()
            .map(m -> OwnCgroups.at(m, "/container/deeper"))
            .toList();
    assertEquals(List.of(deeper.toString(), part.resolve("deeper").toString()), shown);
    // All that it shows is the tree of all.
    Layout all = Layout.builder("all").home("", "cgroup").controller("name=" + name).build();
    assertTrue(FileSystems.ofThisProcess().at(part).isHomeOf(all));
    assertTrue(FileSystems.ofThisProcess().at(mount).isHomeOf(all));
  }

  /** No other process is in either hierarchy's cgroups, so nothing else changes. */
  @Test
  void ofV2IsReadUntilTheProcessIsMoved() throws Exception {
    Path mount = mount("cgroup2", "rw");
    String before = ownPath(v2Layout());
    moveBackAtTheEnd(mount, before);
    Path parent = mount.resolve(before.substring(1));
    Path first = cgroup(parent, name + "a");
    Path second = cgroup(parent, name + "b");
    moveBackAtTheEnd(mount, before);
    Files.writeString(first.resolve("cgroup.max.depth"), "7");
    moveInto(first);
    String yaml =
        "tree: own\nat: {type: cgroup2, cgroup: own}\nonly-declared-files: true\n"
            + "files:\n  cgroup.max.depth: {shape: {row: none}, stats: {depth: {kind: level}}}\n";
    try (StatsFs fs = open(yaml)) {
      Path root = fs.catalog().trees().get(0).root().orElseThrow();
      assertTrue(Files.isSameFile(first, root), root.toString());
      assertEquals(7, fs.readLong(fs.catalog().get("own", "", "depth")));
      assertEquals(List.of(), fs.catalog().problems());

      moveInto(second);
      Catalog moved = fs.refresh();
      assertEquals(List.of(), moved.stats());
      Problem problem = moved.problems().get(0);
      assertEquals(Problem.Kind.GONE, problem.kind());
      assertEquals(
          "this process was moved from this cgroup to "
              + ownPath(v2Layout())
              + ", so nothing is read here; open the trees again, or restart",
          problem.message());
      assertTrue(ownPath(v2Layout()).endsWith(name + "b"));

      moveInto(first);
      assertEquals(7, fs.readLong(fs.refresh().get("own", "", "depth")));
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void isAbsentWhereNoMountOfItsHierarchyIsThere() {
    StatsFsException e = null;
    try {
      open(v1("name=" + name, ", cgroup: own")).close();
    } catch (StatsFsException thrown) {
      e = thrown;
    }
    String expected = "no file system of type cgroup with the controller name=" + name;
    assertTrue(e != null && e.getMessage().contains(expected), () -> "not: " + expected);
  }

  /** The texts of a real cgroup namespace; a JVM in one sees no other. */
  @Test
  void ofACgroupNamespaceIsItsRoot() throws Exception {
    Path mount = mount("cgroup2", "rw");
    Path outer = cgroup(mount, name);
    Path own = cgroup(outer, "own");
    Path inside = tree.directory("inside").path("inside");
    tree.directory("seen");
    String script =
        ("echo $$ > '" + own + "/cgroup.procs'; exec unshare --cgroup --mount")
            // What it would do with all mounts fails where the root directory is no mount.
            + (" --propagation=unchanged sh -c 'mount --make-rprivate /dev;")
            + ("mount -t cgroup2 x " + inside + ";")
            + ("cat /proc/self/cgroup > " + tree.path("seen/cgroup") + ";")
            + ("cat /proc/self/mountinfo > " + tree.path("seen/mountinfo") + "'");
    Command.run("sh", "-c", script);
    FileSystems seen = new FileSystems(tree.path("seen/mountinfo"), Path.of("/proc/filesystems"));
    String cgroup = seen.ownCgroups().of(v2Layout());
    assertEquals("/", cgroup);
    Mounts mounts = seen.mounts();
    List<Mounts.Mount> all = mounts.of(List.of("cgroup2"), m -> true);
    for (Mounts.Mount m : all) {
      boolean isInside = m.point().equals(inside.toString());
      assertEquals(isInside ? "/" : "/../..", m.root());
      if (isInside) {
        assertEquals(inside.toString(), OwnCgroups.at(m, cgroup));
      } else {
        assertNull(OwnCgroups.at(m, cgroup));
      }
    }
    assertTrue(all.size() >= 2);
  }

  @Test
  void rootThatIsNamedIsAllCgroupsWhereItIsMountedAndElseOne() throws Exception {
    Path mount = mount("cgroup2", "rw");
    Path below = cgroup(mount, name);
    Layout own = v2Layout();
    Layout all = Layout.builder("all").home("", "cgroup2").build();
    FileSystems fileSystems = FileSystems.ofThisProcess();
    assertTrue(fileSystems.at(mount).isHomeOf(all));
    assertTrue(fileSystems.at(below).isHomeOf(own));
    assertTrue(!fileSystems.at(below).isHomeOf(all));
    Declared declared = Declared.of(List.of(own, all), List.of(), List.of());
    Trees trees = new Trees(fileSystems, declared, TreeScans.watchdog());
    assertEquals(all, trees.open(mount, null).layout());
    assertEquals(own, trees.open(below, null).layout());
  }

  /** What a container's file system may hide: the path leads to another cgroup. */
  @Test
  void mountThatIsHiddenIsNotTaken() throws Exception {
    Path mount = mount("cgroup", "none,name=" + name);
    moveBackAtTheEnd(mount, "/");
    Path own = cgroup(mount, "own");
    cgroup(own, "own");
    Files.writeString(own.resolve("own/notify_on_release"), "1");
    moveBackAtTheEnd(mount, "/");
    moveInto(own);
    Command.run("mount", "--bind", own.toString(), mount.toString());
    undo.push(() -> Command.run("umount", mount.toString()));
    try (StatsFs fs = open(v1("name=" + name, ", cgroup: own"))) {
      // By the mount on top, not "own" of the one below it.
      assertEquals(mount, fs.catalog().trees().get(0).root().orElseThrow());
      assertEquals(0, fs.readLong(fs.catalog().get("own", "", "notify")));
    }
  }

  @Test
  void ofControllersThatAreMountedTogether() throws Exception {
    Path mount = mount("cgroup", "net_cls,net_prio");
    assertEquals("/", FileSystems.ofThisProcess().ownCgroups().paths().get("net_prio"));
    try (StatsFs fs = open(v1("net_prio", ", cgroup: own"))) {
      assertEquals(mount, fs.catalog().trees().get(0).root().orElseThrow());
    }
    try (StatsFs fs = open(v1("net_cls", ""))) {
      assertEquals(mount, fs.catalog().trees().get(0).root().orElseThrow());
    }
  }
}
