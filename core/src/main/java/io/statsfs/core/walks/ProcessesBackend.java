package io.statsfs.core.walks;

import io.statsfs.spi.BackendSettings;
import java.nio.file.Path;

/** How many processes are in which state. */
public final class ProcessesBackend extends WalkBackend {
  /** Called by {@link java.util.ServiceLoader}. */
  public ProcessesBackend() {
    super("processes");
  }

  @Override
  Walk walk(BackendSettings settings) {
    return new ProcessWalk(settings.proc().orElse(Path.of("/proc")));
  }
}
