package io.statsfs;

import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.nio.file.Path;

/**
 * A root and the way to read what is below it.
 *
 * @param root the directory, or the file, where the tree begins
 * @param layout how it is read
 * @param fileSystemType the type of the file system at the root as {@code /proc/mounts} names it,
 *     such as {@code statsfs} or {@code sysfs}; {@code unknown} if no mount of this process fits
 */
public record Tree(Path root, Layout layout, String fileSystemType) {
  /**
   * Whether the other is a tree of the same root, layout and file system. Written out, since JDK 17
   * keeps the class loader of the record whose generated {@code equals} it linked last.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof Tree tree
        && root.equals(tree.root)
        && layout.equals(tree.layout)
        && fileSystemType.equals(tree.fileSystemType);
  }

  @Override
  public int hashCode() {
    return root.hashCode() * 31 + layout.hashCode();
  }

  /**
   * The root, the layout and the type of file system, for messages.
   *
   * @return printable text
   */
  @Override
  public String toString() {
    return PrintableText.of(
        PathText.of(root) + " (" + layout.name() + " on " + fileSystemType + ")");
  }
}
