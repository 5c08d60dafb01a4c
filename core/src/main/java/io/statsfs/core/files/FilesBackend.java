package io.statsfs.core.files;

import io.statsfs.Layout;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.readers.Readers;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.spi.Scanner;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Statistics in files: statsfs, and the trees of an ordinary kernel. */
public final class FilesBackend implements Backend {
  /** What users call it. */
  public static final String NAME = "files";

  private final FileSystems fileSystems;

  /** Null for the one that all instances share. */
  private final @Nullable SchemaCache schemas;

  /** Called by {@link java.util.ServiceLoader}. */
  public FilesBackend() {
    this(FileSystems.ofThisProcess(), null);
  }

  public FilesBackend(FileSystems fileSystems, @Nullable SchemaCache schemas) {
    this.fileSystems = fileSystems;
    this.schemas = schemas;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> treeNames() {
    return Set.of(Layout.statsfs().name());
  }

  @Override
  public boolean opensRoots() {
    return true;
  }

  @Override
  public Scanner open(BackendSettings settings) {
    Declared layouts = DeclaredLayouts.of(NAME, settings.layouts());
    Trees.Detected found = new Trees(fileSystems, layouts).open(settings);
    return new FilesScanner(
        found,
        layouts.own(),
        fileSystems,
        settings.limits(),
        schemas == null ? SchemaCache.SHARED : schemas,
        Readers.choose(settings.reader(), true),
        new Clearing(fileSystems::at));
  }
}
