package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** File systems in memory, mounted one beside the other at a directory, with all their stats. */
final class MountedFileSystems implements AutoCloseable {
  static final String TREE = "filesystem";

  private final StatsFs fs;
  private final StatFilter filter;

  MountedFileSystems(Path directory, String reader) {
    String below = directory.toString() + "/";
    filter = stat -> stat.source().device().startsWith(below);
    fs = StatsFs.builder().trees(TREE).reader(reader).refreshInterval(Duration.ZERO).build();
  }

  /** The mount points. */
  List<String> points() {
    try (Sampler sampler = fs.sampler(filter.and(StatFilter.name("size")))) {
      return IntStream.range(0, sampler.size())
          .mapToObj(i -> sampler.stat(i).source().device())
          .toList();
    }
  }

  /** One that takes all stats of these. */
  Sampler sampler(@Nullable Duration timeout) throws IOException {
    Sampler sampler = timeout == null ? fs.sampler(filter) : fs.sampler(filter, timeout);
    sampler.sample();
    if (sampler.size() == 0) {
      throw new IOException("No file systems are mounted there, or none is seen");
    }
    return sampler;
  }

  @Override
  public void close() {
    fs.close();
  }
}
