package io.statsfs.core.walks;

import io.statsfs.spi.BackendSettings;
import java.nio.file.Path;

/** How many sockets are in which state, in one network namespace. */
public final class SocketsBackend extends WalkBackend {
  /** Called by {@link java.util.ServiceLoader}. */
  public SocketsBackend() {
    super("sockets");
  }

  /** Those of a host are in the network namespace of its first process. */
  @Override
  Walk walk(BackendSettings settings) {
    return new SocketWalk(
        settings.proc().map(proc -> proc.resolve("1/net")).orElse(Path.of("/proc/self/net")));
  }
}
