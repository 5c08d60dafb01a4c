package io.statsfs.core.scan;

import io.statsfs.Layout;
import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatFileName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of one value of a tree: what their names say, one object for all that have the same
 * name.
 */
final class StatFiles {
  /** Beyond this all are forgotten, so that names that come and go do not pile up. */
  private static final int MAX_NAMES = 100_000;

  /**
   * To look for more names than these, most of which may not be there, takes longer than a list.
   */
  private static final int FEW_NAMES = 16;

  private final DeclaredStats described;
  private final boolean describedOnly;
  private final boolean haveLabels;
  private final List<KeyPattern> labelFiles;
  private final @Nullable Collection<String> fewNames;

  /** By their texts, which are different where the bytes are. */
  private final Map<String, StatFile> files = new HashMap<>();

  private int maxNames;

  /** The files that a layout describes so. */
  StatFiles(Layout layout, DeclaredStats described) {
    this.described = described;
    describedOnly = layout.hasDescribedStatsOnly();
    haveLabels = haveLabels(layout);
    labelFiles = new ArrayList<>();
    for (List<KeyPattern> files : layout.labelFiles().values()) {
      for (KeyPattern file : files) {
        if (file.toString().indexOf('/') < 0) {
          labelFiles.add(file);
        }
      }
    }
    fewNames = fewNames(layout);
  }

  private static boolean haveLabels(Layout layout) {
    for (StatDeclaration stat : layout.stats().patterns()) {
      if (!stat.name().labels().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Collection<String> fewNames(Layout layout) {
    if (!layout.hasDescribedStatsOnly() || !layout.stats().patterns().isEmpty()) {
      return null;
    }
    Collection<String> names = new TreeSet<>(layout.flatKeyedFiles());
    names.addAll(layout.stats().names());
    for (FileDeclaration file : layout.files()) {
      if (!file.directory().isEmpty()) {
        continue;
      } else if (!file.name().isLiteral()) {
        return null;
      }
      names.add(file.path());
    }
    return names.size() > FEW_NAMES ? null : names;
  }

  /** All names that files of the layout can have; null if they are not few. */
  @Nullable Collection<String> fewNames() {
    return fewNames;
  }

  /** Whether a file of this name can be a stat. */
  boolean mayBeStat(String name) {
    for (KeyPattern labelFile : labelFiles) {
      if (labelFile.matches(name)) {
        return false;
      }
    }
    return !describedOnly || files.containsKey(name) || described.describes(name);
  }

  /** Whether the layout describes a file by its very name. */
  boolean isNamed(String name) {
    return described.isNamed(name);
  }

  /** Whether there can be labels in names, so that a directory can hold several sources. */
  boolean haveLabels() {
    return haveLabels;
  }

  /** Before each scan. */
  void limit(int maxStats) {
    maxNames = Math.min(MAX_NAMES, maxStats);
    if (files.size() >= maxNames) {
      files.clear();
    }
  }

  /** A file that is a stat; the name is given by its path or, without one, by its text. */
  StatFile of(String text, @Nullable Path path, int permissions) {
    StatFile known = files.get(text);
    if (known == null || known.permissions() != permissions) {
      Path file = path == null ? Path.of(text) : path.getFileName();
      StatDeclaration by = haveLabels ? described.patternOf(text) : null;
      StatFileName name = by == null ? null : StatFileName.of(by.name(), text);
      known =
          name == null || name.stat().isEmpty()
              ? new StatFile(text, file, permissions)
              : new LabelledStatFile(name, text, file, permissions);
      if (files.size() < maxNames) {
        files.put(text, known);
      }
    }
    return known;
  }

  void forget() {
    files.clear();
  }
}
