package io.statsfs.core.scan;

import io.statsfs.Layout;
import io.statsfs.spi.FileDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The declarations of files, those right in the directory of a source to be found by the files'
 * names.
 */
final class DeclaredFiles {
  private final Map<String, FileDeclaration> byName = new HashMap<>();
  private final List<FileDeclaration> patterns = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();

  DeclaredFiles(Layout layout) {
    for (FileDeclaration file : layout.files()) {
      if (file.name().isLiteral()) {
        paths.add(file.path());
      }
      if (!file.directory().isEmpty()) {
        continue;
      } else if (file.name().isLiteral()) {
        byName.put(file.path(), file);
      } else {
        patterns.add(file);
      }
    }
  }

  /** The one that has a file's very name, else the first that matches. */
  @Nullable FileDeclaration find(String name) {
    FileDeclaration exact = byName.get(name);
    if (exact != null) {
      return exact;
    }
    for (FileDeclaration pattern : patterns) {
      if (pattern.name().matches(name)) {
        return pattern;
      }
    }
    return null;
  }

  /** The paths without patterns, below the directory of a source as well as right in it. */
  List<String> paths() {
    return paths;
  }

  /** Whether there are names with patterns. */
  boolean havePatterns() {
    return !patterns.isEmpty();
  }
}
