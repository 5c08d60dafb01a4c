package io.statsfs.reader.jni;

import io.statsfs.spi.PrintableLog;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Whether the batches of a reader may ask netlink for the counters of interfaces, which their files
 * have as well.
 *
 * <p>The kernel answers under a lock that whoever configures a network can hold for long, and files
 * are read without it. So after a batch hung there, files have their turn for a while. Safe for use
 * by several threads.
 */
final class NetlinkUse {
  static final String PROPERTY = "io.statsfs.native.netlink";

  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  private final boolean isWanted = !"false".equals(System.getProperty(PROPERTY));
  private final long pauseNanos;

  /** Batches that hang there. Guarded by this. */
  private final Set<Object> hanging = Collections.newSetFromMap(new IdentityHashMap<>());

  /** When the last one returned. Guarded by this. */
  private long returnedAt;

  private volatile boolean isPaused;

  /**
   * Allowed, unless the property says no.
   *
   * @param pause how long files have their turn after a batch that hung has returned
   */
  NetlinkUse(Duration pause) {
    pauseNanos = pause.toNanos();
  }

  /** Whether a sample may use it now. */
  boolean isAllowed() {
    return isWanted && (!isPaused || isPauseOver());
  }

  private synchronized boolean isPauseOver() {
    if (hanging.isEmpty() && System.nanoTime() - returnedAt >= pauseNanos) {
      isPaused = false;
    }
    return !isPaused;
  }

  /** A sample of a batch hangs there, and was left behind. */
  synchronized void hangs(Object batch) {
    hanging.add(batch);
    if (!isPaused) {
      isPaused = true;
      LOG.warn(
          "The counters of network interfaces did not come by netlink within the read timeout: the"
              + " kernel's configuration of networks is locked. Until a minute after it answers"
              + " they are read from the files of sysfs. -D"
              + PROPERTY
              + "=false has them read from there always.");
    }
  }

  /** A batch is closed, whether it was left behind or not. */
  synchronized void returned(Object batch) {
    if (hanging.remove(batch)) {
      returnedAt = System.nanoTime();
    }
  }
}
