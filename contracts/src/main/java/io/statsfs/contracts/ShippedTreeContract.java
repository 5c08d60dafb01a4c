package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.TreeUnavailableException;
import io.statsfs.spi.KeyPattern;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Part of {@link ReaderContract}: the declarations that are shipped, with the texts of kernels that
 * are recorded in {@code trees/TREE/KERNEL.txt} (form: {@link KernelText}), and with the files of
 * this machine.
 */
abstract class ShippedTreeContract extends FlatKeyedContract {
  private static final String UNKNOWN = "unknown-stats";

  /** Each value of each text, and each stat described by its name. */
  @TestFactory
  Stream<DynamicTest> textsOfKernelsGiveTheirValues() {
    return ShippedTrees.kernelTexts().stream()
        .map(text -> DynamicTest.dynamicTest(text.toString(), () -> compare(text)));
  }

  private void compare(KernelText text) {
    Layout layout =
        ShippedTrees.all().stream()
            .filter(shipped -> shipped.name().equals(text.tree()))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no tree is called " + text.tree()));
    try (TestTree root = TestTree.inMemory()) {
      text.writeTo(root);
      try (StatsFs fs = open(root.path(layout.homePath()), layout);
          Sampler sampler = fs.sampler()) {
        List<String> problems =
            fs.catalog().problems().stream().map(Problem::message).collect(Collectors.toList());
        for (String part : text.problems()) {
          assertTrue(problems.removeIf(message -> message.contains(part)), part);
        }
        assertEquals(List.of(), problems);
        assertEquals(
            text.stats().stream().sorted().collect(Collectors.joining("\n")),
            values(sampler).sorted().collect(Collectors.joining("\n")));
        assertEquals(
            List.of(),
            fs.catalog().stats().stream().filter(s -> !ShippedTrees.isDescribedByName(s)).toList(),
            "no declaration describes these by their names");
      }
    }
  }

  /** Trees of names and numbers take each other's texts, and the lines of that form in stat. */
  private static final Set<String> NAMES_AND_NUMBERS =
      Set.of("meminfo", "snmp6", "stat", "tls_stat", "vmstat", "xfrm_stat");

  /** What other trees take, since the lines, or most that they know, are of one form. */
  private static final Set<String> TAKEN =
      Set.of(
          "buddyinfo interrupts, netstat, nfs, nfsd, schedstat, self_net, slabinfo, snmp, stat,"
              + " wireless",
          "interrupts softirqs",
          "netstat snmp",
          "nfs nfsd",
          "nfsd nfs",
          "schedstat stat",
          "slabinfo nfs, self_net",
          "snmp netstat",
          "sockstat sockstat6",
          "sockstat6 sockstat",
          "softnet buddyinfo, nfs",
          "stat schedstat");

  private static boolean mayTake(String tree, String text) {
    return NAMES_AND_NUMBERS.containsAll(Set.of(tree, text))
        || TAKEN.stream()
            .anyMatch(
                taken ->
                    taken.startsWith(tree + " ")
                        && List.of(taken.substring(tree.length() + 1).split(", ")).contains(text));
  }

  /** Trees whose first lines are passed over, whatever they are, and may be all that a text has. */
  private static final Set<String> WITH_SKIPPED_LINES =
      Set.of("self_net", "slabinfo", "swaps", "wireless");

  /** Nothing is guessed: a text at a wrong place gives no value, also if some of it would fit. */
  @Test
  void aTextOfAnotherFormGivesNoValueAndOneProblem() {
    List<Layout> layouts = ShippedTrees.all().stream().filter(Layout::isRootFile).toList();
    Map<String, String> texts = new TreeMap<>();
    for (KernelText text : ShippedTrees.kernelTexts()) {
      if (layouts.stream().anyMatch(layout -> layout.name().equals(text.tree()))) {
        texts.putIfAbsent(text.tree(), text.files().values().iterator().next());
      }
    }
    Set<String> wrong = new TreeSet<>();
    try (TestTree root = TestTree.inMemory()) {
      texts.forEach(root::stat);
      root.settle();
      for (Layout layout : layouts) {
        for (String text : texts.keySet()) {
          if (!text.equals(layout.name())) {
            try (StatsFs fs = open(root.path(text), layout)) {
              boolean isEmpty = fs.catalog().stats().isEmpty();
              int problems = fs.catalog().problems().size();
              boolean isSkipped = WITH_SKIPPED_LINES.contains(layout.name());
              if (!isEmpty && !mayTake(layout.name(), text)
                  || isEmpty && problems != 1 && !(isSkipped && problems == 0)) {
                wrong.add(layout.name() + " takes " + text + ": " + fs.catalog());
              }
            }
          }
        }
      }
    }
    assertTrue(texts.size() > 20, texts.keySet()::toString);
    assertEquals(Set.of(), wrong);
  }

