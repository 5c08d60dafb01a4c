package io.statsfs.benchmarks;

import io.statsfs.Catalog;
import io.statsfs.StatsFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What is done with a tree on tmpfs beside sampling it: finding its stats, and collecting them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TreeBenchmark {
  @Param("20000")
  int stats;

  @Param({"jni", "nio"})
  String reader = "";

  private Path root;
  private Collection collection;

  /** Writes the tree, and waits until it is not young any more. */
  @Setup
  public void open() throws IOException, InterruptedException {
    Path directory = Path.of(System.getProperty("statsfs.bench.scratch", "/dev/shm"));
    root = MeasuredTree.write(Files.createTempDirectory(directory, "jmh-"), stats);
    TimeUnit.MILLISECONDS.sleep(1500);
    collection = Collection.byInstruments(root, reader);
  }

  /** Ends what {@link #open} began. */
  @TearDown
  public void close() throws IOException {
    collection.close();
    List<Path> files;
    try (var all = Files.walk(root)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }

  /** From nothing to the first catalog. */
  @Benchmark
  public Catalog discover() {
    try (StatsFs fs = MeasuredTree.open(root, reader)) {
      return fs.catalog();
    }
  }

  /** A sample, and all values in the SDK's reusable data. */
  @Benchmark
  public Object collect() {
    return collection.collect();
  }
}
