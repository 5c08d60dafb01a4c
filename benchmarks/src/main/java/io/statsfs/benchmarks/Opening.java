package io.statsfs.benchmarks;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Tree;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.LayoutProvider;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
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

  /**
   * All default trees, with their files that are there, and source by source their stats, each with
   * the file and table that describe it, or {@code -1 -1} for the layout.
   */
  static List<String> foundStats() {
    List<String> found = new ArrayList<>();
    try (StatsFs fs = DefaultTrees.open("nio")) {
      for (Tree tree : fs.catalog().trees()) {
        List<FileDeclaration> files = tree.layout().files();
        found.add(tree.layout().name());
        for (int i = 0; i < files.size(); i++) {
          if (Files.exists(tree.root().orElseThrow().resolve(files.get(i).path()))) {
            found.add(tree.layout().name() + " " + i);
          }
        }
      }
      for (Source source : fs.catalog().sources()) {
        for (Stat stat : source.stats()) {
          found.add(source.tree().layout().name() + " " + describing(stat) + " " + stat.name());
        }
      }
    }
    return found;
  }

  private static String describing(Stat stat) {
    String fileName = stat.path().orElseThrow().getFileName().toString();
    List<FileDeclaration> files = stat.source().tree().layout().files();
    for (int i = 0; i < files.size(); i++) {
      if (files.get(i).path().isEmpty() || files.get(i).name().matches(fileName)) {
        List<TableDeclaration> tables = files.get(i).tables();
        for (int k = 0; k < tables.size(); k++) {
          if (tables.get(k).stats().named(stat.name()) != null) {
            return i + " " + k;
          }
        }
      }
    }
    return "-1 -1";
  }

  /**
   * Does it once: {@code jni} or {@code nio} opens all default trees. {@code declarations} and a
   * file of {@link #foundStats} does what such an opening does with the shipped declarations: it
   * reads them, finds the names and places of all trees, makes all that is said of these trees and
   * files but the metrics, and finds the declaration of each stat. Before that it has done what
   * opening does without any: it has looked for providers of layouts, loaded the charsets, and made
   * a declaration of devices in Java, which has loaded what any declaration needs.
   */
  public static void main(String[] args) throws IOException, ReflectiveOperationException {
    if (args[0].equals("declarations")) {
      System.out.println(declarations(Files.readAllLines(Path.of(args[1]))) / 1e6);
      return;
    }
    long start = System.nanoTime();
    StatsFs fs = DefaultTrees.open(args[0]);
    System.out.println((System.nanoTime() - start) / 1e6);
    fs.close();
  }

  private static long declarations(List<String> found) throws ReflectiveOperationException {
    Map<String, List<Found>> trees = new HashMap<>();
    for (String line : found) {
      String[] words = line.split(" ", 4);
      List<Found> stats = trees.computeIfAbsent(words[0], tree -> new ArrayList<>());
      if (words.length == 2) {
        stats.add(new Found(Integer.parseInt(words[1]), 0, ""));
      } else if (words.length == 4) {
        stats.add(new Found(Integer.parseInt(words[1]), Integer.parseInt(words[2]), words[3]));
      }
    }
    Map<String, Found[]> wanted = new HashMap<>();
    trees.forEach((tree, stats) -> wanted.put(tree, stats.toArray(Found[]::new)));
    Layout inJava = inJava();
    StatsFs.builder().root(Path.of("/proc/vmstat"), inJava);
    int described = describe(inJava, new Found(0, 0, "pgfault"), new Found(-1, -1, "x"));
    List<LayoutProvider> providers = new ArrayList<>();
    for (LayoutProvider provider : ServiceLoader.load(LayoutProvider.class)) {
      providers.add(provider);
    }
    // Which opening does without, and which it needs for the mounts.
    Class.forName(Layouts.class.getName());
    Class.forName(StandardCharsets.class.getName());
    long start = System.nanoTime();
    for (Layout layout : Layouts.shipped()) {
      Found[] stats = wanted.get(layout.name());
      if (stats != null) {
        described += describe(layout, stats);
      }
    }
    long nanos = System.nanoTime() - start;
    if (providers.isEmpty() || described < found.size() / 2) {
      throw new IllegalStateException("Only " + described + " stats are described");
    }
    return nanos;
  }

  /** A stat, and the file and table that describe it; or a file alone. */
  private static final class Found {
    final int file;
    final int table;
    final String name;

    Found(int file, int table, String name) {
      this.file = file;
      this.table = table;
      this.name = name;
    }
  }

  /** Without iterators and accessors, which would take their part of what is measured. */
  private static int describe(Layout layout, Found... stats) {
    StatDeclarations declared = layout.stats();
    int file = -1;
    int table = -1;
    int described = 0;
    for (int i = 0; i < stats.length; i++) {
      Found stat = stats[i];
      if (stat.file != file || stat.table != table) {
        file = stat.file;
        table = stat.table;
        declared = file < 0 ? layout.stats() : layout.files().get(file).tables().get(table).stats();
      }
      if (declared.named(stat.name) != null) {
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
    return Layout.builder("java")
        .home("vmstat", "proc")
        .subsystem("java")
        .sources("{device}")
        .files(
            FileDeclaration.of(
                "",
                Shape.builder().rowKeyWord(0).build(),
                List.of(
                    TableDeclaration.of(
                        null, Axis.labels("a{b}"), Axis.positions("value"), stats))))
        .stats(stats)
        .build();
  }
}
