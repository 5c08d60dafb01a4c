package io.statsfs.reader.jni;

import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.MountPlan;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads values through a C library, with one call per sample that allocates nothing.
 *
 * <p>It lists directories, too, with the types of their entries, which {@code java.nio} has to ask
 * for one by one, and looks at files and reads them for scans. Safe for use by several threads.
 *
 * <p>The library comes in the jar, for x86_64 and aarch64, and needs no C library. It is loaded
 * when this reader is chosen, or asked whether it is available, and not before:
 *
 * <ul>
 *   <li>from the file that the system property {@code io.statsfs.native.path} names, if it does;
 *   <li>else from a copy in a new directory that only this user can enter, below the one that
 *       {@code io.statsfs.native.tmpdir} names or the system's temporary directory. The copy is
 *       removed once it is loaded.
 * </ul>
 *
 * <p>The counters of network interfaces, files of sysfs, come by netlink wherever the kernel lets
 * this process prove that both are of the same network namespace, and from their files elsewhere.
 * {@code -Dio.statsfs.native.netlink=false} has them read from their files always.
 *
 * <p>From JDK 24 on the JVM warns of native code unless it is given {@code
 * --enable-native-access=ALL-UNNAMED}, or {@code --enable-native-access=io.statsfs.reader.jni} on
 * the module path.
 */
public final class JniReader implements StatReader {

  private final FileLooks looks = new FileLooks();
  private final OpenBatches batches = new OpenBatches();
  private final NetlinkUse netlink = new NetlinkUse(Duration.ofMinutes(1));

  JniReader() {}

  /**
   * Whether the library is, or can be, loaded.
   *
   * @return true if this reader can be used
   */
  public static boolean isAvailable() {
    return unavailabilityCause() == null;
  }

  /**
   * Why this reader cannot be used. The first call tries to load the library; the outcome is kept.
   *
   * @return null if it can be used; else the cause, whose message names what to do about it
   */
  public static @Nullable Throwable unavailabilityCause() {
    return NativeLibrary.failure();
  }

  @Override
  public Batch prepare(
      List<DirectoryPlan> directories, SampleMemory memory, @Nullable Batch previous) {
    return new JniBatch(batches, directories, memory, netlink, (JniBatch) previous);
  }

  @Override
  public io.statsfs.spi.Batch prepareMounts(List<MountPlan> mounts, SampleMemory memory) {
    return new MemoryBatch(
        batches,
        mounts.stream().map(MountPlan::slots).toList(),
        memory,
        MountsMemory.write(mounts),
        Native::sampleMounts,
        Native::closeMounts);
  }

  @Override
  public @Nullable Listing list(Path directory, boolean withModes) {
    return looks.list(directory, withModes);
  }

  @Override
  public @Nullable FileStatus look(Path path, boolean followsLink) {
    return FileLooks.look(path, followsLink);
  }

  @Override
  public @Nullable List<@Nullable FileStatus> look(Path directory, List<String> names) {
    return looks.look(directory, names);
  }

  @Override
  public @Nullable ByteBuffer read(Path file, int maxBytes) {
    return looks.read(file, maxBytes);
  }

  @Override
  public void close() {
    batches.close();
    looks.close();
  }
}
