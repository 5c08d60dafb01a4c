package io.statsfs.core.scan;

import io.statsfs.core.sample.Denials;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.thread.GuardedCall;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Opens one file for scans, but not at each if it answers EPERM: see {@link Denials}. */
final class DenialPause {
  private static final int EPERM = 1;

  private int timesDenied;
  private long deniedUntil;

  <T> T open(Path file, GuardedCall.Task<T> opening) throws IOException {
    if (timesDenied > 0 && System.nanoTime() - deniedUntil < 0) {
      throw new FileSystemException(file.toString(), null, "Operation not permitted");
    }
    try {
      T opened = opening.run();
      timesDenied = 0;
      return opened;
    } catch (IOException e) {
      if (ReadFailure.errno(e) == EPERM) {
        deniedUntil = System.nanoTime() + Denials.pause(timesDenied++);
      }
      throw e;
    }
  }
}
