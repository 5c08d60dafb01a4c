package io.statsfs.core.scan;

import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.StatsFsImpl;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The files that the kernel does not permit anybody to open (EPERM), so that they are not opened
 * again and again: under lockdown each attempt on debugfs writes a line to the kernel log.
 *
 * <p>What lockdown denies depends on the mode of a file. So after a denial one file is tried on
 * behalf of all files of its tree that have the same mode, after pauses that grow from a second to
 * five minutes; when it can be opened, all are tried again. Files that come later with that mode
 * are not tried either, unless others of the mode can be opened: then the denial is not the mode's,
 * and covers the denied files alone.
 *
 * <p>Safe for use by several threads: one for a {@link StatsFsImpl} and its samplers.
 */
public final class Denials {
  private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(5).toNanos();

  private final Map<Key, Denial> denials = new HashMap<>();
  private volatile boolean isEmpty = true;

  /** When the next file may be tried. */
  private volatile long dueAt;

  private volatile int lifted;

  /** Files with one fate. */
  private record Key(Tree tree, int permissions) {
    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && permissions == key.permissions && tree.equals(key.tree);
    }

    @Override
    public int hashCode() {
      return permissions * 31 + tree.hashCode();
    }
  }

  private static final class Denial {
    /** The files that were denied; forgotten with their catalog. */
    final Set<Object> files = Collections.newSetFromMap(new WeakHashMap<>());

    boolean inForce;

    /** Other files of this mode can be opened. */
    boolean isPartial;

    /** What is, or was last, tried on behalf of the others. */
    @Nullable Object probe;

    int times;
    long retryAt;
    long liftedAt;

    void begin(long now) {
      if (times > 0 && now - liftedAt > LONGEST_PAUSE_NANOS) {
        times = 0;
      }
      inForce = true;
      isPartial = false;
      pause(now);
    }

    void pause(long now) {
      retryAt = now + Denials.pause(times++);
    }
  }

  /** How long not to open a file that was denied that often before, in nanoseconds. */
  static long pause(int times) {
    return Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(times, 16));
  }

  /** Whether nothing was ever denied. */
  public boolean isEmpty() {
    return isEmpty;
  }

  /** Whether a file may be tried on behalf of others. Costs next to nothing. */
  public boolean isDue() {
    return !isEmpty && System.nanoTime() - dueAt >= 0;
  }

  /** Another number whenever files may be opened again. */
  public int lifted() {
    return lifted;
  }

  public boolean mayOpen(Stat stat) {
    return isEmpty || mayOpen(stat.source().tree(), permissions(stat), TableFile.fileOf(stat));
  }

  /**
   * Whether a file may be opened now. The caller then has to open it, and to say what came of it:
   * it may be the one that is tried on behalf of the others.
   *
   * @param permissions the mode of the file, or another number for files with one fate
   * @param file stands for the file as long as it is reachable; compared by {@code equals}
   */
  public boolean mayOpen(Tree tree, int permissions, Object file) {
    if (isEmpty) {
      return true;
    }
    synchronized (this) {
      Denial denial = denials.get(new Key(tree, permissions));
      if (!covers(denial, file)) {
        return true;
      }
      long now = System.nanoTime();
      if (now - denial.retryAt < 0) {
        return false;
      }
      // Those who ask next wait for what comes of this.
      denial.pause(now);
      denial.probe = file;
      updateDueAt();
      return true;
    }
  }

  private static boolean covers(@Nullable Denial denial, Object file) {
    return denial != null && denial.inForce && (!denial.isPartial || denial.files.contains(file));
  }

  /** Whether a stat is not to be opened, as long as no pause has ended. */
  public boolean isDenied(Stat stat) {
    if (isEmpty) {
      return false;
    }
    synchronized (this) {
      return covers(
          denials.get(new Key(stat.source().tree(), permissions(stat))), TableFile.fileOf(stat));
    }
  }

  public void denied(Stat stat) {
    denied(stat.source().tree(), permissions(stat), TableFile.fileOf(stat));
  }

  /** A file was opened, and answered EPERM. */
  public synchronized void denied(Tree tree, int permissions, Object file) {
    Denial denial = denials.computeIfAbsent(new Key(tree, permissions), key -> new Denial());
    denial.files.add(file);
    if (!denial.inForce) {
      denial.begin(System.nanoTime());
    }
    isEmpty = false;
    updateDueAt();
  }

  public void permitted(Stat stat) {
    if (!isEmpty) {
      permitted(stat.source().tree(), permissions(stat), TableFile.fileOf(stat));
    }
  }

  /** A file was opened and did not answer EPERM. */
  public void permitted(Tree tree, int permissions, Object file) {
    if (isEmpty) {
      return;
    }
    synchronized (this) {
      Denial denial = denials.get(new Key(tree, permissions));
      if (denial == null || !denial.inForce) {
        return;
      }
      if (file.equals(denial.probe) || denial.files.contains(file)) {
        denial.files.clear();
        denial.probe = null;
        denial.inForce = false;
        denial.liftedAt = System.nanoTime();
        lifted++;
        updateDueAt();
      } else {
        denial.isPartial = true;
      }
    }
  }

  private void updateDueAt() {
    long now = System.nanoTime();
    long least = Long.MAX_VALUE;
    for (Denial denial : denials.values()) {
      if (denial.inForce) {
        least = Math.min(least, denial.retryAt - now);
      }
    }
    dueAt = now + Math.min(least, LONGEST_PAUSE_NANOS);
  }

  private static int permissions(Stat stat) {
    return stat.source() instanceof SourceImpl source ? source.permissions(stat) : 0;
  }
}
