package io.statsfs.core.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Directories that are so young that their listing may have been half-made: the kernel makes a
 * directory first and its files then.
 */
final class YoungDirectories {
  /** After this time without a change a listing is taken to be complete. */
  private static final long SETTLING_MILLIS = 1000;

  /** How often, and how long, a young directory is waited for within a scan. */
  private static final int ROUNDS = 10;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private List<DirectoryEntry> young = new ArrayList<>();

  /**
   * Whether a directory had not changed for long when its listing began.
   *
   * @param modified nanoseconds since 1970
   */
  static boolean isSettled(long beganMillis, long modified) {
    return beganMillis - TimeUnit.NANOSECONDS.toMillis(modified) >= SETTLING_MILLIS;
  }

  void add(DirectoryEntry directory) {
    young.add(directory);
  }

  /**
   * Lists them until two listings agree, before their schemas are read: once, and with all that
   * they will say.
   */
  void settle(Scan scan) {
    for (int round = 0; round < ROUNDS && !young.isEmpty(); round++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      List<DirectoryEntry> before = young;
      young = new ArrayList<>();
      for (DirectoryEntry directory : before) {
        if (directory.listAgain(scan)) {
          young.add(directory);
        }
      }
    }
  }
}
