package io.statsfs.core;

import io.statsfs.Source;
import io.statsfs.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sources in which a sampler's reading got stuck, and which it leaves out for that.
 *
 * <p>A source is left out as long as the thread that reads it hangs, and is then tried again: at
 * once after the first time, and after ever longer pauses if it gets stuck again and again, as each
 * time costs a sample the whole patience. One that is tried and does not get stuck is like any
 * other from then on.
 *
 * <p>A tree in which several sources hang at once is taken for dead, as the mount of a server that
 * does not answer is, and left out as a whole until one of its threads returns: else each of its
 * sources would take a thread.
 */
final class StuckSources {
  /** Threads that may hang in one tree. */
  private static final int MOST_PER_TREE = 4;

  private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final long patienceNanos;
  private final Map<Source, Stuck> stuck = new IdentityHashMap<>();

  /** By the sampler's thread and those that hang. */
  private final List<Object> returned = Collections.synchronizedList(new ArrayList<>());

  StuckSources(Duration patience) {
    patienceNanos = Math.min(LONGEST_PAUSE_NANOS, TimeUnit.NANOSECONDS.convert(patience));
  }

  private static final class Stuck {
    /** What the thread does that hangs; null if none does. */
    @Nullable Object work;

    int times;
    long retryAt;
    boolean tried;
    boolean vanished;
  }

  boolean isEmpty() {
    return stuck.isEmpty();
  }

  /** Takes in a source whose reading was left behind. */
  void add(Source source, Object work) {
    Stuck it = stuck.computeIfAbsent(source, s -> new Stuck());
    it.work = work;
    it.times++;
    it.tried = false;
  }

  /** Called by the thread that hung. */
  void returned(Object work) {
    returned.add(work);
  }

  /** Whether there are sources to be tried that were left out before. Allocates nothing if not. */
  boolean hasChanged() {
    if (stuck.isEmpty()) {
      return false;
    }
    long now = System.nanoTime();
    boolean changed = false;
    for (Iterator<Map.Entry<Source, Stuck>> i = stuck.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Source, Stuck> entry = i.next();
      Stuck it = entry.getValue();
      if (it.work != null && returned.remove(it.work)) {
        it.work = null;
        it.retryAt = now + pause(it.times);
        changed = true; // Its tree may live again, too.
        if (it.vanished) {
          i.remove();
        }
      }
    }
    for (Map.Entry<Source, Stuck> entry : stuck.entrySet()) {
      changed |= !entry.getValue().tried && isDue(entry.getKey(), entry.getValue(), now);
    }
    return changed;
  }

  private boolean isDue(Source source, Stuck it, long now) {
    return it.work == null && now - it.retryAt >= 0 && !isDead(source.tree());
  }

  private long pause(int times) {
    return times == 1 ? 0 : Math.min(LONGEST_PAUSE_NANOS, patienceNanos << Math.min(times, 10));
  }

  /** Asked for each source of a sample that is prepared. */
  boolean isLeftOut(Source source) {
    Stuck it = stuck.get(source);
    if (it == null) {
      return isDead(source.tree());
    }
    it.tried = isDue(source, it, System.nanoTime());
    return !it.tried;
  }

  /** Whether a thread hangs in this source now, or its tree is dead. */
  boolean hangs(Source source) {
    Stuck it = stuck.get(source);
    return it != null && it.work != null || isDead(source.tree());
  }

  private boolean isDead(Tree tree) {
    int hanging = 0;
    for (Map.Entry<Source, Stuck> entry : stuck.entrySet()) {
      if (entry.getValue().work != null && entry.getKey().tree().equals(tree)) {
        hanging++;
      }
    }
    return hanging >= MOST_PER_TREE;
  }

  /** A sample was taken: what was tried is stuck no more. */
  void sampled() {
    if (!stuck.isEmpty()) {
      stuck.values().removeIf(it -> it.tried);
    }
  }

  /** Forgets sources that are not there any more, once no thread hangs in them. */
  void retain(Collection<Source> sources) {
    if (!stuck.isEmpty()) {
      Set<Source> there = Collections.newSetFromMap(new IdentityHashMap<>());
      there.addAll(sources);
      stuck.forEach((source, it) -> it.vanished = !there.contains(source));
      stuck.values().removeIf(it -> it.vanished && it.work == null);
    }
  }
}
