package io.statsfs.testkit;

import io.statsfs.testkit.process.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/**
 * A network interface of the test's own: one end of a veth pair. Skips the test where none can be
 * made and seen, which needs the capability CAP_NET_ADMIN and {@code ip}.
 */
public final class NetworkInterface implements AutoCloseable {
  private String name = Command.uniqueName();

  private NetworkInterface() {}

  /**
   * Makes an interface.
   *
   * @return the interface; closing deletes it
   */
  public static NetworkInterface create() {
    NetworkInterface made = new NetworkInterface();
    Command.tryTo("make a network interface", made.creation());
    if (!Files.exists(made.statistics())) {
      made.delete();
      throw new TestAbortedException("/sys is that of another network namespace here");
    }
    return made;
  }

  /**
   * What the interface is called.
   *
   * @return a name of at most 15 characters
   */
  public String name() {
    return name;
  }

  /**
   * Where its statistics are.
   *
   * @return a directory of sysfs
   */
  public Path statistics() {
    return Path.of("/sys/class/net", name, "statistics");
  }

  /** Deletes it. */
  public void delete() {
    Command.run("ip", "link", "delete", name);
  }

  /** Makes it again under its name after it was deleted. */
  public void createAgain() {
    Command.run(creation());
  }

  /**
   * Sets both ends up, so that it has a link, or down.
   *
   * @param isUp whether up
   */
  public void set(boolean isUp) {
    for (String end : new String[] {name, name + "p"}) {
      Command.run("ip", "link", "set", "dev", end, isUp ? "up" : "down");
    }
  }

  /** Gives it another name. */
  public void rename() {
    String other = Command.uniqueName();
    Command.run("ip", "link", "set", "dev", name, "name", other);
    name = other;
  }

  /** Deletes it if it is there. */
  @Override
  public void close() {
    if (Files.exists(statistics())) {
      delete();
    }
  }

  private String[] creation() {
    return new String[] {"ip", "link", "add", name, "type", "veth", "peer", "name", name + "p"};
  }
}
