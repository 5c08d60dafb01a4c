package io.statsfs.trees;

import io.statsfs.spi.LayoutProvider;
import java.nio.file.Path;
import java.util.List;

/** Provides the shipped layouts, and those that users declare in YAML. */
public final class TreesProvider implements LayoutProvider {
  /** For {@link java.util.ServiceLoader}. */
  public TreesProvider() {}

  @Override
  public Declared declared(List<Path> directories) {
    OwnLayouts own = new OwnLayouts();
    for (Path directory : directories) {
      own.addDirectory(directory);
    }
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    own.addClassPath(context == null ? TreesProvider.class.getClassLoader() : context);
    return Declared.of(CompiledLayouts.shipped(), List.copyOf(own.layouts()), own.problems());
  }
}
