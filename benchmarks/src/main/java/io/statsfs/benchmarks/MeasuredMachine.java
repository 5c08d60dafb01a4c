package io.statsfs.benchmarks;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.testkit.VirtualMachines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A virtual machine whose statistics its process holds open, and its files on debugfs. */
final class MeasuredMachine implements AutoCloseable {
  private static final int VCPUS = 32;

  private final VirtualMachines machines = VirtualMachines.start();
  private final String name = machines.make();
  private final Path directory;
  private final StatsFs fs;

  /**
   * Makes one.
   *
   * @param debugfs where that is mounted
   */
  MeasuredMachine(Path debugfs) {
    directory = debugfs.resolve("kvm").resolve(name);
    machines.hold(name);
    for (int i = 0; i < VCPUS; i++) {
      machines.addVcpu(name, i);
      machines.run(name, i);
      machines.hold(name, i);
    }
    fs = StatsFs.builder().trees("kvm").reader("jni").refreshInterval(Duration.ZERO).build();
  }

  long pid() {
    return machines.program().pid();
  }

  /** What the baseline is to read on debugfs: the files that can be read, and hold a number. */
  List<String> files() throws IOException {
    List<String> list = new ArrayList<>();
    try (Stream<Path> directories = Files.walk(directory).filter(Files::isDirectory)) {
      for (Path each : (Iterable<Path>) directories.sorted()::iterator) {
        list.add("D " + each);
        try (Stream<Path> files = Files.list(each).filter(MeasuredMachine::isNumber)) {
          files.sorted().forEach(file -> list.add("F " + file.getFileName()));
        }
      }
    }
    return list;
  }

  private static boolean isNumber(Path file) {
    try {
      return Files.isRegularFile(file) && Files.readString(file).matches("-?[0-9]+\\n");
    } catch (IOException e) {
      // Under lockdown most of them say nothing.
      return false;
    }
  }

  /** One that takes all that comes by descriptors, but for the histograms. */
  Sampler sampler(@Nullable Duration timeout) throws IOException {
    StatFilter filter = stat -> stat.path().isEmpty() && stat.source().device().startsWith(name);
    Sampler sampler = timeout == null ? fs.sampler(filter) : fs.sampler(filter, timeout);
    sampler.sample();
    if (sampler.size() < VCPUS) {
      throw new IOException("The machine is not found by its descriptors");
    }
    return sampler;
  }

  @Override
  public void close() {
    fs.close();
    machines.close();
  }
}
