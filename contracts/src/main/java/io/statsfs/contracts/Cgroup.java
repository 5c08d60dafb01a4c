package io.statsfs.contracts;

import io.statsfs.testkit.process.CgroupMount;
import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A control group of the test's own, empty and without controllers of version 2. Skips the test
 * where none can be made, which needs root and a mount that may be written to.
 */
final class Cgroup implements AutoCloseable {
  private final CgroupMount mount;
  private final Path path;

  private Cgroup(CgroupMount mount, Path path) {
    this.mount = mount;
    this.path = path;
  }

  static Cgroup create() {
    return create(CgroupMount.open());
  }

  /** One of version 1, in the hierarchy of a controller. */
  static Cgroup ofVersion1(String controller) {
    return create(CgroupMount.ofVersion1(controller));
  }

  private static Cgroup create(CgroupMount mount) {
    try {
      return new Cgroup(
          mount, StockTreeContract.tryCreate(mount.root().resolve(Command.uniqueName())));
    } catch (Throwable e) {
      mount.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /** Removes the group, and those that a test has made in it. */
  @Override
  public void close() throws IOException {
    try (mount) {
      try (DirectoryStream<Path> inner = Files.newDirectoryStream(path, Files::isDirectory)) {
        for (Path group : inner) {
          CgroupMount.remove(group);
        }
      }
      CgroupMount.remove(path);
    }
  }
}
