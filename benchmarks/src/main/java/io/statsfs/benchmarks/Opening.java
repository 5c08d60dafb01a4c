package io.statsfs.benchmarks;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Opening all default trees up to the first catalog; and the same in a JVM that has just begun. */
final class Opening {
  private Opening() {}

  /** The directories that are listed then, and the files that are read, as {@code visit} has it. */
  static List<String> places() {
    Set<Path> directories;
    Set<Path> files =
        new TreeSet<>(Set.of(Path.of("/proc/self/mountinfo"), Path.of("/proc/self/cgroup")));
    RecordingReaderProvider.LISTED.clear();
    try (StatsFs fs = DefaultTrees.open(RecordingReaderProvider.NAME)) {
      directories = new TreeSet<>(RecordingReaderProvider.LISTED);
      for (Source source : fs.catalog().sources()) {
        Path path = source.path().orElseThrow();
        if (Files.isRegularFile(path)) {
          files.add(path);
        }
      }
    }
    Map<Path, Integer> numbers = new LinkedHashMap<>();
    List<String> places = new ArrayList<>();
    for (Path directory : directories) {
      places.add("D " + place(directory, numbers));
      numbers.put(directory, numbers.size());
    }
    for (Path file : files) {
      places.add("F " + place(file, numbers));
    }
    return places;
  }

  private static String place(Path path, Map<Path, Integer> numbers) {
    Integer parent = numbers.get(path.getParent());
    return parent == null ? "-1 " + path : parent + " " + path.getFileName();
  }

  /** Opens them again and again. Closing is no part of it. */
  static Method of(String reader) {
    return (before, rounds) -> {
      long nanos = 0;
      for (int i = -before; i < rounds; i++) {
        long start = BaselineCopy.cpuNanos();
        try (StatsFs fs = DefaultTrees.open(reader)) {
          if (fs.catalog().sources().isEmpty()) {
            throw new IOException("Nothing was found");
          }
          nanos += i < 0 ? 0 : BaselineCopy.cpuNanos() - start;
        }
      }
      return nanos;
    };
  }

  /**
   * The milliseconds that something takes in a JVM that has just begun.
   *
   * @param arguments of {@link #main}
   * @param times how many JVMs
   * @return in ascending order
   */
  static double[] cold(int times, String... arguments) throws IOException {
    double[] millis = new double[times];
    for (int i = 0; i < times; i++) {
      List<String> command = Bench.java(List.of("-XX:+UseSerialGC"), Opening.class, arguments);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      millis[i] = Double.parseDouble(new String(process.getInputStream().readAllBytes()).strip());
    }
    Arrays.sort(millis);
    return millis;
  }

  /** The stats of all default trees, as {@link #main} takes them. */
  static List<String> foundStats() {
    Set<String> found = new TreeSet<>();
    try (StatsFs fs = DefaultTrees.open("nio")) {
      for (Source source : fs.catalog().sources()) {
        for (Stat stat : source.stats()) {
          found.add(source.tree().layout().name() + " " + stat.name());
        }
      }
    }
    return List.copyOf(found);
  }

  /**
   * Does it once: {@code jni} or {@code nio} opens all default trees. {@code declarations} and a
   * file of trees and stats does what such an opening does with the shipped declarations: it finds
   * the names and places of all trees, and decodes of the declarations of these trees what is said
   * of these stats. Before that it has made a declaration in Java, which has loaded what any
   * declaration needs.
   */
  public static void main(String[] args) throws IOException {
    if (args[0].equals("declarations")) {
      System.out.println(declarations(Files.readAllLines(Path.of(args[1]))) / 1e6);
      return;
    }
    long start = System.nanoTime();
    StatsFs fs = DefaultTrees.open(args[0]);
    System.out.println((System.nanoTime() - start) / 1e6);
    fs.close();
  }

  private static long declarations(List<String> found) {
    Map<String, List<String>> stats = new HashMap<>();
    for (String line : found) {
      String[] words = line.split(" ", 2);
      stats.computeIfAbsent(words[0], tree -> new ArrayList<>()).add(words[1]);
    }
    StatsFs.builder().root(Path.of("/proc/vmstat"), inJava());
    int described = 0;
    long start = System.nanoTime();
    for (Layout layout : Layouts.shipped()) {
      List<String> its = stats.get(layout.name());
      if (its != null) {
        described += describe(layout.stats(), its);
        for (FileDeclaration file : layout.files()) {
          for (TableDeclaration table : file.tables()) {
            described += describe(table.stats(), its);
          }
        }
      }
    }
    long nanos = System.nanoTime() - start;
    if (described < stats.size()) {
      throw new IllegalStateException("Only " + described + " stats are described");
    }
    return nanos;
  }

  private static int describe(StatDeclarations declared, List<String> names) {
    int described = 0;
    for (String name : names) {
      if (declared.named(name) != null) {
        described++;
      }
    }
    return described;
  }

  /** With what most declarations have. */
  private static Layout inJava() {
    List<StatDeclaration> stats =
        List.of(
            StatDeclaration.builder("pgfault", Stat.Kind.COUNTER).unit("{fault}").build(),
            StatDeclaration.builder("x*", Stat.Kind.LEVEL).noValue(List.of("EINVAL")).build());
    Layout layout =
        Layout.builder("java")
            .home("vmstat", "proc")
            .subsystem("java")
            .files(
                FileDeclaration.of(
                    "",
                    Shape.builder().rowKeyWord(0).build(),
                    List.of(
                        TableDeclaration.of(
                            null, Axis.labels("a{b}"), Axis.positions("value"), stats))))
            .stats(stats)
            .build();
    return layout.stats().named("pgfault") == null ? Layout.statsfs() : layout;
  }
}
