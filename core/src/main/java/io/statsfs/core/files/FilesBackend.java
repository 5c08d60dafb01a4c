package io.statsfs.core.files;

import io.statsfs.Layout;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.core.backend.Settings;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.readers.Readers;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.core.thread.Watchdog;
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
    Readers.Chosen chosen = Readers.choose(settings.reader(), true);
    // One that is closed still has work done, by a thread that ends after a while.
    try (Watchdog alone = TreeScans.watchdog()) {
      FileSystems seen = fileSystems.by(new FileAccess(chosen.reader()));
      Watchdog watchdog = settings instanceof Settings own ? own.watchdog() : alone;
      Trees trees = new Trees(seen, layouts, watchdog);
      return new FilesScanner(
          trees,
          trees.open(settings),
          layouts,
          fileSystems,
          settings.limits(),
          schemas == null ? SchemaCache.SHARED : schemas,
          chosen,
          new Clearing(fileSystems::at));
    } catch (RuntimeException | Error e) {
      chosen.reader().close();
      throw e;
    }
  }
}
