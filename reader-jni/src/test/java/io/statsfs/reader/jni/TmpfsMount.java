package io.statsfs.reader.jni;

import io.statsfs.testkit.process.TemporaryMount;
import java.nio.file.Path;

/** A tmpfs of the test's own, mounted as it says. Skips the test where that needs more rights. */
final class TmpfsMount implements AutoCloseable {
  private final TemporaryMount mount;

  private TmpfsMount(TemporaryMount mount) {
    this.mount = mount;
  }

  static TmpfsMount create(String options) {
    return new TmpfsMount(TemporaryMount.of("tmpfs", "-o", options));
  }

  Path point() {
    return mount.root();
  }

  /** Fails if something below is open. */
  @Override
  public void close() {
    try (mount) {
      mount.unmount();
    }
  }
}
