package io.statsfs.testkit.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of version 2: where the machine has mounted them, or else a mount of the
 * test's own. Skips the test where neither can be had. Or those of version 1, where they are
 * mounted.
 */
public final class CgroupMount implements AutoCloseable {
  private final Path root;
  private final @Nullable TemporaryMount own;

  private CgroupMount(Path root, @Nullable TemporaryMount own) {
    this.root = root;
    this.own = own;
  }

  /** Finds the mount, or makes one, which closing ends. */
  public static CgroupMount open() {
    Optional<Path> mounted =
        mounts().stream()
            .filter(line -> line.contains(" - cgroup2 ") && !line.contains("\\"))
            .map(line -> Path.of(line.split(" ")[4]))
            .filter(root -> Files.exists(root.resolve("cgroup.procs")))
            .findFirst();
    if (mounted.isPresent()) {
      return new CgroupMount(mounted.get(), null);
    }
    TemporaryMount own = TemporaryMount.of("cgroup2");
    return new CgroupMount(own.root(), own);
  }

  /** Finds the mount of a controller of version 1; skips the test where there is none. */
  public static CgroupMount ofVersion1(String controller) {
    Optional<Path> mounted =
        mounts().stream()
            .filter(line -> line.contains(" - cgroup ") && !line.contains("\\"))
            .filter(line -> line.endsWith("," + controller))
            .map(line -> Path.of(line.split(" ")[4]))
            .findFirst();
    assumeTrue(mounted.isPresent(), "cgroups of version 1 are not mounted with " + controller);
    return new CgroupMount(mounted.get(), null);
  }

  private static List<String> mounts() {
    try {
      return Files.readAllLines(Path.of("/proc/self/mountinfo"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The group at the root. */
  public Path root() {
    return root;
  }

  /**
   * Removes a group, for which the kernel says that it is busy while it still clears away a process
   * that left it or a group that was below.
   */
  public static void remove(Path group) {
    Await.until(
        () -> {
          try {
            Files.delete(group);
            return true;
          } catch (FileSystemException e) {
            if ("Device or resource busy".equals(e.getReason())) {
              return false;
            }
            throw e;
          }
        },
        () -> group + " is busy");
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