  /** The first line of a name counts, and that there are two is said. */
  @Test
  void aRowThatIsThereTwiceIsAProblem() {
    Layout vmstat =
        ShippedTrees.all().stream()
            .filter(l -> l.name().equals("vmstat"))
            .findFirst()
            .orElseThrow();
    try (TestTree root = TestTree.inMemory()) {
      root.stat("v", "pgfault 1\npgmajfault 2\npgmajfault 3\npgpgin 4\n7 5\n").settle();
      try (StatsFs fs = open(root.path("v"), vmstat);
          Sampler sampler = fs.sampler()) {
        assertEquals(
            List.of("vmstat/pgfault 1", "vmstat/pgmajfault 2", "vmstat/pgpgin 4"),
            values(sampler).toList());
        assertEquals(1, fs.catalog().problems().size());
        String message = fs.catalog().problems().get(0).message();
        assertTrue(message.startsWith("2 of 5 lines are not"), message);
      }
    }
  }

  private static Stream<String> values(Sampler sampler) {
    sampler.sample();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < sampler.size(); i++) {
      Stat stat = sampler.stat(i);
      String labels =
          stat.source().labels().entrySet().stream()
              .map(Object::toString)
              .collect(Collectors.joining(","));
      values.add(
          stat + (labels.isEmpty() ? "" : "{" + labels + "}") + " " + Outcomes.of(sampler, i));
    }
    return values.stream();
  }

  /**
   * On the kernel that the list {@code unknown-stats} is of, no stat may be missing in the
   * declarations that is not in the list, and none may be in the list for nothing. On another one
   * the stats that are not known are printed only: what kernels yet to come have, or patched ones,
   * is no fault.
   */
  @Test
  void everyStatOfThisMachineIsDescribedByItsName() throws IOException {
    List<String> lines =
        ShippedTrees.recorded(UNKNOWN).lines().filter(line -> !line.startsWith("#")).toList();
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    boolean isRecorded = KeyPattern.of(lines.get(0).replaceFirst("^kernel ", "")).matches(release);
    boolean isRoot = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    Set<String> listed = new TreeSet<>(lines.subList(1, lines.size()));
    Set<String> unknown = new TreeSet<>();
    Set<String> stale = new TreeSet<>();
    List<String> problems = new ArrayList<>();
    for (Layout layout : ShippedTrees.all()) {
      Function<Stat, String> named = stat -> layout.name() + "/" + stat.name();
      try (StatsFs fs = builder().trees(layout.name()).build()) {
        List<Stat> stats = fs.catalog().stats();
        stats.stream()
            .filter(stat -> !ShippedTrees.isDescribedByName(stat))
            .map(named)
            .forEach(unknown::add);
        fs.catalog().problems().stream()
            .filter(problem -> problem.kind() == Problem.Kind.MALFORMED && !isMasked(problem))
            .map(Problem::toString)
            .forEach(problems::add);
        Set<String> there = stats.stream().map(named).collect(Collectors.toSet());
        stats.stream()
            .filter(ShippedTrees::isDescribedByName)
            .map(named)
            .filter(listed::contains)
            .forEach(stale::add);
        if (isRoot && !there.isEmpty()) {
          listed.stream()
              .filter(s -> s.startsWith(layout.name() + "/") && !there.contains(s))
              .forEach(stale::add);
        }
      } catch (TreeUnavailableException e) {
        System.out.println("not on this machine: " + layout.name());
      }
    }
    Set<String> missing = new TreeSet<>(unknown);
    missing.removeAll(listed);
    stale.removeAll(unknown);
    Set<String> trees = new HashSet<>(ShippedTrees.all().stream().map(Layout::name).toList());
    listed.stream().filter(s -> !trees.contains(s.split("/")[0])).forEach(stale::add);
    if (isRecorded) {
      assertEquals(Set.of(), missing, "no declaration describes these by their names");
      assertEquals(Set.of(), stale, "in the list " + UNKNOWN + " for nothing");
      assertEquals(List.of(), problems);
    } else {
      System.out.println("not described by name on " + release + ": " + missing + problems);
    }
  }

  /** That a frequency cannot be scaled, or that there is no swap, is no problem. */
  @Test
  void whatIsNotOnThisMachineIsNotReported() {
    try (StatsFs fs = builder().build()) {
      assertEquals(
          List.of(),
          fs.catalog().problems().stream()
              .filter(problem -> problem.kind() == Problem.Kind.NO_STATS)
              .toList());
    }
  }

  /** Containers put /dev/null over files. */
  private static boolean isMasked(Problem problem) {
    return problem
        .path()
        .map(
            path -> {
              try {
                return Files.readAllBytes(path).length == 0;
              } catch (IOException e) {
                return true;
              }
            })
        .orElse(false);
  }
}
