package io.statsfs.core.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.core.Fs;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.testkit.TestTree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which directories are sources, and what their names say. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LevelsTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static Layout.Builder layout(String sources) {
    return Layout.builder("l").subsystem("s").sources(sources);
  }

  private static Map<String, String> labels(Fs fs) {
    Map<String, String> labels = new TreeMap<>();
    for (Source source : fs.catalog().sources()) {
      labels.put(source.toString(), source.labels().toString());
    }
    return labels;
  }

  @Test
  void aPatternTakesTheLabelOutOfTheName() {
    for (String path : List.of("mc0/csrow0/x", "mc0/csrow11/x", "mc0/rank0/x", "power/csrow0/x")) {
      tree.stat(path, 1);
    }
    tree.stat("mc0/x", 1).stat("mc0/csrow0/deeper/x", 1).stat("mc/csrow0/x", 1);
    tree.link("mc1", Path.of("mc0")).link("other", Path.of("mc0"));
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout("mc{controller}/csrow{row}").build())) {
      assertEquals(
          Map.of(
              "s/mc0/csrow0", "{controller=0, row=0}", "s/mc0/csrow11", "{controller=0, row=11}"),
          labels(fs));
      // What does not match is passed over without a word, and only that.
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("/mc1 -> mc0"), fs.problems()::toString);
    }
  }

  @Test
  void onlyTheOneDirectoryOfALiteralLevelIsLookedAt() {
    tree.stat("cpu0/freq/x", 1).stat("cpu1/other/x", 1).directory("cpufreq");
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout("cpu{cpu}/freq").build())) {
      assertEquals(Map.of("s/cpu0", "{cpu=0}"), labels(fs));
      assertEquals(List.of(), fs.problems());
      assertEquals(tree.path("cpu0/freq"), FilePaths.of(fs.source("s/cpu0")));
      tree.stat("cpu1/freq/x", 1).stat("cpufreq/freq/x", 1).settle();
      fs.refresh();
      assertEquals(
          Map.of("s/cpu0", "{cpu=0}", "s/cpu1", "{cpu=1}", "s/cpufreq", "{cpu=freq}"), labels(fs));
      tree.remove("cpu0/freq").stat("cpu0/freq", "no directory");
      tree.remove("cpu1/freq").link("cpu1/freq", tree.path("cpufreq/freq"));
      fs.refresh();
      assertEquals(Map.of("s/cpufreq", "{cpu=freq}"), labels(fs));
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("cpu1/freq -> "), fs.problems()::toString);
    }
  }

  @Test
  void aLevelOfAnyDepthHasThePathForItsLabel() {
    tree.stat("x", 1).stat("a/x", 1).stat("a/b/c/x", 1).stat("a/b/link/x", 1);
    tree.remove("a/b/link").link("a/b/link", tree.path("a"));
    tree.settle();
    try (Fs fs = new Fs(tree.root(), layout("{cgroup...}").build())) {
      assertEquals(Map.of("s", "{}", "s/a", "{cgroup=a}", "s/a/b/c", "{cgroup=a/b/c}"), labels(fs));
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("a/b/link -> "), fs.problems()::toString);
      tree.stat("a/b/x", 1).remove("a/b/c").settle();
      fs.refresh();
      assertEquals(Map.of("s", "{}", "s/a", "{cgroup=a}", "s/a/b", "{cgroup=a/b}"), labels(fs));
    }
    try (Fs fs = new Fs(tree.root(), layout("a/p{p}/{rest...}").build())) {
      assertEquals(Map.of(), labels(fs));
      tree.stat("a/p7/x", 1).stat("a/p7/u/v/x", 1).stat("a/q/x", 1).settle();
      fs.refresh();
      assertEquals(Map.of("s/p7", "{p=7}", "s/p7/u/v", "{p=7, rest=u/v}"), labels(fs));
    }
    Limits limits = Fs.limits(2, 100, 100, 4096);
    try (Fs fs = new Fs(tree.root(), layout("{cgroup...}").build(), limits)) {
      assertEquals(
          List.of("s", "s/a", "s/a/b", "s/a/p7", "s/a/q"), List.copyOf(labels(fs).keySet()));
      assertEquals(2, fs.problems().size());
      assertTrue(
          fs.problems().stream().allMatch(p -> p.contains("2 levels deep") || p.contains("link ")),
          fs.problems()::toString);
    }
  }

  @Test
  void aPathGivesLabelsToItselfAndToNothingBelow() {
    String pod = "k.slice/k-pod1a_2b.slice";
    for (String path : List.of("", pod, pod + "/d-0f.scope", pod + "/d-0f.scope/e", "docker/0f")) {
      tree.stat(path.isEmpty() ? "x" : path + "/x", 1);
    }
    tree.settle();
    Layout layout =
        layout("{path...}")
            .labelsOfPath(
                ".../k-pod{pod:uid}.slice/d-{container:hex}.scope",
                ".../k-pod{pod:uid}.slice",
                "docker/{container}")
            .build();
    try (Fs fs = new Fs(tree.root(), layout)) {
      assertEquals(
          Map.of(
              "s",
              "{}",
              "s/" + pod,
              "{path=" + pod + ", pod=1a-2b}",
              "s/" + pod + "/d-0f.scope",
              "{path=" + pod + "/d-0f.scope, pod=1a-2b, container=0f}",
              "s/" + pod + "/d-0f.scope/e",
              "{path=" + pod + "/d-0f.scope/e}",
              "s/docker/0f",
              "{path=docker/0f, container=0f}"),
          labels(fs));
    }
  }

  @Test
  void subsystemsThatDirectoriesNameAreAboveTheLevels() {
    tree.stat("one/dev0/x", 1).stat("one/other/x", 1).stat("two/dev1/x", 1);
    tree.settle();
    try (Fs fs = new Fs(tree.root(), Layout.builder("l").sources("dev{n}").build())) {
      assertEquals(Map.of("one/dev0", "{n=0}", "two/dev1", "{n=1}"), labels(fs));
    }
    try (Fs fs = new Fs(tree.root(), Layout.builder("l").sources("{n...}").build())) {
      assertEquals(
          Map.of("one/dev0", "{n=dev0}", "one/other", "{n=other}", "two/dev1", "{n=dev1}"),
          labels(fs));
    }
  }

  @Test
  void linksOfAnyLevelAreFollowedBelowTheDirectoryThatTheLayoutNames() {
    tree.stat("devices/pci/chip/name", 1).stat("devices/pci/hwmon/hwmon0/temp", 1);
    tree.stat("devices/pci/hwmon/hwmon1/temp", 1).stat("devices2/temp", 666);
    tree.stat("outside/hwmon0/temp", 666).directory("class").settle();
    tree.link("class/a", Path.of("../devices/pci/hwmon/hwmon0"));
    tree.link("devices/pci/hwmon/hwmon0/device", Path.of("../../chip"));
    tree.link("class/b", Path.of("../devices/pci/hwmon/hwmon1"));
    tree.link("devices/pci/hwmon/hwmon1/device", Path.of("../../../../devices2"));
    Layout layout = layout("{chip}/device").links("../devices").build();
    try (Fs fs = new Fs(tree.path("class"), layout)) {
      assertEquals(List.of("s/a/name"), fs.stats());
      assertEquals(1, fs.problems().size());
      assertTrue(fs.problems().get(0).contains("class/b/device -> "), fs.problems()::toString);
      // Neither the coming nor the going of a link need show in the time of its directory.
      tree.remove("devices/pci/hwmon/hwmon1/device");
      tree.link("devices/pci/hwmon/hwmon1/device", tree.path("devices/pci/chip"));
      tree.remove("devices/pci/hwmon/hwmon0/device");
      tree.link("devices/pci/hwmon/hwmon0/device", tree.path("outside/hwmon0"));
      tree.settle();
      fs.refresh();
      assertEquals(List.of("s/b/name"), fs.stats());
    }
  }

  @Test
  void realDirectoriesMatchPatterns() {
    try (Fs fs =
        new Fs(
            Path.of("/sys/class/net"),
            layout("l{rest}/statistics").links("../../devices").build())) {
      assertEquals(Map.of("rest", "o"), fs.source("s/lo").labels());
      assertTrue(fs.stats().contains("s/lo/rx_bytes"));
    }
  }
}
