package io.statsfs.benchmarks;

import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The reader {@code jni}, and which directories it was asked to list. */
public final class RecordingReaderProvider implements ReaderProvider {
  static final String NAME = "recording";

  /** Of all readers. */
  static final Set<Path> LISTED = Collections.synchronizedSet(new TreeSet<>());

  /** Called by {@link ServiceLoader}. */
  public RecordingReaderProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return Integer.MIN_VALUE;
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return null;
  }

  @Override
  public StatReader open() {
    StatReader jni =
        ServiceLoader.load(ReaderProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("jni"))
            .findFirst()
            .orElseThrow()
            .open();
    return new StatReader() {
      @Override
      public Batch prepare(
          List<DirectoryPlan> directories, SampleMemory memory, @Nullable Batch previous) {
        return jni.prepare(directories, memory, previous);
      }

      @Override
      public @Nullable Listing list(Path directory, boolean withModes) {
        LISTED.add(directory);
        return jni.list(directory, withModes);
      }

      @Override
      public @Nullable FileStatus look(Path path, boolean followsLink) {
        return jni.look(path, followsLink);
      }

      @Override
      public @Nullable List<@Nullable FileStatus> look(Path directory, List<String> names) {
        return jni.look(directory, names);
      }

      @Override
      public @Nullable ByteBuffer read(Path file, int maxBytes) {
        return jni.read(file, maxBytes);
      }

      @Override
      public void close() {
        jni.close();
      }
    };
  }
}
