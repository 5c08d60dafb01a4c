package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import java.nio.file.Path;
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

/** A sample of a whole tree. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplingBenchmark {
  @Param({"/sys/class/net", "/proc/vmstat"})
  String root = "";

  @Param({"jni", "nio"})
  String reader = "";

  private StatsFs fs;
  private Sampler sampler;

  /** Opens the tree. */
  @Setup
  public void open() {
    fs = MeasuredTree.open(Path.of(root), reader);
    sampler = fs.sampler();
  }

  /** Ends what {@link #open} began. */
  @TearDown
  public void close() {
    fs.close();
  }

  /** Returns the last value, so that nothing is left out. */
  @Benchmark
  public long sample() {
    sampler.sample();
    return sampler.longValue(sampler.size() - 1);
  }
}
