package io.statsfs.spi;

import io.statsfs.Layout;
import io.statsfs.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a user can do where the kernel denies access, as a sentence for messages. Root lacks a
 * capability then (capabilities(7)), as in a container, or a security module such as SELinux
 * forbids the access; so its sentence is another one.
 *
 * <p>Stateless, and safe for use by several threads.
 */
public final class AccessRemedy {
  private AccessRemedy() {}

  /**
   * Where reading or listing below a directory is denied.
   *
   * @param path the directory, or a file
   * @param type of the file system that is mounted there; empty if it is mounted further above
   * @return a sentence with its full stop
   */
  public static String ofReading(Path path, String type) {
    return Layout.statsfs().homeTypes().contains(type)
        ? ofMount(path)
        : ofReading("make it readable");
  }

  /**
   * Where reading below the root of a tree is denied.
   *
   * @param tree the tree
   * @return a sentence with its full stop
   */
  public static String ofReading(Tree tree) {
    return tree.root()
        .map(root -> ofReading(root, tree.fileSystemType()))
        .orElseGet(() -> ofReading("make it readable"));
  }

  /**
   * Where the mount of a statsfs or debugfs is closed to others, as it is unless the mount says
   * otherwise.
   *
   * @param point where it is mounted
   * @return a sentence with its full stop
   */
  public static String ofMount(Path point) {
    return ofReading(
        "chmod 755 "
            + PathText.of(point)
            + " (again after each mount or remount, unless that says mode=755)");
  }

  private static String ofReading(String alternative) {
    return (isRoot() ? rootLacks("CAP_DAC_READ_SEARCH") + ": grant it" : "Run as root")
        + ", or let root "
        + alternative
        + ".";
  }

  /**
   * Where writing is denied.
   *
   * @return a sentence with its full stop
   */
  public static String ofWriting() {
    return isRoot()
        ? rootLacks("CAP_DAC_OVERRIDE") + "."
        : "Run as a user who may write to it, such as root.";
  }

  private static String rootLacks(String capability) {
    return "This process is root without the capability "
        + capability
        + ", or a security module forbids it";
  }

  /** Root owns what the kernel shows of a process of root's. */
  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | RuntimeException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }
}
