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
import java.util.Set;
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
