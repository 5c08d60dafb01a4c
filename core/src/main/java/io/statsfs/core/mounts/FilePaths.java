package io.statsfs.core.mounts;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import java.nio.file.Path;

/** The paths of trees of files, which each of them has. */
public final class FilePaths {
  private FilePaths() {}

  /** The directory or file where a tree begins. */
  public static Path of(Tree tree) {
    return tree.root().orElseThrow();
  }

  /** The directory of the values, or the file of many values. */
  public static Path of(Source source) {
    return source.path().orElseThrow();
  }

  /** The file that holds the value. */
  public static Path of(Stat stat) {
    return stat.path().orElseThrow();
  }
}
