package io.statsfs.core.sample;

import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.Scanners;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The units, such as files, that the kernel does not permit anybody to open (EPERM), so that they
 * are not opened again and again: under lockdown each attempt on debugfs writes a line to the
 * kernel log.
 *
 * <p>What lockdown denies depends on the mode of a file, by which files are grouped. So after a
 * denial one unit is tried on behalf of all units of its tree that are in the same group, after
 * pauses that grow from a second to five minutes; when it can be opened, all are tried again. Units
 * that come later in that group are not tried either, unless others of the group can be opened:
 * then the denial is not the group's, and covers the denied units alone.
 *
 * <p>Safe for use by several threads: one for a {@link Sampled} and its samplers.
 */
public final class Denials {
  private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(5).toNanos();

  private final Scanners scanners;
  private final Map<Key, Denial> denials = new HashMap<>();
  private volatile boolean isEmpty = true;

  /** When the next unit may be tried. */
  private volatile long dueAt;

  private volatile int lifted;

  public Denials(Scanners scanners) {
    this.scanners = scanners;
  }

  /** Units that are denied together. */
  private record Key(Tree tree, Object group) {
    /** Written out for the reason that {@link Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && group.equals(key.group) && tree.equals(key.tree);
    }

    @Override
    public int hashCode() {
      return group.hashCode() * 31 + tree.hashCode();
    }
  }

  private static final class Denial {
    /** The units that were denied; forgotten with their catalog. */
    final Set<Object> units = Collections.newSetFromMap(new WeakHashMap<>());

    boolean inForce;

    /** Other units of this group can be opened. */
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

    boolean covers(Object unit) {
      return inForce && (!isPartial || units.contains(unit));
    }
  }

  /** How long not to open what was denied that often before, in nanoseconds. */
  public static long pause(int times) {
    return Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(times, 16));
  }

  /** Whether nothing was ever denied. */
  public boolean isEmpty() {
    return isEmpty;
  }

  /** Whether a unit may be tried on behalf of others. Costs next to nothing. */
  public boolean isDue() {
    return !isEmpty && System.nanoTime() - dueAt >= 0;
  }

  /** Changes whenever units may be opened again. */
  public int lifted() {
    return lifted;
  }

  private Key key(Stat stat) {
    return new Key(stat.source().tree(), scanners.of(stat).denialGroup(stat));
  }

  private Object unit(Stat stat) {
    return scanners.of(stat).unit(stat);
  }

  /**
   * Whether the unit of a stat may be opened now. The caller then has to open it, and to report the
   * outcome: it may be the one that is tried on behalf of the others.
   */
  public boolean mayOpen(Stat stat) {
    if (isEmpty) {
      return true;
    }
    Key key = key(stat);
    Object unit = unit(stat);
    synchronized (this) {
      Denial denial = denials.get(key);
      if (denial == null || !denial.covers(unit)) {
        return true;
      }
      long now = System.nanoTime();
      if (now - denial.retryAt < 0) {
        return false;
      }
      // Others wait for the outcome of this.
      denial.pause(now);
      denial.probe = unit;
      updateDueAt();
      return true;
    }
  }

  /** Whether the unit of a stat is not to be opened, as long as no pause has ended. */
  public boolean isDenied(Stat stat) {
    if (isEmpty) {
      return false;
    }
    Key key = key(stat);
    Object unit = unit(stat);
    synchronized (this) {
      Denial denial = denials.get(key);
      return denial != null && denial.covers(unit);
    }
  }

  /** The unit of a stat was opened, and answered EPERM. */
  public void denied(Stat stat) {
    Key key = key(stat);
    Object unit = unit(stat);
    synchronized (this) {
      Denial denial = denials.computeIfAbsent(key, k -> new Denial());
      denial.units.add(unit);
      if (!denial.inForce) {
        denial.begin(System.nanoTime());
      }
      updateDueAt();
      // Last, as others ask without the lock.
      isEmpty = false;
    }
  }

  /** The unit of a stat was opened and did not answer EPERM. */
  public void permitted(Stat stat) {
    if (isEmpty) {
      return;
    }
    Key key = key(stat);
    Object unit = unit(stat);
    synchronized (this) {
      Denial denial = denials.get(key);
      if (denial == null || !denial.inForce) {
        return;
      }
      if (unit.equals(denial.probe) || denial.units.contains(unit)) {
        denial.units.clear();
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
}
