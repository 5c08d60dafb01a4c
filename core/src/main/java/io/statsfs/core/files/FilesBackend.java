package io.statsfs.core.files;

import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Scanner;
import java.util.Set;

/** Statistics in files: statsfs, and the trees of an ordinary kernel. */
public final class FilesBackend implements Backend {
  /** What users call it. */
  public static final String NAME = "files";

  private final Trees trees;
  private final SchemaCache schemas;

  /** Called by {@link java.util.ServiceLoader}. */
  public FilesBackend() {
    this(FileSystems.ofThisProcess(), SchemaCache.SHARED);
  }

  public FilesBackend(FileSystems fileSystems, SchemaCache schemas) {
    trees = new Trees(fileSystems);
    this.schemas = schemas;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> treeNames() {
    return Trees.names();
  }

  @Override
  public boolean opensRoots() {
    return true;
  }

  @Override
  public Scanner open(BackendSettings settings) {
    Trees.Detected found = trees.open(settings);
    FileSystems fileSystems = trees.fileSystems();
    return new FilesScanner(
        found,
        fileSystems,
        settings.limits(),
        schemas,
        Readers.choose(settings.reader()),
        new Clearing(fileSystems::at));
  }
}
