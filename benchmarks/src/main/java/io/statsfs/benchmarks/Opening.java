package io.statsfs.benchmarks;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.StatsFs;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
        long start = System.nanoTime();
        try (StatsFs fs = DefaultTrees.open(reader)) {
          if (fs.catalog().sources().isEmpty()) {
            throw new IOException("Nothing was found");
          }
          nanos += i < 0 ? 0 : System.nanoTime() - start;
        }
      }
      return nanos;
    };
  }

  /**
   * The milliseconds that something takes in a JVM that has just begun.
   *
   * @param what {@code jni} or {@code nio}, to open all default trees; or an argument of {@link
   *     #main}
   * @param times how many JVMs
   * @return in ascending order
   */
  static double[] cold(String what, int times) throws IOException {
    double[] millis = new double[times];
    for (int i = 0; i < times; i++) {
      List<String> command = Bench.java(List.of("-XX:+UseSerialGC"), Opening.class, what);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      millis[i] = Double.parseDouble(new String(process.getInputStream().readAllBytes()).strip());
    }
    Arrays.sort(millis);
    return millis;
  }

  /**
   * Does it once. {@code declarations} finds the names and places of the shipped trees and decodes
   * the declarations of those that are read by default.
   */
  public static void main(String[] args) {
    long start = System.nanoTime();
    if (args[0].equals("declarations")) {
      // What any tree needs is loaded before.
      StatsFs.builder().root(Path.of("/proc"), Layout.statsfs());
      start = System.nanoTime();
      for (Layout shipped : Layouts.shipped()) {
        if (shipped.isDefault()) {
          shipped.stats();
        }
      }
      System.out.println((System.nanoTime() - start) / 1e6);
      return;
    }
    StatsFs fs = DefaultTrees.open(args[0]);
    System.out.println((System.nanoTime() - start) / 1e6);
    fs.close();
  }
}
