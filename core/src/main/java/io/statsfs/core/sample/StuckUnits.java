package io.statsfs.core.sample;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.core.backend.Scanners;
import io.statsfs.core.thread.Attempt;
import io.statsfs.core.thread.Look;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Scanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The units in which a sampler's reading got stuck, such as files, and what is left out because of
 * them.
 *
 * <p>A unit is left out while a thread hangs in it, and is then tried again: at once after the
 * first time, and after pauses that grow if it gets stuck again and again, as each time costs a
 * sample the whole timeout. A unit that is tried and does not get stuck is like any other from then
 * on.
 *
 * <p>As soon as a reading is stuck, another thread looks at what holds the source, such as its
 * directory, and at the unit. If it hangs at the first, the whole source is left out. Otherwise the
 * unit is looked at again after growing pauses: when it is gone, or is another one, nothing that is
 * there hangs, though the thread may hang for ever, as one does that opens a FIFO which was then
 * removed.
 *
 * <p>While several threads hang in the units of a tree, or of a hang group where it has several,
 * all of it is left out: without end if what holds sources hangs, since then the tree is dead, as
 * the mount of a server that does not answer is; otherwise for growing pauses, after each of which
 * one more unit may get stuck. Threads that hang in what is gone do not count there, but in a
 * larger limit, beyond which nothing of the group is read until a thread returns: nobody can create
 * threads without end by replacing files.
 */
final class StuckUnits {
  /** Threads that may hang in what is there of a group before it is left out. */
  private static final int MOST_HANGING = 4;

  /** Threads that may be left behind in a group altogether. */
  private static final int MOST_LEFT = 16;

  private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Scanners scanners;
  private final long timeoutNanos;
  private final List<Stuck> units = new ArrayList<>();
  private final List<Left> left = new ArrayList<>();
  private final Map<Object, Pause> pauses = new HashMap<>();

  /** When the sample began: one time for all of it, so that no pause ends during it. */
  private long now;

  private boolean isChanged;

  StuckUnits(Scanners scanners, Duration timeout) {
    this.scanners = scanners;
    timeoutNanos = Math.min(LONGEST_PAUSE_NANOS, TimeUnit.NANOSECONDS.convert(timeout));
  }

  /** Where a thread was left behind, even if that is not there any more. */
  private record Left(Object group, Attempt attempt) {}

  /** The time for which a group is left out. */
  private static final class Pause {
    int times;
    long end;
    boolean ended;
  }

  private static final class Stuck {
    Stat stat;

    /** Of the stat. */
    Object unit;

    /** Of its source. */
    Object group;

    /** What hangs; null once it has returned. */
    @Nullable Attempt reading;

    int times;
    long retryAt;
    boolean tried;

    /** A look that hangs, too. */
    @Nullable Look look;

    /** What the first look saw. */
    @Nullable Object seen;

    int looks;
    long lookAt;

    Stuck(Stat stat, Object unit, Object group) {
      this.stat = stat;
      this.unit = unit;
      this.group = group;
    }

    /** Whether what holds the source hangs, too. */
    boolean isSourceStuck() {
      return look != null && look.stepsDone() == 0;
    }

    int hanging() {
      return (reading == null ? 0 : 1) + (look == null ? 0 : 1);
    }

    /** Keeps what a look saw; whether the unit is gone, or was replaced since the first one. */
    boolean isGone(Look done) {
      if (seen == null) {
        seen = done.seen();
      }
      return done.isGone() || done.seen() != null && !done.seen().equals(seen);
    }
  }

  /** Whether nothing is stuck, and no thread is left behind. */
  boolean isEmpty() {
    return units.isEmpty() && left.isEmpty();
  }

  private Object group(Source source) {
    return scanners.of(source.tree()).hangGroup(source);
  }

  /** Takes in the unit of a stat whose reading was left behind, and looks at it. */
  void add(Stat stat, Attempt reading, Watchdog watchdog) {
    isChanged = true;
    Stuck it = find(stat);
    if (it == null) {
      it = new Stuck(stat, scanners.of(stat).unit(stat), group(stat.source()));
      units.add(it);
    }
    it.reading = reading;
    it.times++;
    it.tried = false;
    it.seen = null;
    it.looks = 0;
    left.add(new Left(it.group, reading));
    if (hanging(it.group) < MOST_HANGING && it.look == null && look(it, watchdog)) {
      units.remove(it);
    }
    if (hanging(it.group) >= MOST_HANGING) {
      Pause pause = pauses.computeIfAbsent(it.group, g -> new Pause());
      pause.end = System.nanoTime() + pause(++pause.times);
      pause.ended = false;
    }
  }

  /** Whether the unit is gone, or was replaced. */
  private boolean look(Stuck it, Watchdog watchdog) {
    Stat stat = it.stat;
    Scanner scanner = scanners.of(stat);
    Look look = new Look(List.of(() -> scanner.look(stat.source()), () -> scanner.look(stat)));
    it.lookAt = System.nanoTime() + pause(++it.looks);
    if (watchdog.run(look)) {
      return it.isGone(look);
    }
    it.look = look;
    left.add(new Left(it.group, look));
    return false;
  }

  private @Nullable Stuck find(Stat stat) {
    if (units.isEmpty()) {
      return null;
    }
    Object unit = scanners.of(stat).unit(stat);
    for (Stuck it : units) {
      if (it.unit == unit) {
        return it;
      }
    }
    return null;
  }

