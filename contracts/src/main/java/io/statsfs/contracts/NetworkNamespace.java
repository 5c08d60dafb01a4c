package io.statsfs.contracts;

import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace of the test's own, with a sysfs that shows its interfaces. Skips the test
 * where it cannot be made, which needs root, {@code ip} and {@code nsenter}.
 */
final class NetworkNamespace implements AutoCloseable {
  private final String name = Command.uniqueName();
  private final Path sysfs;
  private @Nullable Process churn;

  private NetworkNamespace() throws IOException {
    sysfs = Files.createTempDirectory("statsfs-sysfs-").toRealPath();
  }

  static NetworkNamespace create() {
    try {
      NetworkNamespace made = new NetworkNamespace();
      try {
        Command.tryTo("make a network namespace", "ip", "netns", "add", made.name);
        Command.tryTo(
            "mount sysfs",
            "nsenter",
            made.net(),
            "mount",
            "-t",
            "sysfs",
            "sysfs",
            made.sysfs.toString());
        return made;
      } catch (Throwable e) {
        made.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String net() {
    return "--net=/run/netns/" + name;
  }

  /** The directory of the interfaces. */
  Path interfaces() {
    return sysfs.resolve("class/net");
  }

  /** Makes and deletes pairs of interfaces again and again until this is closed. */
  void churn(int pairs) {
    String each = "for i in $(seq " + pairs + "); do ip link ";
    String loop =
        "while :; do "
            + (each + "add a$i type veth peer name b$i; done; ")
            + (each + "delete a$i; done; done");
    try {
      churn =
          new ProcessBuilder("nsenter", net(), "sh", "-c", loop)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      if (churn != null) {
        churn.destroy();
        churn.waitFor();
      }
      attempt("umount", sysfs.toString());
      attempt("ip", "netns", "delete", name);
      Files.delete(sysfs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Where nothing could be made, nothing has to be removed, and the programs may be missing. */
  private static void attempt(String... command) throws InterruptedException {
    try {
      new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      // The directory cannot be deleted either if this left something.
    }
  }
}
