package io.statsfs;

import io.statsfs.spi.PrintableText;
import java.nio.file.Path;

/**
 * A root and the way to read what is below it.
 *
 * @param root the directory, or the file, where the tree begins
 * @param layout how it is read
 * @param fileSystemType the type of the file system at the root as {@code /proc/mounts} names it,
 *     such as {@code statsfs} or {@code sysfs}
 */
public record Tree(Path root, Layout layout, String fileSystemType) {
  /**
   * The root, the layout and the type of file system, for messages.
   *
   * @return printable text
   */
  @Override
  public String toString() {
    return PrintableText.of(root + " (" + layout.name() + " on " + fileSystemType + ")");
  }
}