  /** Grows from twice the timeout to a minute. */
  private long pause(int times) {
    return Math.min(LONGEST_PAUSE_NANOS, timeoutNanos << Math.min(times, 10));
  }

  /**
   * Sees which threads have returned, and which units are there no more.
   *
   * @return whether {@link #leaveOut} would leave out other stats than before
   */
  boolean update(Watchdog watchdog) {
    boolean changed = isChanged;
    isChanged = false;
    now = System.nanoTime();
    changed |= left.removeIf(it -> it.attempt.hasReturned());
    for (Iterator<Stuck> i = units.iterator(); i.hasNext(); ) {
      Stuck it = i.next();
      boolean isGone = false;
      if (it.look != null && it.look.hasReturned()) {
        isGone = it.isGone(it.look);
        it.look = null;
        changed = true;
      }
      if (it.reading != null && it.reading.hasReturned()) {
        it.reading = null;
        it.retryAt = it.times == 1 ? now : now + pause(it.times);
        changed = true;
      }
      if (it.reading != null && it.look == null && now - it.lookAt >= 0 && !isDead(it.group)) {
        isGone |= look(it, watchdog);
        changed |= it.look != null;
      }
      if (isGone && it.reading != null) {
        i.remove();
        changed = true;
      }
    }
    for (Stuck it : units) {
      changed |= !it.tried && isDue(it);
    }
    for (Iterator<Map.Entry<Object, Pause>> i = pauses.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Object, Pause> entry = i.next();
      if (hanging(entry.getKey()) < MOST_HANGING) {
        i.remove();
        changed = true;
      } else if (!entry.getValue().ended && now - entry.getValue().end >= 0) {
        entry.getValue().ended = true;
        changed = true;
      }
    }
    return changed;
  }

  private boolean isDue(Stuck it) {
    return it.hanging() == 0 && now - it.retryAt >= 0 && !isLeftOut(it.stat.source());
  }

  private int hanging(Object group) {
    int hanging = 0;
    for (Stuck it : units) {
      hanging += it.group.equals(group) ? it.hanging() : 0;
    }
    return hanging;
  }

  /** Whether what holds sources does not answer either. */
  private boolean isDead(Object group) {
    for (Stuck it : units) {
      if (it.isSourceStuck() && it.group.equals(group)) {
        return hanging(group) >= MOST_HANGING;
      }
    }
    return false;
  }

  /** Whether a whole group is left out. */
  private boolean isGroupLeftOut(Object group) {
    int threads = 0;
    for (Left it : left) {
      threads += it.group.equals(group) ? 1 : 0;
    }
    Pause pause = pauses.get(group);
    return threads >= MOST_LEFT || pause != null && !pause.ended || isDead(group);
  }

  /** Whether a source is left out whole, alone or with its group. */
  private boolean isLeftOut(Source source) {
    for (Stuck it : units) {
      if (it.stat.source() == source && it.isSourceStuck()) {
        return true;
      }
    }
    return isGroupLeftOut(group(source));
  }

  /** Marks in a memory what a batch is not to read, and lets the rest be read again. */
  void leaveOut(Batch batch, Stat[] stats, SampleMemory memory) {
    for (int unit = 0; unit < batch.units(); unit++) {
      int first = batch.firstIndex(unit);
      boolean leaveOut = isLeftOut(stats[first].source());
      Stuck it = leaveOut ? null : find(stats[first]);
      if (it != null) {
        it.tried = isDue(it);
        leaveOut = !it.tried;
      }
      if (leaveOut && !memory.isLeftOut(first)) {
        Units.leaveOut(batch.indices(unit), memory, Status.BLOCKED, 0);
      } else if (!leaveOut && memory.isLeftOut(first) && memory.status(first) == Status.BLOCKED) {
        Units.include(batch.indices(unit), memory);
      }
    }
  }

  /** Whether a stat must not be read, as far as is known since the last update. */
  boolean leavesOut(Stat stat) {
    Stuck it = find(stat);
    return it != null && it.hanging() > 0 || isLeftOut(stat.source());
  }

  /** Where what does not answer is, so that a stat is left out: most often its own unit. */
  String blocker(Stat stat) {
    Stuck own = find(stat);
    Stuck other = null;
    for (Stuck it : units) {
      if (it.stat.source() == stat.source() && it.isSourceStuck()) {
        return stat.source().origin();
      } else if (other == null && it.hanging() > 0 && it.group.equals(group(stat.source()))) {
        other = it;
      }
    }
    return own != null || other == null ? stat.origin() : other.stat.origin();
  }

  /** A sample was taken: what was tried is stuck no more. */
  void sampled() {
    if (!units.isEmpty()) {
      units.removeIf(it -> it.tried);
    }
  }

  /** Follows the stats to another catalog; what is gone or was replaced there frees its place. */
  void follow(Successors successors) {
    for (Iterator<Stuck> i = units.iterator(); i.hasNext(); ) {
      Stuck it = i.next();
      Stat next = successors.of(it.stat);
      if (next == null) {
        i.remove();
      } else {
        it.stat = next;
        it.unit = scanners.of(next).unit(next);
        it.group = group(next.source());
      }
    }
    isChanged = true;
  }
}
